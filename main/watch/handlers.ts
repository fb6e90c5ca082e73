import type { Command } from '../../shared/contract'
import type { Desktop, Handlers } from '../api'
import type { Services } from '../services'
import { findNewest } from './fetch-newest'

type Own = Extract<Command, `watch.${string}` | `cleaning.${string}` | 'plans.clean'>

/** The window's commands of watching and cleaning up. */
export function createWatchHandlers(
  { watcher, cleanPlanner, remotes }: Pick<Services, 'watcher' | 'cleanPlanner' | 'remotes'>,
  desktop: Desktop,
): Pick<Handlers, Own> {
  return {
    'plans.clean': ({ nodeId, what, options }) => cleanPlanner.clean(nodeId, what, options),
    'cleaning.fetchNewest': async ({ nodeId, folder }) => {
      const found = await findNewest({ cleanPlanner, remotes }, nodeId, folder)
      const file = await desktop.saveFile({ title: 'Save the newest orphan', defaultName: 'sessions.json' })
      if (file !== null) await found.write(file)
      return file
    },
    'watch.state': () => Promise.resolve(watcher.state()),
    'watch.alerts': () => Promise.resolve(watcher.alerts()),
    'watch.snooze': ({ alertId, until }) => Promise.resolve(watcher.snooze(alertId, until)),
    'watch.config': () => Promise.resolve(watcher.config()),
    'watch.setConfig': change => Promise.resolve(watcher.setConfig(change)),
    'watch.setNode': ({ nodeId, watch }) => Promise.resolve(watcher.setNode(nodeId, watch)),
    'watch.history': ({ nodeId, span }) => Promise.resolve(watcher.history(nodeId, span)),
    'watch.wouldFire': input => watcher.wouldFire(input),
    'watch.checkNow': ({ nodeId }) => watcher.checkNow(nodeId),
    'watch.focus': ({ nodeId }) => {
      watcher.focus(nodeId)
      return Promise.resolve()
    },
  }
}
