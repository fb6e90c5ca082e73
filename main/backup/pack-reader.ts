import type { FileHandle } from 'node:fs/promises'
import { isIntact, TAG_BYTES, unseal, type RepositoryKeys } from './crypto'
import { readExactly } from './files'
import {
  decodeHeader,
  decodeIndex,
  encodeHeader,
  ENTRY_HEADER_BYTES,
  entryBytes,
  entrySeal,
  indexSeal,
  PACK_END_MAGIC,
  PACK_HEADER_BYTES,
  packHeader,
  packKey,
  RECORD_BYTES,
  TRAILER_BYTES,
  type Entry,
} from './pack-format'

/** Where a pack stands: a file of its own (`base` 0), or a part of an export. */
export interface PackSource {
  readonly packId: string
  readonly file: FileHandle
  readonly base: number
  readonly bytes: number
}

/** What a pack holds. `problem` tells of damage that cost nothing, e.g. an index that had to be gathered from the entries. */
export interface PackContents {
  readonly entries: readonly Entry[]
  readonly problem: string | null
}

/** Bytes read at once while a whole pack is checked. */
const WINDOW_BYTES = 5 * 1024 * 1024

/** Reads the index; when that is damaged, gathers the entries one by one, so that one flipped bit costs one chunk at most. */
export async function readContents(keys: RepositoryKeys, source: PackSource): Promise<PackContents> {
  const indexed = await readIndex(keys, source)
  if (indexed !== null) {
    const { entries, isWhole } = indexed
    return { entries, problem: isWhole ? null : 'The head of a pack is damaged; its content is not.' }
  }
  return { entries: await gather(source), problem: 'The index of a pack is damaged.' }
}

async function readIndex(
  keys: RepositoryKeys,
  { packId, file, base, bytes }: PackSource,
): Promise<{ entries: Entry[]; isWhole: boolean } | null> {
  if (bytes < PACK_HEADER_BYTES + TRAILER_BYTES) return null
  const position = base + bytes - TRAILER_BYTES
  const trailer = await readExactly(file, { position, length: TRAILER_BYTES })
  if (trailer === null) return null
  const offset = Number(trailer.readBigUInt64BE(0))
  const length = trailer.readUInt32BE(8) * RECORD_BYTES
  if (offset + length + TRAILER_BYTES !== bytes) return null
  const index = await readExactly(file, { position: base + offset, length })
  if (index === null) return null
  const header = packHeader(packId)
  const sealed = Buffer.concat([index, trailer.subarray(12, 12 + TAG_BYTES)])
  const plain = unseal(indexSeal(packKey(keys, packId), header, trailer), sealed)
  const entries = plain === null ? null : decodeIndex(plain)
  if (entries === null) return null
  const stored = await readExactly(file, { position: base, length: PACK_HEADER_BYTES })
  const isWhole = stored?.equals(header) === true && trailer.subarray(12 + TAG_BYTES).equals(PACK_END_MAGIC)
  return { entries, isWhole }
}

async function gather({ file, base, bytes }: PackSource): Promise<Entry[]> {
  const entries: Entry[] = []
  let offset = PACK_HEADER_BYTES
  while (offset + ENTRY_HEADER_BYTES <= bytes) {
    const header = await readExactly(file, { position: base + offset, length: ENTRY_HEADER_BYTES })
    // The nonce counts, so 12 known bytes tell an entry from the index that follows the last one.
    const entry = header === null ? null : decodeHeader(header, entries.length, offset)
    if (entry === null) break
    entries.push(entry)
    offset += entryBytes(entry)
  }
  return entries
}

/** One chunk as it was put, or null when it is damaged. `isHeaderWhole`: the header in the file says what the index says. */
export async function readEntry(
  keys: RepositoryKeys,
  { packId, file, base }: Omit<PackSource, 'bytes'>,
  entry: Entry,
): Promise<{ packed: Buffer; isHeaderWhole: boolean } | null> {
  const stored = await readExactly(file, { position: base + entry.offset, length: entryBytes(entry) })
  if (stored === null) return null
  const header = encodeHeader(entry)
  const sealed = stored.subarray(ENTRY_HEADER_BYTES)
  const packed = unseal(entrySeal(packKey(keys, packId), header), sealed, sealed)
  return packed === null ? null : { packed, isHeaderWhole: stored.subarray(0, ENTRY_HEADER_BYTES).equals(header) }
}

/**
 * Reads a pack from disk once, from first byte to last, and checks all of it against what should have been written.
 * True when every byte is as it should be.
 */
export async function isPackIntact(
  keys: RepositoryKeys,
  source: PackSource,
  expected: readonly Entry[],
): Promise<boolean> {
  const indexed = await readIndex(keys, source)
  if (indexed?.isWhole !== true || indexed.entries.length !== expected.length) return false
  const key = packKey(keys, source.packId)
  const buffer = Buffer.allocUnsafe(WINDOW_BYTES)
  let start = 0
  let window: Buffer = buffer.subarray(0, 0)
  for (const [number, entry] of expected.entries()) {
    const end = entry.offset + entryBytes(entry)
    if (end > start + window.length) {
      start = entry.offset
      const length = Math.min(WINDOW_BYTES, source.bytes - start)
      const filled = await readExactly(source.file, { position: source.base + start, length, into: buffer })
      if (filled === null) return false
      window = filled
    }
    const header = encodeHeader(entry)
    const stored = window.subarray(entry.offset - start, end - start)
    const found = indexed.entries[number]
    const isSame = found?.offset === entry.offset && encodeHeader(found).equals(header)
    if (!isSame || !stored.subarray(0, ENTRY_HEADER_BYTES).equals(header)) return false
    if (!isIntact(entrySeal(key, header), stored.subarray(ENTRY_HEADER_BYTES))) return false
  }
  return true
}
