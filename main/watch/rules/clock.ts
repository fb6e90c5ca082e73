import { MINUTE } from '../../../shared/units'
import type { Alert } from '../../../shared/watch'
import type { CoreState, NodeState, Track } from './state'

/** Corrections this small change nothing that anybody notices. */
const MIN_JUMP_MS = MINUTE

/**
 * The state, moved back with the admin's clock when that jumped back; otherwise everything that waits would wait for as long
 * again. A jump ahead looks like sleep, and needs nothing: what waits is over sooner.
 */
export function followClock(state: CoreState, now: number): CoreState {
  const jumpMs = state.ranAt - now
  if (jumpMs <= MIN_JUMP_MS) return state
  const back = (time: number): number => time - jumpMs
  const backOrNull = (time: number | null): number | null => (time === null ? null : back(time))
  const { outbox } = state
  return {
    ...state,
    nodes: mapValues(state.nodes, node => nodeBack(node, back, now)),
    versions: mapValues(state.versions, back),
    outbox: {
      ...outbox,
      sentAt: outbox.sentAt.map(back),
      lastDigestAt: backOrNull(outbox.lastDigestAt),
      dueAt: backOrNull(outbox.dueAt),
    },
  }
}

function nodeBack({ memory, tracks }: NodeState, back: (time: number) => number, now: number): NodeState {
  return {
    memory: { ...memory, watchedSince: back(memory.watchedSince), lastSeenAt: back(memory.lastSeenAt) },
    tracks: mapValues(tracks, (track): Track => {
      const cooling = track.cooling === null ? null : { ...track.cooling, until: back(track.cooling.until) }
      return { ...track, cooling, alert: track.alert === null ? null : alertBack(track.alert, back, now) }
    }),
  }
}

function alertBack(alert: Alert, back: (time: number) => number, now: number): Alert {
  const { snoozedUntil, since, changedAt } = alert
  return {
    ...alert,
    since: Math.min(since, now),
    changedAt: Math.min(changedAt, now),
    snoozedUntil: typeof snoozedUntil === 'number' ? back(snoozedUntil) : snoozedUntil,
  }
}

/** A record with every value changed. */
export function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
