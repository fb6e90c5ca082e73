import { expect, test } from 'vitest'
import type { WatchPoint } from '../../../shared/sample'
import { HOUR, MINUTE } from '../../../shared/units'
import { DAY, disk, family, gateway, GB, MONDAY, seenAt, unseenAt, type Change } from './points'
import { VirtualFleet } from './virtual-fleet'

const EVERY = 5 * MINUTE
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** A moment of the week: `Tue 14:03`, local time. */
function clockText(at: number): string {
  const time = new Date(at)
  const words = [time.getHours(), time.getMinutes()].map(number => String(number).padStart(2, '0')).join(':')
  return `${DAYS[(time.getDay() + 6) % 7]} ${words}`
}

const day = (at: number) => Math.floor((at - MONDAY) / DAY)
const hour = (at: number) => ((at - MONDAY) % DAY) / HOUR
const isWithin = (at: number, fromDay: number, from: number, to: number) =>
  day(at) === fromDay && hour(at) >= from && hour(at) < to

/** pc-a: its disk hangs about the limit all week, and is nearly full on Friday night. */
function pcA(at: number, index: number): WatchPoint {
  const percent = isWithin(at, 4, 2, 3) ? 95 : 79 + 2 * Math.sin(index / 3)
  return seenAt(at, { disks: [disk((100 - percent) * GB)] })
}

/** pc-b: from Tuesday on a leak of node hosts, ended on Thursday noon; orphans grow all week. */
function pcB(at: number): WatchPoint {
  const leaked =
    at < MONDAY + DAY || at >= MONDAY + 3 * DAY + 12 * HOUR ? 0 : Math.floor((at - MONDAY - DAY) / (2 * HOUR))
  const orphanBytes = ((at - MONDAY) / DAY) * 4 * GB
  const change: Change = { families: { 'node-run': family(leaked, { leaked }) }, orphanBytes, orphanFiles: 50 }
  return seenAt(at, change)
}

/** vps-3: its gateway dies again and again on Wednesday morning; every night it is switched off. */
function vps3(at: number, index: number): WatchPoint {
  if (hour(at) < 6) return unseenAt(at)
  const isLooping = isWithin(at, 2, 9, 9.5)
  return seenAt(at, { gateways: [gateway(isLooping ? { pid: 700 + index } : day(at) > 1 ? { pid: 9999 } : {})] })
}

/** nas: well, but its last backup is from the week before last. */
function nas(at: number): WatchPoint {
  return seenAt(at, { lastBackupAt: MONDAY - 11 * DAY })
}

/** The node of each function above; the whole network is silent on Saturday from three to four. */
const NODES = [pcA, pcB, vps3, nas]

/** Plays the week, all nodes at the same beat. */
function playWeek(): VirtualFleet {
  const fleet = new VirtualFleet({
    everySeconds: EVERY / 1000,
    quietHours: { from: '22:00', to: '07:00' },
    stormLimit: 2,
    rules: { 'disk-forecast': { isOn: false } },
  })
  const ticks = (7 * DAY) / EVERY
  for (let index = 0; index < ticks; index++) {
    const at = MONDAY + index * EVERY
    const isOutage = isWithin(at, 5, 15, 16)
    NODES.forEach((pointAt, nth) => fleet.poll(nth + 1, isOutage ? unseenAt(at) : pointAt(at, index)))
  }
  return fleet
}

const WEEK = [
  'Mon 07:00 digest: 2 findings on 2 nodes',
  'Tue 12:05 raised: pc-b: 6 node run processes, 6 leaked',
  'Wed 09:10 raised: vps-3 gateway restarted 3 times in 15 min',
  'Wed 16:05 escalated: pc-b: 20 node run processes, 20 leaked',
  'Thu 07:00 raised: nas last backup 14 days ago',
  'Fri 02:05 escalated: pc-a disk 95 % full',
  'Sat 00:10 escalated: pc-b: 20 GB of orphaned files',
  'Sat 15:10 raised: pc-a not reachable for 15 min',
  'Sat 15:10 raised: pc-b not reachable for 15 min',
  'Sat 15:15 digest: 2 findings on 2 nodes',
]
const DIGESTS = [
  ['pc-a disk 80 % full', 'pc-b: 1.2 GB of orphaned files'],
  ['vps-3 not reachable for 15 min', 'nas not reachable for 15 min'],
]

test('seven days of a fleet: exactly these notices', () => {
  const fleet = playWeek()
  expect(fleet.notices.map(({ at, kind, title }) => `${clockText(at)} ${kind}: ${title}`)).toEqual(WEEK)
  expect(fleet.notices.filter(({ kind }) => kind === 'digest').map(({ body }) => body.split('\n'))).toEqual(DIGESTS)
})
