import type { FileHandle } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import { newSalt, seal, TAG_BYTES, type RepositoryKeys } from './crypto'
import { writeAll } from './files'
import {
  encodeHeader,
  encodeIndex,
  entryBytes,
  entrySeal,
  indexSeal,
  MAX_STORED_BYTES,
  PACK_END_MAGIC,
  PACK_HEADER_BYTES,
  packHeader,
  packKey,
  TRAILER_BYTES,
  type Entry,
} from './pack-format'

/** Bytes gathered before one write call: thousands of tiny files become a few large writes. */
const BUFFER_BYTES = 4 * 1024 * 1024

/** Appends chunks to one pack at `base` of an open file. Calls of `add` may overlap; memory holds one buffer at most. */
export interface PackWriter {
  readonly packId: string
  readonly entries: readonly Entry[]
  /** Bytes of the pack so far, from its start. */
  readonly bytes: number
  add(chunk: Pick<Entry, 'id' | 'encoding' | 'plainBytes'>, packed: Buffer): Promise<void>
  /** Writes index and trailer. The caller syncs the file. */
  end(): Promise<void>
}

/** Starts a pack with a fresh random key at `base` of the file. */
export function startPack(keys: RepositoryKeys, file: FileHandle, base: number): PackWriter {
  const packId = newSalt().toString('hex')
  const key = packKey(keys, packId)
  const header = packHeader(packId)
  const entries: Entry[] = []
  let waiting: Buffer[] = [header]
  let waitingBytes = header.length
  let bytes = PACK_HEADER_BYTES
  let writtenTo = base
  let lastWrite: Promise<void> = Promise.resolve()

  const flush = async () => {
    // After the one before it, which is the order, and out before more is taken, which is the back-pressure.
    const pieces = waiting
    const position = writtenTo
    writtenTo += waitingBytes
    waiting = []
    waitingBytes = 0
    lastWrite = lastWrite.then(() => writeAll(file, pieces, position))
    lastWrite.catch(() => undefined) // whoever waits for it next learns of it
    await lastWrite
  }
  const append = (pieces: readonly Buffer[]) => {
    for (const piece of pieces) {
      waiting.push(piece)
      waitingBytes += piece.length
      bytes += piece.length
    }
  }

  return {
    packId,
    entries,
    get bytes() {
      return bytes
    },
    async add({ id, encoding, plainBytes }, packed) {
      if (packed.length > MAX_STORED_BYTES) throw new AppError('bad-input', 'A piece of the backup is too large.')
      const entry: Entry = {
        id,
        encoding,
        plainBytes,
        storedBytes: packed.length,
        counter: entries.length,
        offset: bytes,
      }
      const entryHeader = encodeHeader(entry)
      entries.push(entry)
      append([entryHeader, ...seal(entrySeal(key, entryHeader), packed)])
      if (waitingBytes >= BUFFER_BYTES) await flush()
    },
    async end() {
      const indexOffset = bytes
      const trailer = Buffer.alloc(TRAILER_BYTES)
      trailer.writeBigUInt64BE(BigInt(indexOffset), 0)
      trailer.writeUInt32BE(entries.length, 8)
      const sealed = seal(indexSeal(key, header, trailer), encodeIndex(entries))
      sealed.pop()?.copy(trailer, 12)
      PACK_END_MAGIC.copy(trailer, 12 + TAG_BYTES)
      append([...sealed, trailer])
      await flush()
    },
  }
}

/** Where the entries of a pack end, i.e. where its index starts. */
export function indexOffset(entries: readonly Entry[]): number {
  const last = entries.at(-1)
  return last === undefined ? PACK_HEADER_BYTES : last.offset + entryBytes(last)
}
