import PQueue from 'p-queue'
import type { BackupSummary } from '../../shared/backup'
import type { NodeView, Removal } from '../../shared/contract'
import { toPublic, type ErrorCode, type PublicError } from '../../shared/errors'
import type { HostKey, NodeRecord, SecretKind, SecretUse } from '../../shared/node'
import { MEASURED_WARNINGS, type Size, type Survey } from '../../shared/survey'
import { MINUTE } from '../../shared/units'
import type { Emit } from '../api'
import type { NodeFacts } from '../plan/facts'
import type { Remotes } from '../remote/types'
import { surveyDigest } from './survey-digest'

/** So many nodes are surveyed side by side. */
const SIDE_BY_SIDE = 10

/** A survey that takes longer has no use. ms */
const SURVEY_LIMIT_MS = MINUTE

/** Sizes so old are measured again with the next look at all nodes; younger ones are kept. ms */
const SIZES_KEEP_MS = 15 * MINUTE

/** What the fleet needs to know its nodes. */
export interface FleetOptions {
  readonly registry: { list(): readonly NodeRecord[]; get(nodeId: string): NodeRecord }
  readonly cache: { get(nodeId: string): Survey | null; set(nodeId: string, survey: Survey): void }
  readonly remotes: Remotes
  readonly hostKey: (nodeId: string) => HostKey | null
  readonly secretKinds: (nodeId: string) => Promise<SecretKind[]>
  readonly lastBackup: (nodeId: string) => BackupSummary | null
  readonly holding: (nodeId: string) => string | null
  /** How far the node is on its way out; null when it stays. */
  readonly removal: (nodeId: string) => Removal | null
  readonly emit: Emit
}

interface Seen {
  reach: NodeView['reach']
  problem: PublicError | null
  lastSeenAt: string | null
  lastSecretUse: SecretUse | null
  /** The set-up changed since its sizes were measured. */
  hasNewSizes: boolean
}

const BLOCKING: ReadonlySet<ErrorCode> = new Set(['host-key-changed', 'host-key-unknown'])

/** What is known of each node: from cache at once, then live. */
export class Fleet {
  readonly #seen = new Map<string, Seen>()
  readonly #queue = new PQueue({ concurrency: SIDE_BY_SIDE })

  constructor(private readonly options: FleetOptions) {}

  /** All nodes as the board shows them. */
  async list(): Promise<NodeView[]> {
    return Promise.all(this.options.registry.list().map(record => this.view(record.id)))
  }

  /** One node as the board shows it. @throws AppError `not-found`. */
  async view(nodeId: string): Promise<NodeView> {
    const { registry, cache } = this.options
    const seen = this.#of(nodeId)
    const survey = cache.get(nodeId)
    return {
      record: registry.get(nodeId),
      survey,
      reach: seen.reach,
      problem: seen.problem,
      lastSeenAt: seen.lastSeenAt ?? survey?.at ?? null,
      secrets: await this.options.secretKinds(nodeId),
      lastSecretUse: seen.lastSecretUse,
      hostKey: this.options.hostKey(nodeId),
      lastBackup: this.options.lastBackup(nodeId),
      operationId: this.options.holding(nodeId),
      removal: this.options.removal(nodeId),
    }
  }

  /** Announces a node as it is now. */
  async announce(nodeId: string): Promise<void> {
    this.#tell(await this.view(nodeId))
  }

  /** A view takes a moment to make. A node that left the list meanwhile must not come back onto the board. */
  #tell(view: NodeView): void {
    const { id } = view.record
    if (this.options.registry.list().some(record => record.id === id)) this.options.emit('nodeChanged', view)
  }

  /** Notes a loan of a secret, for the node's page. */
  noteSecret(use: SecretUse): void {
    this.#of(use.nodeId).lastSecretUse = use
  }

  /** Notes that a node answered, or why it did not, as watching found it; the board hears of it when that is news. */
  async noteReach(nodeId: string, problem: PublicError | null): Promise<void> {
    const seen = this.#of(nodeId)
    if (seen.reach === 'looking') return // A survey is under way and knows more.
    const reach = problem === null ? 'online' : reachOf(problem)
    if (problem === null) seen.lastSeenAt = new Date().toISOString()
    if (seen.reach === reach && seen.problem?.code === problem?.code) return
    seen.reach = reach
    seen.problem = problem
    await this.announce(nodeId)
  }

  /** Forgets what was seen of a removed node. */
  forget(nodeId: string): void {
    this.#seen.delete(nodeId)
  }

  /** Looks at a node, sizes included, and answers its view; an unreachable node is a view too, not an exception. */
  survey(nodeId: string): Promise<NodeView> {
    return this.#survey(nodeId, true)
  }

  /** Surveys every node side by side. Sizes that are known and not old are kept; they say when they were measured. */
  async surveyAll(): Promise<NodeView[]> {
    return Promise.all(
      this.options.registry.list().map(({ id }) => {
        const cached = this.options.cache.get(id)
        return this.#survey(id, this.#of(id).hasNewSizes || cached === null || hasOldSizes(cached))
      }),
    )
  }

  async #survey(nodeId: string, withSizes: boolean): Promise<NodeView> {
    const seen = this.#of(nodeId)
    seen.reach = 'looking'
    await this.announce(nodeId)
    try {
      await this.#queue.add(() => this.look(nodeId, { withSizes }))
    } catch {
      // Kept in the view as `problem` by look().
    }
    const view = await this.view(nodeId)
    this.#tell(view)
    return view
  }

  /**
   * A new look at a node, for plans and their steps.
   * @throws whatever kept it from being seen; the view notes it as well.
   */
  async look(
    nodeId: string,
    { withSizes = false, signal }: { readonly withSizes?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<NodeFacts> {
    const record = this.options.registry.get(nodeId)
    const seen = this.#of(nodeId)
    try {
      const survey = await this.options.remotes.look(
        nodeId,
        remote =>
          remote.request(
            'survey',
            { withSizes },
            { limitMs: SURVEY_LIMIT_MS, ...(signal === undefined ? {} : { signal }) },
          ),
        signal,
      )
      const digest = surveyDigest(survey)
      const full = { ...survey, digest }
      const before = withSizes ? null : this.options.cache.get(nodeId)
      this.options.cache.set(nodeId, before === null ? full : keepSizes(full, before))
      seen.hasNewSizes = before !== null && (seen.hasNewSizes || before.digest !== digest)
      seen.reach = 'online'
      seen.problem = null
      seen.lastSeenAt = survey.at
      const kinds = await this.options.secretKinds(nodeId)
      return { record, survey: full, digest, canSudo: survey.os.uid === 0 || kinds.includes('sudo') }
    } catch (error) {
      const problem = toPublic(error)
      if (problem.code !== 'aborted') {
        seen.reach = reachOf(problem)
        seen.problem = problem
      }
      throw error
    }
  }

  #of(nodeId: string): Seen {
    const known = this.#seen.get(nodeId)
    if (known !== undefined) return known
    const fresh: Seen = { reach: 'never', problem: null, lastSeenAt: null, lastSecretUse: null, hasNewSizes: false }
    this.#seen.set(nodeId, fresh)
    return fresh
  }
}

function reachOf(problem: PublicError): NodeView['reach'] {
  return BLOCKING.has(problem.code) ? 'blocked' : 'offline'
}

function hasOldSizes(survey: Survey): boolean {
  const isUnmeasured = survey.profiles.some(profile => profile.sizes.state === 'unknown')
  return isUnmeasured || Date.now() - Date.parse(survey.sizesAt ?? survey.at) > SIZES_KEEP_MS
}

/** A quick look has no sizes: those of the last full one, and what it warned of, stand on the board until the next. */
function keepSizes(survey: Survey, before: Survey): Survey {
  const profiles = survey.profiles.map(profile => {
    const old = before.profiles.find(candidate => candidate.stateDir === profile.stateDir)
    return old === undefined
      ? profile
      : {
          ...profile,
          sizes: old.sizes,
          leftOut: old.leftOut,
          workspaces: profile.workspaces.map(sized(old.workspaces)),
          agentDirs: profile.agentDirs.map(sized(old.agentDirs)),
        }
  })
  const warnings = [...survey.warnings, ...before.warnings.filter(({ code }) => MEASURED_WARNINGS.has(code))]
  return { ...survey, profiles, warnings, sizesAt: before.sizesAt ?? before.at }
}

function sized<T extends { readonly path: string; readonly size: Size }>(old: readonly T[]) {
  return (folder: T): T => ({
    ...folder,
    size: old.find(candidate => candidate.path === folder.path)?.size ?? folder.size,
  })
}
