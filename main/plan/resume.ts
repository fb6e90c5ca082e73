import type { Action, Operation, Plan, StepStatus } from '../../shared/plan'
import { formerName } from '../perform/give-way'

/** An interrupted run as it goes on: open steps anew, and what may have changed meanwhile. */
export function resumed(before: Operation): Operation {
  const again = stepsToRepeat(before)
  const steps = before.steps.map(status =>
    status.state === 'done' && !again.has(status.stepId) ? status : resting(status),
  )
  const snapshots = before.plan.steps.reduce(
    (known, step) => (again.has(step.id) ? withoutCapture(known, step.action) : known),
    before.snapshots,
  )
  return { ...before, state: 'running', endedAt: null, error: null, steps, snapshots }
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
function stepsToRepeat({ plan, steps }: Operation): ReadonlySet<string> {
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

function resting(status: StepStatus): StepStatus {
  return { ...status, state: 'waiting', note: '', error: null, progress: null }
}

/** A run that was under way when OCM ended. What its running step reached is not known. */
export function interrupted(operation: Operation): Operation {
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
