import type { Command } from '../../shared/contract'
import { AppError } from '../../shared/errors'
import type { Desktop, Handlers } from '../api'
import type { Services } from '../services'

type Own = Extract<Command, `watch.${string}` | `cleaning.${string}` | 'plans.clean'>

/** The window's commands of watching and cleaning up. */
export function createWatchHandlers(services: Services, _desktop: Desktop): Pick<Handlers, Own> {
  const notYet = () => Promise.reject(new AppError('bad-input', 'This is not there yet.'))
  return {
    'plans.clean': ({ nodeId, what, options }) => services.cleanPlanner.clean(nodeId, what, options),
    'cleaning.fetchNewest': notYet,
    'watch.state': notYet,
    'watch.alerts': notYet,
    'watch.snooze': notYet,
    'watch.config': notYet,
    'watch.setConfig': notYet,
    'watch.setNode': notYet,
    'watch.history': notYet,
    'watch.wouldFire': notYet,
    'watch.checkNow': notYet,
    'watch.focus': notYet,
  }
}
