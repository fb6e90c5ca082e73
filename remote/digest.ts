import { createHash, webcrypto, type Hash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { CHUNK_BYTES } from '../shared/backup'

/** SHA-256 (hex) of bytes, at once. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** SHA-256 (hex) of bytes, in the thread pool: a second core works while this one goes on. */
export async function sha256InPool(bytes: Buffer): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes as Buffer<ArrayBuffer>)).toString('hex')
}

/** Fills `into` from `position`, as far as the file goes. */
export function readFully(fd: number, into: Buffer, position: number): number {
  let filled = 0
  while (filled < into.length) {
    const count = readSync(fd, into, filled, into.length - filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return filled
}

/** What hashing a file gave: `bytes` is what really was read. */
export interface Hashed {
  readonly sha256: string
  readonly chunks: readonly string[]
  readonly bytes: number
}

/** Buffers of a long file in use at once: the oldest digest is done before its buffer is filled again. */
const BUFFERS = 4

const scratch = Buffer.allocUnsafeSlow(CHUNK_BYTES)

/** Hashes a file of at most one chunk at once. Undefined when it turned out longer. */
export function hashSmall(fd: number, size: number): Hashed | undefined {
  const into = scratch.subarray(0, Math.min(CHUNK_BYTES, size + 1))
  const bytes = readFully(fd, into, 0)
  if (bytes > size) return undefined
  const digest = sha256(into.subarray(0, bytes))
  return { sha256: digest, chunks: bytes === 0 ? [] : [digest], bytes }
}

/**
 * Hashes a long file chunk by chunk: the whole in this thread, the chunks in the thread pool.
 * `breathe` is awaited between chunks.
 */
export async function hashLong(fd: number, breathe: () => Promise<void> | undefined): Promise<Hashed> {
  const whole: Hash = createHash('sha256')
  const digests: Promise<string>[] = []
  const ring = Array.from({ length: BUFFERS }, () => Buffer.allocUnsafeSlow(CHUNK_BYTES))
  let bytes = 0
  for (;;) {
    const chunk = ring[digests.length % BUFFERS] ?? Buffer.alloc(0)
    const count = readFully(fd, chunk, bytes)
    if (count === 0) break
    const part = chunk.subarray(0, count)
    digests.push(sha256InPool(part))
    whole.update(part)
    bytes += count
    await digests.at(1 - BUFFERS)
    await breathe()
    if (count < CHUNK_BYTES) break
  }
  const chunks = await Promise.all(digests)
  const [first] = chunks
  return { sha256: chunks.length === 1 && first !== undefined ? first : whole.digest('hex'), chunks, bytes }
}

/** SHA-256 (hex) of a file's content, at once. Only for files that are ours. */
export function sha256OfFile(path: Buffer): string {
  const fd = openSync(path, 'r')
  try {
    const whole = createHash('sha256')
    let position = 0
    for (let count = readFully(fd, scratch, 0); count > 0; count = readFully(fd, scratch, position)) {
      whole.update(scratch.subarray(0, count))
      position += count
    }
    return whole.digest('hex')
  } finally {
    closeSync(fd)
  }
}
