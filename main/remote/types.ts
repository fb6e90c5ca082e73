import type { Item, RequestName, Result, SentParams } from '../../shared/protocol'
import type { ChunkEncoding } from '../../shared/stream'

/** One chunk on its way. `bytes` is packed as `encoding` says. */
export interface Chunk {
  readonly encoding: ChunkEncoding
  readonly bytes: Buffer
}

/** What goes up with a request: for `stage` a file's header, or the next chunk of the file before. */
export type InputFrame = { readonly item: unknown } | { readonly chunk: Chunk }

/** How one request is bounded and what happens to its stream. */
export interface RequestOptions<R extends RequestName> {
  readonly limitMs: number
  readonly signal?: AbortSignal
  /** Awaited before the next frame of this request is taken: back-pressure. */
  readonly onItem?: (item: Item<R>) => void | Promise<void>
  /** The bytes of a chunk are there until its promise settles. */
  readonly onChunk?: (chunk: Chunk) => void | Promise<void>
  readonly input?: AsyncIterable<InputFrame>
}

/** A running remote program on one node. Many requests may be under way at once. */
export interface RemoteClient extends AsyncDisposable {
  readonly hello: Result<'hello'>
  /**
   * @throws AppError `timeout`, `aborted`, `connection-lost`, `bad-answer` (a frame that does not fit the protocol),
   * or what the remote program answered.
   */
  request<R extends RequestName>(name: R, params: SentParams<R>, options: RequestOptions<R>): Promise<Result<R>>
}

/** Starts remote programs on nodes; keeps one per node while in use, and looks for Node again when it is gone. */
export interface Remotes extends AsyncDisposable {
  /** @throws AppError `node-missing` when no Node.js is found, and all that connecting can throw. */
  use<T>(nodeId: string, work: (remote: RemoteClient) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** As `use`, for work that only reads: where the node was dropped meanwhile, such as by an edit, it is done once more. */
  look<T>(nodeId: string, work: (remote: RemoteClient) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Ends the program of a node now, unless somebody uses it; the connection stays. Settles when it has ended. */
  rest(nodeId: string): Promise<void>
  /** Ends the program of a node at once: whoever uses it gets `connection-lost`. */
  drop(nodeId: string): void
}
