import { lstatSync, readdirSync, type Dirent } from 'node:fs'
import { join, realPath } from '../path'
import { classify } from '../../shared/layout'
import type { Component } from '../../shared/components'
import type { Known, LeftOut, Size } from '../../shared/survey'

/** What one pass over a state directory finds. */
export interface Measured {
  readonly sizes: Known<Partial<Record<Component, Size>>>
  readonly leftOut: LeftOut[]
  /** Bytes per folder directly under the state directory, for workspaces. */
  readonly topLevel: ReadonlyMap<string, Size>
  /** Unfinished writes that were left behind. */
  readonly orphans: Size
  /** Folders that could not be read, relative to the state directory. */
  readonly unreadable: readonly string[]
}

/** How much is looked at before we say that we do not know. */
export interface Bounds {
  readonly maxEntries: number
  readonly limitMs: number
  readonly signal: AbortSignal
}

/** Entries looked at between two breaths, so that other requests are answered meanwhile. */
const SLICE = 1_000
const ORPHAN = /\.tmp$/
/** What OCM put aside to be able to put it back is no orphan. */
const OWN_WORK = /(^|\/)\.ocm-[^/]*\//

/** Sizes of all components in one pass, links never followed. */
export async function measure(stateDir: string, bounds: Bounds): Promise<Measured> {
  const sizes: Partial<Record<Component, { bytes: number; files: number }>> = {}
  const leftOut = new Map<string, { path: string; why: string; bytes: number }>()
  const topLevel = new Map<string, { bytes: number; files: number }>()
  const orphans = { bytes: 0, files: 0 }
  const unreadable: string[] = []
  const problem = await walk(realPath(stateDir), bounds, {
    onFile(path, bytes) {
      const top = path.split('/', 1)[0] ?? path
      add(topLevel.get(top) ?? newSize(topLevel, top), bytes)
      if (ORPHAN.test(path) && !OWN_WORK.test(path)) add(orphans, bytes)
      const placement = classify(path)
      if ('component' in placement) add((sizes[placement.component] ??= { bytes: 0, files: 0 }), bytes)
      else {
        const key = `${top}\0${placement.leftOut}`
        const entry = leftOut.get(key) ?? { path: top, why: placement.leftOut, bytes: 0 }
        entry.bytes += bytes
        leftOut.set(key, entry)
      }
    },
    onUnreadable: path => void unreadable.push(path),
  })
  return {
    sizes: problem === null ? { state: 'known', value: sizes } : { state: 'unknown', why: problem },
    leftOut: [...leftOut.values()].sort((a, b) => b.bytes - a.bytes),
    topLevel,
    orphans,
    unreadable,
  }
}

/** Bytes and files under one folder; null when there are too many to count in time. */
export async function sizeOf(folder: string, bounds: Bounds): Promise<Size | null> {
  const size = { bytes: 0, files: 0 }
  const problem = await walk(folder, bounds, {
    onFile: (_path, bytes) => add(size, bytes),
    onUnreadable: () => undefined,
  })
  return problem === null ? size : null
}

interface Visitor {
  onFile(path: string, bytes: number): void
  onUnreadable(path: string): void
}

/** Visits everything that is not a folder. Answers why it stopped early, or null. */
async function walk(root: string, { maxEntries, limitMs, signal }: Bounds, visitor: Visitor): Promise<string | null> {
  const folders = ['']
  const endMs = Date.now() + limitMs
  let entries = 0
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of list(join(root, folder), folder, visitor)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else visitor.onFile(path, bytesOf(join(root, path)))
      if (++entries % SLICE !== 0) continue
      if (entries >= maxEntries) return `There are more than ${maxEntries} files.`
      if (Date.now() > endMs) return `Counting took longer than ${Math.round(limitMs / 1000)} s.`
      await new Promise(resolve => setImmediate(resolve))
      signal.throwIfAborted()
    }
  }
  return null
}

function list(path: string, shown: string, visitor: Visitor): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') visitor.onUnreadable(shown)
    return []
  }
}

function bytesOf(path: string): number {
  try {
    const stats = lstatSync(path)
    return stats.isFile() ? stats.size : 0
  } catch {
    return 0 // Gone since it was listed.
  }
}

function newSize(map: Map<string, { bytes: number; files: number }>, key: string): { bytes: number; files: number } {
  const size = { bytes: 0, files: 0 }
  map.set(key, size)
  return size
}

function add(size: { bytes: number; files: number }, bytes: number): void {
  size.bytes += bytes
  size.files += 1
}
