import type { Item, Params, RequestName, Result } from '../shared/protocol'
import type { ChunkEncoding } from '../shared/stream'

/** One frame of a request's input: a header (JSON), or one packed chunk. */
export type Input =
  { readonly item: unknown } | { readonly chunk: { readonly encoding: ChunkEncoding; readonly bytes: Buffer } }

/** What one request may do while it runs. Sending waits for the reader: memory stays flat. */
export interface Context<R extends RequestName> {
  /** Fires on cancel, on the request's limit, and when main is gone. `commit` and `rollBack` do not look at it. */
  readonly signal: AbortSignal
  item(value: Item<R>): Promise<void>
  chunk(encoding: ChunkEncoding, bytes: Uint8Array): Promise<void>
  /** The request's input, frame by frame. */
  readonly input: AsyncIterable<Input>
  /** What outlives one request: open SQLite copies, kept until `release` or the end of the program. */
  readonly session: Session
}

/** One consistent SQLite file, open: an unlinked online copy, or the file itself while nobody writes to it. */
export interface DatabaseFile {
  readonly fd: number
  readonly size: number
  /** Set for the file itself: how it looked when it was opened. */
  readonly stamp?: string
}

/** State shared by the requests of one running program. */
export interface Session {
  /** SQLite databases by `root` NUL `path` (in bytes, as latin1). */
  readonly copies: Map<string, DatabaseFile>
}

/** Answers one kind of request. Failures are thrown as AppError; anything else reaches main as `internal`. */
export type Handler<R extends RequestName> = (params: Params<R>, context: Context<R>) => Promise<Result<R>>

/** Runs work that needs no waiting as a handler's answer: what it throws is a rejection. */
export function atOnce<T>(work: () => T): Promise<T> {
  return new Promise(done => done(work()))
}
