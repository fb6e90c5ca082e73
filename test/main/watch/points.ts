import type { DiskUse, FamilyPoint, GatewayPulse, OrphanUse, ProcessFamily, WatchPoint } from '../../../shared/sample'
import { HOUR, MINUTE } from '../../../shared/units'

export const MB = 1_000_000
export const GB = 1000 * MB
export const DAY = 24 * HOUR

/** Midnight of a Monday, local time: quiet hours and mornings are local. */
export const MONDAY = new Date(2026, 10, 2).getTime()
const BOOT = MONDAY - 10 * DAY

type Seen = NonNullable<WatchPoint['seen']>

/** What of a healthy node is different. */
export interface Change extends Partial<Omit<Seen, 'families' | 'clock'>> {
  readonly families?: Seen['families']
  readonly clock?: Partial<Seen['clock']>
  /** Bytes of true orphans; and how many, if not one of each 6 MB. */
  readonly orphanBytes?: number
  readonly orphanFiles?: number
}

/** One family of processes, all of them older than any limit. */
export function family(count: number, change: Partial<FamilyPoint> = {}): FamilyPoint {
  const agesMs = Array.from({ length: Math.min(count, 200) }, () => 10 * MINUTE)
  return { count, leaked: 0, agesMs, cpuShare: 0.05, rssBytes: count * 100 * MB, ...change }
}

/** A gateway that is well. */
export function gateway(change: Partial<GatewayPulse> = {}): GatewayPulse {
  return {
    profile: 'default',
    stateDir: '/home/claw/.openclaw',
    isExpected: true,
    port: 18789,
    listensOn: [18789, 18791],
    pid: 700,
    startedAtTicks: 5000,
    uptimeMs: DAY,
    health: 'live',
    ...change,
  }
}

/** A disk of 100 GB, so many of them free. */
export function disk(freeBytes = 70 * GB, change: Partial<DiskUse> = {}): DiskUse {
  return {
    id: '2049',
    path: '/home/claw',
    totalBytes: 100 * GB,
    freeBytes,
    totalInodes: 6_000_000,
    freeInodes: 5_000_000,
    ...change,
  }
}

function orphans(bytes: number, files: number): OrphanUse[] {
  if (files === 0) return []
  const oldestAgeMs = 92 * DAY
  return [{ family: 'session-store', bytes, diskBytes: bytes, files, oldestAgeMs, newestAgeMs: 2 * HOUR }]
}

const none: Readonly<Record<ProcessFamily, FamilyPoint>> = {
  gateway: family(1),
  'gateway-child': family(2),
  'node-host': family(0),
  'node-run': family(0),
  command: family(0),
  unknown: family(0),
}

/** A node that is well, but for what is said. */
export function seenAt(at: number, change: Change = {}): WatchPoint {
  const { orphanBytes = 0, orphanFiles = Math.ceil(orphanBytes / (6 * MB)), clock, families, ...rest } = change
  const use = (bytes: number, files: number) => ({ bytes, diskBytes: bytes, files })
  return {
    at,
    reach: 'seen',
    spanMs: 0,
    seen: {
      clock: { wallMs: at, uptimeMs: at - BOOT, bootId: 'boot-1', ...clock },
      cpus: 4,
      memoryBytes: 16 * GB,
      version: '2026.9.6',
      families: { ...none, ...families },
      gateways: [gateway()],
      disks: [disk()],
      sizes: { sessions: use(54 * MB, 900), orphans: use(orphanBytes, orphanFiles), logs: use(20 * MB, 5) },
      orphans: orphans(orphanBytes, orphanFiles),
      lastBackupAt: at - HOUR,
      ...rest,
    },
  }
}

/** A node that gave no sample. */
export function unseenAt(at: number, reach: Exclude<WatchPoint['reach'], 'seen'> = 'unreachable'): WatchPoint {
  return { at, reach, spanMs: 0, seen: null }
}
