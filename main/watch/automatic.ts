import { z } from 'zod'
import { AppError, toPublic } from '../../shared/errors'
import type { Operation, Plan } from '../../shared/plan'
import { HOUR } from '../../shared/units'
import { CleanKind, type Alert, type AlertAction, type WatchConfig } from '../../shared/watch'
import { saysCut } from '../plan/run'
import type { Clock } from './clock'
import type { WatchStore } from './store'

/** What cleaning up by itself takes. */
export interface AutomaticOptions {
  readonly clock: Clock
  readonly store: Pick<WatchStore, 'recall' | 'remember'>
  readonly config: () => WatchConfig
  readonly openAlerts: () => readonly Alert[]
  readonly plan: (nodeId: string, kind: CleanKind) => Promise<Plan>
  /** Runs a plan to its end. */
  readonly run: (plan: Plan) => Promise<Operation>
  readonly audit: (what: string, nodeId: string, text: string) => void
  /** Switches it off for a node, with the reason. */
  readonly stop: (nodeId: string, kind: CleanKind, why: string) => void
  readonly onFailure: (error: unknown) => void
}

const ACTIONS: Readonly<Record<CleanKind, AlertAction>> = { orphans: 'clean-orphans', processes: 'clean-processes' }

const NAMES: Readonly<Record<CleanKind, string>> = { orphans: 'orphaned files', processes: 'leaked processes' }

/** So many failed runs in a row switch it off. */
const MOST_FAILURES = 2

/** When it last ran for a node and a kind (ms since the epoch), and how many runs in a row failed since. */
const Memory = z.record(z.string(), z.object({ lastAt: z.number(), failures: z.number().int() }))
type Memory = z.infer<typeof Memory>

const MEMORY_KEY = 'automatic'

/** Cleans up by itself where the admin switched that on and an alert asks for it: the same plan, guards and executor. */
export class AutomaticCleaning {
  /** Nodes that are at it. */
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(private readonly options: AutomaticOptions) {}

  /** Looks whether a node that was just polled is due; a clean-up under way there is waited for. */
  consider(nodeId: string): Promise<void> {
    const running = this.#underWay.get(nodeId)
    if (running !== undefined) return running
    const work = this.#consider(nodeId)
      .catch(this.options.onFailure)
      .finally(() => this.#underWay.delete(nodeId))
    this.#underWay.set(nodeId, work)
    return work
  }

  forget(nodeId: string): void {
    const kept = Object.entries(this.#memory()).filter(([key]) => !key.startsWith(`${nodeId}/`))
    this.options.store.remember(MEMORY_KEY, Object.fromEntries(kept))
  }

  async #consider(nodeId: string): Promise<void> {
    for (const kind of CleanKind.options) {
      const alert = this.#due(nodeId, kind)
      if (alert !== null) await this.#clean(nodeId, kind, alert)
    }
  }

  /** The open alert that asks for a clean-up, if it is switched on and its time has come. */
  #due(nodeId: string, kind: CleanKind): Alert | null {
    const own = this.options.config().nodes[nodeId]?.automatic[kind]
    if (own?.isOn !== true) return null
    const lastAt = this.#of(nodeId, kind).lastAt
    const sinceMs = this.options.clock.now() - lastAt
    // A clock that was set back does not hold it up for longer than one interval.
    if (Math.abs(sinceMs) < own.everyHours * HOUR) return null
    return this.options.openAlerts().find(alert => alert.nodeId === nodeId && alert.action === ACTIONS[kind]) ?? null
  }

  async #clean(nodeId: string, kind: CleanKind, alert: Alert): Promise<void> {
    const before = this.#of(nodeId, kind)
    this.#note(nodeId, kind, { ...before, lastAt: this.options.clock.now() })
    try {
      const plan = await this.options.plan(nodeId, kind)
      if (plan.blockers.length > 0) return
      this.options.audit('automatic clean-up', nodeId, `${plan.sentence} Because: ${alert.title}.`)
      this.#judge(nodeId, kind, await this.options.run(plan))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      // Nothing was done; the next poll may find the node free, reachable and at rest again.
      if (error.code === 'busy' || error.code === 'plan-stale' || saysCut(error.code)) this.#note(nodeId, kind, before)
      else this.#fail(nodeId, kind, toPublic(error).message)
    }
  }

  #judge(nodeId: string, kind: CleanKind, operation: Operation): void {
    if (operation.state === 'cancelled') return // A person did, and knows why.
    if (operation.state === 'done') this.#note(nodeId, kind, { ...this.#of(nodeId, kind), failures: 0 })
    else this.#fail(nodeId, kind, operation.error?.message ?? `The run ended as ${operation.state}.`)
  }

  #fail(nodeId: string, kind: CleanKind, why: string): void {
    const now = this.#of(nodeId, kind)
    const failures = now.failures + 1
    this.#note(nodeId, kind, { ...now, failures: failures < MOST_FAILURES ? failures : 0 })
    if (failures < MOST_FAILURES) return
    const reason = `It failed ${MOST_FAILURES} times in a row, last: ${why}`
    this.options.stop(nodeId, kind, reason)
    this.options.audit(
      'automatic clean-up off',
      nodeId,
      `Cleaning up ${NAMES[kind]} by itself was switched off. ${reason}`,
    )
  }

  #of(nodeId: string, kind: CleanKind): Memory[string] {
    return this.#memory()[`${nodeId}/${kind}`] ?? { lastAt: 0, failures: 0 }
  }

  #note(nodeId: string, kind: CleanKind, entry: Memory[string]): void {
    this.options.store.remember(MEMORY_KEY, { ...this.#memory(), [`${nodeId}/${kind}`]: entry })
  }

  #memory(): Memory {
    return Memory.safeParse(this.options.store.recall(MEMORY_KEY)).data ?? {}
  }
}
