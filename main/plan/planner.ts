import { randomUUID } from 'node:crypto'
import { statePathOf } from '../../shared/agent-dirs'
import type { SnapshotFile } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { Operation, Plan, PlanOptions } from '../../shared/plan'
import { valueOf, type Survey } from '../../shared/survey'
import { MINUTE } from '../../shared/units'
import type { Repository, SnapshotReader } from '../backup/types'
import { isRewritable, previewTexts } from '../openclaw/texts'
import { readTexts } from '../perform/read-texts'
import { databasesIn, isConfigBroken, targetOf, textsOf } from '../perform/target'
import type { Remotes } from '../remote/types'
import { planBackup } from './backup'
import { differencesOf, MOST_DIFF_BYTES } from './difference'
import { carriedAgentDirs, isRunning, profileOf, rootsOf, type NodeFacts } from './facts'
import { planMigrate } from './migrate'
import { planRestore } from './restore'
import { planReturn } from './return'
import type { Shelf } from './shelf'

/** What planning reads from. */
export interface PlannerOptions {
  readonly shelf: Shelf
  readonly remotes: Remotes
  repository(): Promise<Repository>
  look(nodeId: string, withSizes: boolean): Promise<NodeFacts>
  /** The last surveys of all nodes, by node id, with labels; for bots that others poll. */
  lastSurveys(): readonly { readonly nodeId: string; readonly label: string; readonly survey: Survey }[]
  /** The way back of a clean-up, which has no safety backup. */
  putBack(operation: Operation): Promise<Plan>
  readonly now?: () => Date
}

/** Ports asked for on a target: the wanted one and those that could be offered instead. */
const OFFERED_PORTS = [120, 240, 360, 480]

/** Reads what a plan is made from, makes it, and keeps it on the shelf. Changes nothing anywhere. */
export class Planner {
  constructor(private readonly options: PlannerOptions) {}

  /** @throws AppError when the node cannot be read. */
  async backup(nodeId: string, options: PlanOptions): Promise<Plan> {
    const node = await this.options.look(nodeId, true)
    return this.#keep(planBackup(node, options, this.#stamp()))
  }

  /** @throws AppError when either node cannot be read. */
  async migrate(sourceId: string, targetId: string, options: PlanOptions): Promise<Plan> {
    if (sourceId === targetId) throw new AppError('bad-input', 'Source and target are the same node.')
    const [source, target] = await Promise.all([this.options.look(sourceId, true), this.options.look(targetId, true)])
    const port = profileOf(source, options.profile)?.gateway.port ?? null
    const around = await this.#around(target, options, { port, exceptSource: sourceId })
    const texts = await this.#previewTexts(source, options.profile)
    return this.#keep(planMigrate({ source, target, texts, ...around }, options, this.#stamp()))
  }

  /** @throws AppError when the backup or the node cannot be read. */
  async restore(backupId: string, nodeId: string, options: PlanOptions): Promise<Plan> {
    const [reader, target] = await Promise.all([this.#reader(backupId), this.options.look(nodeId, true)])
    const { manifest } = reader
    const chosen = {
      ...options,
      components: options.components.filter(part => manifest.meta.components.includes(part)),
    }
    const port = manifest.meta.gatewayPort
    const around = await this.#around(target, chosen, { port, exceptSource: manifest.meta.nodeId })
    const texts = await textsOf(reader)
    const databases = databasesIn(manifest)
    const facts = { target, manifest, texts, databases, ...around }
    const draft = planRestore({ ...facts, differences: [] }, chosen, this.#stamp())
    const after = targetOf(manifest, target, { plan: draft, texts, ...around })
    const { present, before } = await this.#present(target, chosen, after.roots)
    const differences = differencesOf(manifest, present, {
      components: chosen.components,
      before,
      after: new Map([...texts, ...after.texts]),
    })
    return this.#keep(planRestore({ ...facts, differences }, chosen, this.#stamp()))
  }

  /** The way back of a run, as a plan. */
  async goBack(operation: Operation): Promise<Plan> {
    const { plan } = operation
    if (plan.kind === 'clean') return this.options.putBack(operation)
    if (plan.target === null) throw new AppError('bad-input', 'This run changed no node.')
    const target = await this.options.look(plan.target, false)
    const source = plan.source === null ? null : await this.options.look(plan.source, false)
    const wasRunning = plan.steps.some(step => step.id === 'stop-target')
    const safety = operation.snapshots['safety']
    const before = safety === undefined ? null : await this.#reader(safety)
    const formerPort = before?.manifest.meta.gatewayPort ?? null
    const wasBroken = before !== null && (await isConfigBroken(before))
    return this.#keep(planReturn({ operation, source, target, wasRunning, formerPort, wasBroken }, this.#stamp()))
  }

  /** Ports taken on a target and bots that others poll: what rewriting asks of the surroundings. */
  async surroundings(
    plan: Plan,
  ): Promise<{ takenPorts: ReadonlyMap<number, string>; foreignBots: ReadonlyMap<string, string> }> {
    if (plan.target === null) return { takenPorts: new Map(), foreignBots: new Map() }
    const target = await this.options.look(plan.target, false)
    const snapshot = plan.snapshot === null ? null : (await this.#reader(plan.snapshot)).manifest.meta
    const source = this.options.lastSurveys().find(row => row.nodeId === (plan.source ?? snapshot?.nodeId))
    const profile = source?.survey.profiles.find(candidate => candidate.name === plan.options.profile)
    const port = snapshot?.gatewayPort ?? profile?.gateway.port ?? null
    return this.#around(target, plan.options, { port, exceptSource: plan.source ?? snapshot?.nodeId ?? '' })
  }

  async #around(
    target: NodeFacts,
    options: PlanOptions,
    { port, exceptSource }: { readonly port: number | null; readonly exceptSource: string },
  ): Promise<{ takenPorts: ReadonlyMap<number, string>; foreignBots: ReadonlyMap<string, string> }> {
    const own = profileOf(target, options.profile)?.gateway.pid ?? null
    const takenPorts = new Map<number, string>()
    if (port !== null) {
      const ports = [port, ...OFFERED_PORTS.map(offset => port + offset)]
      const ground = await this.options.remotes.use(target.record.id, remote =>
        remote.request('ground', { paths: [], ports }, { limitMs: MINUTE }),
      )
      for (const found of ground.ports) {
        if (found.listener !== null && (found.pid === null || found.pid !== own))
          takenPorts.set(found.port, found.listener)
      }
    }
    return { takenPorts, foreignBots: this.#foreignBots(target.record.id, options, exceptSource) }
  }

  /** Bots that running gateways of other managed nodes poll. In a move the source is about to stop, so it does not count. */
  #foreignBots(targetId: string, options: PlanOptions, source: string): ReadonlyMap<string, string> {
    const bots = new Map<string, string>()
    for (const { nodeId, label, survey } of this.options.lastSurveys()) {
      if (nodeId === targetId || (nodeId === source && options.mode === 'move')) continue
      for (const profile of survey.profiles.filter(isRunning)) {
        for (const channel of valueOf(profile.channels) ?? []) {
          if (channel.botId !== null && channel.isEnabled) bots.set(channel.botId, label)
        }
      }
    }
    return bots
  }

  async #previewTexts(node: NodeFacts, profileName: string): Promise<ReadonlyMap<string, string>> {
    const profile = profileOf(node, profileName)
    if (profile === undefined) return new Map()
    const agents = valueOf(profile.agents)?.map(agent => agent.id) ?? []
    const elsewhere = carriedAgentDirs(profile).map(({ agent }) => agent)
    const roots = rootsOf(profile, profile.stateDir)
    return this.options.remotes.use(node.record.id, remote => readTexts(remote, roots, previewTexts(agents, elsewhere)))
  }

  /** What the chosen components hold on the target, and its texts. */
  async #present(
    target: NodeFacts,
    options: PlanOptions,
    roots: Record<string, string>,
  ): Promise<{ readonly present: readonly SnapshotFile[]; readonly before: ReadonlyMap<string, string> }> {
    return this.options.remotes.use(target.record.id, async remote => {
      const present: SnapshotFile[] = []
      await remote.request(
        'walk',
        { roots, components: options.components },
        { limitMs: 10 * MINUTE, onItem: item => void present.push(...item.files) },
      )
      await remote.request('release', {}, { limitMs: MINUTE })
      const paths = present
        .filter(({ size }) => size <= MOST_DIFF_BYTES)
        .map(file => statePathOf(file) ?? '')
        .filter(isRewritable)
      return { present, before: await readTexts(remote, roots, paths) }
    })
  }

  async #reader(backupId: string): Promise<SnapshotReader> {
    return (await this.options.repository()).open(backupId)
  }

  #stamp(): { id: string; now: Date } {
    return { id: randomUUID(), now: this.options.now?.() ?? new Date() }
  }

  #keep(plan: Plan): Plan {
    return this.options.shelf.put(plan)
  }
}
