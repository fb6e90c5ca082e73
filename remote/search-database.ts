import { closeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../shared/errors'
import { hasSqliteMagic, besideDatabase } from './sqlite'
import { sqliteModule } from './sqlite-module'
import { statOf, type PathBytes } from './paths'
import { openFile } from './read-only'
import type { Needles } from './needles'
import { placesInText, type Place } from './search-text'

/**
 * Tables that hold history, content of conversations, or what OpenClaw makes anew: paths in them steer nothing.
 * `agent_databases` keeps paths relative to the state directory.
 */
const NOT_SEARCHED = new RegExp(
  '^(sqlite_|diagnostic_|config_health|migration_|task_|workspace_setup_state|workspace_path_aliases|agent_database|state_|' +
    'session_|transcript_|trajectory_|message_|conversation|current_conversation|memory_|meeting_|capture_|acp_|worker_|' +
    'subagent_|flow_|backup_runs|gateway_(boot|restart)|delivery_|audit_|context_engine|heartbeat_|cache_|channel_ingress|' +
    'operator_approvals|skill_(usage|upload)|standing_intents|agent_provenance|agent_deletion|cron_job_runs)|_fts($|_)',
)
/** Values that OpenClaw makes anew at its next start. */
const NOT_SEARCHED_KEYS = new Set(['plugins.installedIndex'])
const MAX_ROWS = 200

/** Searches the text of tables that work like configuration. @throws AppError when the database cannot be opened. */
export function searchDatabase(path: PathBytes, needles: Needles, signal: AbortSignal): Place[] {
  if (!isDatabase(path)) return []
  const database = openQuietly(path)
  try {
    const places: Place[] = []
    for (const table of tablesOf(database)) {
      signal.throwIfAborted()
      for (const column of columnsOf(database, table)) places.push(...placesIn({ database, table, column }, needles))
    }
    return places
  } finally {
    database.close()
  }
}

function isDatabase(path: PathBytes): boolean {
  const fd = openFile(path)
  try {
    return hasSqliteMagic(fd)
  } finally {
    closeSync(fd)
  }
}

/** A database at rest is opened as immutable: a plain read-only open would leave a `-wal` beside it. */
function openQuietly(path: PathBytes): DatabaseSync {
  const sqlite = sqliteModule()
  if (sqlite === undefined) throw new AppError('command-failed', `This Node.js (${process.version}) has no SQLite.`)
  const isAtRest =
    statOf(besideDatabase(path, '-wal')) === undefined && statOf(besideDatabase(path, '-journal')) === undefined
  try {
    if (!isAtRest) return new sqlite.DatabaseSync(path, { readOnly: true, timeout: 5000 })
    return new sqlite.DatabaseSync(new URL(`${pathToFileURL(path.toString()).href}?immutable=1`), { readOnly: true })
  } catch (error) {
    throw new AppError('command-failed', 'SQLite could not open it.', { cause: error })
  }
}

function tablesOf(database: DatabaseSync): string[] {
  return database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    .all()
    .map(({ name }) => String(name))
    .filter(name => !NOT_SEARCHED.test(name))
}

function columnsOf(database: DatabaseSync, table: string): string[] {
  return database
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map(({ name }) => String(name))
}

interface Column {
  readonly database: DatabaseSync
  readonly table: string
  readonly column: string
}

function placesIn({ database, table, column }: Column, needles: Needles): Place[] {
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
  const key = columnsOf(database, table).find(name => name === 'key' || name === 'state_key')
  const tests = needles.forms.map(() => `instr(${quoted(column)}, ?) > 0`).join(' OR ')
  const sql = `SELECT ${quoted(column)} AS value, ${key === undefined ? "''" : quoted(key)} AS key
    FROM ${quoted(table)} WHERE typeof(${quoted(column)}) = 'text' AND (${tests}) LIMIT ${MAX_ROWS}`
  const found = new Map<string, Place>()
  for (const { key: rowKey, value } of database.prepare(sql).all(...needles.forms)) {
    if (NOT_SEARCHED_KEYS.has(String(rowKey))) continue
    const where = `${table}.${column}${rowKey === '' ? '' : `[${String(rowKey)}]`}`
    for (const place of placesInValue(String(value), needles)) {
      const full = { where: where + place.where, needle: place.needle }
      found.set(`${full.where} ${full.needle}`, full)
    }
  }
  return [...found.values()]
}

/** Within a value that is JSON, the place has a pointer: whether it is a setting or free text depends on it. */
function placesInValue(value: string, needles: Needles): Place[] {
  if (/^\s*[[{]/.test(value)) {
    const places = placesInText(value, needles).filter(({ where }) => where.startsWith('/'))
    if (places.length > 0) return places
  }
  return needles.in(value).map(needle => ({ where: '', needle }))
}
