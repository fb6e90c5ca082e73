import { closeSync, existsSync, readSync } from 'node:fs'
import { join } from '../path'
import type { LiveStore } from '../../shared/cleaning'
import { readConfig } from '../config-read'
import { codeOf, reasonOf } from '../paths'
import { openFile, stampOf, statOpened } from '../read-only'
import { sqliteModule } from '../sqlite-module'
import { readDatabase } from '../survey/database'
import { JsonCheck } from './json-check'
import { shownPath, within, type ByteText } from './tree'

const PIECE_BYTES = 4 * 1024 * 1024
/** Left beside an agent's sessions by OpenClaw's own import into SQLite. */
const IMPORT_TRACES = ['session-sqlite-import-archive', 'session-sqlite-migration-runs']

type Breathe = () => Promise<void> | undefined

/** Stores that were read whole, by path: one that still looks the same is not read again. */
const known = new Map<string, { readonly stamp: string; readonly problem: string | null }>()
const MAX_KNOWN = 200

/** Where the store of an agent's sessions may be. */
export interface StorePlaces {
  readonly folder: ByteText
  readonly agentFolder: ByteText | null
  /** Where the configuration lets the agent keep its database, when that is not in its folder. */
  readonly agentDir?: string | undefined
}

/**
 * The store whose half-written copies lie in a folder of sessions: the JSON file next to them, or the database of the same
 * agent. An orphan may be the only copy of what is missing or broken here.
 */
export async function sessionStore(
  { folder, agentFolder, agentDir }: StorePlaces,
  breathe: Breathe,
): Promise<LiveStore> {
  const file = await jsonStore(within(folder, 'sessions.json'), breathe)
  if (file.state !== 'missing' || agentFolder === null) return file
  const agent = shownPath(agentFolder)
  const database = join(agentDir ?? join(agent, 'agent'), 'openclaw-agent.sqlite')
  return existsSync(database) ? databaseStore(database, agent) : file
}

/** A JSON file that has to hold a whole object. */
export async function jsonStore(bytes: ByteText, breathe: Breathe): Promise<LiveStore> {
  const path = shownPath(bytes)
  let fd: number
  try {
    fd = openFile(Buffer.from(bytes, 'latin1'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { path, state: 'missing', bytes: 0, problem: 'It is not there.' }
    return { path, state: 'broken', bytes: 0, problem: reasonOf(error) }
  }
  try {
    const stats = statOpened(fd)
    const stamp = stampOf(stats)
    const seen = known.get(bytes)
    const problem = seen?.stamp === stamp ? seen.problem : await problemOf(fd, breathe)
    const after = statOpened(fd)
    // Replaced by a rename meanwhile, as OpenClaw does it, is fine: what was read was whole. Written into is not.
    if (after.size !== stats.size || after.mtimeMs !== stats.mtimeMs) {
      return { path, state: 'broken', bytes: stats.size, problem: 'It is being written.' }
    }
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(bytes, { stamp, problem })
    return { path, state: problem === null ? 'files' : 'broken', bytes: stats.size, problem }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    return { path, state: 'broken', bytes: 0, problem: reasonOf(error) }
  } finally {
    closeSync(fd)
  }
}

/** OpenClaw's configuration, which is JSON5 and may include other files. */
export function configStore(path: string): LiveStore {
  const reading = readConfig(path)
  if (reading.state === 'valid') return { path, state: 'files', bytes: 0, problem: null }
  if (reading.state === 'absent') return { path, state: 'missing', bytes: 0, problem: 'It is not there.' }
  return { path, state: 'broken', bytes: 0, problem: reading.state === 'broken' ? reading.problem : reading.why }
}

async function problemOf(fd: number, breathe: Breathe): Promise<string | null> {
  const check = new JsonCheck()
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  for (let at = 0; ;) {
    const read = readSync(fd, piece, 0, piece.length, at)
    if (read === 0) return check.finish()
    if (!check.feed(piece.subarray(0, read))) return check.finish()
    at += read
    await breathe()
  }
}

/** A database counts when its sessions are really there: an empty one may only just have been made. */
function databaseStore(path: string, agentFolder: string): LiveStore {
  if (sqliteModule() === undefined) {
    return { path, state: 'broken', bytes: 0, problem: `This Node.js (${process.version}) cannot open databases.` }
  }
  const reading = readDatabase(path, db => ({
    hasTable: db.columns('session_nodes').size > 0,
    hasRows: db.rows('session_nodes', [...db.columns('session_nodes')].slice(0, 1), 1).length > 0,
  }))
  if (reading.state === 'unknown') return { path, state: 'broken', bytes: 0, problem: reading.why }
  const { hasTable, hasRows } = reading.value
  if (!hasTable) return { path, state: 'missing', bytes: 0, problem: 'It has no table of sessions.' }
  const wasImported = IMPORT_TRACES.some(name => existsSync(join(agentFolder, name)))
  if (hasRows || wasImported) return { path, state: 'sqlite', bytes: 0, problem: null }
  return { path, state: 'missing', bytes: 0, problem: 'It holds no session yet.' }
}
