import { UNDO_KEEP_MS } from '../../shared/cleaning'
import type { Operation } from '../../shared/plan'

/**
 * A run that is not under way, with the moment until which the files are kept that it put aside. Without one where it put
 * none aside, where they are back or gone, and while its way back is begun: what was asked back is not removed by itself.
 */
export function withKeeping(operation: Operation, isOnWayBack: () => boolean): Operation {
  const since = putAsideAt(operation)
  const keptUntil = since === null || isOnWayBack() ? undefined : new Date(since + UNDO_KEEP_MS).toISOString()
  if (operation.keptUntil === keptUntil) return operation
  const { keptUntil: _former, ...rest } = operation
  return keptUntil === undefined ? rest : { ...rest, keptUntil }
}

/** A run whose files are back or gone. One that was interrupted is over then: there is nothing to go on from. */
export function withoutReturn(operation: Operation, now: Date): Operation {
  const { keptUntil: _gone, ...rest } = operation
  if (operation.state !== 'interrupted') return { ...rest, canReturn: false }
  return {
    ...rest,
    state: 'failed',
    endedAt: now.toISOString(),
    steps: operation.steps.map(status => (status.state === 'waiting' ? { ...status, state: 'skipped' } : status)),
    error: {
      code: 'aborted',
      message:
        'This run was interrupted, and for a day nobody went on with it. What it had put aside is removed for good.',
      hint: 'Plan it again for what it had not come to.',
    },
  }
}

/** When a run put its last file aside, at the latest; null when it put none aside or has them no more. ms */
function putAsideAt({ plan, state, steps, endedAt, canReturn }: Operation): number | null {
  const sweep = plan.steps.find(({ undo }) => undo?.type === 'clean')
  if (plan.kind !== 'clean' || sweep === undefined) return null
  if (state === 'done') return canReturn && endedAt !== null ? Date.parse(endedAt) : null
  const swept = steps.find(status => status.stepId === sweep.id)
  if (state !== 'interrupted' || swept === undefined || swept.startedAt === null) return null
  const end = endedAt ?? swept.endedAt
  // OCM ended in the middle of it: the node may have gone on as long as the step was given.
  return end === null ? Date.parse(swept.startedAt) + sweep.limitMs : Date.parse(end)
}
