import { randomUUID } from 'node:crypto'
import { AppError, toPublic } from '../../shared/errors'
import type { Emit } from '../api'
import type { Operation, OperationState, Plan, StepStatus } from '../../shared/plan'
import type { Journal } from '../store/journal'
import { performAction } from '../perform/perform'
import type { Means } from '../perform/types'
import { contextOf } from './context'
import { interrupted, resumed } from './resume'
import { runSteps, undoSteps, waiting, type Ending, type Perform } from './run'
import { refuseBlocked, type Shelf } from './shelf'

/** What running plans takes. */
export interface OperationsOptions {
  readonly shelf: Shelf
  readonly journal: Journal
  readonly means: Means
  readonly emit: Emit
  readonly audit: (entry: { what: string; nodeId: string | null; text: string }) => void
  /** Told of what went wrong and may not end a run, such as a journal that cannot be written on the way back. */
  readonly onFailure: (error: unknown) => void
  readonly now?: () => Date
}

/** What to do when the line was cut; the nodes hold either the old or the new state, never half of one. */
const CUT_HINT = 'Once the node can be reached again, resume this run or roll it back.'

/** In the journal once the way back of a run was begun. */
const WAY_BACK = 'way-back'

interface Live {
  operation: Operation
  readonly cancel: AbortController
  /** A new one for each time a person forces a stop: it counts for the step that runs, not for later ones. */
  force: AbortController
  settled: Promise<void>
}

/** Runs plans: one per node at a time, journal first, resumable. */
export class Operations implements AsyncDisposable {
  readonly #live = new Map<string, Live>()
  readonly #now: () => Date

  constructor(private readonly options: OperationsOptions) {
    this.#now = options.now ?? (() => new Date())
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
    for (const { operation } of this.#live.values()) {
      if (operation.state === 'running' && nodesOf(operation.plan).includes(nodeId)) return operation.id
    }
    return null
  }

  /**
   * Starts a plan that was shown. Looks at its nodes again first.
   * @throws AppError `plan-stale` when a node changed in what the plan relies on, `plan-blocked`, `busy`.
   */
  async run(planId: string): Promise<Operation> {
    const plan = this.options.shelf.take(planId)
    try {
      this.#refuseBusy(plan)
    } catch (error) {
      this.options.shelf.put(plan) // It is as good as before; only the time was wrong.
      throw error
    }
    return this.start(plan)
  }

  /** Starts a plan at once. */
  async start(plan: Plan): Promise<Operation> {
    refuseBlocked(plan)
    this.#refuseBusy(plan)
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
    const live = this.#hold(operation)
    try {
      await this.#refuseStale(plan)
    } catch (error) {
      this.#live.delete(operation.id)
      throw error
    }
    this.options.journal.begin(operation)
    this.#note(operation, 'started')
    live.settled = this.#drive(live)
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
    const live = this.#hold(resumed(before))
    this.#save(live)
    this.#note(live.operation, 'resumed')
    live.settled = this.#drive(live)
    return live.operation
  }

  /**
   * Takes back what an interrupted run did.
   * @throws AppError `bad-input` when it was not interrupted, `busy`.
   */
  rollBack(operationId: string): Operation {
    const live = this.#hold({ ...this.#interrupted(operationId), state: 'running', endedAt: null })
    this.#save(live)
    this.#note(live.operation, 'rolling back')
    live.settled = this.#goBack(live, 'returned')
    return live.operation
  }

  /** A run that can be gone on with or taken back. */
  #interrupted(operationId: string): Operation {
    const operation = this.get(operationId)
    if (operation.state !== 'interrupted') {
      const hint = operation.canReturn ? 'To undo it, return to the safety backup.' : 'Plan it again.'
      throw new AppError('bad-input', `This run is ${operation.state}, not interrupted.`, { hint })
    }
    this.#refuseBusy(operation.plan)
    return operation
  }

  /** Asks a run to end between steps and take its way back. */
  cancel(operationId: string): void {
    this.#running(operationId).cancel.abort()
  }

  /** Ends a slow stop by force. */
  forceStop(operationId: string): void {
    const live = this.#running(operationId)
    live.force.abort()
    live.force = new AbortController()
  }

  /** Settles when the run has ended. */
  async settled(operationId: string): Promise<Operation> {
    await this.#live.get(operationId)?.settled
    return this.get(operationId)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const live of this.#live.values()) live.cancel.abort()
    await Promise.allSettled([...this.#live.values()].map(live => live.settled))
  }

  #running(operationId: string): Live {
    const live = this.#live.get(operationId)
    if (live?.operation.state !== 'running') throw new AppError('not-found', 'This run is not under way.')
    return live
  }

  #hold(operation: Operation): Live {
    const live: Live = {
      operation,
      cancel: new AbortController(),
      force: new AbortController(),
      settled: Promise.resolve(),
    }
    this.#live.set(operation.id, live)
    return live
  }

  #refuseBusy(plan: Plan): void {
    for (const nodeId of nodesOf(plan)) {
      const holder = this.holding(nodeId)
      if (holder === null) continue
      const running = this.#live.get(holder)?.operation.plan.sentence ?? 'another run'
      throw new AppError('busy', `This node is part of a run under way: ${running}`, {
        hint: 'Wait for it, or cancel it.',
      })
    }
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

  async #drive(live: Live): Promise<void> {
    const ending = await runSteps({ ...this.#engine(live), cancel: live.cancel.signal }).catch((error: unknown) => {
      live.operation = { ...live.operation, error: toPublic(error) }
      return 'failed' as const
    })
    await this.#end(live, ending)
  }

  async #end(live: Live, ending: Ending): Promise<void> {
    const failed = live.operation.steps.find(status => status.error !== null)
    const error = live.operation.error ?? failed?.error ?? null
    switch (ending) {
      case 'done':
        this.#finish(live, 'done', null)
        return
      case 'cut':
        this.#finish(live, 'interrupted', error && { hint: CUT_HINT, ...error })
        return
      case 'needs-you':
        this.#finish(live, 'interrupted', error)
        return
      case 'cancelled':
        live.operation = { ...live.operation, error: null }
        return this.#goBack(live, 'cancelled')
      case 'failed':
        live.operation = { ...live.operation, error }
        return this.#goBack(live, 'failed')
    }
  }

  async #goBack(live: Live, state: OperationState): Promise<void> {
    this.#tolerate(() => this.options.journal.saveData(live.operation.id, WAY_BACK, JSON.stringify(state)))
    const open = await undoSteps({
      ...this.#engine(live),
      before: live.operation.steps,
      announce: status => this.#tolerate(() => this.#announce(live, status)),
    })
    const rest: readonly StepStatus[] = live.operation.steps.map(status =>
      status.state === 'waiting' ? { ...status, state: 'skipped' } : status,
    )
    live.operation = { ...live.operation, steps: [...rest] }
    const error = live.operation.error
    if (open.length === 0) {
      this.#finish(live, state, error)
      return
    }
    this.#finish(live, 'interrupted', {
      code: 'check-failed',
      message: `${error?.message ?? 'The run was ended.'} ${open.length} step${open.length === 1 ? '' : 's'} could not be taken back.`,
      hint: 'Roll back again once the node can be reached, or resume.',
    })
  }

  #finish(live: Live, state: OperationState, error: Operation['error']): void {
    const { plan, snapshots } = live.operation
    const canReturn = state === 'done' && plan.kind !== 'backup' && plan.kind !== 'return' && 'safety' in snapshots
    live.operation = { ...live.operation, state, error, canReturn, endedAt: this.#now().toISOString() }
    this.#live.delete(live.operation.id)
    this.#tolerate(() => this.options.journal.save(live.operation))
    this.options.emit('operationChanged', live.operation)
    this.#tolerate(() => this.#note(live.operation, state))
  }

  /**
   * Where the journal cannot be written (a full disk), going forward ends, but the way back is still taken to its end. At
   * the next start the run shows as interrupted, and rolling it back again finds everything done.
   */
  #tolerate(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.options.onFailure(error)
    }
  }

  #save(live: Live): void {
    this.options.journal.save(live.operation)
    this.options.emit('operationChanged', live.operation)
  }

  #note({ plan }: Operation, word: string): void {
    this.options.audit({ what: `${plan.kind} ${word}`, nodeId: plan.target ?? plan.source, text: plan.sentence })
  }

  #engine(live: Live): Omit<Parameters<typeof runSteps>[0], 'cancel'> {
    return {
      steps: live.operation.plan.steps,
      before: live.operation.steps,
      now: this.#now,
      announce: status => this.#announce(live, status),
      perform: this.#performer(live),
    }
  }

  #announce(live: Live, status: StepStatus): void {
    this.options.journal.saveStep(live.operation.id, status)
    const steps = live.operation.steps.map(old => (old.stepId === status.stepId ? status : old))
    live.operation = { ...live.operation, steps }
    this.options.emit('stepChanged', { operationId: live.operation.id, status })
  }

  #performer(live: Live): Perform {
    return (action, step, signal) => {
      const context = contextOf(live, step, { signal, ...this.options })
      return performAction(action, context, this.options.means)
    }
  }
}

function nodesOf(plan: Plan): readonly string[] {
  return [plan.source, plan.target].filter(nodeId => nodeId !== null)
}
