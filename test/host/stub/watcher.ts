import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { Bus, Handlers } from '../../../main/api'
import type { ShellWatcher } from '../../../main/shell/start'
import { Alert, WatchConfig, type Notice } from '../../../shared/watch'

/** A watcher that watches nothing: a spec says through commands what it should have seen. */
export interface StubWatcher extends ShellWatcher {
  readonly handlers: Partial<Handlers>
}

/** Where the stub's watcher notes what it was asked, and keeps its alerts over a restart. */
export interface StubWatcherOptions {
  readonly write: (line: string) => void
  readonly file: string
}

/** Makes it. `watch.checkNow` with a node raises an alert for it; `watch.snooze` without an end clears one. */
export function createStubWatcher(bus: Bus, { write, file }: StubWatcherOptions): StubWatcher {
  let config = WatchConfig.parse({})
  let alerts: Alert[] = existsSync(file) ? z.array(Alert).parse(JSON.parse(readFileSync(file, 'utf8'))) : []
  const listeners = new Set<(notice: Notice) => void>()
  const state = (): ReturnType<ShellWatcher['state']> => {
    const open = alerts.filter(alert => alert.state === 'open' && alert.snoozedUntil === null)
    const isCritical = open.some(({ level }) => level === 'critical')
    return {
      isPaused: config.isPaused,
      pausedBecause: config.isPaused ? 'admin' : null,
      worst: isCritical ? 'critical' : open.length > 0 ? 'attention' : 'fine',
      isOffline: false,
      watched: 1,
      nextAt: null,
    }
  }
  const announce = (): void => {
    writeFileSync(file, JSON.stringify(alerts))
    bus.emit('alertsChanged', alerts)
    bus.emit('watchChanged', state())
  }
  const change = (id: string, to: Partial<Alert>): Alert => {
    alerts = alerts.map(alert => (alert.id === id ? { ...alert, ...to } : alert))
    announce()
    const changed = alerts.find(alert => alert.id === id)
    if (changed === undefined) throw new Error('No such alert')
    return changed
  }
  const raise = (nodeId: string): void => {
    const alert = alertOf(nodeId, alerts.length)
    alerts = [...alerts, alert]
    announce()
    const { level, title, text, action } = alert
    for (const tell of listeners)
      tell({
        kind: 'raised',
        at: Date.now(),
        level,
        title: `alpha: ${title}`,
        body: text,
        alertIds: [alert.id],
        action,
      })
  }
  const watcher: ShellWatcher = {
    state,
    alerts: () => alerts,
    config: () => config,
    setConfig: wish => {
      config = WatchConfig.parse({ ...config, ...wish })
      announce()
      return config
    },
    checkNow: () => {
      write('checked')
      return Promise.resolve()
    },
    snooze: (id, until) => {
      write(`snoozed: ${String(until)}`)
      return change(id, { snoozedUntil: Date.now() + 3_600_000 })
    },
    onNotice: listener => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    power: event => write(`power: ${event}`),
  }
  return {
    ...watcher,
    handlers: {
      'watch.checkNow': ({ nodeId }) => {
        if (nodeId !== null) raise(nodeId)
        return Promise.resolve()
      },
      'watch.snooze': ({ alertId }) => Promise.resolve(change(alertId, { state: 'cleared', clearedAt: Date.now() })),
      'watch.alerts': () => Promise.resolve(alerts),
    },
  }
}

/** The first is critical and can be cleaned up; later ones ask for attention. */
function alertOf(nodeId: string, index: number): Alert {
  const isFirst = index === 0
  return {
    id: crypto.randomUUID(),
    nodeId,
    nodeLabel: 'alpha',
    rule: isFirst ? 'orphans' : 'backup-overdue',
    subject: '',
    level: isFirst ? 'critical' : 'attention',
    state: 'open',
    title: isFirst ? '51 GB of orphaned files' : 'No backup for 20 days',
    text: 'As the stub says.',
    action: isFirst ? 'clean-orphans' : 'open',
    since: Date.now(),
    changedAt: Date.now(),
    clearedAt: null,
    snoozedUntil: null,
    isMuted: false,
    value: 1,
  }
}
