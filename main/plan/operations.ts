import { randomUUID } from 'node:crypto'
import PQueue from 'p-queue'
import type { Removal } from '../../shared/contract'
import type { Quarantine } from '../../shared/deletion'
import { isClearing, isPastReturn } from '../../shared/way-back'
import { AppError } from '../../shared/errors'
import type { Operation, Plan, Step } from '../../shared/plan'
import { Driver, WAY_BACK, type DriverOptions } from './drive'
import { withKeeping, withoutReturn } from './keeping'
import { LiveRuns, nodesOf, type Live } from './live'
import { refuseRemoval, removalOf, type Standing } from './removal'
import { ending, interrupted, lastSteps, resumed } from './resume'
import { waiting } from './run'
import { refuseBlocked, refuseUnconfirmed, type Shelf } from './shelf'
import { refuseStale, type StaleLooks } from './stale'

/** What running plans takes. */
export interface OperationsOptions extends Omit<DriverOptions, 'now' | 'release'> {
  readonly shelf: Shelf
  readonly now?: () => Date
  /** What is there of OpenClaw on a node now; for plans that delete. */
  readonly inventory: StaleLooks['inventory']
  readonly quarantine: (nodeId: string) => Quarantine | null
  /** The node's record went after a proven deletion. */
  readonly isDeleted: (nodeId: string) => boolean
}

/** So many machines are deleted side by side; the others wait. */
const DELETIONS_SIDE_BY_SIDE = 4

/** Runs plans: one per node at a time, journal first, resumable. */
export class Operations implements AsyncDisposable {
  readonly #live = new LiveRuns()
  /** Deletions that are not over, by their node. */
  readonly #unfinished = new Map<string, string>()
  readonly #deletions = new PQueue({ concurrency: DELETIONS_SIDE_BY_SIDE })
  readonly #driver: Driver
  readonly #now: () => Date

  constructor(private readonly options: OperationsOptions) {
    this.#now = options.now ?? (() => new Date())
    const release = (live: Live): void => {
      this.#live.release(live)
      this.#keepTrack(live.operation)
    }
    this.#driver = new Driver({ ...options, now: this.#now, release })
    for (const before of options.journal.list().toReversed()) {
      const ended = before.state === 'running' ? interrupted(before) : before
      const operation = withKeeping(ended, () => options.journal.data(before.id, WAY_BACK) !== null)
      if (operation !== before) options.journal.save(operation)
      this.#keepTrack(operation)
    }
  }

  #keepTrack({ id, plan, state }: Operation): void {
    if (plan.kind !== 'delete' || plan.target === null) return
    if (state === 'cleaning-up' || state === 'interrupted') this.#unfinished.set(plan.target, id)
    else if (this.#unfinished.get(plan.target) === id) this.#unfinished.delete(plan.target)
  }

  /** The deletion of a node that is not over and does not run right now, if any. */
  unfinishedDeletion(nodeId: string): Operation | null {
    const id = this.#unfinished.get(nodeId)
    return id === undefined || this.#live.get(id) !== undefined ? null : this.get(id)
  }

  /** How far a node is on its way out. `kept`: why its quarantine is over and it was not deleted. */
  removal(nodeId: string, kept: string | null): Removal | null {
    const running = this.holding(nodeId)
    return removalOf(running === null ? null : this.get(running), this.#standing(nodeId), kept)
  }

  /** @throws AppError `busy` when the node is part of a run, or of a deletion that is not over. */
  refuseBusy(nodeId: string): void {
    this.#live.refuseBusy({ source: nodeId, target: null })
    refuseRemoval('delete', this.#standing(nodeId))
  }

  #standing(nodeId: string): Standing {
    return { deletion: this.unfinishedDeletion(nodeId), quarantine: this.options.quarantine(nodeId) }
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

  /** Keeps runs off a node while the run of another one changes something small on it; null when a run has it. */
  borrow(nodeId: string, operationId: string): Disposable | null {
    return this.#live.borrow(nodeId, operationId)
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
      this.#refuseHeld(plan)
    } catch (error) {
      this.options.shelf.put(plan) // It is as good as before; only the time or the name was wrong.
      throw error
    }
    return this.start(plan)
  }

  /** Starts a plan at once. */
  async start(plan: Plan): Promise<Operation> {
    refuseBlocked(plan)
    this.#refuseHeld(plan)
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
      await refuseStale(plan, {
        look: nodeId => this.options.means.look(nodeId),
        inventory: this.options.inventory,
      })
      this.options.journal.begin(operation)
    } catch (error) {
      this.#live.release(live)
      throw error
    }
    this.#driver.note(operation, 'started')
    this.#forward(live)
    return operation
  }

  /** @throws AppError `busy` when a node of the plan is part of another run, or on its way out. */
  #refuseHeld(plan: Plan): void {
    this.#live.refuseBusy(plan)
    for (const nodeId of nodesOf(plan)) refuseRemoval(plan.kind, this.#standing(nodeId))
  }

  #forward(live: Live, only?: readonly Step[]): void {
    const run = (): Promise<void> => this.#driver.forward(live, only)
    live.settled = live.operation.plan.kind === 'delete' ? this.#deletions.add(run) : run()
  }

  /** Takes deletions to their end whose record is gone already: only the certificate is missing. */
  async finishDeletions(): Promise<void> {
    for (const operation of this.options.journal.list()) {
      const last = this.#live.get(operation.id) === undefined ? this.#onlyEndIsOpen(operation) : null
      if (last !== null) await this.#end(operation, last).settled
    }
  }

  #onlyEndIsOpen(operation: Operation): readonly Step[] | null {
    const { plan, state } = operation
    const isOpen = plan.kind === 'delete' && (state === 'cleaning-up' || state === 'interrupted')
    return isOpen && plan.target !== null && this.options.isDeleted(plan.target) ? lastSteps(operation) : null
  }

  #end(before: Operation, last: readonly Step[]): Live {
    const live = this.#begin(ending(before, last))
    this.#forward(live, last)
    return live
  }

  /**
   * Goes on with an interrupted run where it was, or tries again what a deletion left.
   * @throws AppError `bad-input` when it was neither, or its way back was begun; `busy`.
   */
  resume(operationId: string): Operation {
    const before = this.#open(operationId)
    const last = this.#onlyEndIsOpen(before)
    if (last !== null) return this.#end(before, last).operation
    if (this.options.journal.data(operationId, WAY_BACK) !== null) {
      throw new AppError('bad-input', 'This run is on its way back; it cannot go on from here.', {
        hint: 'Roll it back to its end, then plan again.',
      })
    }
    const live = this.#begin(resumed(before))
    this.#driver.note(live.operation, 'resumed')
    this.#forward(live)
    return live.operation
  }

  /**
   * Takes back what an interrupted run did.
   * @throws AppError `bad-input` when it was not interrupted or cannot be taken back any more, `busy`.
   */
  rollBack(operationId: string): Operation {
    const before = this.#open(operationId)
    if (isPastReturn(before)) {
      throw new AppError('bad-input', 'This deletion cannot be taken back any more.', {
        hint: 'Retry what is left, then restore the backup it took.',
      })
    }
    if (isClearing(before)) {
      throw new AppError('bad-input', 'Everything of this run is in place; only its clearing up is open.', {
        hint: 'Resume it. Then it can be undone from the safety backup.',
      })
    }
    const live = this.#begin({ ...before, state: 'running', endedAt: null })
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
  #open(operationId: string): Operation {
    const operation = this.get(operationId)
    if (operation.state !== 'interrupted' && operation.state !== 'cleaning-up') {
      const hint = operation.canReturn ? 'To undo it, return to the safety backup.' : 'Plan it again.'
      throw new AppError('bad-input', `This run is ${operation.state}, not interrupted.`, { hint })
    }
    this.#live.refuseBusy(operation.plan)
    return operation
  }

  /** Notes that a run cannot be undone any more: it was, or what that takes is gone. One that was interrupted ends by it. */
  endReturn(operationId: string): void {
    const operation = this.get(operationId)
    if (operation.state === 'running' || (!operation.canReturn && operation.keptUntil === undefined)) return
    const ended = withoutReturn(operation, this.#now())
    this.options.journal.save(ended)
    this.options.emit('operationChanged', ended)
    if (ended.state !== operation.state) this.#driver.note(ended, ended.state)
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
}
