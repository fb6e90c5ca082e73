import { AppError } from '../../shared/errors'
import { HOUR } from '../../shared/units'
import type { Alert, Level, Notice, SnoozeFor, WatchConfig } from '../../shared/watch'
import {
  CoreState,
  emptyCore,
  forget,
  openAlerts,
  snooze,
  step,
  tick,
  type CoreInput,
  type CoreOutput,
} from './rules/core'
import type { WatchStore } from './store'

/** Cleared alerts are listed for so long. */
const CLEARED_LISTED_MS = 7 * 24 * HOUR

const CORE_KEY = 'core'

/** What came of a step. */
export type Change = Pick<CoreOutput, 'alerts' | 'notices'>

/**
 * The rules' memory with its alerts, on disk before anybody hears of them: after a crash nothing is told twice. What only
 * counts samples is stored a little later, at {@link flush}.
 */
export class AlertBook {
  #state: CoreState
  #isStored = true

  constructor(private readonly store: WatchStore) {
    this.#state = CoreState.safeParse(store.recall(CORE_KEY)).data ?? emptyCore()
    this.#endForgotten()
  }

  /** Alerts that the rules no longer know, as after a memory that could not be read, would stand open for good. */
  #endForgotten(): void {
    const known = new Set(this.open().map(({ id }) => id))
    const isForgotten = ({ id, state }: Alert): boolean => state === 'open' && !known.has(id)
    const forgotten = this.store.alerts(Number.MAX_SAFE_INTEGER).filter(isForgotten)
    this.store.saveAlerts(forgotten.map(alert => ({ ...alert, state: 'cleared', clearedAt: alert.changedAt })))
  }

  step(input: CoreInput, config: WatchConfig, now: number): Change {
    return this.#take(step(this.#state, input, config, now))
  }

  tick(config: WatchConfig, now: number): Change {
    return this.#take(tick(this.#state, config, now))
  }

  /** @throws AppError `not-found` when the alert is not open. */
  snooze(
    alertId: string,
    until: SnoozeFor | null,
    now: number,
  ): { readonly alert: Alert; readonly notices: readonly Notice[] } {
    if (!this.open().some(({ id }) => id === alertId)) {
      throw new AppError('not-found', 'This alert is not open any more.', { hint: 'Nothing is to be done.' })
    }
    const { notices } = this.#take(snooze(this.#state, alertId, until, now))
    const alert = this.open().find(({ id }) => id === alertId)
    if (alert === undefined) throw new AppError('not-found', 'This alert is not open any more.')
    return { alert, notices }
  }

  open(): Alert[] {
    return openAlerts(this.#state)
  }

  /** Open alerts, and those cleared within a week, newest first. */
  listed(now: number): Alert[] {
    return this.store.alerts(now - CLEARED_LISTED_MS)
  }

  /** The worst of the open alerts that are neither muted nor snoozed. */
  worst(now: number): Level {
    const loud = this.open().filter(({ isMuted, snoozedUntil }) => !isMuted && !isSnoozed(snoozedUntil, now))
    if (loud.some(({ level }) => level === 'critical')) return 'critical'
    return loud.length > 0 ? 'attention' : 'fine'
  }

  forget(nodeId: string): void {
    this.#state = forget(this.#state, nodeId)
    this.#isStored = false
    this.flush()
  }

  /** Stores what has only been counted so far. */
  flush(): void {
    if (this.#isStored) return
    this.store.remember(CORE_KEY, this.#state)
    this.#isStored = true
  }

  #take({ state, alerts, notices }: CoreOutput): Change {
    this.#state = state
    this.#isStored = false
    if (alerts.length + notices.length > 0) {
      this.store.transaction(() => {
        this.store.saveAlerts(alerts)
        this.flush()
      })
    }
    return { alerts, notices }
  }
}

function isSnoozed(until: Alert['snoozedUntil'], now: number): boolean {
  return until === 'change' || (until !== null && until > now)
}
