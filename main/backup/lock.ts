import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { AppError } from '../../shared/errors'

/**
 * Takes the repository's one writer lock, or says `busy`.
 *
 * The lock is SQLite's own lock on an empty database file: the system drops it when its process dies, so it can never be
 * stale and nobody has to guess whether a process id still means the same process. Nothing else may open and close
 * `writer.lock` in this process: on POSIX any close drops the process's locks on that file.
 *
 * @throws AppError `busy`.
 */
export function lockForWriting(folder: string): Disposable {
  const database = new DatabaseSync(join(folder, 'writer.lock'), { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked|busy/.test(error.message)) {
      throw new AppError('busy', 'Another backup is being written to this backup folder.', {
        hint: 'Wait until it is done, or look for a second OCM that uses the same folder.',
        cause: error,
      })
    }
    throw error
  }
  let isHeld = true
  return {
    [Symbol.dispose]: () => {
      if (isHeld) database.close()
      isHeld = false
    },
  }
}
