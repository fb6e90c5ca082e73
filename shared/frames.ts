import { CHUNK_BYTES } from './backup'
import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES } from './stream'

/** One frame as it came over the stream; see `protocol.ts` for its layout. */
export interface Frame {
  readonly kind: number
  readonly id: number
  readonly payload: Uint8Array
}

/** A peer that announced a frame longer than {@link MAX_FRAME_BYTES}: broken or hostile, so the stream is over. */
export class OversizedFrame extends Error {
  override readonly name = 'OversizedFrame'
}

/** The header of a frame with a payload of `length` bytes. */
export function frameHeader(kind: number, id: number, length: number): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setUint32(0, length)
  view.setUint8(4, kind)
  view.setUint32(5, id)
  return header
}

/** The part of Node's Writable that frames need; shared code knows no Node. */
export interface ByteSink {
  readonly destroyed: boolean
  readonly writableEnded: boolean
  write(bytes: Uint8Array): boolean
  cork(): void
  uncork(): void
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown
  off(event: 'drain' | 'close' | 'error', listener: () => void): unknown
}

/**
 * Sends one frame; settles when the stream takes more, so that nothing piles up. `prefix`: a few bytes in front of a payload that
 * is too long to be copied for them.
 */
export type SendFrame = (kind: number, id: number, payload: Uint8Array, prefix?: Uint8Array) => Promise<void>

/** Frames onto `sink`. After it broke, sending does nothing: the peer is gone, and whoever reads from it notices. */
export function createFrameSender(sink: ByteSink): SendFrame {
  return async (kind, id, payload, prefix = new Uint8Array(0)) => {
    if (sink.destroyed || sink.writableEnded) return
    sink.cork()
    sink.write(Uint8Array.of(...frameHeader(kind, id, prefix.length + payload.length), ...prefix))
    const hasRoom = sink.write(payload)
    sink.uncork()
    if (!hasRoom) await drained(sink)
  }
}

function drained(sink: ByteSink): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      for (const event of ['drain', 'close', 'error'] as const) sink.off(event, done)
      resolve()
    }
    for (const event of ['drain', 'close', 'error'] as const) sink.on(event, done)
  })
}

/** Room for the longest frame of a chunk; what is shorter than half of it is not worth keeping. */
const LONG_BYTES = CHUNK_BYTES + 1
/** So many rooms of that size wait for their next frame, at most. */
const MOST_SPARE = 3

/** Cuts a byte stream into frames. Each byte is copied once, however small the pieces in which it comes. */
export class FrameParser {
  private readonly spare: Uint8Array[] = []
  private readonly header = new Uint8Array(FRAME_HEADER_BYTES)
  private headerFilled = 0
  private payload: Uint8Array | null = null
  private payloadFilled = 0

  /** @throws OversizedFrame and is useless afterwards. */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = []
    let offset = 0
    while (offset < bytes.length || this.isPayloadComplete()) {
      if (this.payload === null) offset += this.fillHeader(bytes.subarray(offset))
      else offset += this.fillPayload(this.payload, bytes.subarray(offset))
      if (this.isPayloadComplete()) frames.push(this.takeFrame())
    }
    return frames
  }

  /**
   * Takes the payload of a frame back once nobody reads it any more: a later one lands in it. Long ones would otherwise pile up
   * until memory is collected.
   */
  recycle({ payload }: Frame): void {
    if (payload.buffer.byteLength === LONG_BYTES && this.spare.length < MOST_SPARE) {
      this.spare.push(new Uint8Array(payload.buffer))
    }
  }

  private roomFor(length: number): Uint8Array {
    if (length > LONG_BYTES || length < LONG_BYTES / 2) return new Uint8Array(length)
    return (this.spare.pop() ?? new Uint8Array(LONG_BYTES)).subarray(0, length)
  }

  private isPayloadComplete(): boolean {
    return this.payload !== null && this.payloadFilled === this.payload.length
  }

  private fillHeader(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, FRAME_HEADER_BYTES - this.headerFilled)
    this.header.set(taken, this.headerFilled)
    this.headerFilled += taken.length
    if (this.headerFilled === FRAME_HEADER_BYTES) {
      const length = new DataView(this.header.buffer).getUint32(0)
      if (length > MAX_FRAME_BYTES) throw new OversizedFrame(`A frame of ${length} bytes was announced`)
      this.payload = this.roomFor(length)
      this.payloadFilled = 0
    }
    return taken.length
  }

  private fillPayload(payload: Uint8Array, bytes: Uint8Array): number {
    const taken = bytes.subarray(0, payload.length - this.payloadFilled)
    payload.set(taken, this.payloadFilled)
    this.payloadFilled += taken.length
    return taken.length
  }

  private takeFrame(): Frame {
    const view = new DataView(this.header.buffer)
    const frame = { kind: view.getUint8(4), id: view.getUint32(5), payload: this.payload ?? new Uint8Array(0) }
    this.payload = null
    this.headerFilled = 0
    return frame
  }
}
