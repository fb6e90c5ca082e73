import { setTimeout as pause } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import { AppError } from '../../shared/errors'
import type { Argv } from '../../shared/plan'
import { SECOND } from '../../shared/units'
import { exec } from './exec'
import { createSlots } from './slots'
import type { Channel, Connection, ExecOptions, ExecResult } from './types'

/** OpenSSH allows 10 sessions per connection by default; two are left for whatever else comes. */
export const MAX_CHANNELS = 8

const OPEN_CONNECT_FAILED = 2
/** How long to wait before asking a full server again; a little longer each time. */
const FULL_PAUSE_MS = 50

/** A connection, with what only `main/ssh` needs of it. */
export interface SshConnection extends Connection {
  /** Like `open`, but stops waiting when the signal fires. */
  openWithin(commandLine: string, signal: AbortSignal): Promise<Channel>
  /** Whether the node has a `timeout` that understands `-k`. Asked once. */
  hasTimeout(): Promise<boolean>
  /** Settles when the connection is gone. */
  readonly gone: Promise<void>
}

/** Wraps a client that is logged in. A server that takes longer than `openMs` to open a channel hangs. */
export function createConnection(client: Client, cipher: string, openMs: number): SshConnection {
  const slots = createSlots(MAX_CHANNELS)
  const gone = Promise.withResolvers<undefined>()
  /** Ends the channels that are open. Each leaves when it closes: a connection that is kept has thousands of them in a day. */
  const open = new Set<() => void>()
  let isAlive = true
  let isGone = false
  let timeoutProbe: Promise<boolean> | undefined
  let askedAt = 0
  let isTold = false

  const die = (): void => {
    isAlive = false
    isGone = true
    slots.close(lost())
    for (const end of open) end()
    gone.resolve(undefined)
  }
  client.removeAllListeners('error').removeAllListeners('close')
  // Both mean the same from here on: whatever waits is told through `die` and its channel.
  client
    .on('error', () => client.destroy())
    .on('close', die)
    .on('end', () => (isAlive = false))

  const openWithin = async (commandLine: string, signal: AbortSignal): Promise<Channel> => {
    const release = await slots.take(signal)
    if (!isAlive) {
      release()
      throw lost()
    }
    try {
      const raw = await requestPatiently(client, commandLine, openMs)
      const { channel, end } = wrap(raw)
      open.add(end)
      void channel.closed.then(() => {
        open.delete(end)
        release()
      })
      if (isGone) end()
      return channel
    } catch (error) {
      release()
      throw error
    }
  }

  const connection: SshConnection = {
    get isAlive() {
      return isAlive
    },
    cipher,
    gone: gone.promise,
    open: commandLine => openWithin(commandLine, NEVER),
    openWithin,
    exec: (argv: Argv, options: ExecOptions): Promise<ExecResult> => exec(connection, argv, options),
    hasTimeout: () => {
      const isStuck = !isTold && performance.now() - askedAt > STUCK_MS
      if (timeoutProbe !== undefined && !isStuck) return timeoutProbe
      askedAt = performance.now()
      const probe = probeTimeout(connection).then(answer => {
        isTold = true
        return answer
      })
      timeoutProbe = probe
      probe.catch(() => {
        if (timeoutProbe === probe) timeoutProbe = undefined
      })
      return probe
    },
    destroy: () => {
      client.destroy()
      die()
    },
  }
  return connection
}

const NEVER = new AbortController().signal

/** A first question that was not answered by then is asked anew, ms: one that hangs must not hold up all commands after it. */
const STUCK_MS = 2_000

function lost(cause?: unknown): AppError {
  return new AppError('connection-lost', 'The connection to the node was lost.', {
    hint: 'OCM connects again on the next try.',
    cause,
  })
}

/**
 * Asks again for a while when the server has all the sessions it allows. It still counts those that ended a moment ago, when
 * their end and our next request reach it in one piece. Nothing has run yet, so asking again is safe.
 */
async function requestPatiently(client: Client, commandLine: string, openMs: number): Promise<ClientChannel> {
  const giveUpAtMs = performance.now() + openMs
  for (let tries = 1; ; tries++) {
    try {
      return await request(client, commandLine, openMs)
    } catch (error) {
      if (!isFull(error) || performance.now() > giveUpAtMs) throw error
      await pause(Math.min(tries * FULL_PAUSE_MS, SECOND))
    }
  }
}

/** OpenSSH refuses a session beyond its limit with the reason "connect failed" (RFC 4254 5.1). */
function isFull(error: unknown): boolean {
  const cause: unknown = error instanceof AppError ? error.cause : undefined
  return cause instanceof Error && 'reason' in cause && cause.reason === OPEN_CONNECT_FAILED
}

/** Asks for a channel that runs the line. A server that does not answer is given up with its whole connection. */
function request(client: Client, commandLine: string, openMs: number): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new AppError('timeout', 'The node took the login, but does not run commands.', {
          hint: 'Look at the load and the SSH server of the node.',
        }),
      )
      client.destroy()
    }, openMs)
    const settle = (refusal: Error | undefined, channel?: ClientChannel): void => {
      clearTimeout(timer)
      if (channel && !refusal) resolve(channel)
      else reject(lost(refusal))
    }
    try {
      client.exec(commandLine, settle)
    } catch (cause) {
      settle(cause instanceof Error ? cause : new Error('exec refused'))
    }
  })
}

/**
 * A channel, and how to end it when the connection goes. It is closed only once the server itself has closed it: for so long it
 * counts against the server's limit.
 */
function wrap(raw: ClientChannel): { readonly channel: Channel; readonly end: () => void } {
  const closed = Promise.withResolvers<{ code: number | null; signal: string | null }>()
  // An error of a channel (a write after its end) always comes with its close, and that is what tells.
  raw.on('error', () => undefined)
  raw.stderr.on('error', () => undefined)
  raw.on('close', (code?: number | null, signal?: string) =>
    closed.resolve({ code: code ?? null, signal: signal ?? null }),
  )
  const channel: Channel = {
    stdin: raw,
    stdout: raw,
    stderr: raw.stderr,
    closed: closed.promise,
    close: () => {
      raw.close()
      // Unread output would hold back the close for ever.
      raw.resume()
      raw.stderr.resume()
    },
  }
  return { channel, end: () => closed.resolve({ code: null, signal: null }) }
}

async function probeTimeout(connection: SshConnection): Promise<boolean> {
  const channel = await connection.open('timeout -k 1 5 true')
  channel.stdin.end()
  channel.stdout.resume()
  channel.stderr.resume()
  const { code, signal } = await channel.closed
  if (code === null && signal === null) throw lost()
  return code === 0
}
