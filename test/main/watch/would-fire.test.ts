import { expect, test } from 'vitest'
import { merge } from '../../../main/watch/downsample'
import { wouldFire } from '../../../main/watch/rules/core'
import { MINUTE } from '../../../shared/units'
import { WatchConfig } from '../../../shared/watch'
import { disk, GB, MONDAY, seenAt } from './points'
import { labelOf, nodeId, VirtualFleet } from './virtual-fleet'

/** Six hours: over 80 % from the first to the second, over 90 % from the fourth to the fifth. */
const POINTS = Array.from({ length: 360 }, (_, index) => {
  const hour = Math.floor(index / 60)
  return seenAt(MONDAY + index * MINUTE, { disks: [disk(hour === 1 ? 15 * GB : hour >= 4 ? 7 * GB : 50 * GB)] })
})
const config = (rules: object) => WatchConfig.parse({ rules: { 'disk-forecast': { isOn: false }, ...rules } })
const fire = (points: typeof POINTS, rules: object) => wouldFire(points, nodeId(1), labelOf(1), config(rules))

const incident = (from: number, to: number | null, level: string, title: string) => ({
  nodeId: nodeId(1),
  rule: 'disk-full',
  subject: '/home/claw',
  level,
  from: MONDAY + from * MINUTE,
  to: to === null ? null : MONDAY + to * MINUTE,
  title,
})

test('what would have fired: each incident with its worst level, and when it began and ended', () => {
  expect(fire(POINTS, {})).toEqual([
    incident(61, 121, 'attention', 'Disk 85 % full'),
    incident(241, null, 'critical', 'Disk 93 % full'),
  ])
})

test('an incident is named by its worst moment, not by its last', () => {
  const used = [85, 85, 95, 95, 75, 75, 75].map((percent, index) =>
    seenAt(MONDAY + index * MINUTE, { disks: [disk((100 - percent) * GB)] }),
  )
  expect(fire(used, {})).toEqual([incident(1, null, 'critical', 'Disk 95 % full')])
})

test('other limits would have fired otherwise', () => {
  expect(fire(POINTS, { 'disk-full': { share: 0.86, raiseAfter: 5 } })).toEqual([
    incident(244, null, 'critical', 'Disk 93 % full'),
  ])
  expect(fire(POINTS, { 'disk-full': { isOn: false } })).toEqual([])
})

test('merged points tell the same, as exactly as they are merged', () => {
  expect(fire(merge(POINTS, 10 * MINUTE), {})).toEqual([
    incident(60, 120, 'attention', 'Disk 85 % full'),
    incident(240, null, 'critical', 'Disk 93 % full'),
  ])
})

test('is what watching said of the same points', () => {
  const fleet = new VirtualFleet({ rules: { 'disk-forecast': { isOn: false } } })
  for (const point of POINTS) fleet.poll(1, point)
  const said = [...fleet.alerts.values()].map(({ since, clearedAt, level, title }) => [since, clearedAt, level, title])
  expect(fire(POINTS, {}).map(({ from, to, level, title }) => [from, to, level, title])).toEqual(said)
})

test('nothing of nothing, and wrong rules are refused', () => {
  expect(fire([], {})).toEqual([])
  expect(() => fire(POINTS, { 'disk-full': { share: 40 } })).toThrow('Rule disk full, share')
})
