import { PublicError } from './errors'

/**
 * The stream between main and the remote program, the same both ways, over stdin and stdout:
 *
 *     length  u32 big endian, bytes of the payload
 *     kind    u8, see {@link FrameKind}
 *     id      u32 big endian, the request this belongs to
 *     payload JSON (UTF-8) or bytes
 *
 * Before the first frame main sends the program itself: u32 big endian length, then its source (UTF-8, gzip). The program
 * answers with {@link Preamble.marker} before its first frame; whatever a login shell printed before that is skipped.
 */
export const FRAME_HEADER_BYTES = 9

/** A longer payload is a broken or hostile peer. One chunk (4 MiB) plus its prefix always fits. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024

/** Kinds of frame. `chunk` payload: one byte {@link ChunkEncoding}, then the bytes of one chunk. */
export const FrameKind = {
  request: 1,
  cancel: 2,
  /** JSON, one of the stream of an answer, or (upwards) of the input of a request. */
  item: 3,
  chunk: 4,
  /** Upwards: the input is complete. Downwards: the result (JSON); the request is over. */
  end: 5,
  error: 6,
  /** Both ways: u32 big endian, bytes of `item` and `chunk` frames of this request that were consumed. */
  ack: 7,
} as const

/**
 * How many bytes of `item` and `chunk` frames of one request may be under way unacknowledged. A sender stops there, so one
 * slow reader holds up neither memory nor the other requests of the same stream.
 */
export const WINDOW_BYTES = 8 * 1024 * 1024

/** How a chunk's bytes are packed. */
export const ChunkEncoding = { raw: 0, zstd: 1 } as const
export type ChunkEncoding = (typeof ChunkEncoding)[keyof typeof ChunkEncoding]

/** What main tells the program at its start, as the constant `ocmPreamble` in front of its source. */
export interface Preamble {
  /** Random, chosen by main: nothing a login shell prints can contain it. */
  readonly marker: string
  /** Without a frame from main for so long, and nothing under way, the program ends. */
  readonly idleMs: number
  /** The program ends by then whatever happens. */
  readonly lifetimeMs: number
}

/** The payload of an `error` frame. */
export const ErrorPayload = PublicError
