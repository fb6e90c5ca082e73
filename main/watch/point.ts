import type { AppError, ErrorCode } from '../../shared/errors'
import { ProcessFamily, type FamilyPoint, type Sample, type WatchedProcess, type WatchPoint } from '../../shared/sample'

const MAX_AGES = 200
/** How sense's `notRead` begins when the list of processes failed. */
const PROCESSES_FAILED = /^Processes\b/

/**
 * A stored point of one sample. Ages are by the node's own clock, shares of the processors by its time since boot: neither
 * clock's jump shows. `families` is empty when processes could not be listed; otherwise each family is there, with 0 if none.
 */
export function pointOf(sample: Sample, before: Sample | null, at: number, lastBackupAt: number | null): WatchPoint {
  const { clock, cpus, memory, version, gateways, disks, sizes, orphans } = sample
  return {
    at,
    reach: 'seen',
    spanMs: 0,
    seen: {
      clock,
      cpus,
      memoryBytes: memory.totalBytes,
      version,
      families: familiesOf(sample, before),
      gateways,
      disks,
      sizes,
      orphans,
      lastBackupAt,
    },
  }
}

function familiesOf(sample: Sample, before: Sample | null): Partial<Record<ProcessFamily, FamilyPoint>> {
  const isUnread = sample.processes.length === 0 && sample.notRead.some(why => PROCESSES_FAILED.test(why))
  if (isUnread) return {}
  const byFamily = Map.groupBy(sample.processes, process => process.family)
  const load = loadSince(sample, before)
  return Object.fromEntries(
    ProcessFamily.options.map(family => {
      const processes = byFamily.get(family) ?? []
      const point: FamilyPoint = {
        count: processes.length,
        leaked: processes.filter(process => process.verdict === 'leaked').length,
        agesMs: processes
          .map(process => process.ageMs)
          .sort((a, b) => b - a)
          .slice(0, MAX_AGES),
        cpuShare: load(processes),
        rssBytes: sum(processes.map(process => process.rssBytes)),
      }
      return [family, point]
    }),
  )
}

/** Share of one processor that processes took since the sample before; null when that one does not compare. */
function loadSince(sample: Sample, before: Sample | null): (processes: readonly WatchedProcess[]) => number | null {
  const spanMs = before === null ? 0 : sample.clock.uptimeMs - before.clock.uptimeMs
  if (before?.clock.bootId !== sample.clock.bootId || spanMs <= 0) return () => null
  const known = new Map(before.processes.map(process => [identity(process), process.cpuMs]))
  return processes => {
    const usedMs = sum(processes.map(process => usedSince(process, known.get(identity(process)), spanMs)))
    return Math.min(sample.cpus, usedMs / spanMs)
  }
}

/** A process that is new took all its time since; one that was missed before, or whose counter fell, tells nothing. ms */
function usedSince(process: WatchedProcess, cpuMsBefore: number | undefined, spanMs: number): number {
  if (cpuMsBefore === undefined) return process.ageMs <= spanMs ? process.cpuMs : 0
  return Math.max(0, process.cpuMs - cpuMsBefore)
}

const identity = ({ pid, startedAtTicks }: WatchedProcess): string => `${pid} ${startedAtTicks}`
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** A node that gave no sample. */
export function unseenPoint(at: number, error: AppError): WatchPoint {
  return { at, reach: REACH[error.code] ?? 'bad-answer', spanMs: 0, seen: null }
}

/** What a failure says of the way to a node. What is not here came from the node itself, and is not what OCM expects. */
const REACH: { readonly [code in ErrorCode]?: WatchPoint['reach'] } = {
  'host-key-changed': 'host-key-changed',
  'host-key-unknown': 'refused',
  'credential-missing': 'refused',
  'credential-refused': 'refused',
  'key-unreadable': 'refused',
  'agent-unavailable': 'refused',
  'keychain-unavailable': 'refused',
  'name-unknown': 'unreachable',
  'connection-refused': 'unreachable',
  'connection-lost': 'unreachable',
  'handshake-failed': 'unreachable',
  timeout: 'unreachable',
  aborted: 'unreachable',
}
