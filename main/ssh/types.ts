import type { Readable, Writable } from 'node:stream'
import type { Argv } from '../../shared/plan'

/** How a command ended and what it printed (UTF-8, lossy). */
export interface ExecResult {
  /** Exit status 0–255. Non-zero is an answer, not an error. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Limits of one command. */
export interface ExecOptions {
  /** Limit in ms, kept on the node by `timeout`. We give up 10 s later. */
  readonly limitMs: number
  /** Ends the wait only; the remote process runs on until its limit. */
  readonly signal?: AbortSignal
  /** Limit for stdout and stderr together, in bytes. Default 1 MiB. */
  readonly maxBytes?: number
  /** Written to stdin, then closed. For secrets (sudo -S); never put those in argv. */
  readonly input?: Buffer
  /** Extra environment, set through `env` on the command line. Never secrets. */
  readonly env?: Readonly<Record<string, string>>
  /** Working directory. */
  readonly cwd?: string
}

/** One raw channel. Both outputs must be read, or `closed` never settles. */
export interface Channel {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Settles when the channel is closed, never rejects. Both null: the line dropped. */
  readonly closed: Promise<{ readonly code: number | null; readonly signal: string | null }>
  close(): void
}

/** A live SSH connection to one node. */
export interface Connection {
  readonly isAlive: boolean
  /** Negotiated cipher, e.g. `aes256-gcm@openssh.com`. */
  readonly cipher: string
  /** @throws AppError `timeout`, `aborted`, `connection-lost`, `output-too-large`, `command-failed` (ended by a signal). */
  exec(argv: Argv, options: ExecOptions): Promise<ExecResult>
  /** Opens a channel for one raw command line. Only for the locator, the remote program and the witness. */
  open(commandLine: string): Promise<Channel>
  /** Ends the connection; everything waiting on it fails with `connection-lost`. */
  destroy(): void
}

/** One kept connection per node, at most 8 channels, closed when idle. */
export interface Pool extends AsyncDisposable {
  /** Lends the node's kept connection, connecting first if needed. */
  use<T>(nodeId: string, work: (connection: Connection) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Lends a new connection that nobody else uses, closed afterwards. For the witness. */
  fresh<T>(nodeId: string, work: (connection: Connection) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Destroys the node's connection, e.g. after an edit or a trust decision. */
  drop(nodeId: string): void
  /** Destroys all connections, e.g. on resume from sleep. */
  dropAll(): void
}
