import { closeSync, type Stats } from 'node:fs'
import { CHUNK_BYTES, type SnapshotFile } from '../shared/backup'
import { isSqlite } from '../shared/layout'
import { hashLong, hashSmall, type Hashed } from './digest'
import type { Context } from './handler'
import { joinBytes, statOf, type PathBytes, type Root } from './paths'
import { openFile, stampOf, statOpened } from './read-only'
import { besideDatabase, hasSqliteMagic, isUnchanged, openDatabase, reopenDatabase } from './sqlite'
import type { Stamps } from './stamp'

/** What the walk learned about one entry's content. */
export interface Content {
  readonly kind: SnapshotFile['kind']
  readonly size: number
  readonly sha256: string
  readonly chunks: readonly string[]
  readonly target?: string
  readonly isMoving?: boolean
  /** How the file looked just before it was read; absent when that is not to be relied on. */
  readonly stamp?: string | undefined
}

interface Means {
  readonly context: Pick<Context<'walk'>, 'session' | 'signal'>
  readonly breathe: () => Promise<void> | undefined
}

/** A file that moves is read again so often before it is taken as it is. */
const ATTEMPTS = 3

/** Size without content. A database counts with its log. */
export function sizeOnly(entry: { readonly path: PathBytes; readonly text: string }, stats: Stats): Content {
  const isDatabase = isSqlite(entry.text)
  const log = isDatabase ? (statOf(besideDatabase(entry.path, '-wal'))?.size ?? 0) : 0
  return { kind: isDatabase ? 'sqlite' : 'file', size: stats.size + log, sha256: '', chunks: [] }
}

/**
 * Hashes a regular file; reads again when it changed meanwhile.
 * @returns undefined when `unlessDatabase` and it is a SQLite database.
 */
export async function hashFile(
  path: PathBytes,
  means: Means,
  options: { readonly unlessDatabase: boolean; readonly stamps?: Stamps | undefined },
): Promise<(Content & { readonly stats: Stats }) | undefined> {
  const fd = openFile(path)
  try {
    if (options.unlessDatabase && hasSqliteMagic(fd)) return undefined
    for (let attempt = 1; ; attempt += 1) {
      const stamp = options.stamps?.ofOpened(fd)
      const stats = statOpened(fd)
      const hashed = await hashOpened(fd, stats.size, means)
      const isSame = stampOf(stats) === stampOf(statOpened(fd)) && hashed.bytes === stats.size
      if (!isSame && attempt < ATTEMPTS) continue
      const { sha256, chunks, bytes } = hashed
      return { kind: 'file', size: bytes, sha256, chunks, stats, ...(isSame ? { stamp } : { isMoving: true }) }
    }
  } finally {
    closeSync(fd)
  }
}

/** Hashes what an opened file holds. */
export async function hashOpened(fd: number, size: number, means: Pick<Means, 'breathe'>): Promise<Hashed> {
  const small = size <= CHUNK_BYTES ? hashSmall(fd, size) : undefined
  return small ?? hashLong(fd, means.breathe)
}

/** Hashes a consistent view of a database and leaves that open in the session for `read`. */
export async function hashDatabase(
  at: { readonly root: Root; readonly rel: PathBytes },
  means: Means,
  stamps?: Stamps,
): Promise<Content> {
  const path = joinBytes(at.root.path, at.rel)
  const stamp = stamps?.ofPath(path)
  const first = await openDatabase(at, means.context)
  const hashed = await hashOpened(first.fd, first.size, means)
  // An online copy is made of the log as well: how the database's own file looks would say too little.
  const isFileItself = first.stamp !== undefined
  if (isUnchanged(first, path)) return { ...contentOf(hashed), ...(isFileItself ? { stamp } : {}) }
  const second = await reopenDatabase(at, means.context)
  return contentOf(await hashOpened(second.fd, second.size, means))
}

function contentOf({ sha256, chunks, bytes }: Hashed): Content {
  return { kind: 'sqlite', size: bytes, sha256, chunks }
}
