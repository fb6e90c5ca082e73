import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../../shared/units'
import { DAY, disk, family, GB, MB, MONDAY, seenAt } from './points'
import { labelOf, VirtualFleet } from './virtual-fleet'

const use = (bytes: number, files: number) => ({ bytes, diskBytes: bytes, files })

test('each `nodes action=run` leaves a process: told at the sixth, and again only at the twentieth', () => {
  const fleet = new VirtualFleet()
  // One every ten minutes; each counts two minutes later.
  const end = fleet.run(1, MONDAY, 5 * 60, (at, index) => {
    const agesMs = Array.from({ length: Math.ceil((index + 1) / 10) }, (_, nth) => (index - nth * 10) * MINUTE)
    return seenAt(at, { families: { 'node-run': family(agesMs.length, { agesMs, leaked: agesMs.length }) } })
  })
  expect(fleet.notices).toMatchObject([
    {
      kind: 'raised',
      at: MONDAY + 54 * MINUTE,
      title: 'pc-a: 6 node run processes, 6 leaked',
      body: expect.stringMatching(/^They run for more than 2 min and hold 600 MB of memory\./) as string,
      action: 'clean-processes',
    },
    {
      kind: 'escalated',
      level: 'critical',
      at: MONDAY + 194 * MINUTE,
      title: 'pc-a: 20 node run processes, 20 leaked',
    },
  ])
  expect(fleet.open()).toMatchObject([{ title: '30 node run processes, 30 leaked', value: 30 }])
  fleet.run(1, end, 2, at => seenAt(at))
  expect(fleet.open()).toEqual([])
})

test('51 GB of orphans in three months: seen within the first days, long before the disk is full', () => {
  const fleet = new VirtualFleet({ everySeconds: 3600 })
  const perDay = (51 * GB) / 92
  const fullFrom = 60 * GB
  for (let at = MONDAY; at < MONDAY + 92 * DAY; at += HOUR) {
    const days = (at - MONDAY) / DAY
    const orphanBytes = days * perDay
    fleet.poll(
      2,
      seenAt(at, { orphanBytes, orphanFiles: Math.floor(days * 94), disks: [disk(fullFrom - orphanBytes)] }),
    )
  }
  const days = fleet.notices.map(({ at }) => Math.round((at - MONDAY) / DAY))
  expect(fleet.told()).toEqual([
    'raised: pc-b: 624 MB of orphaned files',
    'escalated: pc-b: 20 GB of orphaned files',
    'raised: pc-b disk 80 % full: 40 GB orphans',
    'escalated: pc-b disk 90 % full: 50 GB orphans',
  ])
  expect(days).toEqual([1, 36, 72, 90])
})

test('the last hours of that disk, after nobody looked for a quarter: full in about 5 h', () => {
  const fleet = new VirtualFleet()
  fleet.run(2, MONDAY, 3 * 60, (at, index) => {
    const grown = 2 * GB * (index / 60)
    return seenAt(at, {
      orphanBytes: 45 * GB + grown,
      orphanFiles: 8662,
      sizes: { sessions: use(54 * MB, 900), orphans: use(45 * GB + grown, 8662) },
      disks: [disk(17 * GB - grown)],
    })
  })
  expect(fleet.told()).toEqual([
    'raised: pc-b: 45 GB of orphaned files',
    'raised: pc-b disk 83 % full: 45 GB orphans',
    'raised: pc-b growing by 2.0 GB an hour',
    'raised: pc-b full in about 7 h: 47 GB orphans',
  ])
  expect(fleet.open().find(({ rule }) => rule === 'disk-forecast')).toMatchObject({
    nodeLabel: labelOf(2),
    title: 'Full in about 6 h: 51 GB orphans',
    text: '11 GB are free at /home/claw, and 2.0 GB more are used each hour.',
    action: 'clean-orphans',
    since: MONDAY + HOUR + 2 * MINUTE,
  })
})
