import { createHash } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import { CHUNK_BYTES } from '../../shared/backup'
import { ChunkEncoding } from '../../shared/stream'
import type { Chunk } from '../remote/types'

/** The plain content of a chunk; null when it does not unpack to what its SHA-256 promises. */
export function unpacked(chunk: Chunk, sha256: string): Buffer | null {
  const plain = chunk.encoding === ChunkEncoding.raw ? chunk.bytes : inflated(chunk.bytes)
  return plain !== null && sha256Of(plain) === sha256 ? plain : null
}

/** SHA-256 in hex. */
export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function inflated(packed: Buffer): Buffer | null {
  try {
    return zstdDecompressSync(packed, { maxOutputLength: CHUNK_BYTES })
  } catch {
    return null // Not zstd, or larger than any chunk: the same as content that does not fit its hash.
  }
}
