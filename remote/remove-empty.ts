import { rmdirSync } from 'node:fs'
import { PathGuard } from './guard'
import type { Handler } from './handler'
import { asAppError, codeOf, statOf, type PathBytes } from './paths'
import { removableRoot, targetWithin } from './removable'
import { createPace } from './slices'

/** Answers `removeEmpty`. The kernel decides what is empty, at the moment it goes. */
export const handleRemoveEmpty: Handler<'removeEmpty'> = async (params, context) => {
  const root = removableRoot(params.root)
  const guard = new PathGuard()
  const breathe = createPace(context.signal)
  const targets = params.paths.map(path => {
    const rel = targetWithin(root, path)
    return rel === undefined ? root.path : guard.pathOf(root, rel)
  })
  let removed = 0
  // A path is longer than those of the folders it lies in.
  for (const target of targets.sort((one, other) => other.length - one.length)) {
    if (removeIfEmpty(target)) removed += 1
    await breathe()
  }
  return { removed }
}

/** What was found in the way of removing a folder, and means that it stays or is gone. */
const STAYS = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'])

function removeIfEmpty(path: PathBytes): boolean {
  if (statOf(path)?.isDirectory() !== true) return false
  try {
    rmdirSync(path)
    return true
  } catch (error) {
    if (!STAYS.has(codeOf(error))) throw asAppError(error, path)
    return false
  }
}
