import { bytesText, HOUR, MINUTE } from '../../../shared/units'
import { CLEAR_MARGIN } from '../../../shared/watch'
import type { Moment } from './past'
import { courseOf, median, type Reckoned } from './pace'
import { graded, levelOf, type Judge } from './reading'
import { MEGABYTE } from './words'

/** A usual pace is known from so many hours on. */
const MIN_HOURS = 3

/** OpenClaw's files grow faster than they usually do. */
export const judgeGrowth: Judge<'disk-growth'> = ({ past }, limits) => {
  const lastHour = past(HOUR)
  const course = courseOf(lastHour, totalOf(lastHour), { windowMs: HOUR, minSpanMs: 20 * MINUTE })
  if (course === null) return null
  const limit = limits.megabytesPerHour * MEGABYTE
  // Most of the time it is slow by far, and neither the pace nor what is usual need be reckoned.
  const slow = limit * (1 - CLEAR_MARGIN)
  if (course.atMost <= slow) return []
  const pace = course.perHour()
  if (pace <= slow) return []
  const usual = Math.max(0, usualPace(totalSizes(past(24 * HOUR))) ?? 0)
  return [
    {
      subject: '',
      ...graded(ease => levelOf(false, pace - usual > limit * ease)),
      value: pace,
      say: () => ({
        title: `Growing by ${bytesText(pace)} an hour`,
        text: `OpenClaw's files usually grow by ${bytesText(Math.round(usual))} an hour.`,
        action: 'open',
      }),
    },
  ]
}

/** What the files of all families hold. A moment that lacks a family of the newest one does not compare: null. */
function totalOf(past: readonly Moment[]): (moment: Moment) => number | null {
  const families = Object.keys(past[0]?.seen.sizes ?? {})
  if (families.length === 0) return () => null
  return ({ seen: { sizes } }) => {
    let total = 0
    for (const family of families) {
      const use = sizes[family]
      if (use === undefined) return null
      total += use.bytes
    }
    return total
  }
}

function totalSizes(past: readonly Moment[]): Reckoned[] {
  const total = totalOf(past)
  return past.flatMap(moment => {
    const value = total(moment)
    return value === null ? [] : [{ agoMs: moment.agoMs, value }]
  })
}

/** The median of what each hour of the last day brought, the running one left out. Null when too few are known. */
function usualPace(sizes: readonly Reckoned[]): number | null {
  const hours = Map.groupBy(sizes, ({ agoMs }) => Math.floor(agoMs / HOUR))
  hours.delete(0)
  const paces = [...hours.values()].flatMap(hour => {
    const [late, early] = [hour[0], hour.at(-1)]
    if (late === undefined || early === undefined || early.agoMs - late.agoMs < HOUR / 2) return []
    return [((late.value - early.value) / (early.agoMs - late.agoMs)) * HOUR]
  })
  return paces.length < MIN_HOURS ? null : median(paces)
}
