import type { Command } from '../../../shared/contract'
import type { NodeWatch, Rules, WatchConfig, WatchState } from '../../../shared/watch'
import { changeAlert, kept } from './fixture-alerts'
import { idOf } from './fixture-data'
import { pointsOf } from './fixture-points'
import { emit, nodeOf, refuse, state, type Answers } from './fixture-state'
import { scene } from './scene'

const HOUR = 3_600_000

let config: WatchConfig = {
  isPaused: scene.isPaused,
  pausesOnBattery: true,
  everySeconds: 60,
  notifies: true,
  quietHours: null,
  stormLimit: 5,
  rules: {},
  mutedRules: [],
  nodes: {
    [idOf('node', 2)]: nodeWatch({
      automatic: {
        orphans: {
          isOn: !scene.isAutomaticStopped,
          everyHours: 24,
          stoppedBecause: scene.isAutomaticStopped
            ? 'Two runs in a row failed. The last one: the connection was lost.'
            : null,
        },
      },
      rules: { orphans: { count: 500 } },
    }),
  },
}

function nodeWatch(more: Partial<NodeWatch>): NodeWatch {
  return { isWatched: true, everySeconds: null, rules: {}, isMuted: false, mutedRules: [], automatic: {}, ...more }
}

const watchState = (): WatchState => ({
  isPaused: config.isPaused,
  pausedBecause: config.isPaused ? 'admin' : null,
  worst: scene.alerts === 'none' ? 'fine' : 'critical',
  isOffline: false,
  watched: state.nodes.length,
  nextAt: config.isPaused ? null : Date.now() + 42_000,
})

/** Main checks rules as a whole and names what is wrong. */
function checkRules(rules: WatchConfig['rules'] | undefined): void {
  const { count, criticalCount } = { count: 100, criticalCount: 5000, ...rules?.orphans } as Rules['orphans']
  if (criticalCount < count) refuse('bad-input', 'orphans: the critical count is the larger one.')
  if (count < 1) refuse('bad-input', 'orphans, count: at least 1.')
}

function keep(next: WatchConfig): WatchConfig {
  config = next
  emit('watchConfigChanged', config)
  emit('watchChanged', watchState())
  return config
}

const until = { hour: () => Date.now() + HOUR, tomorrow: () => Date.now() + 14 * HOUR, change: () => 'change' as const }

/** Watching. */
export const watchAnswers: Answers<Extract<Command, `watch.${string}` | `cleaning.${string}`>> = {
  'watch.state': watchState,
  'watch.alerts': () => kept.alerts,
  'watch.snooze': ({ alertId, until: wish }) =>
    changeAlert(alertId, { snoozedUntil: wish === null ? null : until[wish]() }),
  'watch.config': () => config,
  'watch.setConfig': change => {
    checkRules(change.rules)
    return keep({ ...config, ...change } as WatchConfig)
  },
  'watch.setNode': ({ nodeId, watch }) => {
    checkRules(watch.rules)
    const before = config.nodes[nodeId] ?? nodeWatch({})
    return keep({ ...config, nodes: { ...config.nodes, [nodeId]: { ...before, ...watch } as NodeWatch } })
  },
  'watch.history': ({ nodeId, span }) => ({
    points: nodeOf(nodeId).record.label === 'garage-pi' ? [] : pointsOf(span),
    alerts: kept.alerts.filter(one => one.nodeId === nodeId),
  }),
  'watch.wouldFire': ({ rules }) => {
    checkRules(rules)
    return kept.alerts.slice(0, 3).map(({ nodeId, rule, subject, level, since, clearedAt, title }) => ({
      ...{ nodeId, rule, subject, level, title },
      from: since,
      to: clearedAt,
    }))
  },
  'watch.checkNow': () => undefined,
  'watch.focus': () => undefined,
  'cleaning.fetchNewest': () => '/home/admin/sessions.json',
}
