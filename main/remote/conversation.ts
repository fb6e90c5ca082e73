import { on } from 'node:events'
import { AppError, fromPublic } from '../../shared/errors'
import { createFrameSender, FrameParser, OversizedFrame, type Frame, type SendFrame } from '../../shared/frames'
import { requests, type Item, type RequestName, type Result, type SentParams } from '../../shared/protocol'
import { ErrorPayload, FRAME_HEADER_BYTES, FrameKind } from '../../shared/stream'
import { SECOND } from '../../shared/units'
import { FrameQueue, SendWindow } from '../../shared/window'
import type { Channel } from '../ssh/types'
import { asBuffer, jsonBytes, parseJson, u32 } from './payload'
import type { Chunk, InputFrame, RequestOptions } from './types'

/** The node ends a request by itself at its limit; we stop waiting so much later. */
const PATIENCE_MS = 10 * SECOND

/** One request under way. */
class Pending {
  readonly window = new SendWindow()
  readonly queue: FrameQueue<Frame>
  /** Rejects when the request is given up, even while its consumer is at work on a frame. */
  readonly givenUp: Promise<never>
  private reject: (error: AppError) => void = () => undefined

  constructor(acknowledge: (bytes: number) => void) {
    this.queue = new FrameQueue(acknowledge)
    this.givenUp = new Promise((_resolve, reject) => (this.reject = reject))
    this.givenUp.catch(() => undefined) // Whoever asked may not have begun to wait.
  }

  giveUp(error: AppError): void {
    this.queue.fail(error)
    this.reject(error)
  }
}

/** Gives the request up at its limit and on abort, until disposed of. */
function bound(pending: Pending, limitMs: number, signal: AbortSignal | undefined): Disposable {
  const onAbort = (): void => pending.giveUp(cancelled(signal))
  const late = (): void => pending.giveUp(new AppError('timeout', 'The node did not answer in time.'))
  const timer = setTimeout(late, limitMs)
  signal?.addEventListener('abort', onAbort)
  return {
    [Symbol.dispose]() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

/**
 * The requests under way over one channel. Everything that comes is checked: one frame that does not fit the protocol ends
 * the whole conversation, since nothing after it can be trusted.
 */
export class Conversation {
  private readonly pending = new Map<number, Pending>()
  private readonly send: SendFrame
  private readonly parser = new FrameParser()
  private lastId = 0
  private end: AppError | null = null

  private readonly pulse: NodeJS.Timeout

  /** `rest`: bytes that were read behind the handshake. `pulseMs`: how often the program is told that we are still here. */
  constructor(
    private readonly channel: Channel,
    { rest, pulseMs }: { readonly rest: Buffer; readonly pulseMs: number },
  ) {
    this.send = createFrameSender(channel.stdin)
    // An acknowledgement of nothing: the program hears us and is not idle.
    this.pulse = setInterval(() => void this.send(FrameKind.ack, 0, u32(0)), pulseMs).unref()
    void this.listen(rest)
  }

  get isAlive(): boolean {
    return this.end === null
  }

  async request<R extends RequestName>(name: R, params: SentParams<R>, options: RequestOptions<R>): Promise<Result<R>> {
    const { limitMs, signal, input } = options
    const payload = jsonBytes({ name, params: requests[name].params.parse(params), limitMs })
    if (this.end !== null) throw this.end
    if (signal?.aborted === true) throw cancelled(signal)
    const id = ++this.lastId
    const pending = new Pending(bytes => void this.send(FrameKind.ack, id, u32(bytes)))
    this.pending.set(id, pending)
    using _bounds = bound(pending, limitMs + PATIENCE_MS, signal)
    let isOver = false
    try {
      await this.send(FrameKind.request, id, payload)
      if (input !== undefined)
        this.upload(id, pending, input).catch((error: unknown) => pending.giveUp(asAppError(error)))
      const result = await Promise.race([this.consume(name, pending.queue, options), pending.givenUp])
      isOver = true
      return result
    } catch (error) {
      isOver = error instanceof RemoteFailure
      throw error instanceof RemoteFailure ? error.told : error
    } finally {
      this.pending.delete(id)
      pending.window.close()
      pending.queue.end()
      if (!isOver) void this.send(FrameKind.cancel, id, new Uint8Array(0))
    }
  }

  /** Takes the frames of one request in order; each is awaited before the next one is acknowledged. */
  private async consume<R extends RequestName>(
    name: R,
    queue: FrameQueue<Frame>,
    { onItem, onChunk }: RequestOptions<R>,
  ): Promise<Result<R>> {
    for await (const frame of queue) {
      const { kind, payload } = frame
      if (kind === FrameKind.item) {
        const item = this.checked(() => requests[name].item.parse(parseJson(payload))) as Item<R>
        await onItem?.(item)
      } else if (kind === FrameKind.chunk) {
        const chunk = this.checked(() => chunkOf(name, payload))
        await onChunk?.(chunk)
        this.parser.recycle(frame)
      } else if (kind === FrameKind.end) {
        return this.checked(() => requests[name].result.parse(parseJson(payload))) as Result<R>
      } else {
        throw new RemoteFailure(fromPublic(this.checked(() => ErrorPayload.parse(parseJson(payload)))))
      }
    }
    throw this.end ?? new AppError('connection-lost', 'The connection was lost.')
  }

  private async upload(id: number, { window }: Pending, input: AsyncIterable<InputFrame>): Promise<void> {
    for await (const frame of input) {
      const isItem = 'item' in frame
      const payload = isItem ? jsonBytes(frame.item) : frame.chunk.bytes
      const prefix = isItem ? Buffer.alloc(0) : Buffer.of(frame.chunk.encoding)
      await window.take(FRAME_HEADER_BYTES + prefix.length + payload.length)
      if (!this.pending.has(id)) return
      await this.send(isItem ? FrameKind.item : FrameKind.chunk, id, payload, prefix)
    }
    await this.send(FrameKind.end, id, new Uint8Array(0))
  }

  private async listen(rest: Buffer): Promise<void> {
    try {
      for (const frame of this.parser.push(rest)) this.take(frame)
      const { stdout } = this.channel
      if (stdout.closed) throw new Error('It closed before anybody listened.')
      // Piece by piece: read as an iterable, a stream joins what waits in it, which copies everything once more.
      const pieces = on(stdout, 'data', { close: ['end', 'close'] }) as AsyncIterable<[Buffer]>
      stdout.resume()
      for await (const [bytes] of pieces) {
        for (const frame of this.parser.push(bytes)) this.take(frame)
      }
      this.finish(new AppError('connection-lost', 'The remote program is gone.'))
    } catch (error) {
      if (error instanceof AppError) this.finish(error)
      else if (error instanceof OversizedFrame) this.finish(badAnswer(error))
      else this.finish(new AppError('connection-lost', 'The connection was lost.', { cause: error }))
    }
  }

  private take(frame: Frame): void {
    const { kind, id, payload } = frame
    if (id === 0 || id > this.lastId) throw badAnswer(`a frame for request ${id}`)
    const pending = this.pending.get(id)
    if (kind === FrameKind.ack) {
      if (payload.length !== 4) throw badAnswer('an acknowledgement of the wrong size')
      pending?.window.acknowledge(asBuffer(payload).readUInt32BE(0))
      return
    }
    if (kind < FrameKind.item || kind > FrameKind.error) throw badAnswer(`a frame of kind ${kind}`)
    if (pending?.queue.push(frame, payload.length + FRAME_HEADER_BYTES) === false) {
      throw badAnswer('more than the window allows')
    }
  }

  /** Ends everything with the first reason. */
  private finish(error: AppError): void {
    if (this.end !== null) return
    this.end = error
    clearInterval(this.pulse)
    this.channel.close()
    for (const pending of this.pending.values()) {
      // What came before the line was lost is still good; what a liar sent is not.
      if (error.code === 'connection-lost') pending.queue.end()
      else pending.giveUp(error)
      pending.window.close()
    }
  }

  private checked<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      const failure = badAnswer(error)
      this.finish(failure)
      throw failure
    }
  }
}

/** What the remote program itself answered as an error: the request is over on the node. */
class RemoteFailure extends Error {
  constructor(readonly told: AppError) {
    super(told.message)
  }
}

function badAnswer(cause: unknown): AppError {
  return new AppError('bad-answer', 'The node answered something that is not the protocol.', {
    hint: 'If this stays, something on the node is broken or not what it seems to be.',
    cause,
  })
}

function cancelled(signal: AbortSignal | undefined): AppError {
  return new AppError('aborted', 'Cancelled.', { cause: signal?.reason })
}

function asAppError(error: unknown): AppError {
  return error instanceof AppError
    ? error
    : new AppError('internal', 'What was to be sent could not be read.', { cause: error })
}

/** Only `read` sends chunks. */
function chunkOf(name: RequestName, payload: Uint8Array): Chunk {
  const bytes = asBuffer(payload)
  const encoding = bytes[0]
  if (name !== 'read' || (encoding !== 0 && encoding !== 1)) throw new Error('an unexpected chunk')
  return { encoding, bytes: bytes.subarray(1) }
}
