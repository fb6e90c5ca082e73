import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors'

/** The system's short word for a failed call (`ENOENT`), or an empty string. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** What a failed file call means to the person. AppErrors pass unchanged. */
export function fileFailure(error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = systemCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('disk-full', 'The disk with the backup folder is full.', {
      hint: 'Free some space, or choose another backup folder in Settings. Backups made before are unharmed.',
      cause: error,
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new AppError('permission-denied', 'The backup folder cannot be written.', {
      hint: 'Check who owns the backup folder and whether its disk is mounted read-only.',
      cause: error,
    })
  }
  if (code === 'EIO') {
    return new AppError('backup-damaged', 'The disk with the backup folder reports read or write errors.', {
      hint: 'Copy the backup folder to another disk and choose that one in Settings.',
      cause: error,
    })
  }
  return new AppError('internal', 'The backup folder could not be used.', { cause: error })
}

/** Runs file work; what fails is told in words for people. */
export async function withFiles<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileFailure(error)
  }
}

/** Makes names in the folder survive a power cut. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Some network and FUSE file systems refuse to sync a folder; there is nothing better to do there.
    if (!['EINVAL', 'ENOTSUP', 'EISDIR'].includes(systemCode(error))) throw error
  } finally {
    await handle.close()
  }
}

/** Renames and makes the new name durable. */
export async function moveInto(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}

/** Replaces a small file in one step: temporary name, fsync, rename. A reader sees the old content or the new one. */
export async function replaceFile(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.${String(process.pid)}.part`
  try {
    await writeDurably(temporary, bytes)
    await moveInto(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Writes a new file and syncs it. */
export async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The file's bytes, or null when it does not exist. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Reads exactly `length` bytes from `position`; null when the file ends before. */
export async function readExactly(
  handle: FileHandle,
  { position, length, into }: { readonly position: number; readonly length: number; readonly into?: Buffer },
): Promise<Buffer | null> {
  const bytes = into ?? Buffer.allocUnsafe(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) return null
    done += bytesRead
  }
  return bytes.subarray(0, length)
}

/** Writes all pieces at `position`, however many calls it takes. */
export async function writeAll(handle: FileHandle, pieces: readonly Buffer[], position: number): Promise<void> {
  let at = position
  let rest = [...pieces]
  while (rest.length > 0) {
    // The kernel takes at most 1024 pieces per call and may stop anywhere.
    let { bytesWritten } = await handle.writev(rest.slice(0, 512), at)
    at += bytesWritten
    let whole = 0
    for (const piece of rest) {
      if (bytesWritten < piece.length) break
      bytesWritten -= piece.length
      whole++
    }
    rest = rest.slice(whole)
    const [first] = rest
    if (first !== undefined && bytesWritten > 0) rest[0] = first.subarray(bytesWritten)
  }
}
