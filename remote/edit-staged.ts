import { rmSync } from 'node:fs'
import { AppError } from '../shared/errors'
import type { Params, Result, SqliteEdit } from '../shared/protocol'
import { sha256OfFile } from './digest'
import { atOnce, type Handler } from './handler'
import { display, joinBytes, keyOf, locate, resolveRoots, statOf, type PathBytes } from './paths'
import { besideDatabase, quotedName as nameOf, SIDECARS } from './sqlite'
import { sqliteModule } from './sqlite-module'
import { translateJson } from './translate-json'
import { findStaging } from './staging'
import { readStaged, StagedList } from './staged-list'
import type { DatabaseSync } from 'node:sqlite'

/** Answers `editStaged`: all edits in one transaction, in the staged copy only. */
export const handleEditStaged: Handler<'editStaged'> = params => atOnce(() => editStaged(params))

function editStaged(params: Params<'editStaged'>): Result<'editStaged'> {
  const { root, rel } = locate(resolveRoots(params.roots), params.file)
  const staging = findStaging(root, params.operationId)
  const entry = staging === undefined ? undefined : readStaged(staging).entries.get(keyOf(rel))
  if (staging === undefined || entry === undefined) {
    throw new AppError('not-found', `${display(params.file.path)} is not staged.`)
  }
  const path = joinBytes(staging.incoming, rel)
  const list = new StagedList(staging)
  try {
    // Should this be killed half-way, the file does not count as staged and is sent again.
    list.drop(rel)
    const rows = edit(path, params.edits)
    const stats = statOf(path)
    list.add({ ...entry, size: stats?.size ?? 0, mtimeMs: stats?.mtimeMs ?? 0, sha256: sha256OfFile(path) })
    return { rows }
  } finally {
    list.close()
  }
}

/** Applies edits to a database nobody else has open. It keeps its journal mode, and no log stays beside it. */
function edit(path: PathBytes, edits: readonly SqliteEdit[]): (number | null)[] {
  const sqlite = sqliteModule()
  if (sqlite === undefined) {
    throw new AppError(
      'command-failed',
      `This Node.js (${process.version}) has no SQLite to change the database with.`,
      {
        hint: 'Use Node.js 22.13 or newer on this machine.',
      },
    )
  }
  // Keys are rewritten in parent and child tables alike, in whatever order the plan names them.
  const database = new sqlite.DatabaseSync(path, { enableForeignKeyConstraints: false })
  let rows: (number | null)[]
  try {
    // Keys of rows that refer to each other change one table after the other; they have to agree in the end only.
    database.exec('BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON')
    rows = edits.map(one => applyEdit(database, one))
    database.exec('COMMIT')
    database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all()
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('command-failed', 'The staged database could not be changed.', { cause: error })
  } finally {
    database.close()
  }
  for (const suffix of SIDECARS) {
    const beside = besideDatabase(path, suffix)
    if (suffix !== '-shm' && (statOf(beside)?.size ?? 0) > 0) {
      throw new AppError('command-failed', 'The staged database did not take all changes.')
    }
    rmSync(beside, { force: true })
  }
  return rows
}

function applyEdit(database: DatabaseSync, change: SqliteEdit): number | null {
  const table = nameOf(change.table)
  const columns = database
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all(change.table)
    .map(row => row['name'])
  if (columns.length === 0) return null
  if (change.op === 'delete-rows') return Number(database.prepare(`DELETE FROM ${table}`).run().changes)
  if (!columns.includes(change.column)) return null
  const column = nameOf(change.column)
  if (change.op === 'delete-where') {
    return Number(database.prepare(`DELETE FROM ${table} WHERE ${column} = ?`).run(change.equals).changes)
  }
  if (change.op === 'translate-json') {
    const { except, ...rest } = change
    return translateJson(database, except !== undefined && columns.includes(except.column) ? change : rest)
  }
  const from = change.from.replace(/[/\\]+$/, '')
  const to = change.to.replace(/[/\\]+$/, '')
  // On a path border only: /home/al must not become part of /home/alice.
  const sql = `UPDATE ${table} SET ${column} = :to || substr(${column}, length(:from) + 1)
    WHERE typeof(${column}) = 'text' AND substr(${column}, 1, length(:from)) = :from
      AND substr(${column}, length(:from) + 1, 1) IN ('', '/', '\\')`
  return Number(database.prepare(sql).run({ from, to }).changes)
}
