import { randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors'
import type { RequestName, Result, SentParams } from '../../shared/protocol'
import { HOUR, MINUTE, SECOND } from '../../shared/units'
import type { Channel } from '../ssh/types'
import { packProgram } from './bootstrap'
import { Conversation } from './conversation'
import { awaitMarker } from './handshake'
import type { RemoteClient, RequestOptions } from './types'

/** A running program that also says whether it still runs. */
export interface StartedRemote extends RemoteClient {
  readonly isAlive: boolean
  /** Settles when the program or the line to it is gone. */
  readonly closed: Promise<unknown>
}

/** How a remote program is bounded. */
export interface StartOptions {
  /** For the program to come up. Default 20 s. */
  readonly startLimitMs?: number
  /** The program ends by itself when it heard nothing of us for so long. Default 15 min. */
  readonly idleMs?: number
  /** The program ends by then whatever happens. Default 6 h. */
  readonly lifetimeMs?: number
  readonly signal?: AbortSignal
}

const DEFAULTS = { startLimitMs: 20 * SECOND, idleMs: 15 * MINUTE, lifetimeMs: 6 * HOUR }
const FAREWELL_MS = 2 * SECOND

/**
 * Sends `program` to a Node that waits behind `channel` (see `bootstrapCommand`) and greets it.
 * @throws AppError `node-missing` (the command did not start), `bad-answer`, `timeout`, `aborted`, `connection-lost`.
 */
export async function startRemote(
  channel: Channel,
  program: string,
  options: StartOptions = {},
): Promise<StartedRemote> {
  const { startLimitMs, idleMs, lifetimeMs } = { ...DEFAULTS, ...options }
  const marker = randomBytes(24).toString('hex')
  const limit = AbortSignal.timeout(startLimitMs)
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal])
  channel.stdin.on('error', () => undefined) // A broken line shows as the end of stdout.
  try {
    channel.stdin.write(packProgram(program, { marker, idleMs, lifetimeMs }))
    const rest = await awaitMarker(channel, marker, signal)
    const conversation = new Conversation(channel, { rest, pulseMs: idleMs / 3 })
    const hello = await conversation.request('hello', {}, { limitMs: startLimitMs, signal })
    return clientOf(channel, conversation, hello)
  } catch (error) {
    channel.close()
    if (limit.aborted) throw new AppError('timeout', 'The remote program did not start in time.', { cause: error })
    throw error
  }
}

function clientOf(channel: Channel, conversation: Conversation, hello: Result<'hello'>): StartedRemote {
  return {
    hello,
    closed: channel.closed,
    get isAlive() {
      return conversation.isAlive
    },
    request: <R extends RequestName>(name: R, params: SentParams<R>, options: RequestOptions<R>) =>
      conversation.request(name, params, options),
    async [Symbol.asyncDispose]() {
      channel.stdin.end() // The program's sign to leave.
      const late = new Promise(resolve => setTimeout(resolve, FAREWELL_MS).unref())
      await Promise.race([channel.closed, late])
      channel.close()
    },
  }
}
