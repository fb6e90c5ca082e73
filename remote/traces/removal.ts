import { accessSync, constants } from 'node:fs'
import { dirname } from '../path'
import type { Size } from '../../shared/survey'
import { AppError } from '../../shared/errors'
import { display, reasonOf } from '../paths'
import { removableRoot } from '../removable'
import { sizeOf } from '../survey/sizes'
import { statsOf, type Look } from './look'

const MAX_ENTRIES = 200_000

/**
 * Why the guard of `remove` would refuse this path, null when it would not. A folder is removed as its own root; a file or a
 * link out of the folder that holds it.
 */
export function refusalFor(path: string): string | null {
  return rootRefusal(statsOf(path)?.isDirectory() === true ? path : dirname(path))
}

/** Why the guard would refuse this path as a root; null when it would not. */
export function rootRefusal(root: string): string | null {
  try {
    removableRoot(root)
    return null
  } catch (error) {
    return error instanceof AppError ? error.message : reasonOf(error)
  }
}

/** True when this login cannot take it out of its folder, or what is in it. */
export function needsRootFor(path: string): boolean {
  if (process.getuid?.() === 0 || process.platform === 'win32') return false
  const stats = statsOf(path)
  return !isWritable(dirname(path)) || (stats?.isDirectory() === true && !isWritable(path))
}

/** `system` for what belongs to another account. */
export function scopeOf(path: string, uid: number): 'user' | 'system' {
  const stats = statsOf(path)
  return stats === undefined || stats.uid === uid || process.platform === 'win32' ? 'user' : 'system'
}

/** Bytes and files beneath; null when they were not asked for or there is too much, which is then noted. */
export async function measured(path: string, look: Look): Promise<Size | null> {
  const stats = statsOf(path)
  if (look.sizesUntilMs === 0 || stats === undefined) return null
  if (!stats.isDirectory()) return { bytes: stats.isFile() ? stats.size : 0, files: 1 }
  const limitMs = Math.max(0, look.sizesUntilMs - Date.now())
  const size = await sizeOf(path, { maxEntries: MAX_ENTRIES, limitMs, signal: look.signal })
  if (size === null) look.notSeen(display(path), 'It holds too much to be counted in time; its size is unknown.')
  return size
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false // Closed to us, or not there.
  }
}
