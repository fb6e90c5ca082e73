import { AppError } from '../../shared/errors'
import type { ProcessFacts } from '../../shared/process'
import { basename, dirname } from '../path'
import { isOpenClaw, isPackageScript } from '../recognize'
import { isOwnLauncher, launcherIn } from './launcher'
import { lookAtWindows, type WindowsLook } from './look'
import { rowsAbove, wordsOf, type WindowsRow } from './rows'

const STARTER = /^([wc]script|cmd)\.exe$/i
const RUNTIME = /^(node|bun)\.exe$/i
/** The app for Windows, with the names that its parts have. */
const APP = /^OpenClaw\.(Tray|Companion|Hub)[\w.]*\.exe$/i

/** What the account of another one stands as where accounts have numbers. */
export const FOREIGN_UID = -2

/** A process of OpenClaw on Windows: of its program, or of a launcher that would start it again. */
export interface WindowsProcess extends ProcessFacts {
  /** The launcher that runs it, or that it is; null when none does. */
  readonly launcher: string | null
  readonly isLauncher: boolean
}

/** Processes of OpenClaw on this machine, those first that start others. */
export interface WindowsFamily {
  readonly processes: readonly WindowsProcess[]
  /** Programs that may run OpenClaw for this login, though it is not let see what they run. */
  readonly hidden: readonly { readonly pid: number; readonly name: string }[]
  /** The app for Windows, where it runs. */
  readonly apps: readonly WindowsProcess[]
}

/** @throws AppError `command-failed` when the processes cannot be told. */
export async function windowsFamily(): Promise<WindowsFamily> {
  return familyIn(await lookAtWindows(['processes']), Date.now())
}

/** The family among all processes. @throws AppError `command-failed` when the look could not tell them. */
export function familyIn({ processes, sid }: Pick<WindowsLook, 'processes' | 'sid'>, nowMs: number): WindowsFamily {
  if (processes.state === 'unknown')
    throw new AppError('command-failed', `Processes could not be told: ${processes.why}`)
  const rows = new Map(processes.value.map(row => [row.pid, row]))
  const ownTree = ownProcesses(rows)
  const others = [...rows.values()].filter(({ pid }) => !ownTree.has(pid))
  const launchers = new Map(others.flatMap(launcherOf))
  const found = others.flatMap(row => {
    const words = wordsOf(row)
    const above = [row, ...rowsAbove(row, rows)].find(({ pid }) => launchers.has(pid))
    const launcher = above === undefined ? null : (launchers.get(above.pid) ?? null)
    const isLauncher = above?.pid === row.pid
    const isMeant =
      isOpenClaw(words) || isPackageScript(words) || isLauncher || (launcher !== null && RUNTIME.test(row.name))
    return isMeant ? { ...factsOf(row, words, { sid, nowMs }), launcher, isLauncher } : []
  })
  const apps = others.filter(({ name }) => APP.test(name))
  return {
    processes: found.sort((one, other) => one.startedAtTicks - other.startedAtTicks || one.pid - other.pid),
    hidden: others.filter(row => mayBeOurs(row, sid)).map(({ pid, name }) => ({ pid, name })),
    apps: apps.map(row => ({ ...factsOf(row, wordsOf(row), { sid, nowMs }), launcher: null, isLauncher: false })),
  }
}

/** This program, and what it was started through: the login's own session is never touched. */
function ownProcesses(rows: ReadonlyMap<number, WindowsRow>): ReadonlySet<number> {
  const own = rows.get(process.pid)
  const above = own === undefined ? [] : rowsAbove(own, rows)
  return new Set([process.pid, process.ppid, ...above.map(({ pid }) => pid)])
}

function launcherOf(row: WindowsRow): readonly (readonly [number, string])[] {
  const path = STARTER.test(row.name) ? launcherIn(row.line) : null
  return path !== null && isOwnLauncher(path) ? [[row.pid, path]] : []
}

/** Whether it may be this login's: nothing tells that it is another account's. */
function mayBeOurs({ name, isHidden, owner }: WindowsRow, sid: string | null): boolean {
  return isHidden && (STARTER.test(name) || RUNTIME.test(name)) && (owner === null || sid === null || owner === sid)
}

function factsOf(
  row: WindowsRow,
  argv: string[],
  { sid, nowMs }: { readonly sid: string | null; readonly nowMs: number },
): ProcessFacts {
  const { pid, ppid, startedMs, rssBytes, exe, owner } = row
  return {
    ...{ pid, ppid, rssBytes, argv, exe },
    // Whose words can be read, yet not the name of: an account that may read others' is told both.
    uid: owner === null || sid === null || owner === sid ? -1 : FOREIGN_UID,
    startedAtTicks: startedMs,
    ageMs: Math.max(0, nowMs - startedMs),
    cgroup: null,
  }
}

/** What a launcher starts, told by its name. */
export function roleOfLauncher(path: string): 'gateway' | 'node-host' {
  return /^node\./i.test(basename(path)) ? 'node-host' : 'gateway'
}

/** Where the launcher lies is where its OpenClaw keeps its state. */
export function stateDirOfLauncher(path: string): string {
  return dirname(path)
}
