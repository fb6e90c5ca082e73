import { psWords } from '../../shared/ps-words'
import { psCommand } from '../ps-command'
import { isOpenClaw, isPackageScript } from '../recognize'
import { isReaperName, type Ancestor, type ProcessLook } from './looks'

/** What `ps` is asked for where there is no /proc; the words last since they hold spaces. */
export const PS_WORDS = psCommand(['pid', 'ppid', 'uid', 'rss', 'time', 'tty', 'lstart', 'args'])

const LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([\d:.-]+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/
const MAX_ANCESTORS = 64

interface Row {
  readonly pid: number
  readonly ppid: number
  readonly uid: number
  readonly rssBytes: number
  readonly cpuMs: number
  readonly hasTerminal: boolean
  readonly startedMs: number
  readonly argv: readonly string[]
}

/** Processes of OpenClaw in what `ps` printed. Words with spaces come apart, but for the program's, and variables are not shown. */
export function looksFromPs(text: string, nowMs: number, max: number): { looks: ProcessLook[]; more: boolean } {
  const rows = new Map(
    text
      .split('\n')
      .flatMap(line => rowOf(line) ?? [])
      .map(row => [row.pid, row]),
  )
  const ours = [...rows.values()].filter(({ argv }) => isOpenClaw(argv) || isPackageScript(argv))
  return { looks: ours.slice(0, max).map(row => lookOf(row, rows, nowMs)), more: ours.length > max }
}

function rowOf(line: string): Row | null {
  const [, pid, ppid, uid, rss, time = '', tty = '', started = '', words] = LINE.exec(line) ?? []
  if (words === undefined) return null
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    uid: Number(uid),
    rssBytes: Number(rss) * 1024,
    cpuMs: spanOf(time),
    hasTerminal: !/^[?-]+$/.test(tty),
    startedMs: Date.parse(started),
    argv: psWords(words.trim()),
  }
}

/** `[dd-][hh:]mm:ss[.cc]` in ms. */
function spanOf(text: string): number {
  const [days, rest] = text.includes('-') ? text.split('-') : ['0', text]
  const seconds = (rest ?? '').split(':').reduce((total, part) => total * 60 + Number(part), 0)
  return Math.round((Number(days) * 86_400 + seconds) * 1000)
}

function lookOf(row: Row, rows: ReadonlyMap<number, Row>, nowMs: number): ProcessLook {
  const { pid, ppid, uid, rssBytes, cpuMs, hasTerminal, startedMs, argv } = row
  return {
    ...{ pid, ppid, uid, rssBytes, cpuMs, hasTerminal },
    argv: [...argv],
    startedAtTicks: startedMs / 10,
    ageMs: Math.max(0, nowMs - startedMs),
    exe: null,
    cgroup: null,
    unit: null,
    isMain: false,
    environment: null,
    ancestors: ancestorsOf(row, rows),
  }
}

function ancestorsOf(row: Row, rows: ReadonlyMap<number, Row>): Ancestor[] {
  const found: Ancestor[] = []
  for (let above = rows.get(row.ppid); above !== undefined && found.length < MAX_ANCESTORS;) {
    const name = above.argv[0]?.split('/').at(-1) ?? ''
    const isReaper = above.pid === 1 || isReaperName(name)
    found.push({ pid: above.pid, name, isReaper })
    if (isReaper) break
    above = rows.get(above.ppid)
  }
  return found
}
