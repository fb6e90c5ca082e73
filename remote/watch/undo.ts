import { linkSync, renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { UNDO_PREFIX } from '../../shared/cleaning'
import type { Handler } from '../handler'
import { asAppError, codeOf } from '../paths'
import { createPace } from '../slices'
import { ALL_FAMILIES } from './orphan-names'
import { orphanFolders, stateDirs } from './state-dirs'
import { ownsIt } from './sweep'
import { entriesIn, look, pathOf, shownPath, within, type ByteText } from './tree'

type Breathe = () => Promise<void> | undefined

/** A folder that a sweep made, and the one around it. */
interface Bin {
  readonly path: ByteText
  readonly around: ByteText
  readonly ageMs: number
}

const UNDO_NAME = /^\.ocm-undo-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i

/** Answers `putBack`: each file goes back to its name; one whose name is taken again stays where it is. */
export const handlePutBack: Handler<'putBack'> = async ({ operationId, extraStateDirs }, { signal }) => {
  const breathe = createPace(signal)
  const counts = { restored: 0, bytes: 0, taken: 0 }
  for (const bin of await binsOf(operationId, extraStateDirs, breathe)) {
    for (const { name } of entriesIn(bin.path)) {
      const stats = look(within(bin.path, name))
      if (stats?.isFile() !== true) continue
      if (moveTo(within(bin.path, name), within(bin.around, name))) {
        counts.restored += 1
        counts.bytes += stats.size
      } else counts.taken += 1
      await breathe()
    }
    removeIfEmpty(bin.path)
  }
  return counts
}

/** Answers `purge`: takes away for good what sweeps renamed. */
export const handlePurge: Handler<'purge'> = async ({ operationId, extraStateDirs, olderThanMs }, { signal }) => {
  const breathe = createPace(signal)
  const counts = { removed: 0, bytes: 0 }
  for (const bin of await binsOf(operationId, extraStateDirs, breathe)) {
    if (bin.ageMs < olderThanMs) continue
    for (const { name } of entriesIn(bin.path)) {
      const path = within(bin.path, name)
      const stats = look(path)
      if (stats?.isFile() !== true) continue // Not put there by a sweep.
      try {
        unlinkSync(pathOf(path))
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw asAppError(error, shownPath(path))
      }
      counts.removed += 1
      counts.bytes += stats.size
      await breathe()
    }
    removeIfEmpty(bin.path)
  }
  return counts
}

/** The folders that sweeps made: of one operation, or of all. */
async function binsOf(
  operationId: string | null,
  extraStateDirs: readonly string[],
  breathe: Breathe,
): Promise<readonly Bin[]> {
  const wanted = operationId === null ? null : `${UNDO_PREFIX}${operationId}`
  const bins: Bin[] = []
  for (const state of await stateDirs(extraStateDirs)) {
    for (const { folder, enter } of orphanFolders(state, ALL_FAMILIES)) {
      try {
        for (const { name, kind } of entriesIn(folder.path)) {
          const turn = breathe()
          if (turn !== undefined) await turn
          if (kind !== 'folder') continue
          enter(name)
          if (!UNDO_NAME.test(name) || (wanted !== null && name !== wanted)) continue
          const bin = binAt(folder.path, name)
          if (bin !== undefined) bins.push(bin)
        }
      } catch (error) {
        if (!(error instanceof Error && 'syscall' in error)) throw error
        // A folder closed to us holds nothing that we put there.
      }
    }
  }
  return bins
}

function binAt(around: ByteText, name: ByteText): Bin | undefined {
  const path = within(around, name)
  const stats = look(path)
  if (stats?.isDirectory() !== true || !ownsIt(stats, around)) return undefined
  return { path, around, ageMs: Date.now() - stats.mtimeMs }
}

/** Moves a file where nothing is; false when something is. Never replaces, whoever comes between. */
function moveTo(from: ByteText, to: ByteText): boolean {
  try {
    linkSync(pathOf(from), pathOf(to))
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (!NO_LINKS.has(codeOf(error))) throw asAppError(error, shownPath(from))
    if (look(to) !== undefined) return false
    renameSync(pathOf(from), pathOf(to))
    return true
  }
  unlinkSync(pathOf(from))
  return true
}

/** What file systems without hard links answer. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

function removeIfEmpty(path: ByteText): void {
  try {
    rmdirSync(pathOf(path))
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') {
      throw asAppError(error, shownPath(path))
    }
  }
}
