import { readFileSync } from 'node:fs'
import { argvOf, environmentOf, listPids, readProcess } from '../proc'
import { isOpenClaw, isPackageScript } from '../recognize'
import { isReaperName, type Ancestor, type ProcessLook } from './looks'

/** Kernel clock ticks: 100 per second on every common architecture. */
const MS_PER_TICK = 10
const MAX_ANCESTORS = 64

/** Processes of OpenClaw as /proc shows them, at most `max`; `more` when there are more. */
export function looksOnLinux(max: number): { looks: ProcessLook[]; more: boolean } {
  const lines = new Lines()
  const looks: ProcessLook[] = []
  for (const pid of listPids()) {
    const argv = argvOf(pid)
    if (argv === null || pid === process.pid || !isMeant(argv)) continue
    if (looks.length >= max) return { looks, more: true }
    const seen = lookAt(pid, lines)
    if (seen !== null) looks.push(seen)
  }
  return { looks, more: false }
}

function isMeant(argv: readonly string[]): boolean {
  return isOpenClaw(argv) || isPackageScript(argv)
}

function lookAt(pid: number, lines: Lines): ProcessLook | null {
  const environment = environmentOf(pid)
  const facts = readProcess(pid)
  const line = lines.of(pid)
  // Started between two reads under the same number: it is somebody else.
  if (facts === null || line === null || line.startedAtTicks !== facts.startedAtTicks) return null
  // What ends loses its variables and its words at once: words that are read last vouch for both.
  if (!isMeant(facts.argv)) return null
  return {
    ...facts,
    cpuMs: line.cpuMs,
    hasTerminal: line.hasTerminal,
    unit: unitOf(facts.cgroup),
    isMain: environment?.get('SYSTEMD_EXEC_PID') === String(pid),
    environment,
    ancestors: lines.above(line),
  }
}

/** The unit that a control group stands for: the innermost service, but not the manager of a login. */
export function unitOf(cgroup: string | null): string | null {
  const name = cgroup?.split('/').findLast(part => part.endsWith('.service'))
  return name === undefined || /^user@\d+\.service$/.test(name) ? null : name.slice(0, -'.service'.length)
}

/** What one line of `/proc/<pid>/stat` tells. */
interface Line {
  readonly pid: number
  readonly name: string
  readonly ppid: number
  readonly session: number
  readonly hasTerminal: boolean
  readonly cpuMs: number
  readonly startedAtTicks: number
}

/** Lines once read are remembered for the time of one look: siblings have the same ancestors. */
class Lines {
  private readonly read = new Map<number, Line | null>()

  of(pid: number): Line | null {
    let line = this.read.get(pid)
    if (line === undefined) {
      line = readLine(pid)
      this.read.set(pid, line)
    }
    return line
  }

  above(line: Line): Ancestor[] {
    const found: Ancestor[] = []
    for (let child = line; child.ppid > 0 && found.length < MAX_ANCESTORS;) {
      const parent = this.of(child.ppid)
      if (parent === null) break
      const isReaper = this.isReaper(parent, line)
      found.push({ pid: parent.pid, name: parent.name, isReaper })
      if (isReaper) break
      child = parent
    }
    return found
  }

  /**
   * The first process of a container may be a program that starts others itself: what it started is in its session, unless it
   * made one of its own.
   */
  private isReaper(parent: Line, below: Line): boolean {
    if (isReaperName(parent.name)) return true
    return parent.pid === 1 && below.session !== parent.session
  }
}

function readLine(pid: number): Line | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = text.lastIndexOf(')') // A name may hold anything, brackets too.
    const fields = text.slice(end + 2).split(' ')
    return {
      pid,
      name: text.slice(text.indexOf('(') + 1, end),
      ppid: Number(fields[1]),
      session: Number(fields[3]),
      hasTerminal: fields[4] !== '0',
      cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
      startedAtTicks: Number(fields[19]),
    }
  } catch {
    return null // It ended between two looks.
  }
}
