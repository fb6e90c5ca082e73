import type { Action, Operation } from './plan'

/** Whether an action clears away what the way back of its run takes: the files that were set aside. */
export function clearsWayBack(action: Action): boolean {
  return action.type === 'place' && action.verb === 'finish'
}

/**
 * True once a run has begun to clear away what its way back takes. Everything is in place and proven by then, so it only goes
 * forward; once done, it can be undone from the safety backup.
 */
export function isClearing({ plan, steps }: Pick<Operation, 'plan' | 'steps'>): boolean {
  const clearing = new Set(plan.steps.filter(({ action }) => clearsWayBack(action)).map(({ id }) => id))
  return steps.some(({ stepId, startedAt }) => clearing.has(stepId) && startedAt !== null)
}

/** True once a run has begun what cannot be taken back. */
export function isPastReturn({ plan, steps }: Pick<Operation, 'plan' | 'steps'>): boolean {
  const from = plan.steps.findIndex(step => step.id === plan.noReturnFrom)
  if (from < 0) return false
  const beyond = new Set(plan.steps.slice(from).map(step => step.id))
  return steps.some(({ stepId, state }) => beyond.has(stepId) && state !== 'waiting' && state !== 'skipped')
}
