import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** Largest configuration file we read; real ones have some kilobytes. */
export const MAX_TEXT_BYTES = 4 * 1024 * 1024

/** Opening a pipe that nobody writes to would wait for ever. Windows has neither the pipes nor the flag. */
const NON_BLOCKING_READ = constants.O_RDONLY | ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0)

/** Text of a regular file. @throws when it is not one, too large, or unreadable. Never waits on a pipe or device. */
export function readText(path: string, maxBytes = MAX_TEXT_BYTES, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  const fd = openSync(path, NON_BLOCKING_READ)
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) throw new Error(`${path} is not a file`)
    if (stats.size > maxBytes) throw new Error(`${path} is larger than ${maxBytes} bytes`)
    const bytes = Buffer.alloc(stats.size)
    let filled = 0
    while (filled < bytes.length) {
      const read = readSync(fd, bytes, filled, bytes.length - filled, filled)
      if (read === 0) break
      filled += read
    }
    return bytes.subarray(0, filled).toString(encoding)
  } finally {
    closeSync(fd)
  }
}

/** The same, null when there is no such file. @throws for any other reason. */
export function readTextIfThere(
  path: string,
  maxBytes = MAX_TEXT_BYTES,
  encoding: 'utf8' | 'latin1' = 'utf8',
): string | null {
  try {
    return readText(path, maxBytes, encoding)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}
