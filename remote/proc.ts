import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { ProcessFacts } from '../shared/process'

/** The kernel's clock for start times; fixed at 100 per second for programs on every common architecture. */
const TICKS_PER_SECOND = 100

/** Pids of all processes there are. */
export function listPids(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

/** The words a process was started with (or its title, once it rewrote them); null when it is gone. */
export function argvOf(pid: number): string[] | null {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    while (words.at(-1) === '') words.pop()
    return words
  } catch {
    return null // It ended between two looks.
  }
}

/** Everything about one process; null when it is gone. */
export function readProcess(pid: number): ProcessFacts | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const startedAtTicks = Number(fields[19])
    return {
      pid,
      ppid: Number(fields[1]),
      uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? -1),
      startedAtTicks,
      ageMs: Math.max(0, Math.round(uptimeMs() - (startedAtTicks * 1000) / TICKS_PER_SECOND)),
      rssBytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024,
      argv: argvOf(pid) ?? [],
      exe: linkOf(`/proc/${pid}/exe`),
      cgroup: cgroupOf(pid),
    }
  } catch {
    return null // It ended between two looks.
  }
}

/** A process on its way out has no words for so long, at most; so does one that becomes another program. */
const WORDLESS_LOOKS = 10
const WORDLESS_PAUSE_MS = 10

/**
 * Whether a process that was seen has ended since, so that what could not be read of it says nothing. What ends loses its
 * words and variables before it is gone: that is waited for. Only Linux shows variables, and so only it is asked.
 */
export function hasEnded({ pid, startedAtTicks }: Pick<ProcessFacts, 'pid' | 'startedAtTicks'>): boolean {
  if (process.platform !== 'linux') return false
  for (let look = 1; ; look++) {
    const now = readProcess(pid)
    if (now?.startedAtTicks !== startedAtTicks) return true
    if (now.argv.length > 0 || look === WORDLESS_LOOKS) return false
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WORDLESS_PAUSE_MS)
  }
}

/** Variables a process was started with; null when it is not ours to read. */
export function environmentOf(pid: number): Map<string, string> | null {
  if (process.platform === 'win32') return null
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return new Map(entries.filter(entry => entry.includes('=')).map(splitAtEquals))
  } catch {
    return null // Another user's, or gone.
  }
}

/** When the machine was started, in milliseconds since the epoch. */
export function bootedAtMs(): number {
  return Math.round(Date.now() - uptimeMs())
}

function uptimeMs(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null // Another user's process.
  }
}

/** The one group of cgroup v2, or systemd's own of v1. */
function cgroupOf(pid: number): string | null {
  try {
    const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')
    const line = lines.find(text => text.startsWith('0::')) ?? lines.find(text => text.includes(':name=systemd:'))
    return line?.split(':').slice(2).join(':') ?? null
  } catch {
    return null // Gone, or a kernel without groups.
  }
}

function splitAtEquals(entry: string): [string, string] {
  const at = entry.indexOf('=')
  return [entry.slice(0, at), entry.slice(at + 1)]
}
