import { clearsWayBack } from '../../shared/way-back'
import { AppError, toPublic, type ErrorCode } from '../../shared/errors'
import type { Action, Step, StepStatus } from '../../shared/plan'
import { MINUTE } from '../../shared/units'

/** How one action ended. */
export interface Result {
  readonly state: 'done' | 'failed' | 'unknown' | 'needs-you'
  readonly note: string
  readonly error?: ReturnType<typeof toPublic> | undefined
}

/** Carries out one action of a step; throws AppError where it cannot say how it ended. */
export type Perform = (action: Action, step: Step, signal: AbortSignal) => Promise<Result>

/** How a run ended. `cut`: the node cannot be reached; it goes on later where it was. */
export type Ending = 'done' | 'failed' | 'cancelled' | 'cut' | 'needs-you'

/** What a run is given. */
export interface RunOptions {
  readonly steps: readonly Step[]
  /** How far each step came in an earlier attempt. */
  readonly before: readonly StepStatus[]
  readonly perform: Perform
  readonly cancel: AbortSignal
  readonly announce: (status: StepStatus) => void
  readonly now: () => Date
}

/** Codes that say the line is gone, not that the step failed. */
const CUT: ReadonlySet<ErrorCode> = new Set([
  'connection-lost',
  'connection-refused',
  'name-unknown',
  'handshake-failed',
  'keychain-unavailable',
])

/** Whether a failure says that the line is gone: the run then waits for the node, whatever the step was. */
export function saysCut(code: ErrorCode): boolean {
  return CUT.has(code)
}

/** A status for a step that has not begun. */
export function waiting(step: Step): StepStatus {
  return { stepId: step.id, state: 'waiting', startedAt: null, endedAt: null, note: '', error: null, progress: null }
}

/** Whether a step need not be tried again: it is done, or the rest of it is the person's and nothing waits for it. */
export function isPassed(step: Step, before: StepStatus | undefined): boolean {
  return before?.state === 'done' || (before?.state === 'needs-you' && !step.isCritical)
}

/**
 * Applies steps in order. A step done before is passed over. The first critical step that is not proven done ends the
 * run; cancel is obeyed between steps, and within those that only read or sweep, until what the way back takes is cleared
 * away. A failed step is a result, not an exception.
 */
export async function runSteps(options: RunOptions): Promise<Ending> {
  const statusOf = (step: Step): StepStatus | undefined => options.before.find(status => status.stepId === step.id)
  let isClearing = false
  const isCancelled = (): boolean => !isClearing && options.cancel.aborted
  for (const step of options.steps) {
    const before = statusOf(step)
    const clears = clearsWayBack(step.action)
    isClearing ||= clears && before !== undefined && before.startedAt !== null
    if (isPassed(step, before)) continue
    if (isCancelled()) return 'cancelled'
    isClearing ||= clears
    const { status, isCut } = await runStep(step, options)
    options.announce(status)
    if (isCut) return isCancelled() ? 'cancelled' : 'cut'
    if (status.state === 'needs-you' && step.isCritical) return 'needs-you'
    if (step.isCritical && status.state !== 'done') return isCancelled() ? 'cancelled' : 'failed'
  }
  return 'done'
}

async function runStep(
  step: Step,
  options: RunOptions,
): Promise<{ readonly status: StepStatus; readonly isCut: boolean }> {
  const startedAt = options.now().toISOString()
  const running: StepStatus = { ...waiting(step), state: 'running', startedAt }
  options.announce(running)
  const limit = AbortSignal.timeout(step.limitMs)
  const signal = AbortSignal.any([limit, ...(isInterruptible(step) ? [options.cancel] : [])])
  try {
    const { state, note, error } = await options.perform(step.action, step, signal)
    const endedAt = options.now().toISOString()
    return { status: { ...running, state, note, error: error ?? null, endedAt }, isCut: false }
  } catch (error) {
    const shown = limit.aborted ? toPublic(ranOut(step, error)) : toPublic(error)
    const isCut = saysCut(shown.code)
    const endedAt = options.now().toISOString()
    const state = isCut || shown.code === 'timeout' ? 'unknown' : 'failed'
    return { status: { ...running, state, note: '', error: shown, endedAt }, isCut }
  }
}

function ranOut(step: Step, cause: unknown): AppError {
  return new AppError('timeout', `${step.title}: not done within ${Math.round(step.limitMs / 1000)} s.`, { cause })
}

/** Reading and staging may be cut short at any time, a sweep between two batches; everything else runs to its end. */
function isInterruptible({ action }: Step): boolean {
  switch (action.type) {
    case 'capture':
    case 'http':
      return true
    case 'place':
      return action.verb === 'stage'
    case 'delete':
      return action.verb === 'back-up' || action.verb === 'verify'
    case 'clean':
      return action.verb === 'sweep'
    default:
      return false
  }
}

/** An undo looks at the node several times; on a busy one that takes longer than a short step may. */
const LEAST_UNDO_LIMIT_MS = 3 * MINUTE

/** States of steps that have nothing to take back. */
const UNTOUCHED: ReadonlySet<StepStatus['state']> = new Set(['waiting', 'skipped', 'undone'])

/**
 * Takes the way back: the undo of every step that was begun, last first. Every undo is tried even if one fails.
 * @returns the steps whose undo is not proven.
 */
export async function undoSteps(options: Omit<RunOptions, 'cancel'>): Promise<readonly string[]> {
  const open: string[] = []
  for (const step of options.steps.toReversed()) {
    const before = options.before.find(status => status.stepId === step.id)
    if (step.undo === undefined || before === undefined || UNTOUCHED.has(before.state)) continue
    const error = await undoStep(step, step.undo, options)
    if (error === null) options.announce({ ...before, state: 'undone', note: 'Taken back.', progress: null })
    else {
      open.push(step.id)
      options.announce({ ...before, note: `Could not be taken back: ${error.message}`, error })
    }
  }
  return open
}

/** How long an undo waits for gateways once it has done its work, ms. */
function waitOf(undo: Action): number {
  const gateways = undo.type === 'quarantine' ? (undo.gateways ?? []) : []
  return gateways.reduce((sum, { limitMs }) => sum + limitMs, 0)
}

async function undoStep(
  step: Step,
  undo: Action,
  { perform }: Pick<RunOptions, 'perform'>,
): Promise<ReturnType<typeof toPublic> | null> {
  try {
    const limitMs = Math.max(step.limitMs, LEAST_UNDO_LIMIT_MS) + waitOf(undo)
    const result = await perform(undo, { ...step, limitMs }, AbortSignal.timeout(limitMs))
    return result.state === 'done' ? null : (result.error ?? { code: 'check-failed', message: result.note })
  } catch (error) {
    return toPublic(error)
  }
}
