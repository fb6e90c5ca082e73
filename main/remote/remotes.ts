import { AppError } from '../../shared/errors'
import { MINUTE } from '../../shared/units'
import type { Connection, Pool } from '../ssh/types'
import { bootstrapCommand } from './bootstrap'
import { startRemote, type StartedRemote } from './client'
import { locateNode, shellOf } from './locate'
import type { RemoteClient, Remotes } from './types'

/** Which Node was found on which node, kept between runs of the app. */
export interface NodeMemory {
  get(nodeId: string): string | null
  set(nodeId: string, path: string): void
}

/** Where single lines about remote programs go. */
export interface RemotesLog {
  info(text: string): void
  warn(text: string): void
}

/** What remotes need. `program` is the remote program's source. */
export interface RemotesOptions {
  readonly pool: Pool
  readonly program: string
  readonly memory: NodeMemory
  readonly log: RemotesLog
  /** How long an unused program is kept. Default 60 s. */
  readonly keepMs?: number
}

/** Keeps one remote program per node while it is used and some time after. */
export function createRemotes(options: RemotesOptions): Remotes {
  const kept = new Map<string, Kept>()
  const of = (nodeId: string): Kept => {
    const there = kept.get(nodeId)
    if (there?.isUsable === true) return there
    const made = new Kept(nodeId, options)
    kept.set(nodeId, made)
    return made
  }
  return {
    use: (nodeId, work, signal) => of(nodeId).use(work, signal),
    async look(nodeId, work, signal) {
      for (;;) {
        const asked = of(nodeId)
        try {
          return await asked.use(work, signal)
        } catch (error) {
          if (!asked.isDropped || signal?.aborted === true) throw error
        }
      }
    },
    rest: async nodeId => kept.get(nodeId)?.rest(),
    drop(nodeId) {
      void kept.get(nodeId)?.drop()
      kept.delete(nodeId)
    },
    async [Symbol.asyncDispose]() {
      const all = [...kept.values()]
      kept.clear()
      await Promise.all(all.map(one => one.end()))
    },
  }
}

/** One remote program from its start to its end; never started twice. */
class Kept {
  /** What was asked of it is not answered any more, through no fault of the node. */
  isDropped = false
  private users = 0
  private isOver = false
  private timer: NodeJS.Timeout | null = null
  private finish: () => void = () => undefined
  private lease: Promise<void> | null = null
  private started: Promise<StartedRemote> | null = null
  private remote: StartedRemote | null = null

  constructor(
    private readonly nodeId: string,
    private readonly options: RemotesOptions,
  ) {}

  get isUsable(): boolean {
    return !this.isOver && this.remote?.isAlive !== false
  }

  async use<T>(work: (remote: RemoteClient) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.users++
    if (this.timer !== null) clearTimeout(this.timer)
    try {
      this.started ??= this.start()
      return await work(await unlessAborted(this.started, signal))
    } finally {
      this.users--
      const keepMs = this.options.keepMs ?? MINUTE
      if (this.users === 0) this.timer = setTimeout(() => void this.end(), keepMs).unref()
    }
  }

  /** Ends the program unless it is in use. */
  async rest(): Promise<void> {
    if (this.users === 0 && !this.isOver) await this.end()
  }

  drop(): Promise<void> {
    this.isDropped = true
    return this.end()
  }

  /** Ends the program and gives the connection back. One that is still starting ends later, as soon as it has started. */
  async end(): Promise<void> {
    this.isOver = true
    if (this.timer !== null) clearTimeout(this.timer)
    this.finish()
    if (this.remote !== null) await this.lease?.catch(() => undefined) // Whoever waits for the start got the reason.
  }

  /** The connection is on loan for as long as the program runs, so that the pool does not close it as idle. */
  private start(): Promise<StartedRemote> {
    const ended = new Promise<void>(resolve => (this.finish = resolve))
    return new Promise<StartedRemote>((resolve, reject) => {
      this.lease = this.options.pool.use(this.nodeId, async connection => {
        const remote = await startOn(connection, this.nodeId, this.options)
        this.remote = remote
        resolve(remote)
        await Promise.race([ended, remote.closed])
        this.isOver = true
        await remote[Symbol.asyncDispose]()
      })
      this.lease.catch(reject)
      this.lease.catch(() => (this.isOver = true))
    })
  }
}

/** Starts with the remembered Node, or looks for one; a remembered one that is gone is looked for again. */
async function startOn(connection: Connection, nodeId: string, options: RemotesOptions): Promise<StartedRemote> {
  const { program, memory, log } = options
  const remembered = memory.get(nodeId)
  if (remembered !== null) {
    try {
      return await startRemote(await connection.open(bootstrapCommand(remembered, shellOf(remembered))), program)
    } catch (error) {
      const isStale = error instanceof AppError && (error.code === 'node-missing' || error.code === 'bad-answer')
      if (!isStale) throw error
      log.info(`node ${nodeId}: the remembered Node.js does not start any more, looking again`)
    }
  }
  const { path, version, from } = await locateNode(connection)
  const remote = await startRemote(await connection.open(bootstrapCommand(path, shellOf(path))), program)
  memory.set(nodeId, path)
  log.info(`node ${nodeId}: Node.js ${version} (${from})`)
  return remote
}

async function unlessAborted<T>(wait: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return wait
  let onAbort = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new AppError('aborted', 'Cancelled.', { cause: signal.reason }))
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  })
  try {
    return await Promise.race([wait, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
