import { AppError } from '../../shared/errors'
import type { NodeRecord } from '../../shared/node'
import { MINUTE, SECOND } from '../../shared/units'
import type { Secrets } from '../secrets/secrets'
import type { Log } from '../store/log'
import { connect, type Limits, type Reached } from './connect'
import type { SshConnection } from './connection'
import type { HostKeys } from './host-keys'
import { checkAborted, unlessAborted } from './socket'
import type { Connection, Pool } from './types'

/** What the pool needs. Times in ms; the last three are for tests. */
export interface PoolOptions {
  readonly registry: { get(nodeId: string): NodeRecord }
  readonly hostKeys: HostKeys
  readonly secrets: Pick<Secrets, 'withCredential'>
  readonly log: Log
  readonly now?: () => number
  readonly agentPath?: string
  /** How long the connection of a node that nobody uses is kept. */
  readonly idleMs?: (nodeId: string) => number
  readonly limits?: Partial<Limits>
}

/** The pool, with what a first contact needs besides. */
export interface NodePool extends Pool {
  /** Connects anew and tells each stage; ignores the back-off, since a person asked. The caller destroys the connection. */
  probe(nodeId: string, onReached: Reached, signal: AbortSignal): Promise<Connection>
}

/** One node's place in the pool. */
interface Place {
  readonly connection: Promise<SshConnection>
  readonly stop: AbortController
  users: number
  live?: SshConnection
  idle?: NodeJS.Timeout
}

/** After a refused login no new one is tried for this long, doubling: servers shut out who keeps failing. */
const BACK_OFF_MS = 30 * SECOND
const MAX_BACK_OFF_MS = 30 * MINUTE
/** So long the connection of a node is kept that nobody uses. */
export const IDLE_MS = 60 * SECOND

interface Refusal {
  readonly error: AppError
  readonly times: number
  readonly until: number
}

/** Keeps one connection per node. */
export function createPool(options: PoolOptions): NodePool {
  const { registry, hostKeys, secrets, now = Date.now, idleMs = () => IDLE_MS } = options
  const log = options.log.scope('ssh')
  const places = new Map<string, Place>()
  const refusals = new Map<string, Refusal>()
  /** Whoever asks once OCM closes, such as a look in the background, would hold up its end until the connection is idle. */
  const closing = new AbortController()

  const open = async (nodeId: string, signal: AbortSignal, onReached?: Reached): Promise<SshConnection> => {
    const startedAt = performance.now()
    checkAborted(closing.signal)
    try {
      const { agentPath, limits } = options
      const connection = await connect({
        node: registry.get(nodeId),
        hostKeys,
        secrets,
        signal: AbortSignal.any([signal, closing.signal]),
        onReached,
        agentPath,
        limits,
      })
      refusals.delete(nodeId)
      const tookMs = Math.round(performance.now() - startedAt)
      log.info(`node ${nodeId}: connected in ${tookMs} ms with ${connection.cipher}`)
      return connection
    } catch (error) {
      if (error instanceof AppError && error.code === 'credential-refused') noteRefusal(nodeId, error)
      log.warn(`node ${nodeId}: not connected (${error instanceof AppError ? error.code : 'internal'})`)
      throw error
    }
  }

  const noteRefusal = (nodeId: string, error: AppError): void => {
    const times = (refusals.get(nodeId)?.times ?? 0) + 1
    const waitMs = Math.min(BACK_OFF_MS * 2 ** (times - 1), MAX_BACK_OFF_MS)
    refusals.set(nodeId, { error, times, until: now() + waitMs })
  }

  const refuseWhileBackingOff = (nodeId: string): void => {
    const refusal = refusals.get(nodeId)
    if (!refusal || refusal.until <= now()) return
    const at = new Date(refusal.until).toLocaleTimeString('en-GB')
    throw new AppError(refusal.error.code, `${refusal.error.message} OCM does not try again before ${at}.`, {
      hint: refusal.error.hint ?? 'Correct the login of the node; that ends the wait.',
      cause: refusal.error,
    })
  }

  const drop = (nodeId: string): void => {
    refusals.delete(nodeId)
    const place = places.get(nodeId)
    if (place) discard(nodeId, place)
  }

  const discard = (nodeId: string, place: Place): void => {
    if (places.get(nodeId) === place) places.delete(nodeId)
    clearTimeout(place.idle)
    place.stop.abort(new AppError('connection-lost', 'The connection to the node was closed.', { hint: 'Try again.' }))
    place.connection.then(
      connection => connection.destroy(),
      () => undefined,
    ) // whoever waited was told
  }

  const placeOf = (nodeId: string): Place => {
    const kept = places.get(nodeId)
    if (kept && kept.live?.isAlive !== false) return kept
    if (kept) discard(nodeId, kept)
    refuseWhileBackingOff(nodeId)
    const stop = new AbortController()
    const place: Place = { connection: open(nodeId, stop.signal), stop, users: 0 }
    places.set(nodeId, place)
    place.connection.then(
      connection => {
        place.live = connection
        void connection.gone.then(() => discard(nodeId, place))
      },
      () => discard(nodeId, place),
    )
    return place
  }

  const leave = (nodeId: string, place: Place): void => {
    place.users -= 1
    if (place.users > 0 || places.get(nodeId) !== place) return
    place.idle = setTimeout(() => {
      log.info(`node ${nodeId}: closed, idle`)
      discard(nodeId, place)
    }, idleMs(nodeId))
    place.idle.unref()
  }

  return {
    use: async (nodeId, work, signal = NEVER) => {
      checkAborted(signal)
      const place = placeOf(nodeId)
      clearTimeout(place.idle)
      place.users += 1
      try {
        return await work(await unlessAborted(place.connection, signal))
      } catch (error) {
        if (error instanceof AppError && error.code === 'connection-lost') discard(nodeId, place)
        throw error
      } finally {
        leave(nodeId, place)
      }
    },
    fresh: async (nodeId, work, signal = NEVER) => {
      refuseWhileBackingOff(nodeId)
      const connection = await open(nodeId, signal)
      try {
        return await work(connection)
      } finally {
        connection.destroy()
      }
    },
    probe: (nodeId, onReached, signal) => open(nodeId, signal, onReached),
    drop,
    dropAll: () => [...places.keys()].forEach(drop),
    [Symbol.asyncDispose]: () => {
      closing.abort(new AppError('aborted', 'OCM is closing.', { hint: 'Open it again.' }))
      for (const [nodeId, place] of [...places]) discard(nodeId, place)
      return Promise.resolve()
    },
  }
}

const NEVER = new AbortController().signal
