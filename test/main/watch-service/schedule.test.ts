import { setImmediate as breathe } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { nextBeat, Schedule } from '../../../main/watch/schedule'
import { FakeClock } from '../../helpers/fake-clock'

const MINUTE = 60_000
/** Not on a whole minute. */
const START = Date.UTC(2026, 10, 21, 12, 0, 20)

let clock: FakeClock
/** Each poll as `node at seconds since START`. */
let polls: string[]
/** Polls that do not end by themselves, by node. */
let hanging: Map<string, () => void>
let slow: Set<string>
let schedule: Schedule

beforeEach(() => {
  clock = new FakeClock(START)
  polls = []
  hanging = new Map()
  slow = new Set()
  schedule = new Schedule({
    clock,
    onBeat: () => undefined,
    poll: nodeId => {
      polls.push(`${nodeId} ${(clock.now() - START) / 1000}`)
      return slow.has(nodeId) ? new Promise<void>(resolve => hanging.set(nodeId, resolve)) : Promise.resolve()
    },
  })
})

/** Lets time pass, second by second: what is polled gets its turn in between. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000)
    await breathe()
  }
}

test('all nodes of one pace share the beat of the whole minute, after a first poll at once', async () => {
  schedule.set(new Map(['a', 'b', 'c'].map(name => [name, MINUTE])))
  schedule.resume(0)
  await pass(101)
  expect(polls).toEqual(['a 0', 'b 0', 'c 0', 'a 40', 'b 40', 'c 40', 'a 100', 'b 100', 'c 100'])
  expect(schedule.nextAt).toBe(START + 160_000)
})

test('a poll that outlasts its interval skips beats, and is never under way twice', async () => {
  slow.add('a')
  schedule.set(
    new Map([
      ['a', MINUTE],
      ['b', MINUTE],
    ]),
  )
  schedule.resume(0)
  await pass(200)
  expect(polls.filter(line => line.startsWith('a'))).toEqual(['a 0'])
  expect(polls.filter(line => line.startsWith('b'))).toHaveLength(4)
  hanging.get('a')?.()
  await pass(60)
  expect(polls.filter(line => line.startsWith('a'))).toEqual(['a 0', 'a 220'])
})

test('at rest nothing is polled; after that each node soon, and then on its beat again', async () => {
  schedule.set(new Map([['a', MINUTE]]))
  schedule.resume(0)
  await pass(1)
  schedule.rest()
  expect(schedule.nextAt).toBeNull()
  await pass(300)
  expect(polls).toEqual(['a 0'])
  schedule.resume(5000)
  await pass(60)
  expect(polls).toEqual(['a 0', 'a 303.5', 'a 340'])
})

test('a clock that is set back a day does not keep a node waiting for a day', async () => {
  schedule.set(new Map([['a', MINUTE]]))
  schedule.resume(0)
  await pass(1)
  clock.set(clock.now() - 86_400_000)
  await pass(125)
  expect(polls.length).toBeGreaterThanOrEqual(2)
  clock.set(clock.now() + 2 * 86_400_000)
  const before = polls.length
  await pass(125)
  expect(polls.length - before).toBeLessThanOrEqual(3)
  expect(polls.length).toBeGreaterThan(before)
})

test('another pace counts from the next beat; a node that is off the list is polled no more', async () => {
  schedule.set(new Map([['a', MINUTE]]))
  schedule.resume(0)
  await pass(1)
  schedule.set(new Map([['a', 10_000]]))
  await pass(20)
  expect(polls).toEqual(['a 0', 'a 10', 'a 20'])
  schedule.set(new Map())
  await pass(60)
  expect(polls).toHaveLength(3)
})

test('beats fall on whole multiples of the pace', () => {
  expect(nextBeat(START, MINUTE)).toBe(Date.UTC(2026, 10, 21, 12, 1))
  expect(nextBeat(Date.UTC(2026, 10, 21, 12, 1), MINUTE)).toBe(Date.UTC(2026, 10, 21, 12, 2))
  expect(nextBeat(START, 10_000)).toBe(START + 10_000)
})

test('sixteen are asked side by side, the others wait for their turn', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `n${index}`)
  for (const name of names) slow.add(name)
  schedule.set(new Map(names.map(name => [name, MINUTE])))
  schedule.resume(0)
  await pass(1)
  expect(polls).toHaveLength(16)
  hanging.get('n0')?.()
  await pass(1)
  expect(polls).toHaveLength(17)
})

test('what is asked for besides takes its turn among them, and none after a rest', async () => {
  const names = Array.from({ length: 15 }, (_, index) => `n${index}`)
  for (const name of names) slow.add(name)
  schedule.set(new Map(names.map(name => [name, MINUTE])))
  schedule.resume(0)
  await pass(1)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const asked = ['x', 'y', 'z'].map(name =>
    schedule.inTurn(() => {
      begun.push(name)
      return new Promise<void>(resolve => ends.push(resolve))
    }),
  )
  await breathe()
  expect(begun).toEqual(['x'])
  hanging.get('n0')?.()
  await breathe()
  expect(begun).toEqual(['x', 'y'])
  schedule.rest()
  for (const end of ends) end()
  await Promise.all(asked)
  expect(begun).toEqual(['x', 'y'])
  // While it rests somebody may still ask.
  await schedule.inTurn(() => Promise.resolve(begun.push('later')))
  expect(begun).toEqual(['x', 'y', 'later'])
})
