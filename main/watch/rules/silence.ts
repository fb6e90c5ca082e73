import { HOUR } from '../../../shared/units'
import type { Alert, RuleId, SnoozeFor, WatchConfig } from '../../../shared/watch'
import { isWorse } from './reading'
import type { Track } from './state'

const MORNING = 8
/** Who says "tomorrow" before this hour means after the night. */
const NIGHT_ENDS = 5

/** Until when an alert is quiet. Tomorrow begins at 08:00 local time. */
export function snoozeEnd(until: SnoozeFor, now: number): number | 'change' {
  if (until === 'change') return 'change'
  if (until === 'hour') return now + HOUR
  const morning = new Date(now)
  if (morning.getHours() >= NIGHT_ENDS) morning.setDate(morning.getDate() + 1)
  return morning.setHours(MORNING, 0, 0, 0)
}

/** Whether it is within the quiet hours, local time. From and to the same: never. */
export function isQuiet({ quietHours }: WatchConfig, now: number): boolean {
  if (quietHours === null) return false
  const { from, to } = quietHours
  const time = new Date(now)
  const words = [time.getHours(), time.getMinutes()].map(number => String(number).padStart(2, '0')).join(':')
  return from <= to ? from <= words && words < to : from <= words || words < to
}

/** Muted for all, for the node, or for this rule of the node. */
export function isMuted({ mutedRules, nodes }: WatchConfig, nodeId: string, rule: RuleId): boolean {
  const node = nodes[nodeId]
  return mutedRules.includes(rule) || node?.isMuted === true || node?.mutedRules.includes(rule) === true
}

/** Whether an alert may be told at all now. Quiet hours only put off. */
export function isSilent({ isMuted, snoozedUntil }: Alert, config: WatchConfig): boolean {
  return !config.notifies || isMuted || snoozedUntil !== null
}

/** Whether an incident just ended, and this one is no worse. */
export function isCooling({ cooling, alert }: Track, now: number): boolean {
  return cooling !== null && alert !== null && now < cooling.until && !isWorse(alert.level, cooling.level)
}
