import { HOUR } from '../../../shared/units'

/** A number and how long ago it was. */
export interface Reckoned {
  readonly agoMs: number
  readonly value: number
}

/** So many numbers tell a pace; more cost more than they tell, as each is compared with each. */
const SLOTS = 18
const MIN_VALUES = 5
/** Slopes are reckoned with so many digits at least; what is nearer to a bound than that is reckoned whole. */
const DOUBT = 1e-9

/** What came of one value over time, as far as it is needed: each pace is reckoned when it is asked for. */
export interface Course {
  /**
   * How much the value grows per hour: the median of the slopes between any two (Theil-Sen), so that single jumps, such as a
   * file that comes and goes, do not count.
   */
  readonly perHour: () => number
  /**
   * A bound that the pace does not exceed, and one that it does not fall below. No slope between two values is steeper than
   * the steepest between neighbours, so this costs next to nothing.
   */
  readonly atMost: number
  readonly atLeast: number
}

/**
 * The course of a value within `windowMs`, from moments with the newest first; what `valueOf` answers null for is left out, and
 * it is asked only as often as it tells something. Null when what is known spans less than `minSpanMs`.
 */
export function courseOf<M extends { readonly agoMs: number }>(
  moments: readonly M[],
  valueOf: (moment: M) => number | null,
  { windowMs, minSpanMs }: { readonly windowMs: number; readonly minSpanMs: number },
): Course | null {
  const used = spread(moments, valueOf, windowMs)
  const spanMs = (used.at(-1)?.agoMs ?? 0) - (used[0]?.agoMs ?? 0)
  if (used.length < MIN_VALUES || spanMs < minSpanMs) return null
  let [most, least] = [-Infinity, Infinity]
  for (let next = 1; next < used.length; next++) {
    const slope = slopeOf(used[next - 1], used[next])
    most = Math.max(most, slope)
    least = Math.min(least, slope)
  }
  const doubt = DOUBT * Math.max(Math.abs(most), Math.abs(least))
  return { perHour: () => middleSlope(used) * HOUR, atMost: (most + doubt) * HOUR, atLeast: (least - doubt) * HOUR }
}

/** One value of each slot of the window, newest first. */
function spread<M extends { readonly agoMs: number }>(
  moments: readonly M[],
  valueOf: (moment: M) => number | null,
  windowMs: number,
): Reckoned[] {
  const used: Reckoned[] = []
  let filled = -1
  for (const moment of moments) {
    const { agoMs } = moment
    const slot = Math.floor((agoMs * SLOTS) / windowMs)
    if (slot > SLOTS) break
    if (slot === filled) continue
    const value = valueOf(moment)
    if (value === null) continue
    used.push({ agoMs, value })
    filled = slot
  }
  return used
}

function slopeOf(late: Reckoned | undefined, early: Reckoned | undefined): number {
  if (late === undefined || early === undefined) return NaN
  return (late.value - early.value) / (early.agoMs - late.agoMs)
}

function middleSlope(used: readonly Reckoned[]): number {
  const slopes = new Float64Array((used.length * (used.length - 1)) / 2)
  let count = 0
  for (let index = 0; index < used.length; index++) {
    for (let next = index + 1; next < used.length; next++) slopes[count++] = slopeOf(used[index], used[next])
  }
  return middleOf(slopes) ?? 0
}

/** The middle of numbers; null of none. */
export function median(numbers: readonly number[]): number | null {
  return middleOf(Float64Array.from(numbers))
}

/** Leaves the numbers in another order. */
function middleOf(numbers: Float64Array): number | null {
  if (numbers.length === 0) return null
  const middle = numbers.length / 2
  return (nth(numbers, Math.floor(middle)) + nth(numbers, Math.ceil(middle) - 1)) / 2
}

/** The number that would stand at a place if all were sorted (Hoare's selection): only what is around it is put in order. */
function nth(numbers: Float64Array, place: number): number {
  const at = (index: number): number => numbers[index] ?? NaN
  let [first, last] = [0, numbers.length - 1]
  while (first < last) {
    const pivot = at(place)
    let [left, right] = [first, last]
    while (left <= right) {
      while (at(left) < pivot) left++
      while (at(right) > pivot) right--
      if (left > right) break
      const moved = at(left)
      numbers[left++] = at(right)
      numbers[right--] = moved
    }
    if (right < place) first = left
    if (left > place) last = right
  }
  return at(place)
}
