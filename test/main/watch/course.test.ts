import { expect, test } from 'vitest'
import { courseOf, median } from '../../../main/watch/rules/pace'
import { HOUR, MINUTE } from '../../../shared/units'

/** Numbers that look random and are the same each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Moment {
  readonly agoMs: number
  readonly bytes: number | null
}

/** Some minutes apart, newest first: with gaps, plateaus, jumps, and moments at which nothing is known. */
function momentsOf(random: () => number): Moment[] {
  let agoMs = 0
  let bytes = Math.floor(random() * 1e12)
  const pace = (random() - 0.5) * 1e9
  return Array.from({ length: Math.floor(random() * 120) }, () => {
    const moment = { agoMs, bytes: random() < 0.1 ? null : bytes }
    const passed = random() < 0.05 ? 30 * MINUTE : Math.ceil(random() * 2 * MINUTE)
    agoMs += passed
    if (random() < 0.7) bytes = Math.max(0, Math.round(bytes - (pace * passed) / MINUTE + (random() < 0.05 ? 1e11 : 0)))
    return moment
  })
}

/** The same, told in the plainest way: the first value of each slot, the slopes between any two, the middle of all. */
function plainly(moments: readonly Moment[], windowMs: number, minSpanMs: number): number | null {
  const slots = new Map<number, { agoMs: number; bytes: number }>()
  for (const { agoMs, bytes } of moments) {
    const slot = Math.floor((agoMs * 18) / windowMs)
    if (bytes !== null && slot <= 18 && !slots.has(slot)) slots.set(slot, { agoMs, bytes })
  }
  const used = [...slots.values()]
  if (used.length < 5 || (used.at(-1)?.agoMs ?? 0) - (used[0]?.agoMs ?? 0) < minSpanMs) return null
  const slopes = used.flatMap((late, index) =>
    used.slice(index + 1).map(early => (late.bytes - early.bytes) / (early.agoMs - late.agoMs)),
  )
  const sorted = slopes.sort((a, b) => a - b)
  const middle = sorted.length / 2
  return (((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2) * HOUR
}

test('a pace is exactly the median of the slopes between any two, and lies within its bounds', () => {
  const random = randomFrom(7)
  let known = 0
  for (let round = 0; round < 2000; round++) {
    const moments = momentsOf(random)
    for (const [windowMs, minSpanMs] of [
      [HOUR, 20 * MINUTE],
      [3 * HOUR, HOUR],
      [30 * MINUTE, 15 * MINUTE],
    ] as const) {
      const course = courseOf(moments, ({ bytes }) => bytes, { windowMs, minSpanMs })
      const pace = course?.perHour() ?? null
      expect(pace).toBe(plainly(moments, windowMs, minSpanMs))
      if (course === null || pace === null) continue
      known += 1
      expect(pace).toBeLessThanOrEqual(course.atMost)
      expect(pace).toBeGreaterThanOrEqual(course.atLeast)
    }
  }
  expect(known).toBeGreaterThan(1000)
})

test('what is flat has a pace of nothing, and bounds of nothing', () => {
  const moments = Array.from({ length: 60 }, (_, index) => ({ agoMs: index * MINUTE }))
  const course = courseOf(moments, () => 5, { windowMs: HOUR, minSpanMs: 20 * MINUTE })
  expect(course).toMatchObject({ atMost: 0, atLeast: 0 })
  expect(course?.perHour()).toBe(0)
})

test('no value is asked for that tells nothing', () => {
  const moments = Array.from({ length: 600 }, (_, index) => ({ agoMs: index * MINUTE }))
  let asked = 0
  courseOf(moments, () => (asked += 1), { windowMs: HOUR, minSpanMs: 20 * MINUTE })
  expect(asked).toBeLessThanOrEqual(19)
})

test('a middle is the one of all, whatever their order; of none there is none', () => {
  const random = randomFrom(11)
  expect(median([])).toBeNull()
  for (let count = 1; count < 60; count++) {
    const numbers = Array.from({ length: count }, () => Math.floor(random() * 10) - 5)
    const sorted = numbers.toSorted((a, b) => a - b)
    const middle = ((sorted[Math.floor(count / 2)] ?? NaN) + (sorted[Math.ceil(count / 2) - 1] ?? NaN)) / 2
    expect(median(numbers)).toBe(middle)
  }
})
