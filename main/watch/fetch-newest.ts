import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { CHUNK_BYTES } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import { HOUR } from '../../shared/units'
import { unpacked } from '../backup/unpack'
import type { CleanPlanner } from '../plan/clean-planner'
import type { RemoteClient, Remotes } from '../remote/types'

/** What fetching takes. */
export interface FetchParts {
  readonly cleanPlanner: Pick<CleanPlanner, 'newestOrphan'>
  readonly remotes: Remotes
}

type Newest = Awaited<ReturnType<CleanPlanner['newestOrphan']>>

/**
 * Finds the newest orphan of a folder whose live store is missing or broken; `write` copies it to a file that only its owner
 * may read. Nothing changes on the node.
 * @throws AppError `not-found` when there is none, or the store is there.
 */
export async function findNewest(
  { cleanPlanner, remotes }: FetchParts,
  nodeId: string,
  folder: string,
): Promise<{ readonly name: string; readonly bytes: number; write(file: string): Promise<void> }> {
  const found = await cleanPlanner.newestOrphan(nodeId, folder)
  if (found.folderBytes !== undefined) {
    throw new AppError('bad-input', 'The name of this folder is no valid text, so OCM cannot fetch from it.', {
      hint: `Copy ${found.newest.name} by hand.`,
    })
  }
  const { name, bytes } = found.newest
  return { name, bytes, write: file => remotes.use(nodeId, remote => copy(remote, found, file)) }
}

/** Written under another name first: what has the file's name is whole. */
async function copy(remote: RemoteClient, orphan: Newest, file: string): Promise<void> {
  const temporary = `${file}.part`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await read(remote, orphan, handle)
    await handle.sync()
    await handle.close()
    await rename(temporary, file)
  } catch (error) {
    await handle.close()
    await rm(temporary, { force: true })
    throw error
  }
}

async function read(remote: RemoteClient, { folder, newest }: Newest, handle: FileHandle): Promise<void> {
  const announced: string[] = []
  const state = { isChanged: false }
  await remote.request(
    'read',
    {
      roots: { state: folder },
      files: [
        {
          root: 'state',
          path: newest.name,
          ...(newest.nameBytes === undefined ? {} : { pathBytes: newest.nameBytes }),
          isSqlite: false,
          chunks: Array.from({ length: Math.max(1, Math.ceil(newest.bytes / CHUNK_BYTES)) }, (_, index) => index),
        },
      ],
    },
    {
      limitMs: HOUR,
      onItem: item => {
        announced.push(...item.chunks)
        state.isChanged ||= item.isChanged
      },
      onChunk: async chunk => {
        const plain = unpacked(chunk, announced.shift() ?? '')
        if (plain === null) throw new AppError('bad-answer', 'The node sent something else than it announced.')
        await handle.write(plain)
      },
    },
  )
  if (state.isChanged) {
    throw new AppError('file-changed', 'The file changed while it was read.', { hint: 'Fetch it again.' })
  }
}
