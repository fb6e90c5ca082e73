import { randomUUID } from 'node:crypto'
import { AppError } from '../../shared/errors'
import type { NodeRecord } from '../../shared/node'
import type { Operation, Plan } from '../../shared/plan'
import { HOUR } from '../../shared/units'
import { planPurge } from '../plan/clean'
import type { Clock } from './clock'

/** What keeping files that were put aside takes. */
export interface UndoKeeperOptions {
  readonly clock: Clock
  readonly registry: { list(): readonly NodeRecord[] }
  readonly operations: {
    list(): readonly Operation[]
    start(plan: Plan): Promise<Operation>
    settled(operationId: string): Promise<Operation>
    endReturn(operationId: string): void
  }
  /** Whether the node answered the last time it was asked. */
  readonly isSeen: (nodeId: string) => boolean
  readonly onFailure: (error: unknown) => void
}

/** A purge that failed is not tried again at once. ms */
const RETRY_MS = 24 * HOUR

/** Removes for good what clean-ups with undo put aside, a day after; through the executor like every change. */
export class UndoKeeper implements Disposable {
  readonly #notBefore = new Map<string, number>()
  #timer: Disposable | null = null
  #looking: Promise<void> | null = null
  #isOver = false

  constructor(private readonly options: UndoKeeperOptions) {}

  /** Looks every hour. */
  start(): void {
    if (this.#isOver) return
    this.#timer?.[Symbol.dispose]()
    this.#timer = this.options.clock.after(HOUR, () => {
      void this.lookAtDue().finally(() => this.start())
    })
  }

  /** Purges what is due, one node after the other. A second call joins the first. */
  lookAtDue(): Promise<void> {
    this.#looking ??= this.#lookAtDue()
      .catch(this.options.onFailure)
      .finally(() => (this.#looking = null))
    return this.#looking
  }

  async #lookAtDue(): Promise<void> {
    const now = this.options.clock.now()
    for (const operation of this.options.operations.list()) {
      if (isDue(operation, now) && (this.#notBefore.get(operation.id) ?? 0) <= now) await this.#purge(operation, now)
    }
  }

  async #purge(operation: Operation, now: number): Promise<void> {
    const record = this.options.registry.list().find(({ id }) => id === operation.plan.target)
    if (record === undefined || !this.options.isSeen(record.id)) return
    try {
      const plan = planPurge(operation, { record }, { id: randomUUID(), now: new Date(now) })
      const started = await this.options.operations.start(plan)
      const ended = await this.options.operations.settled(started.id)
      if (ended.state === 'done') this.options.operations.endReturn(operation.id)
      else this.#notBefore.set(operation.id, now + RETRY_MS)
    } catch (error) {
      if (error instanceof AppError && error.code === 'busy') return // It is looked at again in an hour.
      this.#notBefore.set(operation.id, now + RETRY_MS)
      this.options.onFailure(error)
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#timer?.[Symbol.dispose]()
  }
}

function isDue({ state, keptUntil }: Operation, now: number): boolean {
  return state !== 'running' && keptUntil !== undefined && Date.parse(keptUntil) <= now
}
