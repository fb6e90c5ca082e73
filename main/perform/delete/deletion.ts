import type { DeletionVerb } from '../../../shared/deletion'
import type { Performer } from '../types'
import { backUp } from './back-up'
import { clearSessions } from './clear-sessions'
import { disable } from './disable'
import { deletionOf, goingItems, type VerbPerformer } from './part'
import { record } from './record'
import { releaseBots } from './release-bots'
import { removeState } from './remove-state'
import { removeUnits } from './remove-units'
import { stop } from './stop'
import { uninstall } from './uninstall'
import { updateRegistry } from './update-registry'
import { verify } from './verify'

const STEPS: Readonly<Record<DeletionVerb, VerbPerformer>> = {
  stop,
  disable,
  'back-up': backUp,
  'release-bots': releaseBots,
  'clear-sessions': clearSessions,
  uninstall,
  'remove-state': removeState,
  'remove-units': removeUnits,
  verify,
  'update-registry': updateRegistry,
  record,
}

/** Carries out one of the eleven steps of a deletion. Each may be repeated: what is gone already is done, with proof. */
export const deletion: Performer<'delete'> = ({ nodeId, verb, items, commands }, context, means) => {
  const plan = deletionOf(context)
  return STEPS[verb]({ nodeId, verb, commands, items: goingItems(plan, items), deletion: plan, context, means })
}
