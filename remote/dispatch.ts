import type { Readable, Writable } from 'node:stream'
import { AppError, toPublic } from '../shared/errors'
import { createFrameSender, type Frame, type SendFrame } from '../shared/frames'
import type { RequestName, RequestPayload } from '../shared/protocol'
import { FRAME_HEADER_BYTES, FrameKind } from '../shared/stream'
import { FrameQueue, SendWindow } from '../shared/window'
import { asBuffer, jsonBytes, parseJson, readFrames, u32 } from './frames'
import type { Context, Handler, Input, Session } from './handler'
import { now, type Lifetime } from './lifetime'

/** The handlers of a program; a name without one is answered with an error. */
export type Handlers = { readonly [R in RequestName]?: Handler<R> }

/** What runs to its end even when the line is cut or main cancels: stopping it half-way would be the damage. */
const PROTECTED: ReadonlySet<RequestName> = new Set<RequestName>(['commit', 'rollBack'])
/** What takes well under a second on a healthy machine: see {@link Lifetime.expect}. */
const SHORT: ReadonlySet<RequestName> = new Set<RequestName>(['hello', 'sample'])
const MAX_REQUESTS = 32
const IDLE_CHECK_MS = 5_000
/** A protected request has this long beyond its limit before the watchdog ends the program. */
const PROTECTED_EXTRA_MS = 30 * 60_000

interface Running {
  readonly name: RequestName
  readonly abort: AbortController
  readonly input: FrameQueue<Input>
  readonly window: SendWindow
  readonly endsAtMs: number
}

/** The two ends of the stream, and what bounds the program. */
export interface ServeOptions {
  readonly input: Readable
  readonly output: Writable
  readonly lifetime: Lifetime
  /** With nothing under way and no frame for so long, the stream is treated as ended. */
  readonly idleMs: number
}

/** Answers requests until the input ends and protected ones are done. Settles then; never rejects. */
export async function serve(handlers: Handlers, { input, output, lifetime, idleMs }: ServeOptions): Promise<void> {
  const dispatcher = new Dispatcher(createFrameSender(output), handlers, lifetime)
  const hangUp = (): void => void input.destroy()
  output.on('error', hangUp)
  const idle = setInterval(
    () => {
      if (dispatcher.isIdle(idleMs)) hangUp()
    },
    Math.min(idleMs, IDLE_CHECK_MS),
  )
  try {
    await readFrames(input, frame => dispatcher.take(frame))
  } catch {
    // A broken or ended stream means the same: main is gone.
  }
  clearInterval(idle)
  await dispatcher.leave()
}

/** The requests under way. */
class Dispatcher {
  private readonly running = new Map<number, Running>()
  private readonly settled = new Set<Promise<void>>()
  private readonly session: Session = { copies: new Map() }
  /** When the last frame came or the last request ended, for the idle limit. */
  private lastActiveMs = now()

  constructor(
    private readonly send: SendFrame,
    private readonly handlers: Handlers,
    private readonly lifetime: Lifetime,
  ) {}

  take({ kind, id, payload }: Frame): void {
    this.lastActiveMs = now()
    const request = this.running.get(id)
    const bytes = payload.length + FRAME_HEADER_BYTES
    if (kind === FrameKind.request) this.begin(id, parseJson(payload) as RequestPayload)
    else if (request === undefined)
      return // Frames of a request that is over were sent before main knew.
    else if (kind === FrameKind.cancel) this.cancel(request)
    else if (kind === FrameKind.item) request.input.push({ item: parseJson(payload) }, bytes)
    else if (kind === FrameKind.chunk) request.input.push(chunkInput(payload), bytes)
    else if (kind === FrameKind.end) request.input.end()
    else if (kind === FrameKind.ack) request.window.acknowledge(asBuffer(payload).readUInt32BE(0))
  }

  /** Main is gone: ends what may be ended, waits for the rest. */
  async leave(): Promise<void> {
    const gone = new AppError('connection-lost', 'The line to OCM was cut.')
    for (const request of this.running.values()) {
      request.window.close()
      request.input.fail(gone)
      if (!PROTECTED.has(request.name)) request.abort.abort(gone)
    }
    for (const [id, request] of this.running) if (!PROTECTED.has(request.name)) this.running.delete(id)
    this.reportLifetime()
    while ([...this.running.values()].length > 0) await Promise.race(this.settled)
  }

  /** True when nothing is under way and nothing was heard for so long. */
  isIdle(idleMs: number): boolean {
    return this.running.size === 0 && now() - this.lastActiveMs > idleMs
  }

  private begin(id: number, { name, params, limitMs }: RequestPayload): void {
    if (this.running.has(id)) return
    if (this.running.size >= MAX_REQUESTS) {
      void this.fail(id, new AppError('busy', 'Too many requests are under way on this node.'))
      return
    }
    const abort = new AbortController()
    const acknowledge = (bytes: number): void => void this.send(FrameKind.ack, id, u32(bytes))
    const request: Running = {
      name,
      abort,
      input: new FrameQueue<Input>(acknowledge),
      window: new SendWindow(),
      endsAtMs: now() + limitMs + (PROTECTED.has(name) ? PROTECTED_EXTRA_MS : 0),
    }
    this.running.set(id, request)
    this.reportLifetime()
    const done = this.run(id, request, params, limitMs).finally(() => {
      this.settled.delete(done)
      if (this.running.get(id) === request) this.running.delete(id)
      this.lastActiveMs = now()
      this.reportLifetime()
    })
    this.settled.add(done)
  }

  private async run(id: number, request: Running, params: unknown, limitMs: number): Promise<void> {
    const isProtected = PROTECTED.has(request.name)
    const late = new AppError('timeout', `The node needed longer than ${Math.round(limitMs / 1000)} s for this.`)
    const timer = setTimeout(() => request.abort.abort(late), limitMs)
    try {
      const handler = this.handlers[request.name]
      if (handler === undefined) throw new AppError('bad-input', `The remote program cannot ${request.name}.`)
      const answer = handler(params as never, this.contextOf(id, request))
      const result = await (isProtected ? answer : Promise.race([answer, rejectedBy(request.abort.signal)]))
      await this.send(FrameKind.end, id, jsonBytes(result))
    } catch (error) {
      await this.fail(id, error)
    } finally {
      clearTimeout(timer)
      request.window.close()
      request.input.fail(new AppError('aborted', 'The request is over.'))
    }
  }

  private contextOf(id: number, request: Running): Context<RequestName> {
    const send = async (kind: number, payload: Buffer): Promise<void> => {
      await request.window.take(payload.length + FRAME_HEADER_BYTES)
      if (!PROTECTED.has(request.name)) request.abort.signal.throwIfAborted()
      await this.send(kind, id, payload)
    }
    return {
      signal: request.abort.signal,
      item: value => send(FrameKind.item, jsonBytes(value)),
      chunk: (encoding, bytes) => send(FrameKind.chunk, Buffer.concat([Buffer.of(encoding), bytes])),
      input: request.input,
      session: this.session,
    }
  }

  private cancel(request: Running): void {
    if (!PROTECTED.has(request.name)) request.abort.abort(new AppError('aborted', 'Cancelled.'))
  }

  private async fail(id: number, error: unknown): Promise<void> {
    await this.send(FrameKind.error, id, jsonBytes(publicError(error)))
  }

  private reportLifetime(): void {
    const all = [...this.running.values()]
    const endsAtMs = all.length === 0 ? null : Math.max(...all.map(request => request.endsAtMs))
    this.lifetime.expect(
      endsAtMs,
      all.every(({ name }) => SHORT.has(name)),
    )
    this.lifetime.protect(all.some(request => PROTECTED.has(request.name)))
  }
}

/** An unexpected error's own words help whoever looks into it; they name system calls and paths, never contents. */
function publicError(error: unknown): ReturnType<typeof toPublic> {
  const code = (error as { code?: unknown } | null)?.code
  if (error instanceof AppError || !(error instanceof Error)) return toPublic(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return toPublic(
      new AppError('disk-full', 'The disk of the node is full.', { hint: 'Free some space there and try again.' }),
    )
  if (code === 'EACCES' || code === 'EPERM') return toPublic(new AppError('permission-denied', error.message))
  return { code: 'internal', message: `The remote program failed: ${error.message}`.slice(0, 500) }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

function chunkInput(payload: Uint8Array): Input {
  const bytes = asBuffer(payload)
  return { chunk: { encoding: bytes[0] === 1 ? 1 : 0, bytes: bytes.subarray(1) } }
}
