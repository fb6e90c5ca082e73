import { createHash } from 'node:crypto'
import { closeSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { CHUNK_BYTES } from '../../shared/backup'
import type { Item, Params, RequestName, Result } from '../../shared/protocol'
import { ChunkEncoding } from '../../shared/stream'
import type { Context, Handler, Input, Session } from '../../remote/handler'

/** What one request answered. */
export interface Answer<R extends RequestName> {
  readonly result: Result<R>
  readonly items: readonly Item<R>[]
  /** Chunks, unpacked, in order. */
  readonly chunks: readonly Buffer[]
}

/** Options of one request: what goes up with it, and what happens while it runs. */
export interface AskOptions<R extends RequestName> {
  readonly input?: AsyncIterable<Input> | readonly Input[]
  readonly signal?: AbortSignal
  readonly onItem?: (item: Item<R>) => void | Promise<void>
}

/** Runs handlers in this process as the remote program would, with one session for all its requests. */
export class RemoteSession implements Disposable {
  readonly session: Session = { copies: new Map() }

  async ask<R extends RequestName>(
    handler: Handler<R>,
    params: Params<R>,
    options: AskOptions<R> = {},
  ): Promise<Answer<R>> {
    const items: Item<R>[] = []
    const chunks: Buffer[] = []
    const context: Context<R> = {
      signal: options.signal ?? new AbortController().signal,
      item: async value => {
        items.push(value)
        await options.onItem?.(value)
      },
      chunk: (encoding, bytes) => {
        chunks.push(encoding === ChunkEncoding.zstd ? zstdDecompressSync(bytes) : Buffer.from(bytes))
        return Promise.resolve()
      },
      input: framesOf(options.input ?? []),
      session: this.session,
    }
    const result = await handler(params, context)
    return { result, items, chunks }
  }

  [Symbol.dispose](): void {
    for (const { fd } of this.session.copies.values()) closeSync(fd)
    this.session.copies.clear()
  }
}

async function* framesOf(input: AsyncIterable<Input> | readonly Input[]): AsyncGenerator<Input> {
  yield* input
}

/** SHA-256 (hex). */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The frames that stage one file with this content. `header` overrides what would be right. */
export function fileFrames(path: string, content: Buffer | string, header: Record<string, unknown> = {}): Input[] {
  const bytes = Buffer.from(content)
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) pieces.push(bytes.subarray(at, at + CHUNK_BYTES))
  const item = {
    root: 'state',
    path,
    kind: 'file',
    mode: 0o600,
    mtimeMs: 1_700_000_000_000,
    size: bytes.length,
    sha256: sha256(bytes),
    chunks: pieces.map(sha256),
    ...header,
  }
  return [{ item }, ...pieces.map(piece => ({ chunk: { encoding: ChunkEncoding.raw, bytes: piece } }))]
}
