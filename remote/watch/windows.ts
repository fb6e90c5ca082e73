import { isOpenClaw, isPackageScript } from '../recognize'
import { rowsAbove, wordsOf, type WindowsRow } from '../windows/rows'
import type { ProcessLook } from './looks'

/** Processes of OpenClaw among all. */
export function looksFromWindows(
  all: readonly WindowsRow[],
  nowMs: number,
  max: number,
): { looks: ProcessLook[]; more: boolean } {
  const rows = new Map(all.map(row => [row.pid, row]))
  const looks: ProcessLook[] = []
  for (const row of rows.values()) {
    const argv = wordsOf(row)
    if (!isOpenClaw(argv) && !isPackageScript(argv)) continue
    if (looks.length >= max) return { looks, more: true }
    looks.push(lookOf(row, argv, rows, nowMs))
  }
  return { looks, more: false }
}

function lookOf(row: WindowsRow, argv: string[], rows: ReadonlyMap<number, WindowsRow>, nowMs: number): ProcessLook {
  const { pid, ppid, rssBytes, cpuMs, startedMs, exe } = row
  return {
    ...{ pid, ppid, rssBytes, cpuMs, argv, exe },
    uid: -1,
    startedAtTicks: startedMs,
    ageMs: Math.max(0, nowMs - startedMs),
    cgroup: null,
    hasTerminal: false, // A console is the parent's; see the ancestors.
    unit: null,
    isMain: false,
    environment: null,
    ancestors: rowsAbove(row, rows).map(above => ({ pid: above.pid, name: above.name, isReaper: false })),
  }
}
