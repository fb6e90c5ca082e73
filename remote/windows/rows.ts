import { windowsWords } from '../../shared/windows-words'
import { wordAsPath } from '../path'
import { recordOf } from '../values-of'

/** One process as Windows tells it. */
export interface WindowsRow {
  readonly pid: number
  readonly ppid: number
  readonly name: string
  readonly exe: string | null
  /** '' where it was not told, because it is none of OpenClaw's or kept from this login. */
  readonly line: string
  /** It was kept from this login, or there is none. */
  readonly isHidden: boolean
  /** Whose it is, as a security identifier; null where it was not asked or not told. */
  readonly owner: string | null
  readonly rssBytes: number
  readonly cpuMs: number
  /** Whole milliseconds since 1970; 0 where it was not told. */
  readonly startedMs: number
}

/** Windows counts processor time in 100 ns; file times begin so many ms before 1970. */
const PER_MS = 10_000
const EPOCH_MS = 11_644_473_600_000

/** Rows of Win32_Process; what is none is passed over. */
export function windowsRows(entries: readonly unknown[]): WindowsRow[] {
  return entries.flatMap(entry => rowOf(entry) ?? [])
}

/** The words of a process, its paths with slashes. */
export function wordsOf({ line }: Pick<WindowsRow, 'line'>): string[] {
  return windowsWords(line).map(word => wordAsPath(word, 'win32'))
}

function rowOf(entry: unknown): WindowsRow | null {
  const record = recordOf(entry)
  const pid = Number(record?.['ProcessId'])
  if (record === undefined || !Number.isInteger(pid) || pid <= 0) return null
  const [name, path, line, owner] = ['Name', 'ExecutablePath', 'CommandLine', 'OwnerSid'].map(key => record[key])
  return {
    pid,
    ppid: Number(record['ParentProcessId'] ?? 0),
    name: typeof name === 'string' ? name : '',
    exe: typeof path === 'string' ? wordAsPath(path, 'win32') : null,
    line: typeof line === 'string' ? line : '',
    isHidden: record['HasCommandLine'] === false,
    owner: typeof owner === 'string' ? owner : null,
    rssBytes: Number(record['WorkingSetSize'] ?? 0),
    cpuMs: (Number(record['KernelModeTime'] ?? 0) + Number(record['UserModeTime'] ?? 0)) / PER_MS,
    startedMs: startedMsOf(record),
  }
}

function startedMsOf(record: Readonly<Record<string, unknown>>): number {
  const whole = Number(record['StartedMs'] ?? Number.NaN)
  if (Number.isFinite(whole)) return Math.floor(whole)
  const ticks = Number(record['CreationTicks'] ?? Number.NaN)
  if (Number.isFinite(ticks)) return Math.floor(ticks / PER_MS) - EPOCH_MS
  const date = recordOf(record['CreationDate'])?.['value'] ?? record['CreationDate']
  const text = typeof date === 'string' ? date : ''
  const old = /\/Date\((\d+)/.exec(text)?.[1]
  const ms = old === undefined ? Date.parse(text) : Number(old)
  return Number.isFinite(ms) ? ms : 0
}

/**
 * Those above a process, from its parent up. Windows keeps the number of a parent that is gone, and gives it to others: a
 * parent younger than its child is none.
 */
export function rowsAbove(row: WindowsRow, rows: ReadonlyMap<number, WindowsRow>): WindowsRow[] {
  const found: WindowsRow[] = []
  for (let child = row; found.length < MAX_ANCESTORS;) {
    const parent = rows.get(child.ppid)
    if (parent === undefined || parent.pid === child.pid || parent.startedMs > child.startedMs) break
    found.push(parent)
    child = parent
  }
  return found
}

const MAX_ANCESTORS = 64
