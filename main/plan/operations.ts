import { randomUUID } from 'node:crypto'
import { AppError } from '../../shared/errors'
import type { Operation, Plan } from '../../shared/plan'
import { Driver, WAY_BACK, type DriverOptions } from './drive'
import { LiveRuns, type Live } from './live'
import { interrupted, resumed } from './resume'
import { waiting } from './run'
import { refuseBlocked, refuseUnconfirmed, type Shelf } from './shelf'

/** What running plans takes. */
export interface OperationsOptions extends Omit<DriverOptions, 'now' | 'release'> {
  readonly shelf: Shelf
  readonly now?: () => Date
}

/** Runs plans: one per node at a time, journal first, resumable. */
export class Operations implements AsyncDisposable {
  readonly #live = new LiveRuns()
  readonly #driver: Driver
  readonly #now: () => Date

  constructor(private readonly options: OperationsOptions) {
    this.#now = options.now ?? (() => new Date())
    this.#driver = new Driver({ ...options, now: this.#now, release: live => this.#live.release(live) })
    for (const operation of options.journal.list()) {
      if (operation.state === 'running') options.journal.save(interrupted(operation))
    }
  }

  /** All runs, newest first. */
  list(): readonly Operation[] {
    return this.options.journal.list().map(operation => this.#live.get(operation.id)?.operation ?? operation)
  }

  /** @throws AppError `not-found`. */
  get(operationId: string): Operation {
    return this.#live.get(operationId)?.operation ?? this.options.journal.get(operationId)
  }

  /** The run that holds a node, if any. */
  holding(nodeId: string): string | null {
    return this.#live.holding(nodeId)
  }

  /**
   * Starts a plan that was shown. Looks at its nodes again first.
   * @throws AppError `plan-stale` when a node changed in what the plan relies on, `plan-blocked`, `busy`,
   * `bad-input` when a plan that deletes is not confirmed by the node's name.
   */
  async run(planId: string, confirmation: { readonly typedName?: string | undefined } = {}): Promise<Operation> {
    const plan = this.options.shelf.take(planId)
    try {
      refuseUnconfirmed(plan, confirmation.typedName)
      this.#live.refuseBusy(plan)
    } catch (error) {
      this.options.shelf.put(plan) // It is as good as before; only the time or the name was wrong.
      throw error
    }
    return this.start(plan)
  }

  /** Starts a plan at once. */
  async start(plan: Plan): Promise<Operation> {
    refuseBlocked(plan)
    this.#live.refuseBusy(plan)
    const operation: Operation = {
      id: randomUUID(),
      plan,
      state: 'running',
      startedAt: this.#now().toISOString(),
      endedAt: null,
      steps: plan.steps.map(waiting),
      proof: [],
      error: null,
      snapshots: {},
      canReturn: false,
    }
    const live = this.#live.hold(operation)
    try {
      await this.#refuseStale(plan)
      this.options.journal.begin(operation)
    } catch (error) {
      this.#live.release(live)
      throw error
    }
    this.#driver.note(operation, 'started')
    live.settled = this.#driver.forward(live)
    return operation
  }

  /**
   * Goes on with an interrupted run where it was.
   * @throws AppError `bad-input` when it was not interrupted, or its way back was begun; `busy`.
   */
  resume(operationId: string): Operation {
    const before = this.#interrupted(operationId)
    if (this.options.journal.data(operationId, WAY_BACK) !== null) {
      throw new AppError('bad-input', 'This run is on its way back; it cannot go on from here.', {
        hint: 'Roll it back to its end, then plan again.',
      })
    }
    const live = this.#begin(resumed(before))
    this.#driver.note(live.operation, 'resumed')
    live.settled = this.#driver.forward(live)
    return live.operation
  }

  /**
   * Takes back what an interrupted run did.
   * @throws AppError `bad-input` when it was not interrupted, `busy`.
   */
  rollBack(operationId: string): Operation {
    const live = this.#begin({ ...this.#interrupted(operationId), state: 'running', endedAt: null })
    this.#driver.note(live.operation, 'rolling back')
    live.settled = this.#driver.back(live, 'returned')
    return live.operation
  }

  /** Holds the nodes of a run that was interrupted; lets go of them where that cannot be noted. */
  #begin(operation: Operation): Live {
    const live = this.#live.hold(operation)
    try {
      this.#driver.save(live)
    } catch (error) {
      this.#live.release(live)
      throw error
    }
    return live
  }

  /** A run that can be gone on with or taken back. */
  #interrupted(operationId: string): Operation {
    const operation = this.get(operationId)
    if (operation.state !== 'interrupted') {
      const hint = operation.canReturn ? 'To undo it, return to the safety backup.' : 'Plan it again.'
      throw new AppError('bad-input', `This run is ${operation.state}, not interrupted.`, { hint })
    }
    this.#live.refuseBusy(operation.plan)
    return operation
  }

  /** Asks a run to end between steps and take its way back. */
  cancel(operationId: string): void {
    this.#live.running(operationId).cancel.abort()
  }

  /** Ends a slow stop by force. */
  forceStop(operationId: string): void {
    const live = this.#live.running(operationId)
    live.force.abort()
    live.force = new AbortController()
  }

  /** Settles when the run has ended. */
  async settled(operationId: string): Promise<Operation> {
    await this.#live.get(operationId)?.settled
    return this.get(operationId)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const live of this.#live) live.cancel.abort()
    await Promise.allSettled([...this.#live].map(live => live.settled))
  }

  async #refuseStale(plan: Plan): Promise<void> {
    for (const [nodeId, digest] of Object.entries(plan.relies)) {
      const facts = await this.options.means.look(nodeId)
      if (facts.digest !== digest) {
        throw new AppError('plan-stale', `${facts.record.label} has changed since this plan was made.`, {
          hint: 'Plan it again to see what is different.',
        })
      }
    }
  }
}
