import { randomUUID } from 'node:crypto'
import { AppError, toPublic } from '../../shared/errors'
import type { Emit } from '../api'
import type { Operation, OperationState, Plan, ProofRow, StepStatus } from '../../shared/plan'
import type { Journal } from '../store/journal'
import { performAction } from '../perform/perform'
import { Placement } from '../perform/placement'
import type { ActionContext, Means } from '../perform/types'
import { runSteps, undoSteps, waiting, type Ending, type Perform } from './run'
import { refuseBlocked, type Shelf } from './shelf'

/** What running plans takes. */
export interface OperationsOptions {
  readonly shelf: Shelf
  readonly journal: Journal
  readonly means: Means
  readonly emit: Emit
  readonly audit: (entry: { what: string; nodeId: string | null; text: string }) => void
  readonly now?: () => Date
}

interface Live {
  operation: Operation
  readonly cancel: AbortController
  readonly force: AbortController
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
    const found = this.list().find(operation => operation.id === operationId)
    if (found === undefined) throw new AppError('not-found', 'This run is not known.')
    return found
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
    return this.start(this.options.shelf.take(planId))
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

  /** Goes on with a run that was interrupted, failed or needs the person, where it was. */
  resume(operationId: string): Operation {
    const before = this.get(operationId)
    if (before.state === 'running' || before.state === 'done' || before.state === 'returned') {
      throw new AppError('bad-input', `This run is ${before.state}; there is nothing to resume.`)
    }
    this.#refuseBusy(before.plan)
    const steps = before.steps.map(status => (status.state === 'done' ? status : resting(status)))
    const live = this.#hold({ ...before, state: 'running', endedAt: null, error: null, steps })
    this.#save(live)
    this.#note(live.operation, 'resumed')
    live.settled = this.#drive(live)
    return live.operation
  }

  /** Takes back what an interrupted or failed run did. */
  rollBack(operationId: string): Operation {
    const before = this.get(operationId)
    if (before.state === 'running' || before.state === 'returned') {
      throw new AppError('bad-input', `This run is ${before.state}; it cannot be rolled back now.`)
    }
    this.#refuseBusy(before.plan)
    const live = this.#hold({ ...before, state: 'running', endedAt: null })
    this.#save(live)
    this.#note(live.operation, 'rolling back')
    live.settled = this.#goBack(live, 'returned')
    return live.operation
  }

  /** Asks a run to end between steps and take its way back. */
  cancel(operationId: string): void {
    this.#running(operationId).cancel.abort()
  }

  /** Ends a slow stop by force. */
  forceStop(operationId: string): void {
    this.#running(operationId).force.abort()
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
        return this.#finish(live, 'done', null)
      case 'cut':
      case 'needs-you':
        return this.#finish(live, 'interrupted', error)
      case 'cancelled':
        live.operation = { ...live.operation, error: null }
        return this.#goBack(live, 'cancelled')
      case 'failed':
        live.operation = { ...live.operation, error }
        return this.#goBack(live, 'failed')
    }
  }

  async #goBack(live: Live, state: OperationState): Promise<void> {
    const open = await undoSteps({ ...this.#engine(live), before: live.operation.steps })
    const rest: readonly StepStatus[] = live.operation.steps.map(status =>
      status.state === 'waiting' ? { ...status, state: 'skipped' } : status,
    )
    live.operation = { ...live.operation, steps: [...rest] }
    const error = live.operation.error
    if (open.length === 0) return this.#finish(live, state, error)
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
    this.#save(live)
    this.#live.delete(live.operation.id)
    this.#note(live.operation, state)
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
    const steps = live.operation.steps.map(old => (old.stepId === status.stepId ? status : old))
    live.operation = { ...live.operation, steps }
    this.options.journal.saveStep(live.operation.id, status)
    this.options.emit('stepChanged', { operationId: live.operation.id, status })
  }

  #performer(live: Live): Perform {
    return (action, step, signal) => {
      const context = this.#context(live, step, signal)
      return performAction(action, context, this.options.means)
    }
  }

  #context(live: Live, step: { readonly id: string; readonly limitMs: number }, signal: AbortSignal): ActionContext {
    const { journal, emit } = this.options
    const tell = (change: Partial<StepStatus>): void => {
      const status = live.operation.steps.find(one => one.stepId === step.id)
      if (status?.state !== 'running') return
      const changed = { ...status, ...change }
      live.operation = {
        ...live.operation,
        steps: live.operation.steps.map(old => (old.stepId === step.id ? changed : old)),
      }
      emit('stepChanged', { operationId: live.operation.id, status: changed })
    }
    const operationId = live.operation.id
    return {
      operationId,
      plan: live.operation.plan,
      signal,
      force: live.force.signal,
      limitMs: step.limitMs,
      progress: progress => tell({ progress }),
      note: note => tell({ note }),
      snapshots: new Map(Object.entries(live.operation.snapshots)),
      saveSnapshot: (as, id) => {
        live.operation = { ...live.operation, snapshots: { ...live.operation.snapshots, [as]: id } }
        journal.save(live.operation)
      },
      placement: () => {
        const json = journal.data(operationId, 'placement')
        return json === null ? null : Placement.parse(JSON.parse(json))
      },
      savePlacement: placement => journal.saveData(operationId, 'placement', JSON.stringify(placement)),
      saveProof: rows => {
        live.operation = { ...live.operation, proof: mergeProof(live.operation.proof, rows) }
        journal.save(live.operation)
      },
    }
  }
}

function mergeProof(before: readonly ProofRow[], rows: readonly ProofRow[]): ProofRow[] {
  const names = new Set(rows.map(row => row.what))
  return [...before.filter(row => !names.has(row.what)), ...rows]
}

function nodesOf(plan: Plan): readonly string[] {
  return [plan.source, plan.target].filter(nodeId => nodeId !== null)
}

function resting(status: StepStatus): StepStatus {
  return { ...status, state: 'waiting', note: '', error: null, progress: null }
}

function interrupted(operation: Operation): Operation {
  const steps: readonly StepStatus[] = operation.steps.map(status =>
    status.state === 'running' ? { ...status, state: 'unknown' } : status,
  )
  return {
    ...operation,
    state: 'interrupted',
    steps: [...steps],
    error: { code: 'connection-lost', message: 'OCM ended during this run.', hint: 'Resume it, or roll it back.' },
  }
}
