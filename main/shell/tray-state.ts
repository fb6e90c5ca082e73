import type { Alert, WatchState } from '../../shared/watch'
import { headline } from '../watch/rules/words'

/** What the tray's icon says. `build/tray-icons.ts` draws one image for each. */
export type TrayState = 'fine' | 'attention' | 'critical' | 'paused' | 'offline'

/** The icon for what is known. A pause is told first: while it lasts, a quiet icon would say nothing. */
export function trayState({ pausedBecause, isOffline, worst }: WatchState): TrayState {
  // A sleeping machine shows nothing, and goes on by itself.
  if (pausedBecause === 'admin' || pausedBecause === 'battery') return 'paused'
  return isOffline ? 'offline' : worst
}

/** Alerts that want a person: open, neither muted nor put off; the worst first, then the newest. */
export function loudAlerts(alerts: readonly Alert[], now: number): Alert[] {
  const isQuiet = ({ isMuted, snoozedUntil }: Alert): boolean =>
    isMuted || snoozedUntil === 'change' || (snoozedUntil !== null && snoozedUntil > now)
  const rank = ({ level }: Alert): number => (level === 'critical' ? 0 : 1)
  return alerts
    .filter(alert => alert.state === 'open' && !isQuiet(alert))
    .sort((a, b) => rank(a) - rank(b) || b.since - a.since)
}

/** Windows shows no more of a tool tip. */
const MOST_CHARACTERS = 127

/** The worst finding in one line; without one, how the fleet is. */
export function toolTip(state: TrayState, alerts: readonly Alert[], summary: string): string {
  const [worst, ...more] = alerts
  const paused = state === 'paused' ? 'watching is paused, ' : ''
  const text =
    worst === undefined
      ? `OCM: ${paused}${summary}`
      : `OCM: ${paused}${headline(worst)}${more.length === 0 ? '' : ` (${more.length} more)`}`
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`
}
