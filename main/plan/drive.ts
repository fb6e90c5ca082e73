import { isClearing, isPastReturn } from '../../shared/way-back'
import { toPublic } from '../../shared/errors'
import type { Action, Operation, OperationState, Plan, Step, StepStatus } from '../../shared/plan'
import type { Emit } from '../api'
import { endLeftCommands } from '../perform/left-commands'
import { performAction } from '../perform/perform'
import type { Means } from '../perform/types'
import type { Journal } from '../store/journal'
import { contextOf } from './context'
import { withKeeping } from './keeping'
import type { Live } from './live'
import { runSteps, undoSteps, type Ending, type Perform } from './run'

/** What driving a run takes. */
export interface DriverOptions {
  readonly journal: Journal
  readonly means: Means
  readonly emit: Emit
  readonly audit: (entry: { what: string; nodeId: string | null; nodeLabel?: string; text: string }) => void
  /** Told of what went wrong and may not end a run, such as a journal that cannot be written on the way back. */
  readonly onFailure: (error: unknown) => void
  readonly now: () => Date
  /** The run has ended and holds its nodes no longer. */
  readonly release: (live: Live) => void
}

/** What to do when the line was cut; the nodes hold either the old or the new state, never half of one. */
const CUT_HINT = 'Once the node can be reached again, resume this run or roll it back.'
const CUT_PAST_RETURN_HINT = 'Once the node can be reached again, retry what is left.'
const CUT_CLEARING_HINT = 'Everything is in place. Once the node can be reached again, resume this run to clear up.'

/** In the journal once the way back of a run was begun. */
export const WAY_BACK = 'way-back'

/** Takes a run forward or back through its steps, each into the journal first. */
export class Driver {
  constructor(private readonly options: DriverOptions) {}

  /** Goes on until the run has ended, one way or the other. With `only`, through just these steps. */
  async forward(live: Live, only: readonly Step[] = live.operation.plan.steps): Promise<void> {
    const engine = { ...this.#engine(live), steps: only, cancel: live.cancel.signal }
    const ending = await runSteps(engine).catch((error: unknown) => {
      live.operation = { ...live.operation, error: toPublic(error) }
      return 'failed' as const
    })
    await this.#end(live, ending)
  }

  async #end(live: Live, ending: Ending): Promise<void> {
    // The last step begun ended the run; those before it failed and were passed over.
    const failed = live.operation.steps.findLast(status => status.error !== null)
    const error = live.operation.error ?? failed?.error ?? null
    switch (ending) {
      case 'done':
        this.#finish(live, 'done', null)
        return
      case 'cut':
        this.#pause(live, error && { hint: cutHint(live.operation), ...error })
        return
      case 'needs-you':
        this.#pause(live, error)
        return
      case 'cancelled':
        live.operation = { ...live.operation, error: null }
        await this.#giveUp(live, 'cancelled')
        return
      case 'failed':
        live.operation = { ...live.operation, error }
        await this.#giveUp(live, 'failed')
    }
  }

  /** Takes the way back as long as there is one; `state` is what the run then is. */
  async #giveUp(live: Live, state: 'cancelled' | 'failed'): Promise<void> {
    if (isPastReturn(live.operation) || isClearing(live.operation)) this.#pause(live, live.operation.error)
    else await this.back(live, state)
  }

  /** Ends for now: it can be gone on with, and taken back as long as there is a way back. */
  #pause(live: Live, error: Operation['error']): void {
    this.#finish(live, isPastReturn(live.operation) ? 'cleaning-up' : 'interrupted', error)
  }

  /** Takes back what was done; `state` is what the run then is. */
  async back(live: Live, state: OperationState): Promise<void> {
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
      message: `${error?.message ?? 'The run was ended.'} ${openText(live.operation, open)}`,
      hint: 'Roll back again once the node can be reached, or resume.',
    })
  }

  #finish(live: Live, state: OperationState, error: Operation['error']): void {
    live.operation = { ...live.operation, state, error }
    const canReturn = hasWayBack(live.operation)
    const ended = { ...live.operation, canReturn, endedAt: this.options.now().toISOString() }
    live.operation = withKeeping(ended, () => this.#isOnWayBack(ended.id))
    this.#tolerate(() => {
      this.options.journal.save(live.operation)
      this.options.release(live) // One that could not be noted stays in memory as it ended.
    })
    this.options.emit('operationChanged', live.operation)
    this.#tolerate(() => this.note(live.operation, state))
  }

  /** Also where the journal cannot say: then nothing is removed by itself. */
  #isOnWayBack(operationId: string): boolean {
    let isOnWayBack = true
    this.#tolerate(() => (isOnWayBack = this.options.journal.data(operationId, WAY_BACK) !== null))
    return isOnWayBack
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

  /** Writes the run to the journal and tells of it. */
  save(live: Live): void {
    this.options.journal.save(live.operation)
    this.options.emit('operationChanged', live.operation)
  }

  /** Adds a line on the run to the audit log. */
  note({ plan }: Operation, word: string): void {
    this.options.audit({
      what: `${plan.kind} ${word}`,
      nodeId: plan.target ?? plan.source,
      // A deleted node is in the list no more, and its name is still to be read.
      ...(plan.deletion === undefined ? {} : { nodeLabel: plan.deletion.confirm }),
      text: plan.sentence,
    })
  }

  #engine(live: Live): Omit<Parameters<typeof runSteps>[0], 'cancel'> {
    return {
      steps: live.operation.plan.steps,
      before: live.operation.steps,
      now: this.options.now,
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
    const { means } = this.options
    // A run that begins has nothing left anywhere; each node of one that goes on or back is cleared before its first act.
    const isFresh = live.operation.steps.every(status => status.state === 'waiting')
    const cleared = new Set<string>()
    return async (action, step, signal) => {
      const nodeId = actsOn(action)
      if (!isFresh && nodeId !== null && !cleared.has(nodeId)) {
        await endLeftCommands(nodeId, live.operation.id, means, platformOf(live.operation.plan, nodeId))
        cleared.add(nodeId)
      }
      const context = contextOf(live, step, { signal, ...this.options })
      return performAction(action, context, means)
    }
  }
}

/** Whether a run that ended can be undone by another one. */
function hasWayBack({ state, plan, snapshots }: Operation): boolean {
  if (state !== 'done' || plan.kind === 'backup' || plan.kind === 'return') return false
  const hasPutAside = plan.cleaning?.options.withUndo === true && plan.steps.some(step => step.undo?.type === 'clean')
  return hasPutAside || 'safety' in snapshots
}

/** A plan knows the system of its own machine; others that it touches are asked as they always were. */
function platformOf({ platform, target }: Plan, nodeId: string): Plan['platform'] {
  return target === nodeId ? platform : undefined
}

/** The node that an action acts on; null for one that only writes OCM's own records, whose node may be gone by then. */
function actsOn(action: Action): string | null {
  if (!('nodeId' in action)) return null
  if (action.type === 'delete' && (action.verb === 'update-registry' || action.verb === 'record')) return null
  if (action.type === 'quarantine' && (action.verb === 'keep' || action.verb === 'end')) return null
  return action.nodeId
}

/** Which steps could not be taken back, and why the first could not. */
function openText({ plan, steps }: Operation, open: readonly string[]): string {
  const titles = plan.steps.filter(step => open.includes(step.id)).map(step => `“${step.title}”`)
  const why = steps.find(status => status.stepId === open[0])?.error?.message ?? ''
  const count = `${open.length} step${open.length === 1 ? '' : 's'} could not be taken back: ${titles.join(', ')}.`
  return why === '' ? count : `${count} ${why}`
}

function cutHint(operation: Operation): string {
  if (isPastReturn(operation)) return CUT_PAST_RETURN_HINT
  return isClearing(operation) ? CUT_CLEARING_HINT : CUT_HINT
}
