import type { Alert, Level, SnoozeFor } from '../../shared/watch'
import type { PlanRequest } from '../store/window'

/** Whether an alert is quiet at the moment because a person put it off. */
export function isSnoozed({ snoozedUntil }: Alert, nowMs: number): boolean {
  return snoozedUntil === 'change' || (snoozedUntil !== null && snoozedUntil > nowMs)
}

/** Alerts that want a person: open, neither muted nor put off. */
export function loudOf(alerts: readonly Alert[], nowMs: number): readonly Alert[] {
  return alerts.filter(alert => alert.state === 'open' && !alert.isMuted && !isSnoozed(alert, nowMs))
}

/** The worst first, then what is new. */
export function sortAlerts(alerts: readonly Alert[]): readonly Alert[] {
  const rank = ({ level }: Alert) => (level === 'critical' ? 0 : 1)
  return [...alerts].sort((a, b) => rank(a) - rank(b) || b.since - a.since)
}

/** The worst level among these. */
export function worstOf(alerts: readonly Alert[]): Level {
  if (alerts.some(({ level }) => level === 'critical')) return 'critical'
  return alerts.length > 0 ? 'attention' : 'fine'
}

/** The plan that an alert offers; undefined when it offers none. */
export function cleanUpOf({ action, nodeId }: Alert): Extract<PlanRequest, { readonly kind: 'clean' }> | undefined {
  if (action === 'open') return undefined
  return { kind: 'clean', nodeId, what: action === 'clean-orphans' ? 'orphans' : 'processes' }
}

/** How long an alert can be put off. */
export const SNOOZES: readonly (readonly [SnoozeFor, string])[] = [
  ['hour', 'For one hour'],
  ['tomorrow', 'Until tomorrow'],
  ['change', 'Until it changes'],
]
