import { AppError } from '../../../shared/errors'
import type { Action } from '../../../shared/plan'
import type { Performer } from '../types'
import { endLeaked } from './end-processes'
import type { CleanPerformer } from './part'
import { prove } from './prove'
import { purge } from './purge'
import { putBack } from './put-back'
import { sweep } from './sweep'

const STEPS: Readonly<Record<Extract<Action, { type: 'clean' }>['verb'], CleanPerformer>> = {
  sweep,
  'end-processes': endLeaked,
  'put-back': putBack,
  purge,
  prove,
}

/** Takes orphaned files or leaked processes away, brings files back, and proves it. Each step may be repeated. */
export const clean: Performer<'clean'> = ({ nodeId, verb, of }, context, means) => {
  const { cleaning } = context.plan
  if (cleaning === undefined) throw new AppError('bad-input', 'This plan does not say what it cleans up.')
  return STEPS[verb]({ nodeId, of: of ?? context.operationId, cleaning, context, means })
}
