import type { KeyObject } from 'node:crypto'
import type { ChunkEncoding } from '../../shared/stream'
import { fileKey, nonceOf, NONCE_BYTES, SALT_BYTES, TAG_BYTES, type RepositoryKeys, type Seal } from './crypto'

/** First bytes of a pack. */
export const PACK_MAGIC = Buffer.from('OCMPACK1', 'latin1')
/** Last bytes of a pack. */
export const PACK_END_MAGIC = Buffer.from('OCMPEND1', 'latin1')
/** Magic and salt. */
export const PACK_HEADER_BYTES = PACK_MAGIC.length + SALT_BYTES
/** Id 32, encoding 1, zero 3, plain length 4, stored length 4, nonce 12. Ciphertext and tag follow. */
export const ENTRY_HEADER_BYTES = 56
/** The part of an entry's header that its tag covers; the nonce is covered by being used. */
const BOUND_BYTES = ENTRY_HEADER_BYTES - NONCE_BYTES
/** One record of the index: the entry's offset, then its header. */
export const RECORD_BYTES = 8 + ENTRY_HEADER_BYTES
/** Offset of the index 8, number of entries 4, tag 16, magic 8. */
export const TRAILER_BYTES = 8 + 4 + TAG_BYTES + PACK_END_MAGIC.length
/** Largest chunk a pack takes, packed. One of 4 MiB that does not compress fits with room to spare. */
export const MAX_STORED_BYTES = 8 * 1024 * 1024

/** One stored chunk: what its header says, and where it stands. */
export interface Entry {
  readonly id: Buffer
  readonly encoding: ChunkEncoding
  readonly plainBytes: number
  /** Bytes of the ciphertext, without header and tag. */
  readonly storedBytes: number
  /** Position among the pack's entries; makes the nonce. */
  readonly counter: number
  /** Offset of the header from the pack's start. */
  readonly offset: number
}

/** Bytes an entry takes in the file. */
export function entryBytes(entry: { readonly storedBytes: number }): number {
  return ENTRY_HEADER_BYTES + entry.storedBytes + TAG_BYTES
}

/** The header as it stands before the ciphertext. */
export function encodeHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(ENTRY_HEADER_BYTES)
  entry.id.copy(header)
  header.writeUInt8(entry.encoding, 32)
  header.writeUInt32BE(entry.plainBytes, 36)
  header.writeUInt32BE(entry.storedBytes, 40)
  nonceOf(0, entry.counter).copy(header, BOUND_BYTES)
  return header
}

/** What a header says, or null when it cannot be the header of entry number `counter`. */
export function decodeHeader(header: Buffer, counter: number, offset: number): Entry | null {
  const encoding = header.readUInt8(32)
  const storedBytes = header.readUInt32BE(40)
  const isPossible =
    (encoding === 0 || encoding === 1) &&
    storedBytes <= MAX_STORED_BYTES &&
    header.subarray(33, 36).equals(Buffer.alloc(3)) &&
    header.subarray(BOUND_BYTES, ENTRY_HEADER_BYTES).equals(nonceOf(0, counter))
  if (!isPossible) return null
  const id = Buffer.from(header.subarray(0, 32))
  return { id, encoding, plainBytes: header.readUInt32BE(36), storedBytes, counter, offset }
}

/** What it takes to encrypt or decrypt an entry. */
export function entrySeal(key: KeyObject, header: Buffer): Seal {
  return { key, bound: header.subarray(0, BOUND_BYTES), nonce: header.subarray(BOUND_BYTES, ENTRY_HEADER_BYTES) }
}

/** What it takes to encrypt or decrypt the index. */
export function indexSeal(key: KeyObject, header: Buffer, trailer: Buffer): Seal {
  return { key, nonce: nonceOf(1, 0), bound: Buffer.concat([header, trailer.subarray(0, 12)]) }
}

/** The pack's key. Its name is its salt in hex, so a pack under another's name does not open. */
export function packKey(keys: RepositoryKeys, packId: string): KeyObject {
  return fileKey(keys, Buffer.from(packId, 'hex'), 'pack')
}

/** The first bytes of the pack with this name. */
export function packHeader(packId: string): Buffer {
  return Buffer.concat([PACK_MAGIC, Buffer.from(packId, 'hex')])
}

/** The index as plain text. */
export function encodeIndex(entries: readonly Entry[]): Buffer {
  const index = Buffer.alloc(entries.length * RECORD_BYTES)
  for (const [number, entry] of entries.entries()) {
    index.writeBigUInt64BE(BigInt(entry.offset), number * RECORD_BYTES)
    encodeHeader(entry).copy(index, number * RECORD_BYTES + 8)
  }
  return index
}

/** The entries of a decrypted index; null when it makes no sense. */
export function decodeIndex(index: Buffer): Entry[] | null {
  const entries: Entry[] = []
  for (let at = 0; at < index.length; at += RECORD_BYTES) {
    const header = index.subarray(at + 8, at + RECORD_BYTES)
    const entry = decodeHeader(header, entries.length, Number(index.readBigUInt64BE(at)))
    if (entry === null) return null
    entries.push(entry)
  }
  return entries
}
