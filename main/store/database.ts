import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { z } from 'zod'
import { AppError } from '../../shared/errors'
import { lockFolder } from './folder-lock'
import { MIGRATIONS } from './migrations'

/** OCM's own database, held by this process alone until disposed. */
export interface Store extends Disposable {
  readonly dataDir: string
  /** Every row of a query, each parsed with `shape`. @throws AppError `database-damaged` when a row does not fit. */
  all<T>(shape: z.ZodType<T>, sql: string, ...values: readonly SQLInputValue[]): readonly T[]
  /** Runs one statement; answers how many rows it changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): number
  /** All of `work` is stored, or nothing of it. Inside another transaction it becomes part of that one. */
  transaction<T>(work: () => T): T
}

/** How to open the database. */
export interface OpenOptions {
  /** How long to wait for another OCM to leave the folder, in ms; this thread stands still meanwhile. Default 0. */
  readonly wait?: number
  /** For tests of migrating itself. */
  readonly migrations?: readonly string[]
}

const BUSY_LIMIT_MS = 5000

/**
 * Opens `ocm.sqlite` in the data folder, making both if needed, and brings it up to date. Before a migration a copy is kept
 * as `ocm.sqlite.v<N>.bak`. Nothing is ever deleted here, whatever is found.
 *
 * @throws AppError `data-folder-in-use`, `database-damaged`.
 */
export function openDatabase(dataDir: string, options: OpenOptions = {}): Store {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lock = lockFolder(dataDir, options.wait ?? 0)
  const file = join(dataDir, 'ocm.sqlite')
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file)
    prepare(database)
    migrate(database, file, options.migrations ?? MIGRATIONS)
    chmodSync(file, 0o600)
    return storeOf(database, dataDir, lock)
  } catch (cause) {
    database?.close()
    lock[Symbol.dispose]()
    const told = inWords(cause)
    throw told instanceof AppError ? told : damaged(file, cause)
  }
}

function prepare(database: DatabaseSync): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_LIMIT_MS}`)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec('PRAGMA foreign_keys = ON')
  const verdict = z.object({ quick_check: z.string() }).parse(database.prepare('PRAGMA quick_check(1)').get())
  if (verdict.quick_check !== 'ok') throw new Error(verdict.quick_check)
}

function migrate(database: DatabaseSync, file: string, migrations: readonly string[]): void {
  const { user_version: from } = z
    .object({ user_version: z.number().int() })
    .parse(database.prepare('PRAGMA user_version').get())
  if (from > migrations.length) {
    throw new AppError('database-damaged', 'This data folder was last used by a newer OCM.', {
      hint: 'Update OCM, or use another data folder. Nothing was changed.',
    })
  }
  if (from === migrations.length) return
  if (from > 0) keepCopy(database, `${file}.v${from}.bak`)
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const step of migrations.slice(from)) database.exec(step)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

/** `VACUUM INTO` writes a consistent copy of its own; the rename makes it whole or absent. */
function keepCopy(database: DatabaseSync, copy: string): void {
  const partial = `${copy}.part`
  if (existsSync(partial)) rmSync(partial)
  database.prepare('VACUUM INTO ?').run(partial)
  chmodSync(partial, 0o600)
  renameSync(partial, copy)
}

function damaged(file: string, cause: unknown): AppError {
  return new AppError('database-damaged', 'The database of OCM cannot be read.', {
    hint: `Nothing was deleted. Move ${file} away to start afresh; a copy from before the last update may lie beside it (.bak). Backups are not affected.`,
    cause,
  })
}

/** SQLite's primary result code for a full disk. */
const SQLITE_FULL = 13

/** A full disk is told as such: it is no damage, and nothing has to be moved away. Anything else stays as it is. */
function inWords(error: unknown): unknown {
  const isFull = error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_FULL
  if (!isFull) return error
  return new AppError('disk-full', 'The disk with OCM’s data folder is full.', {
    hint: 'Free some space on this computer and try again. What was stored before is unharmed.',
    cause: error,
  })
}

function storeOf(database: DatabaseSync, dataDir: string, lock: Disposable): Store {
  const isOpen = (): boolean => database.isTransaction
  return {
    dataDir,
    all: (shape, sql, ...values) => {
      const rows = z.array(shape).safeParse(database.prepare(sql).all(...values))
      if (!rows.success) throw damaged(join(dataDir, 'ocm.sqlite'), rows.error)
      return rows.data
    },
    run: (sql, ...values) => {
      try {
        return Number(database.prepare(sql).run(...values).changes)
      } catch (error) {
        throw inWords(error)
      }
    },
    transaction: work => {
      if (isOpen()) return work() // part of the transaction around it
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        if (isOpen()) database.exec('ROLLBACK') // a full disk ends it by itself
        throw inWords(error)
      }
    },
    [Symbol.dispose]: () => {
      if (database.isOpen) database.close()
      lock[Symbol.dispose]()
    },
  }
}

/** A text column that holds JSON of the given shape. */
export function jsonOf<T>(shape: z.ZodType<T>): z.ZodType<T> {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'Not JSON' })
        return z.NEVER
      }
    })
    .pipe(shape)
}
