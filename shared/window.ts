import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES, WINDOW_BYTES } from './stream'

/** The sender's side of one request's flow control: how much is under way, and who waits for room. */
export class SendWindow {
  private underWayBytes = 0
  private waiting: (() => void)[] = []
  private isClosed = false

  /** Waits for room, then counts the frame as under way. Returns at once when closed: nobody reads any more. */
  async take(bytes: number): Promise<void> {
    while (this.underWayBytes >= WINDOW_BYTES && !this.isClosed) {
      await new Promise<void>(resolve => this.waiting.push(resolve))
    }
    this.underWayBytes += bytes
  }

  /** The peer consumed so much. */
  acknowledge(bytes: number): void {
    this.underWayBytes = Math.max(0, this.underWayBytes - bytes)
    this.wake()
  }

  /** The request is over: nobody waits any longer. */
  close(): void {
    this.isClosed = true
    this.wake()
  }

  private wake(): void {
    const waiting = this.waiting
    this.waiting = []
    for (const resume of waiting) resume()
  }
}

/** The reader's side: frames of one request in order, handed out one by one, and an end. */
export class FrameQueue<T> implements AsyncIterable<T> {
  private readonly entries: { readonly value: T; readonly bytes: number }[] = []
  private queuedBytes = 0
  private state: 'open' | 'ended' | 'failed' = 'open'
  private failure: unknown
  private wake: () => void = () => undefined

  /** `onConsumed` is called for each frame after its consumer asked for the next one. */
  constructor(private readonly onConsumed: (bytes: number) => void) {}

  /** False when the peer sent more than the window allows: it does not keep the protocol. */
  push(value: T, bytes: number): boolean {
    if (this.state !== 'open') return true
    this.entries.push({ value, bytes })
    this.queuedBytes += bytes
    this.wake()
    return this.queuedBytes <= WINDOW_BYTES + FRAME_HEADER_BYTES + MAX_FRAME_BYTES
  }

  /** No more frames will come; those queued are still handed out. */
  end(): void {
    if (this.state === 'open') this.state = 'ended'
    this.wake()
  }

  /** Drops what is queued; the consumer gets `error`. */
  fail(error: unknown): void {
    if (this.state === 'failed') return
    this.state = 'failed'
    this.failure = error
    this.entries.length = 0
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      if (this.state === 'failed') throw this.failure
      const entry = this.entries.shift()
      if (entry !== undefined) {
        yield entry.value
        this.queuedBytes -= entry.bytes
        this.onConsumed(entry.bytes)
      } else if (this.state === 'ended') return
      else await new Promise<void>(resolve => (this.wake = resolve))
    }
  }
}
