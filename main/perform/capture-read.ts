import { CHUNK_BYTES, type Manifest, type SnapshotFile } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { SnapshotWriter } from '../backup/types'
import type { RemoteClient } from '../remote/types'
import type { ProgressMeter } from './progress'
import type { ActionContext } from './types'

/** A file that changes while it is read is read again this often, then taken as it is and marked. */
const READ_AGAIN = 3

/** How many files are asked for with one request: enough to keep the line busy, small enough to cancel soon. */
const READ_BATCH = 400

/** One capture under way. */
export interface Reading {
  readonly remote: RemoteClient
  readonly writer: SnapshotWriter
  readonly meta: Manifest['meta']
  readonly context: ActionContext
  readonly meter: ProgressMeter
}

/** Reads every chunk the repository does not have. Files that moved are hashed and read again. */
export async function readAll(reading: Reading, files: readonly SnapshotFile[]): Promise<SnapshotFile[]> {
  const result = [...files]
  let open = result.flatMap((file, index) => (isContent(file) ? [index] : []))
  for (let round = 0; open.length > 0; round++) {
    const moved: number[] = []
    for (let start = 0; start < open.length; start += READ_BATCH) {
      moved.push(...(await readBatch(reading, result, open.slice(start, start + READ_BATCH))))
    }
    if (moved.length > 0) await hashAgain(reading, result, moved, round + 1 >= READ_AGAIN)
    open = round + 1 >= READ_AGAIN + 1 ? [] : moved
    if (open.length === 0 && moved.length > 0) throw moving(result[moved[0] ?? 0])
  }
  return result.filter(file => file.mtimeMs >= 0)
}

function moving(file: SnapshotFile | undefined): AppError {
  return new AppError('file-changed', `${file?.path ?? 'A file'} changed each time it was read.`, {
    hint: 'Stop what writes to it, or leave that component out, and try again.',
  })
}

function isContent(file: SnapshotFile): boolean {
  return file.kind === 'file' || file.kind === 'sqlite'
}

/** Reads one batch; answers the indexes of files that were not as they had been hashed. */
async function readBatch(
  reading: Reading,
  files: readonly SnapshotFile[],
  indexes: readonly number[],
): Promise<number[]> {
  const { remote, writer, context, meter, meta } = reading
  const asked = indexes.flatMap(index => {
    const file = files[index]
    if (file === undefined) return []
    const missing = missingChunks(writer, file)
    if (missing.length === 0) meter.add(file.size, 1, file.path)
    return missing.length === 0 ? [] : [{ index, file, missing }]
  })
  if (asked.length === 0) return []
  const moved = new Set<number>()
  const cursor = new Cursor(asked)
  await remote.request(
    'read',
    {
      roots: meta.roots,
      files: asked.map(({ file, missing }) => ({
        root: file.root,
        path: file.path,
        ...(file.pathBytes === undefined ? {} : { pathBytes: file.pathBytes }),
        isSqlite: file.kind === 'sqlite',
        chunks: missing,
      })),
    },
    {
      limitMs: context.limitMs,
      signal: context.signal,
      onItem: item => {
        const { file, index, isNew, isAsExpected } = cursor.announce(item)
        if (item.isChanged || !isAsExpected) moved.add(index)
        if (isNew) meter.add(0, 1, file.path)
      },
      onChunk: async chunk => {
        const { file, number, sha256 } = cursor.next()
        const plainBytes = Math.max(0, Math.min(CHUNK_BYTES, file.size - number * CHUNK_BYTES))
        await writer.put(sha256, chunk, plainBytes)
        meter.add(plainBytes, 0)
      },
    },
  )
  return [...moved]
}

interface Asked {
  readonly index: number
  readonly file: SnapshotFile
  /** Chunk numbers asked for, in order. */
  readonly missing: readonly number[]
}

/** Follows a `read`: which chunk of which file comes next. A long file is announced in several items. */
class Cursor {
  #current: Asked | undefined
  #announced: readonly string[] = []
  /** Chunks of the current file that earlier items announced. */
  #before = 0
  #at = 0

  constructor(private readonly asked: readonly Asked[]) {}

  announce(item: { readonly index: number; readonly chunks: readonly string[] }) {
    const asked = this.asked[item.index]
    if (asked === undefined) throw new AppError('bad-answer', 'The node sent a file nobody asked for.')
    const isNew = asked !== this.#current
    this.#before = isNew ? 0 : this.#before + this.#announced.length
    this.#current = asked
    this.#announced = item.chunks
    this.#at = 0
    const expected = asked.missing.slice(this.#before, this.#before + item.chunks.length)
    const isAsExpected = expected.every((chunk, at) => asked.file.chunks[chunk] === item.chunks[at])
    return { file: asked.file, index: asked.index, isNew, isAsExpected }
  }

  next(): { readonly file: SnapshotFile; readonly number: number; readonly sha256: string } {
    const number = this.#current?.missing[this.#before + this.#at]
    const sha256 = this.#announced[this.#at]
    if (this.#current === undefined || number === undefined || sha256 === undefined) {
      throw new AppError('bad-answer', 'The node sent more than was asked for.')
    }
    this.#at += 1
    return { file: this.#current.file, number, sha256 }
  }
}

function missingChunks(writer: SnapshotWriter, file: SnapshotFile): number[] {
  return file.chunks.flatMap((sha, index) => (writer.has(sha) ? [] : [index]))
}

/** Hashes moved files again, in place. A file that is gone by now leaves the list (`mtimeMs` -1). */
async function hashAgain(
  reading: Reading,
  files: SnapshotFile[],
  indexes: readonly number[],
  isLast: boolean,
): Promise<void> {
  const { remote, context, meta } = reading
  await remote.request(
    'hash',
    {
      roots: meta.roots,
      files: indexes.flatMap(index => {
        const file = files[index]
        if (file === undefined) return []
        const { root, path, pathBytes } = file
        return [{ root, path, ...(pathBytes === undefined ? {} : { pathBytes }) }]
      }),
    },
    {
      limitMs: context.limitMs,
      signal: context.signal,
      onItem: item => {
        for (const found of item.files) {
          const index = indexes[found.index] ?? -1
          if (files[index] === undefined) continue
          // It moved a moment ago: how it looked before says nothing any more.
          const { stamp: _former, ...file } = files[index]
          files[index] =
            found.sha256 === null
              ? { ...file, mtimeMs: -1, chunks: [], size: 0 }
              : {
                  ...file,
                  sha256: found.sha256,
                  size: found.size,
                  mtimeMs: found.mtimeMs,
                  chunks: found.chunks,
                  ...(isLast ? { isMoving: true } : {}),
                }
        }
      },
    },
  )
}
