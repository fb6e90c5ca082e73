import { isClearing, isPastReturn } from '../../shared/way-back'
import type { Action, Operation, Plan, Step, StepStatus } from '../../shared/plan'
import { formerName } from '../perform/give-way'
import { isPassed } from './run'

/** An interrupted run as it goes on: open steps anew, and what may have changed meanwhile. */
export function resumed(before: Operation): Operation {
  const again = stepsToRepeat(before)
  const passed = new Set(
    before.plan.steps.filter(step => isPassed(step, statusOf(before, step.id))).map(({ id }) => id),
  )
  const steps = before.steps.map(status =>
    passed.has(status.stepId) && !again.has(status.stepId) ? status : resting(status),
  )
  const snapshots = before.plan.steps.reduce(
    (known, step) => (again.has(step.id) ? withoutCapture(known, step.action) : known),
    before.snapshots,
  )
  return { ...before, state: 'running', endedAt: null, error: null, steps, snapshots }
}

function statusOf({ steps }: Operation, stepId: string): StepStatus | undefined {
  return steps.find(status => status.stepId === stepId)
}

/** Of a deletion these are never done twice: the bots' tokens and the files to back up may be gone by now. */
const ONCE: ReadonlySet<string> = new Set(['back-up', 'release-bots', 'update-registry'])

/** A deletion looks at everything again: each step finds at once what is gone, and what somebody brought back. */
function deletedAgain({ plan, steps }: Operation): ReadonlySet<string> {
  const isOver = ({ action }: Plan['steps'][number]): boolean => action.type === 'delete' && ONCE.has(action.verb)
  const registry = plan.steps.find(({ action }) => action.type === 'delete' && action.verb === 'update-registry')
  const isRecordGone = steps.some(({ stepId, state }) => stepId === registry?.id && state === 'done')
  return isRecordGone ? new Set() : new Set(plan.steps.filter(step => !isOver(step)).map(step => step.id))
}

/**
 * What a repeated capture took earlier no longer counts. A migration's is kept under a name of its own (`final~`), until the
 * new one is good and it gives way; a safety backup stays in the list of backups.
 */
function withoutCapture(snapshots: Operation['snapshots'], action: Action): Operation['snapshots'] {
  if (action.type !== 'capture') return snapshots
  const { [action.as]: former, ...rest } = snapshots
  if (former === undefined || action.reason !== 'migration') return rest
  let name = formerName(action.as)
  while (name in rest) name = formerName(name)
  return { ...rest, [name]: former }
}

/**
 * Since the interruption a machine may have been started anew, and its gateway with it. So every stop is asked for again,
 * and until the new files are in place, so is all that came after the first stop: what was captured then may be old by now.
 */
function stepsToRepeat(before: Operation): ReadonlySet<string> {
  const { plan, steps } = before
  if (plan.kind === 'delete') return deletedAgain(before)
  const stateOf = (stepId: string): StepStatus['state'] => steps.find(one => one.stepId === stepId)?.state ?? 'waiting'
  const isStop = ({ action }: Plan['steps'][number]): boolean => action.type === 'service' && action.verb === 'stop'
  const commit = plan.steps.find(({ action }) => action.type === 'place' && action.verb === 'commit')
  const isCommitted = commit !== undefined && stateOf(commit.id) !== 'waiting'
  const isStarted = plan.steps.some(
    ({ id, action }) => action.type === 'service' && action.verb === 'start' && stateOf(id) === 'done',
  )
  const first = plan.steps.findIndex(isStop)
  if (first < 0 || isStarted) return new Set()
  const repeated = isCommitted ? plan.steps.filter(isStop) : plan.steps.slice(first)
  return new Set(repeated.map(step => step.id))
}

/**
 * The end of a deletion whose record went before the run was over: the node cannot be asked again, and need not be. Null
 * when more than that is open.
 */
export function lastSteps({ plan, steps }: Operation): readonly Step[] | null {
  const at = plan.steps.findIndex(({ action }) => action.type === 'delete' && action.verb === 'update-registry')
  const verify = plan.steps.find(({ action }) => action.type === 'delete' && action.verb === 'verify')
  const isVerified = steps.some(({ stepId, state }) => stepId === verify?.id && state === 'done')
  return at >= 0 && isVerified ? plan.steps.slice(at) : null
}

/** A deletion as it goes through its last steps once more; all before stays as it was. */
export function ending(before: Operation, last: readonly Step[]): Operation {
  const again = new Set(last.map(step => step.id))
  const steps = before.steps.map(status => (again.has(status.stepId) ? resting(status) : status))
  return { ...before, state: 'running', endedAt: null, error: null, steps }
}

function resting(status: StepStatus): StepStatus {
  return { ...status, state: 'waiting', note: '', error: null, progress: null }
}

/** A run that was under way when OCM ended. What its running step reached is not known. */
export function interrupted(operation: Operation): Operation {
  const steps: readonly StepStatus[] = operation.steps.map(status =>
    status.state === 'running' ? { ...status, state: 'unknown' } : status,
  )
  const isOneWay = isPastReturn(operation)
  const wayOn = isClearing(operation) ? 'Resume it.' : 'Resume it, or roll it back.'
  const hint = isOneWay ? 'Retry what is left.' : wayOn
  return {
    ...operation,
    state: isOneWay ? 'cleaning-up' : 'interrupted',
    steps: [...steps],
    error: { code: 'connection-lost', message: 'OCM ended during this run.', hint },
  }
}
