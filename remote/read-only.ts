import { constants, fstatSync, openSync, type Stats } from 'node:fs'
import { AppError } from '../shared/errors'
import type { PathBytes } from './paths'

const { O_RDONLY } = constants
/** Absent on Windows, where links need privileges to be made. */
const O_NOFOLLOW = (constants as { readonly O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0
/** A pipe put in the place of a file must not make us wait for its writer. */
const O_NONBLOCK = (constants as { readonly O_NONBLOCK?: number }).O_NONBLOCK ?? 0

/** Opens a file for reading, never through a link. @throws a system error. */
export function openFile(path: PathBytes): number {
  return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
}

/** fstat of an opened file. @throws AppError `bad-input` when it is not a regular file. */
export function statOpened(fd: number): Stats {
  const stats = fstatSync(fd)
  if (!stats.isFile()) throw new AppError('bad-input', 'Not a regular file')
  return stats
}

/** Two equal stamps mean that the file was not written in between. */
export function stampOf(stats: Stats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}`
}
