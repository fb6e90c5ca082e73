import { describe, expect, test } from 'vitest'
import { merge } from '../../../main/watch/downsample'
import { WatchPoint } from '../../../shared/sample'
import { HOUR, MINUTE } from '../../../shared/units'
import { disk, family, GB, MB, MONDAY, seenAt, unseenAt } from './points'

const TEN = 10 * MINUTE
const minutes = (count: number, make: (at: number, index: number) => WatchPoint) =>
  Array.from({ length: count }, (_, index) => make(MONDAY + index * MINUTE, index))

describe('merging points', () => {
  test('makes one of each span, at its beginning, oldest first', () => {
    const merged = merge(minutes(25, at => seenAt(at)).reverse(), TEN)
    expect(merged.map(({ at, spanMs }) => [at - MONDAY, spanMs])).toEqual([
      [0, TEN],
      [TEN, TEN],
      [2 * TEN, TEN],
    ])
    for (const point of merged) expect(WatchPoint.parse(point)).toEqual(point)
  })

  test('keeps the most processes, the mean share, and the disk as it was at the end', () => {
    const points = minutes(10, (at, index) =>
      seenAt(at, {
        disks: [disk((50 - index) * GB)],
        families: {
          'node-run': family(index === 4 ? 9 : 1, {
            cpuShare: index === 0 ? null : index / 10,
            leaked: index === 4 ? 8 : 0,
          }),
        },
      }),
    )
    const [point] = merge(points, TEN)
    expect(point?.seen?.disks[0]?.freeBytes).toBe(41 * GB)
    expect(point?.seen?.families['node-run']).toMatchObject({ count: 9, leaked: 8, rssBytes: 900 * MB })
    expect(point?.seen?.families['node-run']?.agesMs).toHaveLength(9)
    expect(point?.seen?.families['node-run']?.cpuShare).toBeCloseTo(0.5)
  })

  test('in two steps is the same as at once', () => {
    const points = minutes(180, (at, index) =>
      seenAt(at, {
        disks: [disk((90 - index / 4) * GB)],
        families: { command: family(index % 7, { cpuShare: index % 3 }) },
      }),
    )
    const [once, twice] = [merge(points, HOUR), merge(merge(points, TEN), HOUR)]
    expect(twice).toHaveLength(3)
    twice.forEach((point, index) => {
      const share = point.seen?.families.command?.cpuShare ?? -1
      expect(share).toBeCloseTo(once[index]?.seen?.families.command?.cpuShare ?? -2)
      expect({ ...point.seen, families: null }).toEqual({ ...once[index]?.seen, families: null })
    })
  })

  test('a span that was mostly silent is silent, and says how', () => {
    const silent = minutes(10, (at, index) => (index < 4 ? seenAt(at) : unseenAt(at, 'refused')))
    expect(merge(silent, TEN)).toEqual([{ at: MONDAY, reach: 'refused', spanMs: TEN, seen: null }])
    const mostlySeen = minutes(10, (at, index) => (index < 4 ? unseenAt(at) : seenAt(at)))
    expect(merge(mostlySeen, TEN)[0]?.reach).toBe('seen')
  })

  test('what could not be looked at in the end is as it was before', () => {
    const points = minutes(3, (at, index) =>
      index < 2
        ? seenAt(at, { orphanBytes: 5 * GB })
        : seenAt(at, { disks: [], sizes: {}, orphans: [], version: null }),
    )
    const seen = merge(points, TEN)[0]?.seen
    expect(seen?.sizes.orphans?.bytes).toBe(5 * GB)
    expect(seen?.orphans).toHaveLength(1)
    expect(seen?.disks).toHaveLength(1)
    expect(seen?.version).toBe('2026.9.6')
  })

  test('leaves alone what stands for as long already', () => {
    const merged = merge(
      minutes(60, at => seenAt(at)),
      TEN,
    )
    expect(merge(merged, TEN)).toEqual(merged)
    expect(merge([], TEN)).toEqual([])
  })
})
