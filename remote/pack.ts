import * as zlib from 'node:zlib'
import { CHUNK_BYTES } from '../shared/backup'
import { AppError } from '../shared/errors'
import { ChunkEncoding } from '../shared/stream'

/** One chunk on its way, packed as `encoding` says. */
export interface Packed {
  readonly encoding: ChunkEncoding
  readonly bytes: Buffer
}

const LEVEL = 1
/** Shorter chunks are not worth a frame header of zstd. */
const MIN_BYTES = 128
const PROBE_BYTES = 16 * 1024
/** A sample that shrinks less than this says that the rest is packed already. */
const WORTH_IT = 0.95

/** zstd of the node's Node, from 22.15 on. */
const zstd = zlib as Partial<
  Pick<typeof zlib, 'zstdCompress' | 'zstdCompressSync' | 'zstdDecompress' | 'zstdDecompressSync'>
>

/** The whole output in one go: with the default of 16 KiB each piece is a round trip through the thread pool. */
const outputFor = (bytes: number): number => Math.max(1024, bytes + Math.ceil(bytes / 128) + 512)

function optionsFor(bytes: number): zlib.ZstdOptions {
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL }
  return { params, chunkSize: outputFor(bytes), pledgedSrcSize: bytes }
}

/** Packs a chunk in the thread pool, or leaves it raw where packing would gain nothing. */
export async function pack(bytes: Buffer): Promise<Packed> {
  const raw: Packed = { encoding: ChunkEncoding.raw, bytes }
  const { zstdCompress } = zstd
  if (zstdCompress === undefined || bytes.length < MIN_BYTES || !isWorthPacking(bytes)) return raw
  const packed = await new Promise<Buffer>((done, failed) => {
    zstdCompress(bytes, optionsFor(bytes.length), (error, result) => (error === null ? done(result) : failed(error)))
  })
  return packed.length < bytes.length ? { encoding: ChunkEncoding.zstd, bytes: packed } : raw
}

function isWorthPacking(bytes: Buffer): boolean {
  if (bytes.length <= PROBE_BYTES * 4 || zstd.zstdCompressSync === undefined) return true
  const middle = Math.floor(bytes.length / 2)
  const probe = bytes.subarray(middle, middle + PROBE_BYTES)
  return zstd.zstdCompressSync(probe, optionsFor(probe.length)).length < PROBE_BYTES * WORTH_IT
}

/**
 * Unpacks a chunk in the thread pool.
 * @param plainBytes How long it will be, as far as one knows.
 * @throws AppError `bad-answer` for damage or more than one chunk's bytes.
 */
export async function unpack({ encoding, bytes }: Packed, plainBytes: number): Promise<Buffer> {
  if (encoding === ChunkEncoding.raw) return bytes
  const { zstdDecompress } = zstd
  if (zstdDecompress === undefined) throw new AppError('bad-input', 'This Node.js cannot unpack zstd.')
  return new Promise((done, failed) => {
    zstdDecompress(
      bytes,
      { maxOutputLength: CHUNK_BYTES, chunkSize: Math.max(1024, plainBytes + 64) },
      (error, result) => {
        if (error === null) done(result)
        else failed(new AppError('bad-answer', 'A chunk could not be unpacked.', { cause: error }))
      },
    )
  })
}
