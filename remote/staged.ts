import type { FileRef } from '../shared/protocol'
import type { Handler } from './handler'
import { Journal, type Phase } from './journal'
import { resolveRoots } from './paths'
import { findStaging } from './staging'
import { readStaged } from './staged-list'

const BATCH_FILES = 500

/** Phases from the least to the most telling, when roots differ after a crash. */
const ORDER: readonly Phase[] = ['staging', 'rolled-back', 'committed', 'committing', 'rolling-back']

/** Answers `staged`: what is there already, and how far the operation is. */
export const handleStaged: Handler<'staged'> = async ({ roots, operationId }, context) => {
  const phases: Phase[] = []
  for (const root of resolveRoots(roots).values()) {
    const staging = findStaging(root, operationId)
    if (staging === undefined) continue
    phases.push(new Journal(staging).read().phase)
    let files: (FileRef & { sha256: string })[] = []
    for (const { path, pathBytes, sha256 } of readStaged(staging).entries.values()) {
      files.push({ root: root.name, path, ...(pathBytes === undefined ? {} : { pathBytes }), sha256 })
      if (files.length < BATCH_FILES) continue
      await context.item({ files })
      files = []
    }
    if (files.length > 0) await context.item({ files })
  }
  return { phase: furthest(phases) ?? 'none' }
}

function furthest(phases: readonly Phase[]): Phase | undefined {
  return [...phases].sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other)).at(-1)
}
