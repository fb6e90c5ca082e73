import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new private folder; gone with everything in it when disposed. */
export interface TempFolder extends Disposable {
  readonly path: string
  /** A path inside. */
  join(...parts: string[]): string
}

/** Makes a folder under the system's temporary folder. */
export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'ocm-test-'))
  return {
    path,
    join: (...parts) => join(path, ...parts),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Waits until `check` gives something other than undefined, null or false; fails after `limitMs`. */
export async function until<T>(
  check: () => T | Promise<T>,
  limitMs = 10_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const value = await check()
    if (value !== undefined && value !== null && value !== false) return value as Exclude<T, false | null | undefined>
    if (Date.now() > deadline) throw new Error(`Not within ${limitMs} ms: ${check.toString()}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
