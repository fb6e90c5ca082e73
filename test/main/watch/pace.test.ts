import { describe, expect, test } from 'vitest'
import { disk, GB, MB, MONDAY, seenAt } from './points'
import { VirtualFleet } from './virtual-fleet'

describe('disk growth', () => {
  const growing = (perHour: number, base: number) => (at: number, index: number) =>
    seenAt(at, {
      sizes: { sessions: { bytes: base + (perHour * index) / 60, diskBytes: 0, files: 1 } },
    })

  test('is measured against the usual pace of the last day', () => {
    const usual = new VirtualFleet()
    // 900 MB an hour all day long, then 1.5 GB: 600 MB beyond the usual pace are within the limit of 1 GB.
    let at = usual.run(1, MONDAY, 12 * 60, growing(900 * MB, 0))
    at = usual.run(1, at, 120, growing(1.5 * GB, 10.8 * GB))
    expect(usual.open()).toEqual([])
    usual.run(1, at, 120, growing(2.5 * GB, 13.8 * GB))
    expect(usual.open()).toMatchObject([
      {
        rule: 'disk-growth',
        title: 'Growing by 2.5 GB an hour',
        text: "OpenClaw's files usually grow by 900 MB an hour.",
      },
    ])
  })

  test('does not mind one large file that comes and goes', () => {
    const fleet = new VirtualFleet()
    fleet.run(1, MONDAY, 6 * 60, (at, index) =>
      seenAt(at, { sizes: { sessions: { bytes: index % 60 < 5 ? 9 * GB : GB, diskBytes: 0, files: 1 } } }),
    )
    expect(fleet.alerts.size).toBe(0)
  })
})

describe('the forecast of a disk', () => {
  const filling = (perHour: number, from: number) => (at: number, index: number) =>
    seenAt(at, { disks: [disk(from - (perHour * index) / 60)] })
  const forecasts = (fleet: VirtualFleet) => [...fleet.alerts.values()].filter(({ rule }) => rule === 'disk-forecast')

  test('warns a day ahead, under 40 % free only', () => {
    const fleet = new VirtualFleet()
    // 2 GB an hour: 45 GB last 22 h, but are more than 40 %.
    const at = fleet.run(1, MONDAY, 120, filling(2 * GB, 49 * GB))
    expect(forecasts(fleet)).toEqual([])
    fleet.run(1, at, 180, filling(2 * GB, 45 * GB))
    expect(forecasts(fleet)).toMatchObject([{ level: 'attention', subject: '/home/claw', title: 'Full in about 20 h' }])
  })

  test('is critical within 4 h and under 20 % free, and soon enough when it begins at once', () => {
    const fleet = new VirtualFleet()
    const at = fleet.run(1, MONDAY, 180, filling(0, 19 * GB))
    let raisedAfter = 0
    fleet.run(1, at, 60, (time, index) => {
      if (raisedAfter === 0 && fleet.open().some(({ rule }) => rule === 'disk-forecast')) raisedAfter = index
      return filling(12 * GB, 19 * GB)(time, index)
    })
    expect(forecasts(fleet)).toMatchObject([{ level: 'critical', title: 'Full in less than an hour' }])
    expect(raisedAfter).toBeLessThan(25)
  })

  test('says nothing of a disk that empties, or stands', () => {
    const fleet = new VirtualFleet()
    const at = fleet.run(1, MONDAY, 240, filling(-3 * GB, 22 * GB))
    fleet.run(1, at, 240, filling(0, 34 * GB))
    expect(forecasts(fleet)).toEqual([])
  })

  test('does not compare one disk with another one in its place', () => {
    const fleet = new VirtualFleet()
    const at = fleet.run(1, MONDAY, 90, filling(0, 36 * GB))
    fleet.run(1, at, 90, time => seenAt(time, { disks: [disk(15 * GB, { totalBytes: 50 * GB })] }))
    expect(forecasts(fleet)).toEqual([])
  })

  test('waits until a pace is known', () => {
    const fleet = new VirtualFleet()
    const at = fleet.run(1, MONDAY, 14, filling(20 * GB, 15 * GB))
    expect(forecasts(fleet)).toEqual([])
    fleet.run(1, at, 10, filling(20 * GB, 10 * GB))
    expect(forecasts(fleet)).toHaveLength(1)
  })

  test('names the place where there are several disks', () => {
    const fleet = new VirtualFleet()
    fleet.run(1, MONDAY, 100, (at, index) =>
      seenAt(at, { disks: [disk(), disk(36 * GB - (4 * GB * index) / 60, { path: '/srv/data', id: '9' })] }),
    )
    expect(forecasts(fleet)).toMatchObject([{ subject: '/srv/data', title: '/srv/data full in about 7 h' }])
  })
})
