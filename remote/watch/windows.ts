import { isOpenClaw, isPackageScript } from '../recognize'
import { recordOf } from '../values-of'
import type { Ancestor, ProcessLook } from './looks'

/**
 * All processes as JSON, the command line of OpenClaw's only. Ticks since 1601 instead of a date: PowerShell 5 and 7 print
 * dates differently.
 */
export const WINDOWS_QUERY = `Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,Name,ExecutablePath,
@{n='CommandLine';e={if($_.CommandLine -match 'openclaw|clawdbot|moltbot'){$_.CommandLine}}},
WorkingSetSize,KernelModeTime,UserModeTime,@{n='CreationTicks';e={$_.CreationDate.ToFileTimeUtc()}} | ConvertTo-Json -Compress`

/** Windows counts 100 ns; from 1601 to 1970 are so many ms. */
const PER_MS = 10_000
const EPOCH_MS = 11_644_473_600_000
const MAX_ANCESTORS = 64

interface Row {
  readonly pid: number
  readonly ppid: number
  readonly name: string
  readonly path: string | null
  readonly line: string
  readonly rssBytes: number
  readonly cpuMs: number
  readonly startedMs: number
}

/**
 * Processes of OpenClaw in the answer to {@link WINDOWS_QUERY} (or the same with `CreationDate`, as PowerShell prints it).
 * Windows keeps the number of a parent that is gone, and gives it to others: a parent younger than its child is none.
 * @throws SyntaxError for what is not JSON.
 */
export function looksFromWindows(json: string, nowMs: number, max: number): { looks: ProcessLook[]; more: boolean } {
  const answer: unknown = json.trim() === '' ? [] : JSON.parse(json)
  const rows = new Map(
    [answer]
      .flat()
      .flatMap(entry => rowOf(entry) ?? [])
      .map(row => [row.pid, row]),
  )
  const looks: ProcessLook[] = []
  for (const row of rows.values()) {
    const argv = wordsOf(row.line)
    if (!isOpenClaw(argv) && !isPackageScript(argv)) continue
    if (looks.length >= max) return { looks, more: true }
    looks.push(lookOf(row, argv, rows, nowMs))
  }
  return { looks, more: false }
}

function rowOf(entry: unknown): Row | null {
  const record = recordOf(entry)
  const pid = Number(record?.['ProcessId'])
  if (record === undefined || !Number.isInteger(pid) || pid <= 0) return null
  const [name, path, line] = ['Name', 'ExecutablePath', 'CommandLine'].map(key => record[key])
  return {
    pid,
    ppid: Number(record['ParentProcessId'] ?? 0),
    name: typeof name === 'string' ? name : '',
    path: typeof path === 'string' ? path : null,
    line: typeof line === 'string' ? line : '',
    rssBytes: Number(record['WorkingSetSize'] ?? 0),
    cpuMs: (Number(record['KernelModeTime'] ?? 0) + Number(record['UserModeTime'] ?? 0)) / PER_MS,
    startedMs: startedMsOf(record),
  }
}

function startedMsOf(record: Readonly<Record<string, unknown>>): number {
  const ticks = Number(record['CreationTicks'] ?? Number.NaN)
  if (Number.isFinite(ticks)) return Math.round(ticks / PER_MS) - EPOCH_MS
  const date = recordOf(record['CreationDate'])?.['value'] ?? record['CreationDate']
  const text = typeof date === 'string' ? date : ''
  const old = /\/Date\((\d+)/.exec(text)?.[1]
  const ms = old === undefined ? Date.parse(text) : Number(old)
  return Number.isFinite(ms) ? ms : 0
}

function lookOf(row: Row, argv: string[], rows: ReadonlyMap<number, Row>, nowMs: number): ProcessLook {
  const { pid, ppid, rssBytes, cpuMs, startedMs, path } = row
  return {
    ...{ pid, ppid, rssBytes, cpuMs, argv },
    uid: -1,
    startedAtTicks: startedMs / 10,
    ageMs: Math.max(0, nowMs - startedMs),
    exe: path,
    cgroup: null,
    hasTerminal: false, // A console is the parent's; see the ancestors.
    unit: null,
    isMain: false,
    environment: null,
    ancestors: ancestorsOf(row, rows),
  }
}

function ancestorsOf(row: Row, rows: ReadonlyMap<number, Row>): Ancestor[] {
  const found: Ancestor[] = []
  for (let child = row; found.length < MAX_ANCESTORS;) {
    const parent = rows.get(child.ppid)
    if (parent === undefined || parent.pid === child.pid || parent.startedMs > child.startedMs) break
    found.push({ pid: parent.pid, name: parent.name, isReaper: false })
    child = parent
  }
  return found
}

/** A command line as Windows programs split it: quotes hold spaces, a backslash only counts before a quote. */
export function wordsOf(line: string): string[] {
  const words: string[] = []
  let word = ''
  let isQuoted = false
  let isWord = false
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] ?? ''
    const slashes = letter === '\\' ? (/^\\+/.exec(line.slice(at))?.[0].length ?? 0) : 0
    if (slashes > 0 && line[at + slashes] === '"') {
      word += '\\'.repeat(Math.floor(slashes / 2))
      if (slashes % 2 === 1) word += '"'
      at += slashes % 2 === 1 ? slashes : slashes - 1
      isWord = true
    } else if (letter === '"') {
      isQuoted = !isQuoted
      isWord = true
    } else if (!isQuoted && /\s/.test(letter)) {
      if (isWord) words.push(word)
      word = ''
      isWord = false
    } else {
      word += letter
      isWord = true
    }
  }
  if (isWord) words.push(word)
  return words
}
