import { HOUR } from '../../../shared/units'

/** A number and how long ago it was. */
export interface Reckoned {
  readonly agoMs: number
  readonly value: number
}

/** So many numbers tell a pace; more cost more than they tell, as each is compared with each. */
const SLOTS = 18
const MIN_VALUES = 5

/**
 * How much a value grows per hour: the median of the slopes between any two (Theil-Sen), so that single jumps, such as a file
 * that comes and goes, do not count. Null when what is known within `windowMs` spans less than `minSpanMs`.
 */
export function pacePerHour(values: readonly Reckoned[], windowMs: number, minSpanMs: number): number | null {
  const used = spread(values, windowMs)
  const spanMs = (used.at(-1)?.agoMs ?? 0) - (used[0]?.agoMs ?? 0)
  if (used.length < MIN_VALUES || spanMs < minSpanMs) return null
  const slopes: number[] = []
  used.forEach((late, index) => {
    for (let next = index + 1; next < used.length; next++) {
      const early = used[next] ?? late
      slopes.push((late.value - early.value) / (early.agoMs - late.agoMs))
    }
  })
  const slope = median(slopes)
  return slope === null ? null : slope * HOUR
}

/** One value of each slot of the window, newest first. */
function spread(values: readonly Reckoned[], windowMs: number): Reckoned[] {
  const slots = new Map<number, Reckoned>()
  for (const value of values) {
    const slot = Math.floor((value.agoMs * SLOTS) / windowMs)
    if (slot <= SLOTS && !slots.has(slot)) slots.set(slot, value)
  }
  return [...slots.values()].sort((a, b) => a.agoMs - b.agoMs)
}

/** The middle of numbers; null of none. */
export function median(numbers: readonly number[]): number | null {
  const sorted = Float64Array.from(numbers).sort()
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)]
  const lower = sorted[Math.ceil(middle) - 1]
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2
}
