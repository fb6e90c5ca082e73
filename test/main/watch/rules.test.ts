import { describe, expect, test } from 'vitest'
import type { WatchPoint } from '../../../shared/sample'
import { HOUR, MINUTE } from '../../../shared/units'
import type { RuleId } from '../../../shared/watch'
import { DAY, disk, family, gateway, GB, MB, MONDAY, seenAt, unseenAt } from './points'
import { VirtualFleet } from './virtual-fleet'

type Make = (at: number, index: number) => WatchPoint

/** A rule that is raised by `bad` samples and cleared by `good` ones. */
interface Case {
  readonly rule: RuleId
  readonly bad: Make
  readonly good?: Make
  /** What it says when raised: `[level] headline-less title` and the action. */
  readonly says: string
  /** Samples before it is raised, and after which it is cleared. */
  readonly raised: number
  readonly cleared: number
}

const inodes = (freeInodes: number) => ({ disks: [disk(70 * GB, { freeInodes })] })

const CASES: readonly Case[] = [
  {
    rule: 'runaway-processes',
    bad: at => seenAt(at, { families: { 'node-run': family(7, { leaked: 6 }) } }),
    says: '[attention] 7 node run processes, 6 leaked (clean-processes)',
    raised: 2,
    cleared: 2,
  },
  {
    rule: 'runaway-processes',
    bad: at => seenAt(at, { families: { 'node-run': family(20) } }),
    says: '[critical] 20 node run processes (open)',
    raised: 2,
    cleared: 2,
  },
  {
    rule: 'growing-processes',
    bad: (at, index) => seenAt(at, { families: { command: family(Math.floor(index / 2)) } }),
    good: at => seenAt(at, { families: { command: family(1) } }),
    says: '[attention] 5 OpenClaw commands, and more each time (open)',
    raised: 11,
    cleared: 3,
  },
  {
    rule: 'process-load',
    bad: at => seenAt(at, { families: { 'node-run': family(2, { cpuShare: 3.8, leaked: 1 }) } }),
    says: '[attention] 95 % of the processors for 2 node run processes (clean-processes)',
    raised: 10,
    cleared: 5,
  },
  {
    rule: 'process-load',
    bad: at => seenAt(at, { families: { gateway: family(1, { rssBytes: 9 * GB }) } }),
    says: '[attention] 56 % of the memory for 1 gateway process (open)',
    raised: 10,
    cleared: 5,
  },
  {
    rule: 'orphans',
    bad: at => seenAt(at, { orphanBytes: 2 * GB, orphanFiles: 40 }),
    says: '[attention] 2.0 GB of orphaned files (clean-orphans)',
    raised: 2,
    cleared: 1,
  },
  {
    rule: 'orphans',
    bad: at => seenAt(at, { orphanBytes: 51 * GB, orphanFiles: 8662 }),
    says: '[critical] 51 GB of orphaned files (clean-orphans)',
    raised: 2,
    cleared: 1,
  },
  {
    rule: 'inodes',
    bad: at => seenAt(at, inodes(900_000)),
    says: '[attention] Disk out of inodes soon: 85 % used (open)',
    raised: 2,
    cleared: 2,
  },
  {
    rule: 'disk-full',
    bad: at => seenAt(at, { disks: [disk(15 * GB)] }),
    says: '[attention] Disk 85 % full (open)',
    raised: 2,
    cleared: 2,
  },
  {
    rule: 'disk-full',
    bad: at => seenAt(at, { disks: [disk(8 * GB)], orphanBytes: 51 * GB, orphanFiles: 99 }),
    says: '[critical] Disk 92 % full: 51 GB orphans (clean-orphans)',
    raised: 2,
    cleared: 2,
  },
  {
    rule: 'gateway-down',
    bad: at => seenAt(at, { gateways: [gateway({ pid: null, startedAtTicks: null, health: 'down' })] }),
    says: '[critical] Gateway is down (open)',
    raised: 2,
    cleared: 2,
  },
  {
    rule: 'gateway-restarts',
    bad: (at, index) => seenAt(at, { gateways: [gateway({ pid: 700 + index })] }),
    good: at => seenAt(at + 20 * MINUTE, { gateways: [gateway({ pid: 703 })] }),
    says: '[critical] Gateway restarted 3 times in 15 min (open)',
    raised: 4,
    cleared: 5,
  },
  {
    rule: 'gateway-port',
    bad: at => seenAt(at, { gateways: [gateway({ profile: 'ops', listensOn: [19001] })] }),
    says: '[attention] Gateway of ops listens on port 19001, not 18789 (open)',
    raised: 2,
    cleared: 2,
  },
  {
    rule: 'gateway-health',
    bad: at => seenAt(at, { gateways: [gateway({ health: 'failing' })] }),
    says: '[critical] Gateway does not answer (open)',
    raised: 3,
    cleared: 2,
  },
  {
    rule: 'backup-overdue',
    bad: at => seenAt(at, { lastBackupAt: at - 15 * DAY }),
    says: '[attention] Last backup 15 days ago (open)',
    raised: 1,
    cleared: 1,
  },
  {
    rule: 'unreachable',
    bad: at => unseenAt(at),
    says: '[attention] Not reachable for 2 min (open)',
    raised: 3,
    cleared: 1,
  },
  {
    rule: 'unreachable',
    bad: at => unseenAt(at, 'refused'),
    says: '[attention] Login refused for 2 min (open)',
    raised: 3,
    cleared: 1,
  },
  {
    rule: 'unreachable',
    bad: at => unseenAt(at, 'bad-answer'),
    says: '[attention] Not watched for 2 min (open)',
    raised: 3,
    cleared: 1,
  },
  {
    rule: 'host-key',
    bad: at => unseenAt(at, 'host-key-changed'),
    says: '[critical] Host key changed (open)',
    raised: 1,
    cleared: 1,
  },
]

describe('each rule', () => {
  test.each(CASES)('$rule: $says after $raised, ended after $cleared', each => {
    const { rule, bad, good = (at: number) => seenAt(at), says, raised, cleared } = each
    const fleet = new VirtualFleet()
    const open = () => fleet.open().filter(alert => alert.rule === rule)
    let at = fleet.run(1, MONDAY, raised - 1, bad)
    expect(open()).toEqual([])
    fleet.poll(1, bad(at, raised - 1))
    expect(open().map(({ level, title, action }) => `[${level}] ${title} (${action})`)).toEqual([says])
    at += MINUTE
    at = fleet.run(1, at, cleared - 1, good)
    expect(open()).toHaveLength(1)
    fleet.poll(1, good(at, cleared - 1))
    expect(open()).toEqual([])
    expect([...fleet.alerts.values()].filter(alert => alert.rule === rule)).toMatchObject([{ state: 'cleared' }])
  })

  test('a healthy node raises nothing in two days', () => {
    const fleet = new VirtualFleet()
    fleet.run(1, MONDAY, 2 * 24 * 60, at => seenAt(at))
    expect(fleet.alerts.size).toBe(0)
  })

  test.each(CASES)('$rule says nothing when it is off', ({ rule, bad }) => {
    const fleet = new VirtualFleet({ rules: { [rule]: { isOn: false } } })
    fleet.run(1, MONDAY, 20, bad)
    expect([...fleet.alerts.values()].filter(alert => alert.rule === rule)).toEqual([])
  })
})

describe('growing processes', () => {
  test('a start that brings many at once is no leak', () => {
    const fleet = new VirtualFleet()
    fleet.run(1, MONDAY, 30, (at, index) => seenAt(at, { families: { 'gateway-child': family(index < 2 ? 1 : 8) } }))
    expect(fleet.alerts.size).toBe(0)
  })

  test('what falls once in between is no leak', () => {
    const fleet = new VirtualFleet()
    fleet.run(1, MONDAY, 60, (at, index) => seenAt(at, { families: { command: family(index % 9) } }))
    expect([...fleet.alerts.values()].filter(({ rule }) => rule === 'growing-processes')).toEqual([])
  })
})

test('a gateway that is down in between was restarted all the same', () => {
  const fleet = new VirtualFleet()
  fleet.run(1, MONDAY, 8, (at, index) =>
    seenAt(at, {
      gateways: [index % 2 === 0 ? gateway({ pid: 700 + index }) : gateway({ pid: null, health: 'down' })],
    }),
  )
  expect(fleet.open()).toMatchObject([{ rule: 'gateway-restarts', value: 3 }])
})

describe('versions', () => {
  const versionOf = (version: string) => (at: number) => seenAt(at, { version })

  test('behind another node for a week', () => {
    const fleet = new VirtualFleet()
    fleet.poll(1, versionOf('2026.9.6')(MONDAY))
    fleet.poll(2, versionOf('2026.5.28')(MONDAY))
    fleet.poll(2, versionOf('2026.5.28')(MONDAY + 6 * DAY))
    expect(fleet.open()).toEqual([])
    fleet.poll(2, versionOf('2026.5.28')(MONDAY + 7 * DAY))
    expect(fleet.told()).toEqual(['raised: pc-b: OpenClaw 2026.5.28 is behind the fleet'])
    fleet.poll(2, versionOf('2026.9.6')(MONDAY + 8 * DAY))
    expect(fleet.open()).toEqual([])
  })

  test('a preview elsewhere does not make a node old', () => {
    const fleet = new VirtualFleet({ rules: { 'version-behind': { days: 0 } } })
    fleet.poll(1, versionOf('2026.10.1-beta.2')(MONDAY))
    fleet.poll(2, versionOf('2026.9.6')(MONDAY + HOUR))
    expect(fleet.open()).toEqual([])
  })
})

test('a node that never had a backup is overdue once it was watched for as long', () => {
  const fleet = new VirtualFleet()
  fleet.poll(1, seenAt(MONDAY, { lastBackupAt: null }))
  fleet.poll(1, seenAt(MONDAY + 14 * DAY, { lastBackupAt: null }))
  expect(fleet.told()).toEqual([])
  fleet.poll(1, seenAt(MONDAY + 14 * DAY + HOUR, { lastBackupAt: null }))
  expect(fleet.told()).toEqual(['raised: pc-a: No backup yet'])
})

test('transcripts that were put aside count by size, not by number', () => {
  const aside = (bytes: number) => (at: number) =>
    seenAt(at, {
      orphans: [{ family: 'tombstone', bytes, diskBytes: bytes, files: 9000, oldestAgeMs: DAY, newestAgeMs: DAY }],
    })
  const fleet = new VirtualFleet()
  const at = fleet.run(1, MONDAY, 5, aside(20 * MB))
  expect(fleet.open()).toEqual([])
  fleet.run(1, at, 5, aside(2 * GB))
  expect(fleet.open()).toMatchObject([{ rule: 'orphans', level: 'attention' }])
})
