import { spawnSync } from 'node:child_process'
import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { codeOf, joinBytes, keyOf, statOf, type PathBytes } from './paths'
import { ancestorsOf, type Staging } from './staging'
import type { Move } from './journal'

/** Above this many files one sync of the file system is faster than a sync of each. */
const MAX_SINGLE = 64

/** The content of everything beneath is on disk when this returns. */
export function syncTree(folder: PathBytes): void {
  const paths = treeOf(folder, MAX_SINGLE)
  if (paths.length > MAX_SINGLE && syncFileSystem(folder)) return
  for (const path of treeOf(folder, Infinity)) syncOne(path)
}

/** The renames of a commit or roll-back are on disk when this returns. */
export function syncMoves(staging: Staging, moves: readonly Move[]): void {
  const folders = new Map<string, PathBytes>()
  const note = (path: PathBytes): void => {
    const [folder] = ancestorsOf(path)
    if (folder !== undefined) folders.set(keyOf(folder), folder)
  }
  for (const move of moves) {
    if (move.op === 'make') note(Buffer.from(move.path, 'latin1'))
    else {
      const rel = Buffer.from(move.rel, 'latin1')
      for (const base of [staging.root.path, staging.incoming, staging.aside]) note(joinBytes(base, rel))
    }
  }
  if (folders.size > MAX_SINGLE && syncFileSystem(staging.folder)) return
  for (const folder of folders.values()) if (statOf(folder)?.isDirectory() === true) syncOne(folder)
}

function syncFileSystem(folder: PathBytes): boolean {
  const { status } = spawnSync('sync', ['-f', '--', folder.toString()], { stdio: 'ignore' })
  return status === 0 && Buffer.from(folder.toString()).equals(folder)
}

function syncOne(path: PathBytes): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } catch (error) {
    // Windows cannot sync folders, and some file systems cannot sync at all: there is no more to be done then.
    if (!['EPERM', 'EINVAL', 'ENOTSUP', 'EBADF'].includes(codeOf(error))) throw error
  } finally {
    closeSync(fd)
  }
}

/** Files and folders beneath (links need no sync), a few more than `limit` at most. */
function treeOf(folder: PathBytes, limit: number): PathBytes[] {
  const found: PathBytes[] = [folder]
  for (let index = 0; index < found.length && found.length <= limit; index += 1) {
    const path = found[index]
    if (path === undefined || statOf(path)?.isDirectory() !== true) continue
    for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'buffer' })) {
      if (entry.isFile() || entry.isDirectory()) found.push(joinBytes(path, entry.name))
    }
  }
  return found
}
