import type { Alert, RuleId } from '../../../shared/watch'
import { idOf } from './fixture-data'
import { emit, refuse } from './fixture-state'
import { scene } from './scene'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const agoMs = (ms: number): number => Date.now() - ms

type Sketch = Pick<Alert, 'rule' | 'level' | 'title' | 'text'> & Partial<Alert>

function alert(index: number, [node, nodeLabel]: readonly [number, string], sketch: Sketch): Alert {
  const since = sketch.since ?? agoMs(3 * HOUR)
  return {
    id: idOf('alert', index),
    nodeId: idOf('node', node),
    nodeLabel,
    subject: '',
    state: 'open',
    action: 'open',
    since,
    changedAt: since,
    clearedAt: null,
    snoozedUntil: null,
    isMuted: false,
    value: 0,
    ...sketch,
  }
}

const PC_B = [2, 'pc-b'] as const

/** Alerts of every kind: open, snoozed, muted and cleared. */
function startingAlerts(): Alert[] {
  if (scene.alerts === 'none') return []
  return [
    alert(1, PC_B, {
      rule: 'orphans',
      level: 'critical',
      title: '51 GB of orphaned files',
      text: '8,662 half-written copies of the session store lie beside it, the oldest since 92 days. Nothing reads them.',
      action: 'clean-orphans',
      since: agoMs(9 * HOUR),
      changedAt: agoMs(2 * HOUR),
      value: 51_050_000_000,
    }),
    alert(2, PC_B, {
      rule: 'disk-forecast',
      level: 'critical',
      subject: '/home/claw',
      title: 'Disk full in about 5 h',
      text: '30.7 GB are free and 6.1 GB more are used each hour. Most of it are orphaned files.',
      action: 'clean-orphans',
      since: agoMs(52 * MINUTE),
      value: 5,
    }),
    alert(3, [7, 'build-box'], {
      rule: 'runaway-processes',
      level: 'attention',
      subject: 'node-run',
      title: '6 leaked node hosts',
      text: 'They were started by hand or by a wrapper that is gone, and nobody answers for them. They hold 888 MB.',
      action: 'clean-processes',
      since: agoMs(3 * HOUR),
      value: 6,
    }),
    alert(4, [7, 'build-box'], {
      rule: 'gateway-health',
      level: 'critical',
      subject: 'default',
      title: 'Gateway does not answer',
      text: 'Its process runs, but /healthz fails since 14:02.',
      since: agoMs(11 * MINUTE),
      value: 1,
    }),
    alert(5, [3, 'vps-3'], {
      rule: 'unreachable',
      level: 'attention',
      title: 'Not reachable for 2 h',
      text: 'vps-3.lan refused the connection on port 22.',
      since: agoMs(2 * HOUR),
      snoozedUntil: Date.now() + 50 * MINUTE,
      value: 2,
    }),
    alert(6, [4, 'old-laptop'], {
      rule: 'version-behind',
      level: 'attention',
      title: 'OpenClaw 2026.5.28 is behind the fleet',
      text: 'pc-a has 2026.9.6 since 12 days.',
      since: agoMs(5 * 24 * HOUR),
      isMuted: true,
      value: 12,
    }),
    alert(7, [1, 'pc-a'], {
      rule: 'disk-growth',
      level: 'attention',
      state: 'cleared',
      subject: '/home/claw',
      title: 'Growing by 2.4 GB an hour',
      text: 'Usually it grows by 90 MB an hour.',
      since: agoMs(27 * HOUR),
      clearedAt: agoMs(24 * HOUR),
      changedAt: agoMs(24 * HOUR),
      value: 2_400_000_000,
    }),
    alert(8, [8, 'nas'], {
      rule: 'gateway-down',
      level: 'critical',
      state: 'cleared',
      subject: 'default',
      title: 'Gateway is down',
      text: 'Its service is installed, but no process of it runs.',
      since: agoMs(31 * HOUR),
      clearedAt: agoMs(30 * HOUR),
      changedAt: agoMs(30 * HOUR),
      value: 1,
    }),
  ]
}

/** What main would keep. */
export const kept = { alerts: startingAlerts() }

/** Changes one alert, and says so. */
export function changeAlert(id: string, change: Partial<Alert>): Alert {
  const old = kept.alerts.find(one => one.id === id) ?? refuse('not-found', 'No such alert.')
  const fresh = { ...old, ...change }
  kept.alerts = kept.alerts.map(one => (one.id === id ? fresh : one))
  emit('alertsChanged', kept.alerts)
  return fresh
}

/** A clean-up ends what it was for. */
export function clearAlert(nodeId: string, rule: RuleId): void {
  const open = kept.alerts.find(one => one.nodeId === nodeId && one.rule === rule && one.state === 'open')
  if (open !== undefined) changeAlert(open.id, { state: 'cleared', clearedAt: Date.now(), changedAt: Date.now() })
}
