import type { Item, Params } from '../shared/protocol'
import { isSqlite } from '../shared/layout'
import { PathGuard } from './guard'
import type { Context, Handler } from './handler'
import { asAppError, codeOf, locate, resolveRoots, statOf, type Root } from './paths'
import { createPace } from './slices'
import { hashDatabase, hashFile } from './walk-content'

const BATCH_FILES = 200

type Hashed = Item<'hash'>['files'][number]

/** Answers `hash`. What is no regular file (any more) counts as missing. */
export const handleHash: Handler<'hash'> = async (params, context) => {
  const roots = resolveRoots(params.roots)
  const guard = new PathGuard()
  const means = { context, breathe: createPace(context.signal) }
  let batch: Hashed[] = []
  for (const [index, file] of params.files.entries()) {
    batch.push(await hashOne({ index, file, roots, guard }, means))
    if (batch.length >= BATCH_FILES) {
      await context.item({ files: batch })
      batch = []
    }
    await means.breathe()
  }
  if (batch.length > 0) await context.item({ files: batch })
  return { files: params.files.length }
}

interface One {
  readonly index: number
  readonly file: Params<'hash'>['files'][number]
  readonly roots: ReadonlyMap<string, Root>
  readonly guard: PathGuard
}

async function hashOne(
  { index, file, roots, guard }: One,
  means: { readonly context: Context<'hash'>; readonly breathe: () => Promise<void> | undefined },
): Promise<Hashed> {
  const missing: Hashed = { index, sha256: null, size: 0, mtimeMs: 0, chunks: [], mode: 0, uid: 0 }
  const { root, rel } = locate(roots, file)
  const path = guard.pathOf(root, rel)
  const stats = statOf(path)
  if (stats?.isFile() !== true) return missing
  try {
    const plain = await hashFile(path, means, { unlessDatabase: isSqlite(file.path) })
    const { sha256, chunks, size } = plain ?? (await hashDatabase({ root, rel }, means))
    const { mtimeMs, mode, uid } = plain?.stats ?? stats
    return { index, sha256, size, mtimeMs, chunks: [...chunks], mode: mode & 0o7777, uid }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return missing
    throw asAppError(error, path)
  }
}
