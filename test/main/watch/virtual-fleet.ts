import { expect } from 'vitest'
import {
  CoreState,
  emptyCore,
  keepPast,
  openAlerts,
  snooze,
  step,
  tick,
  type CoreOutput,
  type PastPoint,
} from '../../../main/watch/rules/core'
import type { WatchPoint } from '../../../shared/sample'
import { MINUTE } from '../../../shared/units'
import { WatchConfig, type Alert, type Notice, type SnoozeFor } from '../../../shared/watch'
import type { z } from 'zod'

/** The id of the n-th node, from 1. */
export function nodeId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
}

const LABELS = ['', 'pc-a', 'pc-b', 'vps-3', 'nas']

/** The name of the n-th node. */
export function labelOf(n: number): string {
  return LABELS[n] ?? `node-${n}`
}

/** A fleet on a virtual clock: it hands points to the core as the watcher does, and keeps all that the core answers. */
export class VirtualFleet {
  state: CoreState = emptyCore()
  config: WatchConfig
  readonly notices: Notice[] = []
  /** Every alert there was, as it is now. */
  readonly alerts = new Map<string, Alert>()
  private readonly history = new Map<number, readonly PastPoint[]>()
  private readonly versions = new Map<number, string>()

  /** `keepsText`: the state goes through its text before every step, as if OCM was started anew each time. */
  constructor(
    config: z.input<typeof WatchConfig> = {},
    private readonly keepsText = false,
  ) {
    this.config = WatchConfig.parse(config)
  }

  set(config: z.input<typeof WatchConfig>): void {
    this.config = WatchConfig.parse(config)
  }

  /** One poll of the n-th node. `now` is the admin's clock, which is the point's if not said. */
  poll(n: number, point: WatchPoint, now = point.at): Notice[] {
    const history = this.history.get(n) ?? []
    if (point.seen?.version != null) this.versions.set(n, point.seen.version)
    const fleet = [...this.versions].map(([of, version]) => ({ nodeId: nodeId(of), version }))
    const input = { nodeId: nodeId(n), nodeLabel: labelOf(n), point, history, fleet }
    const notices = this.take(step(this.loaded(), input, this.config, now))
    this.history.set(n, keepPast(history, point))
    return notices
  }

  tick(now: number): Notice[] {
    return this.take(tick(this.loaded(), this.config, now))
  }

  snooze(alertId: string, until: SnoozeFor | null, now: number): Alert {
    this.take(snooze(this.loaded(), alertId, until, now))
    return this.alerts.get(alertId) as Alert
  }

  /** Polls the n-th node once a minute, `count` times from `from` on; answers the time after. */
  run(n: number, from: number, count: number, pointAt: (at: number, index: number) => WatchPoint): number {
    for (let index = 0; index < count; index++) this.poll(n, pointAt(from + index * MINUTE, index))
    return from + count * MINUTE
  }

  open(): Alert[] {
    return openAlerts(this.state)
  }

  /** `kind: title` of every notice so far; what was asked for once is not told again. */
  told(): string[] {
    return this.notices.splice(0).map(({ kind, title }) => `${kind}: ${title}`)
  }

  private loaded(): CoreState {
    return this.keepsText ? CoreState.parse(JSON.parse(JSON.stringify(this.state))) : this.state
  }

  private take({ state, alerts, notices }: CoreOutput): Notice[] {
    this.state = state
    for (const alert of alerts) this.alerts.set(alert.id, alert)
    this.notices.push(...notices)
    const open = [...this.alerts.values()].filter(alert => alert.state === 'open')
    // Who goes by the changes alone knows what is open.
    expect(new Set(open)).toEqual(new Set(openAlerts(state)))
    return notices
  }
}
