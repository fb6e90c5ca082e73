import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { DatabaseSync } from 'node:sqlite'
import type { Known } from '../../shared/survey'
import { sqliteModule } from '../sqlite-module'

/** Tolerant questions to a database whose exact schema depends on OpenClaw's version. */
export interface Reader {
  /** Columns of a table; empty when there is no such table. */
  columns(table: string): ReadonlySet<string>
  /** Rows of a table; null when there is no such table. */
  count(table: string): number | null
  /** Rows with these columns, at most `limit`; columns the table lacks are left out. */
  rows(table: string, columns: readonly string[], limit: number): Readonly<Record<string, unknown>>[]
}

const BUSY_LIMIT_MS = 2_000

/** Reads a database of OpenClaw without leaving a trace. `unknown` says why it could not be read. */
export function readDatabase<T>(path: string, read: (db: Reader) => T): Known<T> {
  const sqlite = sqliteModule()
  if (sqlite === undefined) {
    return {
      state: 'unknown',
      why: `Node.js ${process.versions.node} on this machine has no SQLite (22.5 or later has)`,
    }
  }
  let db: DatabaseSync | undefined
  try {
    db = new sqlite.DatabaseSync(locationOf(path), { readOnly: true })
    db.exec(`PRAGMA busy_timeout = ${BUSY_LIMIT_MS}`)
    return { state: 'known', value: read(readerOf(db)) }
  } catch (error) {
    return { state: 'unknown', why: (error as Error).message }
  } finally {
    db?.close()
  }
}

/**
 * With no write-ahead log there is no writer; opened as immutable, SQLite then makes none of its side files, which a mere look
 * would otherwise leave behind in the state directory.
 */
function locationOf(path: string): string | URL {
  if (existsSync(`${path}-wal`)) return path
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const takesUrls = major > 23 || (major === 23 && minor >= 10) || (major === 22 && minor >= 15)
  return takesUrls ? url : path
}

function readerOf(db: DatabaseSync): Reader {
  const columns = (table: string): Set<string> =>
    new Set(
      db
        .prepare(`PRAGMA table_info(${quoted(table)})`)
        .all()
        .map(row => String(row['name'])),
    )
  return {
    columns,
    count(table) {
      if (columns(table).size === 0) return null
      return Number(db.prepare(`SELECT count(*) AS n FROM ${quoted(table)}`).get()?.['n'] ?? 0)
    },
    rows(table, wanted, limit) {
      const there = columns(table)
      const asked = wanted.filter(column => there.has(column)).map(quoted)
      if (asked.length === 0) return []
      return db.prepare(`SELECT ${asked.join(', ')} FROM ${quoted(table)} LIMIT ${limit}`).all()
    },
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
