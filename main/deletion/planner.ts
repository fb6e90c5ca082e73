import { randomUUID } from 'node:crypto'
import type { BackupSummary } from '../../shared/backup'
import type { DeletionOptions, Quarantine } from '../../shared/deletion'
import { AppError } from '../../shared/errors'
import type { Operation, Plan } from '../../shared/plan'
import { valueOf, type Known, type Survey } from '../../shared/survey'
import { MINUTE, SECOND } from '../../shared/units'
import type { NodeFacts, PlanStamp } from '../plan/facts'
import type { Shelf } from '../plan/shelf'
import type { Remotes } from '../remote/types'
import type { DeletionFacts } from './facts'
import { inventoryOf, type Inventory, type InventoryFacts } from './inventory'
import { peersIn, type PeerFacts } from './peers'
import { planDelete, planQuarantine } from './plan'
import { planRelease } from './release-plan'

/** What planning deletions reads from. */
export interface DeletionPlannerOptions {
  readonly shelf: Shelf
  readonly remotes: Remotes
  look(nodeId: string, withSizes: boolean): Promise<NodeFacts>
  /** All managed nodes with their last surveys; null for one never seen. */
  neighbours(): readonly { readonly nodeId: string; readonly label: string; readonly survey: Survey | null }[]
  /** The last good backup. */
  lastBackup(nodeId: string): Promise<Known<BackupSummary | null>>
  enabledLinger(nodeId: string): boolean
  quarantine(nodeId: string): Quarantine | null
  /** Null when the journal has it no more. */
  operation(operationId: string): Operation | null
  /** @throws AppError when the node is part of a run, or of a deletion that is not over. */
  refuseBusy(nodeId: string): void
  readonly now?: () => Date
}

/** Everything under the state directories is counted for the preview. */
const TRACES_LIMIT_MS = 3 * MINUTE
/** Another node that does not answer by then is named as not asked. */
const NEIGHBOUR_LIMIT_MS = 10 * SECOND

/** Makes the plans that take a node away or bring it back. Changes nothing anywhere. */
export class DeletionPlanner {
  constructor(private readonly options: DeletionPlannerOptions) {}

  /** @throws AppError when the node cannot be read, `busy` when it is part of a run. */
  async delete(nodeId: string, options: DeletionOptions): Promise<Plan> {
    this.options.refuseBusy(nodeId)
    return this.#keep(planDelete(await this.#facts(nodeId, options), options, this.#stamp()))
  }

  /** @throws AppError when the node cannot be read, `busy` when it is part of a run, `bad-input` when it is stopped already. */
  async quarantine(nodeId: string, days: number, options: DeletionOptions): Promise<Plan> {
    this.options.refuseBusy(nodeId)
    const entry = this.options.quarantine(nodeId)
    if (entry !== null) {
      throw new AppError('bad-input', 'This node is in quarantine already.', {
        hint: 'Bring it back, or delete it now.',
      })
    }
    return this.#keep(planQuarantine(await this.#facts(nodeId, options), days, options, this.#stamp()))
  }

  /** @throws AppError `bad-input` when the node is not in quarantine. */
  async release(nodeId: string): Promise<Plan> {
    this.options.refuseBusy(nodeId)
    const entry = this.options.quarantine(nodeId)
    if (entry === null)
      throw new AppError('bad-input', 'This node is not in quarantine, so there is nothing to bring back.')
    const node = await this.options.look(nodeId, false)
    return this.#keep(planRelease(node, entry, this.options.operation(entry.operationId), this.#stamp()))
  }

  /**
   * What is there now, by the same rules as the plan.
   * @throws AppError when the node cannot be read, `protected` when it was protected since its preview.
   */
  async inventory(nodeId: string, options: DeletionOptions): Promise<Inventory & { readonly label: string }> {
    const facts = await this.#inventoryFacts(nodeId, false)
    const { isProtected, label } = facts.node.record
    if (isProtected) {
      throw new AppError('protected', `${label} is protected.`, { hint: 'Lift its protection first, in its settings.' })
    }
    return { ...inventoryOf(facts, options), label }
  }

  async #inventoryFacts(nodeId: string, withSizes: boolean): Promise<InventoryFacts> {
    const node = await this.options.look(nodeId, withSizes)
    const traces = await this.options.remotes.use(nodeId, remote =>
      remote.request('traces', { withSizes }, { limitMs: TRACES_LIMIT_MS }),
    )
    return { node, traces, enabledLinger: this.options.enabledLinger(nodeId) }
  }

  async #facts(nodeId: string, options: DeletionOptions): Promise<DeletionFacts> {
    const facts = await this.#inventoryFacts(nodeId, true)
    const [peers, lastBackup] = await Promise.all([this.#peers(nodeId, options), this.options.lastBackup(nodeId)])
    return { ...facts, ...this.#foreignBots(nodeId), ...peers, lastBackup }
  }

  /** Bots that other managed nodes use, whether their gateways run right now or not. */
  #foreignBots(nodeId: string): Pick<DeletionFacts, 'foreignBots' | 'unknownBots'> {
    const foreignBots = new Map<string, string>()
    const unknownBots: string[] = []
    for (const { label, survey } of this.#others(nodeId)) {
      const channels = survey?.profiles.map(profile => valueOf(profile.channels))
      if (channels === undefined || channels.includes(undefined)) unknownBots.push(label)
      for (const { botId, isEnabled } of channels?.flatMap(list => list ?? []) ?? []) {
        if (botId !== null && isEnabled) foreignBots.set(botId, label)
      }
    }
    return { foreignBots, unknownBots }
  }

  /** Records of this node that others keep. They are only offered, so a node that does not answer stops nothing. */
  async #peers(nodeId: string, { profiles }: DeletionOptions): Promise<PeerFacts> {
    const others = this.#others(nodeId)
    const unaskedPeers = others.map(({ label }) => label)
    const mine = await this.#pairings(nodeId).catch(() => null)
    if (mine === null) return { peers: [], sameIdentity: [], unaskedPeers }
    const goes = (profile: string): boolean => profiles === null || profiles.includes(profile)
    const staying = new Set(mine.own.flatMap(({ profile, deviceId }) => (goes(profile) ? [] : deviceId)))
    const own = mine.own.flatMap(({ profile, deviceId }) => (goes(profile) && !staying.has(deviceId) ? deviceId : []))
    if (own.length === 0) return { peers: [], sameIdentity: [], unaskedPeers: [] }
    return peersIn(
      new Set(own),
      await Promise.all(
        others.map(async other => ({ ...other, answer: await this.#pairings(other.nodeId).catch(() => null) })),
      ),
    )
  }

  #pairings(nodeId: string) {
    const signal = AbortSignal.timeout(NEIGHBOUR_LIMIT_MS)
    return this.options.remotes.use(
      nodeId,
      remote => remote.request('pairings', {}, { limitMs: NEIGHBOUR_LIMIT_MS, signal }),
      signal,
    )
  }

  #others(nodeId: string): ReturnType<DeletionPlannerOptions['neighbours']> {
    return this.options.neighbours().filter(other => other.nodeId !== nodeId)
  }

  #stamp(): PlanStamp {
    return { id: randomUUID(), now: this.options.now?.() ?? new Date() }
  }

  #keep(plan: Plan): Plan {
    return this.options.shelf.put(plan)
  }
}
