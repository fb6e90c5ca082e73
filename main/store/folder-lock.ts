import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../shared/errors'

/** How often a waiting process looks again, in ms. */
const LOOK_AGAIN_MS = 50

/**
 * Holds the data folder for this process. The lock is SQLite's own exclusive file lock: the operating system drops it with
 * the process, however that ends, so it cannot go stale. The file with the pid beside it serves the message only.
 *
 * @param waitMs How long to wait for another holder to leave.
 * @throws AppError `data-folder-in-use`, naming the holder's pid.
 */
export function lockFolder(dataDir: string, waitMs: number): Disposable {
  const holder = join(dataDir, 'lock.pid')
  const lock = new DatabaseSync(join(dataDir, 'lock.sqlite'))
  try {
    take(lock, waitMs)
  } catch (cause) {
    lock.close()
    if (!isLocked(cause)) throw cause
    throw new AppError('data-folder-in-use', `Another OCM${holderName(holder)} uses this data folder.`, {
      hint: 'Close it first, or give this one another folder with --data-dir.',
      cause,
    })
  }
  writeFileSync(holder, `${process.pid}\n`, { mode: 0o600 })
  return { [Symbol.dispose]: () => (lock.isOpen ? lock.close() : undefined) }
}

/** Opening a transaction that is never ended is what holds the lock; nothing is ever written into this database. */
function take(lock: DatabaseSync, waitMs: number): void {
  lock.exec(`PRAGMA busy_timeout = ${Math.max(LOOK_AGAIN_MS, Math.round(waitMs))}`)
  lock.exec('PRAGMA locking_mode = EXCLUSIVE')
  lock.exec('BEGIN EXCLUSIVE')
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && /database is locked/i.test(error.message)
}

function holderName(file: string): string {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? ` (process ${pid})` : ''
  } catch {
    return '' // the holder may be between taking the lock and writing its pid
  }
}
