import { describe, expect, test } from 'vitest'
import type { WatchPoint } from '../../../shared/sample'
import { HOUR, MINUTE } from '../../../shared/units'
import { DAY, disk, family, gateway, GB, MB, MONDAY, seenAt, unseenAt } from './points'
import { VirtualFleet } from './virtual-fleet'

const UPTIME = 10 * DAY
const onlyFull = { 'disk-forecast': { isOn: false } }
const used = (percent: number) => (at: number) => seenAt(at, { disks: [disk((100 - percent) * GB)] })

/** The same life of a node, seen by clocks that go wrong: `index` minutes have really passed. */
function filling(index: number, at: number, wallMs = at): WatchPoint {
  const clock = { wallMs, uptimeMs: UPTIME + index * MINUTE }
  return seenAt(at, { clock, disks: [disk(36 * GB - (GB * index) / 60)] })
}

describe("the admin's clock", () => {
  test.each([
    ['back by a day', -DAY],
    ['back by an hour', -HOUR],
    ['ahead by an hour', HOUR],
    ['ahead by a day', DAY],
  ])('%s in between makes no other forecast', (_what, jump) => {
    const fleet = new VirtualFleet()
    for (let index = 0; index < 240; index++) {
      fleet.poll(1, filling(index, MONDAY + index * MINUTE + (index < 120 ? 0 : jump)))
    }
    // 1 GB an hour of 32 GB: more than a day, whatever the clock said.
    expect(fleet.alerts.size).toBe(0)
  })

  test('back by a day: what waits does not wait for a day longer', () => {
    const fleet = new VirtualFleet({ rules: onlyFull, stormLimit: 1 })
    let at = fleet.run(1, MONDAY, 2, used(85))
    fleet.run(2, at, 2, used(85))
    at = fleet.run(3, at, 2, used(85))
    fleet.snooze(fleet.open().at(-1)?.id ?? '', 'hour', at)
    fleet.told()
    at -= DAY
    fleet.tick(at)
    fleet.tick(at + 2 * MINUTE)
    expect(fleet.told()).toEqual(['digest: 2 findings on 2 nodes'])
    fleet.tick(at + HOUR)
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full'])
    expect(fleet.open().every(({ since }) => since <= at)).toBe(true)
  })

  test('back by a day: the time to cool goes on', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    let at = fleet.run(1, MONDAY, 2, used(85))
    at = fleet.run(1, at, 2, used(40)) - DAY
    at = fleet.run(1, at, 50, used(85))
    expect(fleet.told()).toHaveLength(1)
    fleet.run(1, at, 20, used(85))
    expect(fleet.told()).toHaveLength(1)
  })

  test('ahead of a backup, or behind it, is no overdue backup', () => {
    const fleet = new VirtualFleet()
    fleet.poll(1, seenAt(MONDAY, { lastBackupAt: MONDAY + 3 * DAY }))
    expect(fleet.open()).toEqual([])
  })
})

describe("a node's clock", () => {
  test.each([DAY, -DAY])('%d ms off changes nothing', off => {
    const right = new VirtualFleet()
    const wrong = new VirtualFleet()
    for (let index = 0; index < 300; index++) {
      const at = MONDAY + index * MINUTE
      const change = { families: { 'node-run': family(7) }, lastBackupAt: at - 20 * DAY }
      const point = filling(index, at)
      right.poll(1, merged(point, seenAt(at, change)))
      wrong.poll(1, merged(filling(index, at, at + off), seenAt(at, change)))
    }
    expect([...wrong.alerts.values()]).toEqual([...right.alerts.values()])
    expect(right.alerts.size).toBe(2)
  })

  test('jumping about in between changes nothing', () => {
    const fleet = new VirtualFleet()
    for (let index = 0; index < 240; index++) {
      const at = MONDAY + index * MINUTE
      fleet.poll(1, filling(index, at, index % 2 === 0 ? at + 3 * DAY : 0))
    }
    expect(fleet.alerts.size).toBe(0)
  })

  test('a time since boot that goes back within one boot makes no pace', () => {
    const fleet = new VirtualFleet()
    for (let index = 0; index < 240; index++) {
      const clock = { uptimeMs: UPTIME + (index % 7) * MINUTE }
      fleet.poll(1, seenAt(MONDAY + index * MINUTE, { clock, disks: [disk(36 * GB - 100 * MB * (index % 9))] }))
    }
    expect(fleet.alerts.size).toBe(0)
  })
})

/** The clock and disks of one point, and all else of another. */
function merged(base: WatchPoint, other: WatchPoint): WatchPoint {
  if (base.seen === null || other.seen === null) return base
  return { ...other, seen: { ...other.seen, clock: base.seen.clock, disks: base.seen.disks } }
}

describe('a node that restarts', () => {
  const boot = (index: number) => (index < 30 ? 'boot-1' : 'boot-2')
  const uptime = (index: number) => (index < 30 ? UPTIME + index * MINUTE : (index - 29) * MINUTE)

  test('is no gateway that restarts, although its pids and start times are others', () => {
    const fleet = new VirtualFleet({ rules: { 'gateway-restarts': { restarts: 1, withinMinutes: 1440 } } })
    fleet.run(1, MONDAY, 60, (at, index) =>
      seenAt(at, {
        clock: { bootId: boot(index), uptimeMs: uptime(index) },
        gateways: [gateway({ pid: index < 30 ? 700 : 512, startedAtTicks: index < 30 ? 5000 : 900 })],
      }),
    )
    expect(fleet.alerts.size).toBe(0)
  })

  test('keeps the pace of its disk, which goes on where it was', () => {
    const fleet = new VirtualFleet()
    fleet.run(1, MONDAY, 200, (at, index) =>
      seenAt(at, {
        clock: { bootId: boot(index), uptimeMs: uptime(index) },
        disks: [disk(36 * GB - (4 * GB * index) / 60, { id: boot(index) })],
      }),
    )
    expect(fleet.open()).toMatchObject([{ rule: 'disk-forecast', title: 'Full in about 6 h' }])
  })

  test('has no family that grows: it starts from nothing', () => {
    const fleet = new VirtualFleet()
    fleet.run(1, MONDAY, 39, (at, index) =>
      seenAt(at, {
        clock: { bootId: boot(index), uptimeMs: uptime(index) },
        families: { command: family(index < 30 ? 0 : index - 29) },
      }),
    )
    expect([...fleet.alerts.values()].filter(({ rule }) => rule === 'growing-processes')).toEqual([])
  })
})

describe('what could not be looked at', () => {
  test('neither raises nor ends anything', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    const bad = { families: { 'node-run': family(9) }, disks: [disk(15 * GB)], orphanBytes: 3 * GB }
    const down = { gateways: [gateway({ pid: null, health: 'down' as const })] }
    let at = fleet.run(1, MONDAY, 3, time => seenAt(time, { ...bad, ...down }))
    const open = fleet.open()
    expect(open.map(({ rule }) => rule).sort()).toEqual(['disk-full', 'gateway-down', 'orphans', 'runaway-processes'])
    const blind = (time: number): WatchPoint => {
      const point = seenAt(time, { disks: [], gateways: [gateway({ pid: null, health: 'unknown' })] })
      return point.seen === null ? point : { ...point, seen: { ...point.seen, sizes: {}, orphans: [], families: {} } }
    }
    at = fleet.run(1, at, 30, blind)
    expect(fleet.open()).toEqual(open)
    fleet.run(1, at, 2, time => seenAt(time))
    expect(fleet.open()).toEqual([])
  })

  test('a family of files that is missing now and then makes no growth', () => {
    const fleet = new VirtualFleet()
    const use = (bytes: number) => ({ bytes, diskBytes: bytes, files: 1 })
    fleet.run(1, MONDAY, 120, (at, index) =>
      seenAt(at, { sizes: { logs: use(GB), ...(index % 3 === 0 ? {} : { sessions: use(90 * GB) }) } }),
    )
    expect(fleet.alerts.size).toBe(0)
  })

  test('an unreachable node does not count as zero', () => {
    const fleet = new VirtualFleet()
    fleet.run(1, MONDAY, 120, (at, index) =>
      index % 4 < 2 ? unseenAt(at) : seenAt(at, { families: { command: family(3) } }),
    )
    expect(fleet.alerts.size).toBe(0)
  })
})

describe('what a node makes up', () => {
  test('names like those of an object', () => {
    const fleet = new VirtualFleet({ rules: { 'gateway-restarts': { restarts: 1 } } }, true)
    const profiles = ['__proto__', 'constructor', 'toString']
    fleet.run(1, MONDAY, 20, at =>
      seenAt(at, { version: 'constructor', gateways: profiles.map(profile => gateway({ profile })) }),
    )
    expect(fleet.alerts.size).toBe(0)
  })

  test('text that breaks lines and never ends is cut', () => {
    const fleet = new VirtualFleet()
    const profile = `a\nb\u202e${'x'.repeat(5000)}`
    fleet.run(1, MONDAY, 3, at => seenAt(at, { gateways: [gateway({ profile, pid: null, health: 'down' })] }))
    expect(fleet.notices[0]?.title).toMatch(/^pc-a gateway of a b x{70,80}… is down$/)
  })

  test('ten thousand gateways are no ten thousand alerts', () => {
    const fleet = new VirtualFleet()
    const gateways = Array.from({ length: 10_000 }, (_, index) =>
      gateway({ profile: `p${index}`, pid: null, health: 'down' }),
    )
    fleet.run(1, MONDAY, 3, at => seenAt(at, { gateways }))
    expect(fleet.open()).toHaveLength(100)
    expect(fleet.notices.map(({ alertIds }) => alertIds.length)).toEqual([1, 1, 1, 1, 1, 95])
  })

  test.each([0, -5 * GB, NaN, Infinity])('a disk of %d bytes', freeBytes => {
    const fleet = new VirtualFleet({}, false)
    fleet.run(1, MONDAY, 30, at =>
      seenAt(at, { disks: [disk(freeBytes), disk(freeBytes, { totalBytes: 0, path: '/0' })] }),
    )
    for (const alert of fleet.open()) expect(alert.title).not.toMatch(/NaN|Infinity|undefined/)
  })
})
