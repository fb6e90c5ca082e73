import type { Action } from '../../shared/plan'
import { capture } from './capture'
import { clean } from './clean/clean'
import { command } from './command'
import { deletion } from './delete/deletion'
import { http } from './http'
import { place } from './place'
import { prove } from './prove'
import { quarantine } from './delete/quarantine'
import { service } from './service'
import type { ActionContext, Means, Outcome } from './types'

/** Carries out any action with the performer of its type. */
export function performAction(action: Action, context: ActionContext, means: Means): Promise<Outcome> {
  switch (action.type) {
    case 'capture':
      return capture(action, context, means)
    case 'place':
      return place(action, context, means)
    case 'service':
      return service(action, context, means)
    case 'command':
      return command(action, context, means)
    case 'http':
      return http(action, context, means)
    case 'prove':
      return prove(action, context, means)
    case 'delete':
      return deletion(action, context, means)
    case 'quarantine':
      return quarantine(action, context, means)
    case 'clean':
      return clean(action, context, means)
    case 'record':
      return Promise.resolve({ state: 'done', note: action.what })
    case 'manual':
      return Promise.resolve({ state: 'needs-you', note: action.text })
  }
}
