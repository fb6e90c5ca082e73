import { closeSync } from 'node:fs'
import { AppError } from '../shared/errors'
import { readFully } from './digest'
import type { Context, DatabaseFile, Session } from './handler'
import { display, joinBytes, keyOf, statOf, type PathBytes, type Root } from './paths'
import { openFile, stampOf, statOpened } from './read-only'
import { openPrivateCopy } from './sqlite-copy'
import { sqliteModule } from './sqlite-module'

const MAGIC = Buffer.from('SQLite format 3\0')

/** True when the first bytes say SQLite. */
export function hasSqliteMagic(fd: number): boolean {
  const head = Buffer.alloc(MAGIC.length)
  return readFully(fd, head, 0) === head.length && head.equals(MAGIC)
}

/** Under which key the session keeps a database. */
export function copyKey(root: string, rel: PathBytes): string {
  return `${root}\0${keyOf(rel)}`
}

/** The file next to a database that holds its latest changes: `-wal`, `-shm` or `-journal`. */
export function besideDatabase(database: PathBytes, suffix: string): PathBytes {
  return Buffer.concat([database, Buffer.from(suffix)])
}

/** Suffixes of the files that belong to a database. */
export const SIDECARS = ['-wal', '-shm', '-journal'] as const

/**
 * A consistent view of a database, kept in the session until `release`. With a write-ahead log or journal beside it, it is
 * an online copy (never a copy of live files); without one nobody is writing, and the file itself is read as it stands:
 * opening it with SQLite would leave a `-wal` behind.
 *
 * @throws AppError when it cannot be copied consistently; system errors.
 */
export async function openDatabase(
  at: { readonly root: Root; readonly rel: PathBytes },
  context: Pick<Context<'walk'>, 'session' | 'signal'>,
): Promise<DatabaseFile> {
  const path = joinBytes(at.root.path, at.rel)
  const file = isAtRest(path) ? openLive(path) : await openPrivateCopy(path, context.signal)
  keep(context.session, copyKey(at.root.name, at.rel), file)
  return file
}

/** An online copy even though the database looked at rest: it changed while it was read. */
export async function reopenDatabase(
  at: { readonly root: Root; readonly rel: PathBytes },
  context: Pick<Context<'walk'>, 'session' | 'signal'>,
): Promise<DatabaseFile> {
  const file = await openPrivateCopy(joinBytes(at.root.path, at.rel), context.signal)
  keep(context.session, copyKey(at.root.name, at.rel), file)
  return file
}

/** True when the database still is what was opened: always so for a copy. */
export function isUnchanged(file: DatabaseFile, path: PathBytes): boolean {
  return file.stamp === undefined || (file.stamp === stampOf(statOpened(file.fd)) && isAtRest(path))
}

/**
 * True while nobody writes: then the file alone is the whole database.
 * @throws AppError `command-failed` when it is in use and this Node.js could not copy it.
 */
export function isAtRest(path: PathBytes): boolean {
  const wal = statOf(besideDatabase(path, '-wal'))
  const journal = statOf(besideDatabase(path, '-journal'))
  if (sqliteModule() !== undefined) return wal === undefined && journal === undefined
  const isQuiet = (wal?.size ?? 0) === 0 && (journal?.size ?? 0) === 0
  if (isQuiet) return true
  throw new AppError(
    'command-failed',
    `${display(path.toString())} is in use, and this Node.js (${process.version}) has no SQLite to copy it safely.`,
    { hint: 'Stop the gateway first, or use Node.js 22.16 or newer on this machine.' },
  )
}

function openLive(path: PathBytes): DatabaseFile {
  const fd = openFile(path)
  try {
    const stats = statOpened(fd)
    return { fd, size: stats.size, stamp: stampOf(stats) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function keep(session: Session, key: string, file: DatabaseFile): void {
  const old = session.copies.get(key)
  session.copies.set(key, file)
  if (old !== undefined) closeSync(old.fd)
}

/** A table or column name, quoted for SQL. @throws AppError `bad-input` for anything but small letters and `_`. */
export function quotedName(name: string): string {
  if (!/^[a-z_]+$/.test(name)) throw new AppError('bad-input', 'Not a table or column name')
  return `"${name}"`
}
