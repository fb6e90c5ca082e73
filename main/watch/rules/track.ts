import { createHash } from 'node:crypto'
import { MINUTE } from '../../../shared/units'
import type { Alert, Level, RuleId } from '../../../shared/watch'
import { isWorse, type Reading } from './reading'
import type { Track } from './state'

/** What all rules have in common. */
export interface Pacing {
  readonly raiseAfter: number
  readonly clearAfter: number
  readonly coolMinutes: number
}

/** One look at one subject. */
export interface Look {
  readonly nodeId: string
  readonly nodeLabel: string
  /** For how many samples it stands. */
  readonly weight: number
  readonly now: number
  /** A number that no incident had. */
  readonly serial: number
}

/** Nothing was said of it before. */
export function emptyTrack(rule: RuleId, subject: string): Track {
  return {
    rule,
    subject,
    up: { attention: 0, critical: 0 },
    down: { attention: 0, critical: 0 },
    alert: null,
    told: 'fine',
    cooling: null,
    snoozedValue: null,
  }
}

/** Longer streaks than any rule asks for look alike. */
const MAX_STREAK = 1000

/** A track one reading later: its streaks, and its alert raised, escalated, calmed, cleared or told anew. */
export function advance(track: Track, reading: Reading, pacing: Pacing, look: Look): Track {
  const counted = { ...track, ...streaks(track, reading, look.weight) }
  const level = nextLevel(counted, pacing)
  if (track.alert === null) return level === 'fine' ? counted : raised(counted, reading, level, look)
  if (level === 'fine') return cleared(counted, look.now, pacing.coolMinutes)
  return level === track.alert.level ? refreshed(counted, reading, look) : moved(counted, reading, level, look)
}

/** Samples in a row up to each level, and down from it. */
function streaks(track: Track, { raise, hold }: Reading, weight: number): Pick<Track, 'up' | 'down'> {
  const next = (old: number, goesOn: boolean): number => (goesOn ? Math.min(MAX_STREAK, old + weight) : 0)
  const reaches = (level: Level, limit: Level): boolean => !isWorse(limit, level)
  const isOpen = track.alert !== null
  return {
    up: {
      attention: next(track.up.attention, reaches(raise, 'attention')),
      critical: next(track.up.critical, reaches(raise, 'critical')),
    },
    down: {
      attention: next(track.down.attention, isOpen && !reaches(hold, 'attention')),
      critical: next(track.down.critical, isOpen && !reaches(hold, 'critical')),
    },
  }
}

function nextLevel({ up, down, alert }: Track, { raiseAfter, clearAfter }: Pacing): Level {
  const level = alert?.level ?? 'fine'
  const risen = up.critical >= raiseAfter ? 'critical' : up.attention >= raiseAfter ? 'attention' : 'fine'
  if (isWorse(risen, level)) return risen
  if (down.attention >= clearAfter) return 'fine'
  return level === 'critical' && down.critical >= clearAfter ? 'attention' : level
}

function raised(track: Track, reading: Reading, level: Alert['level'], look: Look): Track {
  const { nodeId, nodeLabel, now } = look
  const { rule, subject } = track
  const alert: Alert = {
    id: incidentId([nodeId, rule, subject, String(now), String(look.serial)]),
    nodeId,
    nodeLabel,
    rule,
    subject,
    level,
    state: 'open',
    ...reading.say(),
    since: now,
    changedAt: now,
    clearedAt: null,
    snoozedUntil: null,
    isMuted: false,
    value: reading.value,
  }
  return { ...track, alert, told: 'fine', snoozedValue: null }
}

/** An incident's id: the same when the same history is played again. */
function incidentId(words: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(words)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** An incident whose level changed. Worse than it was, it is no longer quiet; and nobody waits for a change that came. */
function moved(track: Track, reading: Reading, level: Alert['level'], { now, nodeLabel }: Look): Track {
  if (track.alert === null) return track
  const { snoozedUntil, level: before } = track.alert
  const endsSnooze = snoozedUntil === 'change' || isWorse(level, before)
  const words = reading.hold === 'fine' ? {} : { ...reading.say(), value: reading.value }
  return {
    ...track,
    alert: {
      ...track.alert,
      ...words,
      nodeLabel,
      level,
      changedAt: now,
      snoozedUntil: endsSnooze ? null : snoozedUntil,
    },
    snoozedValue: null,
  }
}

/** An incident that goes on: its words as long as the numbers are bad. */
function refreshed(track: Track, reading: Reading, { nodeLabel }: Look): Track {
  const { alert, snoozedValue } = track
  if (alert === null) return track
  const named = alert.nodeLabel === nodeLabel ? alert : { ...alert, nodeLabel }
  if (reading.hold === 'fine') return { ...track, alert: named }
  const { value } = reading
  if (alert.snoozedUntil === 'change' && snoozedValue !== null && hasMoved(snoozedValue, value)) {
    // Told anew, with the number that was waited for.
    const fresh = { ...named, ...reading.say(), value, snoozedUntil: null }
    return { ...track, alert: fresh, told: 'fine', snoozedValue: null }
  }
  const words = reading.say()
  const isSame = words.title === alert.title && words.text === alert.text && words.action === alert.action
  return { ...track, alert: isSame ? named : { ...named, ...words, value } }
}

const TELLING_CHANGE = 0.2

function hasMoved(from: number, to: number): boolean {
  return Math.abs(to - from) > Math.abs(from) * TELLING_CHANGE
}

/** The end of an incident. What was told is quiet for a while should it come back. */
export function cleared(track: Track, now: number, coolMinutes: number): Track {
  if (track.alert === null) return track
  const cooling = track.cooling !== null && now < track.cooling.until ? track.cooling.level : 'fine'
  const level = isWorse(track.told, cooling) ? track.told : cooling
  return {
    ...emptyTrack(track.rule, track.subject),
    alert: { ...track.alert, state: 'cleared', changedAt: now, clearedAt: now, snoozedUntil: null },
    cooling: level === 'fine' || coolMinutes === 0 ? null : { until: now + coolMinutes * MINUTE, level },
  }
}
