import { describe, expect, test } from 'vitest'
import { forget } from '../../../main/watch/rules/core'
import { HOUR, MINUTE } from '../../../shared/units'
import { disk, family, GB, MONDAY, seenAt, unseenAt } from './points'
import { nodeId, VirtualFleet } from './virtual-fleet'

/** A disk of which so much is used, in per cent; attention above 80, over below 72; critical above 90, over below 81. */
const used = (percent: number) => (at: number) => seenAt(at, { disks: [disk((100 - percent) * GB)] })
/** Only the net of shares, so that a series is about nothing else. */
const onlyFull = { 'disk-forecast': { isOn: false } }

describe('levels', () => {
  test('neither a single sample nor one around the limit raises or ends anything', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    const series = [85, 79, 85, 79, 85, 85, 79, 73, 79, 71, 79, 71, 71]
    const levels = series.map((percent, index) => {
      fleet.poll(1, used(percent)(MONDAY + index * MINUTE))
      return fleet.open()[0]?.level ?? '-'
    })
    const open = 'attention'
    expect(levels).toEqual(['-', '-', '-', '-', '-', open, open, open, open, open, open, open, '-'])
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full'])
  })

  test('one incident is told once for each level it reaches, however often it goes up and down', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    let at = fleet.run(1, MONDAY, 3, used(85))
    for (let round = 0; round < 5; round++) {
      at = fleet.run(1, at, 3, used(95))
      expect(fleet.open()).toMatchObject([{ level: 'critical' }])
      at = fleet.run(1, at, 3, used(80.5))
      expect(fleet.open()).toMatchObject([{ level: 'attention' }])
    }
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full', 'escalated: pc-a disk 95 % full'])
    expect(fleet.alerts.size).toBe(1)
  })

  test('what is critical from the start is told once', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    fleet.run(1, MONDAY, 10, used(99))
    expect(fleet.notices).toMatchObject([
      {
        kind: 'raised',
        level: 'critical',
        title: 'pc-a disk 99 % full',
        body: '1.0 GB of 100 GB are free at /home/claw.',
      },
    ])
  })

  test('an alert keeps the number that is bad now, and the last bad one while it ends', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    let at = fleet.run(1, MONDAY, 3, used(85))
    at = fleet.run(1, at, 3, used(88))
    expect(fleet.open()).toMatchObject([{ title: 'Disk 88 % full', since: MONDAY + MINUTE }])
    fleet.run(1, at, 2, used(20))
    expect([...fleet.alerts.values()]).toMatchObject([
      { title: 'Disk 88 % full', state: 'cleared', clearedAt: at + MINUTE },
    ])
  })
})

describe('after an incident', () => {
  test('what comes back while it cools is shown, and told only if it stays', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    let at = fleet.run(1, MONDAY, 2, used(85))
    at = fleet.run(1, at, 2, used(50))
    expect(fleet.told()).toHaveLength(1)
    at = fleet.run(1, at, 10, used(85))
    expect(fleet.open()).toMatchObject([{ level: 'attention' }])
    expect(fleet.told()).toEqual([])
    fleet.run(1, at, 60, used(85))
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full'])
    expect(fleet.alerts.size).toBe(2)
  })

  test('what comes back worse is told at once', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    let at = fleet.run(1, MONDAY, 2, used(85))
    at = fleet.run(1, at, 2, used(50))
    fleet.run(1, at, 2, used(95))
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full', 'raised: pc-a disk 95 % full'])
  })

  test('a series that goes up and down all day is told once', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    fleet.run(1, MONDAY, 24 * 60, (at, index) => used(index % 10 < 5 ? 85 : 60)(at))
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full'])
    expect(fleet.alerts.size).toBe(144)
  })
})

describe('snooze', () => {
  const raise = (fleet: VirtualFleet, at = MONDAY) => {
    fleet.run(1, at, 2, used(85))
    fleet.told()
    return fleet.open()[0]?.id ?? ''
  }

  test('for an hour, and told anew after it', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    const at = MONDAY + 10 * MINUTE
    expect(fleet.snooze(raise(fleet), 'hour', at)).toMatchObject({ snoozedUntil: at + HOUR })
    fleet.run(1, at, 30, used(85))
    fleet.tick(at + HOUR - 1)
    expect(fleet.told()).toEqual([])
    fleet.tick(at + HOUR)
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full'])
    expect(fleet.open()).toMatchObject([{ snoozedUntil: null }])
  })

  test.each([
    ['in the afternoon', 15, 1],
    ['late in the evening', 23, 1],
    ['in the night', 2, 0],
  ])('until tomorrow, said %s, ends at 08:00', (_when, hour, days) => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    const id = raise(fleet)
    const at = new Date(2026, 10, 2, hour, 30).getTime()
    expect(fleet.snooze(id, 'tomorrow', at).snoozedUntil).toBe(new Date(2026, 10, 2 + days, 8).getTime())
  })

  test('until it changes: by more than a fifth', () => {
    const fleet = new VirtualFleet({ rules: { ...onlyFull, 'disk-full': { share: 0.5, criticalShare: 0.99 } } })
    fleet.run(1, MONDAY, 2, used(60))
    fleet.told()
    fleet.snooze(fleet.open()[0]?.id ?? '', 'change', MONDAY + 2 * MINUTE)
    const at = fleet.run(1, MONDAY + 3 * MINUTE, 10, used(71))
    expect(fleet.told()).toEqual([])
    fleet.run(1, at, 10, used(73))
    expect(fleet.told()).toEqual(['raised: pc-a disk 73 % full'])
    expect(fleet.open()).toMatchObject([{ snoozedUntil: null }])
  })

  test.each(['hour', 'tomorrow', 'change'] as const)('for "%s" ends when it gets critical', until => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    const id = raise(fleet)
    fleet.snooze(id, until, MONDAY + 2 * MINUTE)
    fleet.run(1, MONDAY + 3 * MINUTE, 2, used(93))
    expect(fleet.told()).toEqual(['escalated: pc-a disk 93 % full'])
    expect(fleet.open()).toMatchObject([{ id, snoozedUntil: null }])
  })

  test('is over when it is taken back, and nothing is told twice', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    const id = raise(fleet)
    fleet.snooze(id, 'hour', MONDAY + 2 * MINUTE)
    expect(fleet.snooze(id, null, MONDAY + 3 * MINUTE).snoozedUntil).toBeNull()
    fleet.run(1, MONDAY + 4 * MINUTE, 5, used(85))
    expect(fleet.told()).toEqual([])
  })

  test('of what is over is refused', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    const id = raise(fleet)
    fleet.run(1, MONDAY + 5 * MINUTE, 3, used(20))
    expect(() => fleet.snooze(id, 'hour', MONDAY + HOUR)).toThrow('This alert is not open any more.')
  })
})

describe('mute', () => {
  test.each([
    ['a rule', { mutedRules: ['disk-full' as const] }],
    ['a node', { nodes: { [nodeId(1)]: { isMuted: true } } }],
    ['a rule of a node', { nodes: { [nodeId(1)]: { mutedRules: ['disk-full' as const] } } }],
  ])('%s is measured and shown, not told; and told when it is heard again', (_what, muted) => {
    const fleet = new VirtualFleet({ rules: onlyFull, ...muted })
    const at = fleet.run(1, MONDAY, 5, used(95))
    fleet.tick(at)
    expect(fleet.open()).toMatchObject([{ level: 'critical', isMuted: true }])
    expect(fleet.told()).toEqual([])
    fleet.set({ rules: onlyFull })
    fleet.tick(at + MINUTE)
    expect(fleet.open()).toMatchObject([{ isMuted: false }])
    expect(fleet.told()).toEqual(['raised: pc-a disk 95 % full'])
  })

  test('of what was told already says nothing when it is heard again', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    const at = fleet.run(1, MONDAY, 5, used(95))
    fleet.told()
    fleet.set({ rules: onlyFull, mutedRules: ['disk-full'] })
    fleet.tick(at)
    expect(fleet.open()).toMatchObject([{ isMuted: true }])
    fleet.set({ rules: onlyFull })
    fleet.tick(at + MINUTE)
    expect(fleet.told()).toEqual([])
  })
})

describe('a node that cannot be seen', () => {
  test('keeps what was open, raises nothing else, and goes on where it was', () => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    let at = fleet.run(1, MONDAY, 3, used(85))
    at = fleet.run(1, at, 30, time => unseenAt(time))
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full', 'raised: pc-a not reachable for 3 min'])
    expect(fleet.open().map(({ rule }) => rule)).toEqual(['unreachable', 'disk-full'])
    at = fleet.run(1, at, 1, used(50))
    expect(fleet.open().map(({ rule }) => rule)).toEqual(['disk-full'])
    fleet.run(1, at, 1, used(50))
    expect(fleet.open()).toEqual([])
  })

  test('another host key is its own finding, and stays while the node is silent', () => {
    const fleet = new VirtualFleet()
    let at = fleet.run(1, MONDAY, 5, time => unseenAt(time))
    at = fleet.run(1, at, 1, time => unseenAt(time, 'host-key-changed'))
    expect(fleet.open().map(({ rule }) => rule)).toEqual(['host-key'])
    at = fleet.run(1, at, 9, time => unseenAt(time))
    expect(fleet.open().map(({ rule }) => rule)).toEqual(['unreachable', 'host-key'])
    fleet.run(1, at, 1, time => unseenAt(time, 'refused'))
    expect(fleet.open().map(({ rule }) => rule)).toEqual(['unreachable'])
  })
})

describe('settings that change', () => {
  const full = (): VirtualFleet => {
    const fleet = new VirtualFleet({ rules: onlyFull })
    fleet.run(1, MONDAY, 5, used(85))
    return fleet
  }

  test('a rule that is switched off ends its alerts', () => {
    const fleet = full()
    fleet.set({ rules: { 'disk-full': { isOn: false } } })
    fleet.tick(MONDAY + HOUR)
    expect([...fleet.alerts.values()]).toMatchObject([{ state: 'cleared', clearedAt: MONDAY + HOUR }])
  })

  test('a node that is no longer watched ends its alerts', () => {
    const fleet = full()
    fleet.set({ nodes: { [nodeId(1)]: { isWatched: false } } })
    fleet.tick(MONDAY + HOUR)
    expect(fleet.open()).toEqual([])
  })

  test('without notifications everything is shown, and told once they are wished', () => {
    const fleet = new VirtualFleet({ rules: onlyFull, notifies: false })
    const at = fleet.run(1, MONDAY, 5, used(85))
    expect(fleet.open()).toHaveLength(1)
    expect(fleet.told()).toEqual([])
    fleet.set({ rules: onlyFull })
    fleet.tick(at)
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full'])
  })

  test('a node that is removed takes its alerts along', () => {
    const fleet = full()
    fleet.poll(2, used(50)(MONDAY + HOUR))
    fleet.state = forget(fleet.state, nodeId(1))
    expect(Object.keys(fleet.state.nodes)).toEqual([nodeId(2)])
    fleet.alerts.clear()
    expect(fleet.tick(MONDAY + 2 * HOUR)).toEqual([])
  })

  test('rules that make no sense are refused by their names', () => {
    const fleet = new VirtualFleet({ rules: { 'disk-full': { share: 3 } } })
    expect(() => fleet.poll(1, used(85)(MONDAY))).toThrow('disk full')
  })
})

test('a node that did not change keeps its object, so that only what changed has to be stored', () => {
  const fleet = new VirtualFleet()
  fleet.run(1, MONDAY, 3, at => seenAt(at, { families: { 'node-run': family(9) } }))
  const before = fleet.state.nodes[nodeId(1)]
  fleet.poll(2, seenAt(MONDAY + 3 * MINUTE))
  expect(fleet.state.nodes[nodeId(1)]).toBe(before)
})
