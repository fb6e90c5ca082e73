import { readFileSync } from 'node:fs'
import { dirname } from './path'
import { keyOf, statOf, type PathBytes } from './paths'

/** Mount points of this machine as byte keys, from `/proc/self/mountinfo`; empty where there is none (not Linux). */
export function mountPoints(): ReadonlySet<string> {
  let table: string
  try {
    table = readFileSync('/proc/self/mountinfo', 'latin1')
  } catch {
    return new Set() // Not Linux: the device check of isMountPoint has to do.
  }
  const unescape = (text: string): string =>
    text.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(parseInt(octal, 8)))
  return new Set(table.split('\n').map(line => unescape(line.split(' ')[4] ?? '')))
}

/** True for a folder where another file system begins; bind mounts too, on Linux. */
export function isMountPoint(folder: PathBytes, mounts: ReadonlySet<string> = mountPoints()): boolean {
  if (mounts.has(keyOf(folder))) return true
  const parent = statOf(dirname(folder.toString()))
  const own = statOf(folder)
  return own !== undefined && parent !== undefined && own.dev !== parent.dev
}
