import { describe, expect, test } from 'vitest'
import { pointOf, unseenPoint } from '../../../main/watch/point'
import { AppError, type ErrorCode } from '../../../shared/errors'
import { WatchPoint, type Sample, type WatchedProcess } from '../../../shared/sample'
import { HOUR, MINUTE } from '../../../shared/units'
import { disk, gateway, GB, MB, MONDAY } from './points'

function process(pid: number, change: Partial<WatchedProcess> = {}): WatchedProcess {
  return {
    pid,
    ppid: 1,
    uid: 1000,
    startedAtTicks: pid * 10,
    ageMs: HOUR,
    rssBytes: 100 * MB,
    argv: ['openclaw-node'],
    exe: '/usr/bin/node',
    cgroup: null,
    cpuMs: 1000,
    family: 'node-run',
    hasTerminal: false,
    profile: 'default',
    unit: null,
    rootPid: pid,
    verdict: 'owned',
    why: [],
    ...change,
  }
}

function sample(uptimeMs: number, processes: WatchedProcess[], change: Partial<Sample> = {}): Sample {
  return {
    clock: { wallMs: MONDAY, uptimeMs, bootId: 'boot-1' },
    tookMs: 20,
    cpuMs: 60,
    cpus: 4,
    memory: { totalBytes: 16 * GB, freeBytes: 8 * GB },
    version: '2026.9.6',
    processes,
    gateways: [gateway()],
    disks: [disk()],
    sizes: {},
    orphans: [],
    notRead: [],
    ...change,
  }
}

const families = (now: Sample, before: Sample | null) => pointOf(now, before, MONDAY, null).seen?.families

describe('a point of a sample', () => {
  test('counts each family, also those that have none, the oldest ages first', () => {
    const now = sample(HOUR, [
      process(1, { ageMs: MINUTE }),
      process(2, { ageMs: HOUR, verdict: 'leaked' }),
      process(3, { family: 'gateway', rssBytes: 700 * MB }),
    ])
    const point = pointOf(now, null, MONDAY, MONDAY - HOUR)
    expect(WatchPoint.parse(point)).toEqual(point)
    expect(point.seen).toMatchObject({ lastBackupAt: MONDAY - HOUR, memoryBytes: 16 * GB, cpus: 4 })
    expect(point.seen?.families).toMatchObject({
      'node-run': { count: 2, leaked: 1, agesMs: [HOUR, MINUTE], rssBytes: 200 * MB, cpuShare: null },
      gateway: { count: 1, leaked: 0, rssBytes: 700 * MB },
      command: { count: 0, agesMs: [], rssBytes: 0 },
    })
  })

  test('keeps at most 200 ages', () => {
    const many = Array.from({ length: 300 }, (_, index) => process(index + 1, { ageMs: index }))
    const point = families(sample(HOUR, many), null)?.['node-run']
    expect(point?.count).toBe(300)
    expect(point?.agesMs).toHaveLength(200)
    expect(point?.agesMs[0]).toBe(299)
  })

  test('knows nothing of families when processes could not be listed', () => {
    expect(families(sample(HOUR, [], { notRead: ['Processes: ps timed out'] }), null)).toEqual({})
    expect(families(sample(HOUR, [], { notRead: ['/srv/x: not readable'] }), null)?.gateway?.count).toBe(0)
  })
})

describe('the share of a processor', () => {
  const share = (now: Sample, before: Sample) => families(now, before)?.['node-run']?.cpuShare

  test('is what was used since, of the same processes', () => {
    const before = sample(HOUR, [process(1, { cpuMs: 1000 }), process(2, { cpuMs: 9000 })])
    const now = sample(HOUR + MINUTE, [process(1, { cpuMs: 31_000 }), process(2, { cpuMs: 39_000 })])
    expect(share(now, before)).toBe(1)
  })

  test('goes by pid and start: a process in the place of another one counts as new', () => {
    const before = sample(HOUR, [process(1, { cpuMs: 50_000 })])
    const young = process(1, { startedAtTicks: 999, cpuMs: 6000, ageMs: 30_000 })
    expect(share(sample(HOUR + MINUTE, [young]), before)).toBe(0.1)
    // One that is older than the sample before was only missed there: what it used since nobody knows.
    expect(share(sample(HOUR + MINUTE, [{ ...young, ageMs: HOUR }]), before)).toBe(0)
  })

  test('is not known after a restart of the node, nor when its time since boot went back', () => {
    const before = sample(HOUR, [process(1)])
    const rebooted = sample(HOUR + MINUTE, [process(1)], {
      clock: { wallMs: MONDAY, uptimeMs: HOUR + MINUTE, bootId: 'boot-2' },
    })
    expect(share(rebooted, before)).toBeNull()
    expect(share(sample(HOUR, [process(1)]), before)).toBeNull()
    expect(share(sample(HOUR - 1, [process(1)]), before)).toBeNull()
  })

  test('a counter that fell or leapt makes neither less than none nor more than all', () => {
    const before = sample(HOUR, [process(1, { cpuMs: 9000 })])
    expect(share(sample(HOUR + MINUTE, [process(1, { cpuMs: 10 })]), before)).toBe(0)
    expect(share(sample(HOUR + MINUTE, [process(1, { cpuMs: 1e12 })]), before)).toBe(4)
  })

  test("does not go by the node's wall clock", () => {
    const before = sample(HOUR, [process(1, { cpuMs: 0 })])
    const now = sample(HOUR + MINUTE, [process(1, { cpuMs: 30_000 })])
    const jumped = { ...now, clock: { ...now.clock, wallMs: 0 } }
    expect(share(jumped, before)).toBe(0.5)
  })
})

test.each([
  ['timeout', 'unreachable'],
  ['connection-lost', 'unreachable'],
  ['name-unknown', 'unreachable'],
  ['credential-refused', 'refused'],
  ['host-key-unknown', 'refused'],
  ['host-key-changed', 'host-key-changed'],
  ['bad-answer', 'bad-answer'],
  ['node-missing', 'bad-answer'],
  ['internal', 'bad-answer'],
] as const)('a poll that failed with %s is a point: %s', (code: ErrorCode, reach) => {
  const point = unseenPoint(MONDAY, new AppError(code, 'x'))
  expect(WatchPoint.parse(point)).toEqual({ at: MONDAY, reach, spanMs: 0, seen: null })
})
