import { readdirSync, type Dirent } from 'node:fs'
import type { LeftOut } from '../shared/survey'
import { display, joinBytes, statOf, type PathBytes } from './paths'

/** Entries counted per folder that is left out; a private runtime can have a hundred thousand. */
const MAX_COUNTED = 50_000

interface Entry {
  readonly first: string
  readonly pattern: string
  readonly why: string
  count: number
  bytes: number
}

/** Collects what is left out: one line per rule, not per file, since orphans come by the thousand. */
export class LeftOutList {
  private readonly entries = new Map<string, Entry>()

  add(
    root: string,
    path: string,
    placement: { readonly leftOut: string; readonly pattern: string },
    bytes: number,
  ): void {
    const key = `${root}\0${placement.pattern}\0${placement.leftOut}`
    const shown = root === 'state' ? path : `${root}/${path}`
    const entry = this.entries.get(key) ?? {
      first: display(shown),
      pattern: placement.pattern,
      why: placement.leftOut,
      count: 0,
      bytes: 0,
    }
    entry.count += 1
    entry.bytes += bytes
    this.entries.set(key, entry)
  }

  list(): LeftOut[] {
    return [...this.entries.values()].map(({ first, pattern, why, count, bytes }) => {
      if (count === 1) return { path: first, why, bytes }
      return { path: pattern.replace(/\/\*\*$/, ''), why: `${why} (${count} of them, such as ${first})`, bytes }
    })
  }
}

/** Bytes beneath a folder, links not followed, and only as far as counting stays cheap. */
export async function bytesBeneath(folder: PathBytes, breathe: () => Promise<void> | undefined): Promise<number> {
  const folders = [folder]
  let bytes = 0
  let counted = 0
  for (let next = folders.pop(); next !== undefined && counted < MAX_COUNTED; next = folders.pop()) {
    for (const entry of entriesOf(next)) {
      counted += 1
      const path = joinBytes(next, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) bytes += statOf(path)?.size ?? 0
    }
    await breathe()
  }
  return bytes
}

function entriesOf(folder: PathBytes): readonly Dirent<Buffer>[] {
  try {
    return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })
  } catch {
    return [] // What cannot be read is left out anyway; its size stays uncounted.
  }
}
