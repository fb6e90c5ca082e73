import { closeSync } from 'node:fs'
import { CHUNK_BYTES } from '../shared/backup'
import { AppError } from '../shared/errors'
import type { Params } from '../shared/protocol'
import { readFully, sha256, sha256InPool } from './digest'
import { PathGuard } from './guard'
import type { Context, DatabaseFile, Handler } from './handler'
import { asAppError, codeOf, locate, resolveRoots, type PathBytes, type Root } from './paths'
import { pack, type Packed } from './pack'
import { openFile, stampOf, statOpened } from './read-only'
import { createPace } from './slices'
import { copyKey, isUnchanged, openDatabase } from './sqlite'

/** Chunks of one item: what is read, hashed and held at once. */
const GROUP_CHUNKS = 4
/** How much may be under way between reading and sending. */
const WINDOW_BYTES = 16 * 1024 * 1024
const WINDOW_ITEMS = 256
/** Below this the thread pool costs more than it gives. */
const POOL_BYTES = 64 * 1024

type Asked = Params<'read'>['files'][number]

/** One item and its chunks, hashed and packed. */
interface Group {
  readonly index: number
  readonly digests: readonly string[]
  readonly packed: readonly Packed[]
  readonly bytes: number
  readonly isChanged: boolean
}

/** Answers `read`: sends what is asked in order, reading ahead while earlier chunks are packed and sent. */
export const handleRead: Handler<'read'> = async (params, context) => {
  const breathe = createPace(context.signal)
  const underWay: { readonly group: Promise<Group>; readonly bytes: number }[] = []
  let windowBytes = 0
  let sentBytes = 0
  const sendFirst = async (): Promise<void> => {
    const first = underWay.shift()
    if (first === undefined) return
    sentBytes += await sendGroup(await first.group, context)
    windowBytes -= first.bytes
  }
  try {
    for await (const { index, read } of groupsOf(params, context)) {
      const group = packGroup(index, read)
      group.catch(() => undefined) // Reported when its turn comes.
      underWay.push({ group, bytes: read.bytes })
      windowBytes += read.bytes
      while (windowBytes > WINDOW_BYTES || underWay.length > WINDOW_ITEMS) await sendFirst()
      await breathe()
    }
    while (underWay.length > 0) await sendFirst()
  } finally {
    await Promise.allSettled(underWay.map(({ group }) => group))
  }
  return { bytes: sentBytes }
}

async function sendGroup(
  { index, digests, packed, bytes, isChanged }: Group,
  context: Context<'read'>,
): Promise<number> {
  await context.item({ index, chunks: [...digests], isChanged })
  for (const chunk of packed) await context.chunk(chunk.encoding, chunk.bytes)
  return bytes
}

interface Read {
  readonly chunks: readonly Buffer<ArrayBuffer>[]
  readonly bytes: number
  readonly isChanged: boolean
}

async function packGroup(index: number, { chunks, bytes, isChanged }: Read): Promise<Group> {
  const digestOf = async (chunk: Buffer): Promise<string> =>
    chunk.length < POOL_BYTES ? sha256(chunk) : sha256InPool(chunk)
  const [digests, packed] = await Promise.all([Promise.all(chunks.map(digestOf)), Promise.all(chunks.map(pack))])
  return { index, digests, packed, bytes, isChanged }
}

/** Every asked file as one or more groups; a file that is gone or became something else is `isChanged` without chunks. */
async function* groupsOf(
  { roots: named, files }: Params<'read'>,
  context: Context<'read'>,
): AsyncGenerator<{ readonly index: number; readonly read: Read }> {
  const roots = resolveRoots(named)
  const guard = new PathGuard()
  for (const [index, asked] of files.entries()) {
    const { root, rel } = locate(roots, asked)
    const path = guard.pathOf(root, rel)
    const source = await openSource({ asked, root, rel, path }, context)
    if (source === undefined) {
      yield { index, read: { chunks: [], bytes: 0, isChanged: true } }
      continue
    }
    try {
      for (const read of readGroups(source, asked.chunks)) yield { index, read }
    } finally {
      source.close()
    }
  }
}

/** An opened file with a way to tell whether it changed since. */
interface Source {
  readonly fd: number
  readonly isSame: () => boolean
  readonly close: () => void
}

async function openSource(
  { asked, root, rel, path }: { asked: Asked; root: Root; rel: PathBytes; path: PathBytes },
  context: Context<'read'>,
): Promise<Source | undefined> {
  try {
    if (asked.isSqlite) {
      const kept = context.session.copies.get(copyKey(root.name, rel))
      const file: DatabaseFile = kept ?? (await openDatabase({ root, rel }, context))
      // A copy made only now need not be what the walk described.
      const isSame = (): boolean => kept !== undefined && isUnchanged(file, path)
      return { fd: file.fd, isSame, close: () => undefined }
    }
    const fd = openFile(path)
    const before = stampOf(statOpened(fd))
    return { fd, isSame: () => before === stampOf(statOpened(fd)), close: () => closeSync(fd) }
  } catch (error) {
    const isGone = ['ENOENT', 'ELOOP', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))
    if (isGone || (error instanceof AppError && error.code === 'bad-input')) return undefined
    throw asAppError(error, path)
  }
}

/**
 * The asked chunks in order. A chunk that the file no longer has is left out, and the file is `isChanged`. Change is looked
 * for after the reading, so the last group tells.
 */
function* readGroups(source: Source, wanted: readonly number[]): Generator<Read> {
  let isShort = false
  for (let start = 0; start === 0 || start < wanted.length; start += GROUP_CHUNKS) {
    const chunks: Buffer<ArrayBuffer>[] = []
    for (const chunk of wanted.slice(start, start + GROUP_CHUNKS)) {
      const bytes = readChunk(source.fd, chunk)
      if (bytes.length > 0) chunks.push(bytes)
      else isShort = true
    }
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    yield { chunks, bytes, isChanged: isShort || !source.isSame() }
  }
}

function readChunk(fd: number, chunk: number): Buffer<ArrayBuffer> {
  const position = chunk * CHUNK_BYTES
  const left = Math.max(0, Math.min(CHUNK_BYTES, statOpened(fd).size - position))
  const into = Buffer.allocUnsafeSlow(left)
  return into.subarray(0, readFully(fd, into, position))
}
