import type { WatchPoint } from '../../../shared/sample'
import { MINUTE } from '../../../shared/units'
import type { Rules } from '../../../shared/watch'
import { MAX_SUBJECTS } from './reading'
import type { Memory } from './state'

type Seen = NonNullable<WatchPoint['seen']>
type Climb = NonNullable<Memory['climbs']['gateway']>

/** What is remembered of a node once a point came. `weight`: for how many samples it stands. */
export function remember(
  old: Memory | undefined,
  seen: Seen | null,
  rules: Rules,
  weight: number,
  now: number,
): Memory {
  const memory = old ?? { bootId: null, watchedSince: now, lastSeenAt: now, climbs: {}, gateways: {} }
  if (seen === null) return memory
  // Pids and counts of another boot do not compare.
  const { climbs, gateways } = memory.bootId === seen.clock.bootId ? memory : { climbs: {}, gateways: {} }
  const isListed = Object.keys(seen.families).length > 0
  return {
    bootId: seen.clock.bootId,
    watchedSince: memory.watchedSince,
    lastSeenAt: now,
    climbs: isListed ? climbsWith(climbs, seen, rules['growing-processes'].over, weight) : climbs,
    gateways: isListed ? gatewaysWith(gateways, seen, rules['gateway-restarts'].withinMinutes * MINUTE) : gateways,
  }
}

function climbsWith(old: Memory['climbs'], seen: Seen, over: number, weight: number): Memory['climbs'] {
  return Object.fromEntries(
    Object.entries(seen.families).map(([family, { count }]) => [
      family,
      lastSamples(climbWith(old[family as keyof Memory['climbs']] ?? [], count, weight), over),
    ]),
  )
}

function climbWith(climb: Climb, count: number, weight: number): Climb {
  const last = climb.at(-1)
  if (last === undefined || count < last[0]) return [[count, weight]]
  return count === last[0] ? [...climb.slice(0, -1), [count, last[1] + weight]] : [...climb, [count, weight]]
}

/** The steps of a climb that reach so many samples back, and no more than those. */
function lastSamples(climb: Climb, samples: number): Climb {
  let left = samples
  for (let index = climb.length - 1; index >= 0; index--) {
    const [count, length] = climb[index] ?? [0, 0]
    if (length >= left) return [[count, left], ...climb.slice(index + 1)]
    left -= length
  }
  return climb
}

function gatewaysWith(old: Memory['gateways'], seen: Seen, withinMs: number): Memory['gateways'] {
  const { uptimeMs } = seen.clock
  return Object.fromEntries(
    seen.gateways.slice(0, MAX_SUBJECTS).flatMap(({ profile, pid, startedAtTicks }) => {
      const before = remembered(old, profile)
      // One that is down keeps its place: what runs next is a restart.
      if (pid === null) return before === undefined ? [] : [[profile, before]]
      const process = { pid, startedAtTicks: startedAtTicks ?? 0 }
      const isSame = before === undefined || (before.pid === pid && before.startedAtTicks === process.startedAtTicks)
      const starts = [...(before?.starts ?? []), ...(isSame ? [] : [uptimeMs])]
      return [
        [profile, { ...process, starts: starts.filter(start => start <= uptimeMs && start >= uptimeMs - withinMs) }],
      ]
    }),
  )
}

/** A profile may be called `constructor`. */
export function remembered(gateways: Memory['gateways'], profile: string): Memory['gateways'][string] | undefined {
  return Object.hasOwn(gateways, profile) ? gateways[profile] : undefined
}
