import * as zlib from 'node:zlib'
import { CHUNK_BYTES } from '../shared/backup'
import { AppError } from '../shared/errors'
import { ChunkEncoding } from '../shared/protocol'

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
const OPTIONS = (): zlib.ZstdOptions => ({ params: { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL } })

/** Packs a chunk in the thread pool, or leaves it raw where packing would gain nothing. */
export async function pack(bytes: Buffer): Promise<Packed> {
  const raw: Packed = { encoding: ChunkEncoding.raw, bytes }
  const { zstdCompress } = zstd
  if (zstdCompress === undefined || bytes.length < MIN_BYTES || !isWorthPacking(bytes)) return raw
  const packed = await new Promise<Buffer>((done, failed) => {
    zstdCompress(bytes, OPTIONS(), (error, result) => (error === null ? done(result) : failed(error)))
  })
  return packed.length < bytes.length ? { encoding: ChunkEncoding.zstd, bytes: packed } : raw
}

function isWorthPacking(bytes: Buffer): boolean {
  if (bytes.length <= PROBE_BYTES * 4 || zstd.zstdCompressSync === undefined) return true
  const middle = Math.floor(bytes.length / 2)
  const probe = bytes.subarray(middle, middle + PROBE_BYTES)
  return zstd.zstdCompressSync(probe, OPTIONS()).length < PROBE_BYTES * WORTH_IT
}

/** Unpacks a chunk in the thread pool. @throws AppError `bad-answer` for damage or more than one chunk's bytes. */
export async function unpack({ encoding, bytes }: Packed): Promise<Buffer> {
  if (encoding === ChunkEncoding.raw) return bytes
  const { zstdDecompress } = zstd
  if (zstdDecompress === undefined) throw new AppError('bad-input', 'This Node.js cannot unpack zstd.')
  return new Promise((done, failed) => {
    zstdDecompress(bytes, { maxOutputLength: CHUNK_BYTES }, (error, result) => {
      if (error === null) done(result)
      else failed(new AppError('bad-answer', 'A chunk could not be unpacked.', { cause: error }))
    })
  })
}
