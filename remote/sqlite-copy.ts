import { mkdtempSync, openSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { join, tempFolder } from './path'
import { AppError } from '../shared/errors'
import { MIB } from '../shared/units'
import type { DatabaseFile } from './handler'
import { codeOf, display, statOf, type PathBytes } from './paths'
import { statOpened } from './read-only'
import { sqliteModule } from './sqlite-module'
import type { DatabaseSync } from 'node:sqlite'

/** Pages copied between two looks at the cancel signal: 16 MiB of the usual page size. */
const PAGES_PER_STEP = 4096
const SPARE_BYTES = 32 * MIB
const BUSY_LIMIT_MS = 20_000

/** Copies a live database online into a private file that has no name any more, and leaves that open. */
export async function openPrivateCopy(path: PathBytes, signal: AbortSignal): Promise<DatabaseFile> {
  const folder = makePrivateFolder(path)
  const copy = join(folder, 'copy')
  try {
    await copyOnline(path, copy, signal)
    const fd = openSync(copy, 'r')
    return { fd, size: statOpened(fd).size }
  } catch (error) {
    signal.throwIfAborted()
    throw explain(error, path)
  } finally {
    removeFolder(folder)
  }
}

/** Folders whose file is gone for others, yet in the way until nobody has it open any more: Windows does it so. */
const emptied = new Set<string>()

function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
    emptied.delete(folder)
  } catch (error) {
    if (process.platform !== 'win32') throw error
    emptied.add(folder)
  }
}

/** Takes away what closed copies leave behind. */
export function removeEmptied(): void {
  for (const folder of emptied) removeFolder(folder)
}

/**
 * One read transaction spans the whole copy. Without it each write of another process would start the copy over, and a busy
 * database would never finish.
 */
async function copyOnline(path: PathBytes, copy: string, signal: AbortSignal): Promise<void> {
  const sqlite = sqliteModule()
  if (sqlite === undefined) throw new AppError('command-failed', 'This Node.js has no SQLite.')
  const source: DatabaseSync = new sqlite.DatabaseSync(path, { readOnly: true, timeout: BUSY_LIMIT_MS })
  try {
    const backup = (sqlite as Partial<typeof sqlite>).backup
    if (backup === undefined) {
      source.prepare('VACUUM INTO ?').run(copy)
      return
    }
    source.exec('BEGIN')
    source.prepare('SELECT count(*) FROM sqlite_master').get()
    await backup(source, copy, { rate: PAGES_PER_STEP, progress: () => signal.throwIfAborted() })
  } finally {
    source.close()
  }
}

function explain(error: unknown, path: PathBytes): unknown {
  if (error instanceof AppError || codeOf(error) !== 'ERR_SQLITE_ERROR' || !(error instanceof Error)) return error
  const shown = display(path.toString())
  if (/full/.test(error.message)) return new AppError('disk-full', `No room for a copy of ${shown}`, { cause: error })
  return new AppError('command-failed', `SQLite could not copy ${shown}: ${display(error.message)}`, { cause: error })
}

/** How our private folders are named, followed by the pid. */
const PREFIX = `.ocm-copy-${process.getuid?.() ?? 0}-`

/** A folder of our own with room for the copy: in memory if there is plenty, else in the temp folder, else beside the database. */
function makePrivateFolder(path: PathBytes): string {
  const needed = (statOf(path)?.size ?? 0) + (statOf(Buffer.concat([path, Buffer.from('-wal')]))?.size ?? 0)
  const beside = join(path.toString(), '..')
  for (const parent of [...memoryFolders(needed), tempFolder(), '/var/tmp', beside]) {
    if (freeBytes(parent) < needed + SPARE_BYTES) continue
    try {
      return mkdtempSync(join(parent, `${PREFIX}${process.pid}-`))
    } catch (error) {
      if (codeOf(error) === '') throw error
      // Not writable for us: the next place may be.
    }
  }
  throw new AppError('disk-full', `No room for a copy of ${display(path.toString())}: it needs ${needed} bytes.`)
}

/** Memory is the best place for a copy with secrets, and needs no wait for the disk. Only while it takes little of what is free. */
function memoryFolders(needed: number): readonly string[] {
  const share = 8
  return process.platform === 'linux' && needed * share < Math.min(freeBytes('/dev/shm'), freemem()) ? ['/dev/shm'] : []
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0 // No such folder here.
  }
}

/** Removes copies that a killed program of ours left behind: own user, own prefix, and its process is gone. */
export function sweepPrivateFolders(folders: readonly string[]): void {
  for (const folder of new Set(['/dev/shm', tempFolder(), '/var/tmp', ...folders])) {
    for (const name of namesIn(folder)) {
      const pid = Number(/^\d+/.exec(name.slice(PREFIX.length))?.[0])
      const stats = name.startsWith(PREFIX) && pid > 0 && !isAlive(pid) ? statOf(join(folder, name)) : undefined
      const isOurs = stats?.isDirectory() === true && stats.uid === (process.getuid?.() ?? stats.uid)
      if (isOurs) rmSync(join(folder, name), { recursive: true, force: true })
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // Not there or not ours to look into: nothing of ours is in it.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}
