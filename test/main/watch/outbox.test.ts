import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../../shared/units'
import { disk, GB, MONDAY, seenAt, unseenAt } from './points'
import { nodeId, VirtualFleet } from './virtual-fleet'

const used = (percent: number) => (at: number) => seenAt(at, { disks: [disk((100 - percent) * GB)] })
const rules = { 'disk-forecast': { isOn: false } }
const quietHours = { from: '22:00', to: '07:30' }
const EVENING = MONDAY + 22 * HOUR
const MORNING = MONDAY + 31 * HOUR + 30 * MINUTE

describe('quiet hours', () => {
  test('critical passes, the rest comes as one digest when they end', () => {
    const fleet = new VirtualFleet({ rules, quietHours })
    fleet.run(1, EVENING, 2, used(85))
    fleet.run(2, EVENING, 2, used(95))
    fleet.run(3, EVENING, 3, at => unseenAt(at))
    expect(fleet.told()).toEqual(['raised: pc-b disk 95 % full'])
    expect(fleet.tick(MORNING - 1)).toEqual([])
    fleet.tick(MORNING)
    expect(fleet.notices).toMatchObject([
      {
        kind: 'digest',
        level: 'attention',
        title: '2 findings on 2 nodes',
        body: 'pc-a disk 85 % full\nvps-3 not reachable for 2 min',
      },
    ])
  })

  test('what is over by then is not told, and one alone needs no digest', () => {
    const fleet = new VirtualFleet({ rules, quietHours })
    const at = fleet.run(1, EVENING, 2, used(85))
    fleet.run(2, EVENING, 2, used(86))
    fleet.run(1, at, 2, used(40))
    fleet.tick(MORNING)
    expect(fleet.told()).toEqual(['raised: pc-b disk 86 % full'])
  })

  test('what gets critical in the night is told then, and not again in the morning', () => {
    const fleet = new VirtualFleet({ rules, quietHours })
    const at = fleet.run(1, EVENING, 2, used(85))
    fleet.run(1, at, 2, used(95))
    fleet.tick(MORNING)
    expect(fleet.told()).toEqual(['raised: pc-a disk 95 % full'])
  })

  test('what is muted or snoozed until they end is left out of the digest', () => {
    const fleet = new VirtualFleet({ rules, quietHours })
    fleet.run(1, EVENING, 2, used(85))
    fleet.run(2, EVENING, 2, used(86))
    fleet.run(3, EVENING, 2, used(87))
    const second = fleet.open().find(alert => alert.nodeId === nodeId(2))?.id ?? ''
    fleet.snooze(second, 'tomorrow', EVENING + HOUR)
    fleet.set({ rules, quietHours, nodes: { [nodeId(3)]: { isMuted: true } } })
    fleet.tick(MORNING)
    expect(fleet.told()).toEqual(['raised: pc-a disk 85 % full'])
    fleet.tick(MORNING + HOUR)
    expect(fleet.told()).toEqual(['raised: pc-b disk 86 % full'])
  })

  test('within one day, and from and to the same for none', () => {
    const noon = new VirtualFleet({ rules, quietHours: { from: '12:00', to: '13:00' } })
    noon.run(1, MONDAY + 12 * HOUR, 2, used(85))
    expect(noon.told()).toEqual([])
    noon.tick(MONDAY + 13 * HOUR)
    expect(noon.told()).toHaveLength(1)
    const never = new VirtualFleet({ rules, quietHours: { from: '12:00', to: '12:00' } })
    never.run(1, MONDAY + 12 * HOUR, 2, used(85))
    expect(never.told()).toHaveLength(1)
  })
})

describe('a storm', () => {
  const outage = (fleet: VirtualFleet, nodes: number, from = MONDAY) => {
    for (let index = 0; index < 3; index++) {
      for (let n = 1; n <= nodes; n++) fleet.poll(n, unseenAt(from + index * MINUTE))
    }
    return from + 3 * MINUTE
  }

  test('five are told, the rest in one digest a minute later', () => {
    const fleet = new VirtualFleet()
    const at = outage(fleet, 60)
    expect(fleet.told()).toHaveLength(5)
    fleet.tick(at - 1)
    expect(fleet.told()).toEqual([])
    fleet.tick(at)
    expect(fleet.notices).toMatchObject([
      { kind: 'digest', title: '55 findings on 55 nodes', alertIds: { length: 55 }, action: 'open' },
    ])
    expect(fleet.notices[0]?.body.split('\n')).toEqual([
      'node-6 not reachable for 2 min',
      'node-7 not reachable for 2 min',
      'node-8 not reachable for 2 min',
      'and 52 more',
    ])
    fleet.told()
    fleet.tick(at + HOUR)
    expect(fleet.told()).toEqual([])
  })

  test('what comes back at once leaves no digest behind', () => {
    const fleet = new VirtualFleet()
    const at = outage(fleet, 20)
    fleet.told()
    for (let n = 1; n <= 20; n++) fleet.poll(n, seenAt(at - MINUTE + 1))
    fleet.tick(at + HOUR)
    expect(fleet.told()).toEqual([])
  })

  test('later attention waits ten minutes for the next digest, critical one', () => {
    const fleet = new VirtualFleet({ rules, stormLimit: 1 })
    let at = outage(fleet, 3)
    fleet.tick(at)
    expect(fleet.told()).toEqual(['raised: pc-a not reachable for 2 min', 'digest: 2 findings on 2 nodes'])
    at += 30_000
    fleet.run(4, at, 2, used(85))
    fleet.tick(at + 5 * MINUTE)
    expect(fleet.told()).toEqual([])
    fleet.run(5, at + 5 * MINUTE, 2, used(95))
    fleet.tick(at + 7 * MINUTE)
    expect(fleet.notices).toMatchObject([
      { kind: 'digest', level: 'critical', body: 'node-5 disk 95 % full\nnas disk 85 % full' },
    ])
  })

  test('when it is over, each is told at once again', () => {
    const fleet = new VirtualFleet({ rules })
    const at = outage(fleet, 9)
    fleet.tick(at)
    fleet.told()
    fleet.run(30, at + 11 * MINUTE, 2, used(85))
    expect(fleet.told()).toEqual(['raised: node-30 disk 85 % full'])
  })

  test('what gets worse while it waits is told once, sooner', () => {
    const fleet = new VirtualFleet({ rules, stormLimit: 1 })
    const at = outage(fleet, 3)
    fleet.tick(at)
    fleet.run(4, at, 2, used(85))
    fleet.told()
    fleet.run(4, at + 2 * MINUTE, 2, used(95))
    fleet.tick(at + 3 * MINUTE + 59_000)
    expect(fleet.told()).toEqual([])
    fleet.tick(at + 4 * MINUTE)
    expect(fleet.told()).toEqual(['raised: nas disk 95 % full'])
  })

  test('what waits for a digest waits for it, also when there would be room again', () => {
    const fleet = new VirtualFleet({ rules, stormLimit: 1 })
    fleet.run(1, MONDAY, 2, used(85))
    fleet.run(2, MONDAY + 8 * MINUTE + 30_000, 2, used(85))
    fleet.told()
    fleet.tick(MONDAY + 10 * MINUTE + 29_000)
    expect(fleet.told()).toEqual([])
    fleet.tick(MONDAY + 10 * MINUTE + 30_000)
    expect(fleet.told()).toEqual(['raised: pc-b disk 85 % full'])
  })
})
