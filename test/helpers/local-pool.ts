import { AppError } from '../../shared/errors'
import type { Connection, Pool } from '../../main/ssh/types'
import { openChild, type ChildChannel } from './child-channel'

/** A pool whose one machine is this one: channels are real processes, only the SSH between is missing. */
export class LocalPool implements Pool {
  readonly opened: ChildChannel[] = []
  leases = 0

  constructor(private readonly env: NodeJS.ProcessEnv = process.env) {}

  async use<T>(_nodeId: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    this.leases++
    try {
      return await work(this.connection())
    } finally {
      this.leases--
    }
  }

  fresh<T>(nodeId: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.use(nodeId, work)
  }

  drop(): void {
    for (const { child } of this.opened) child.kill('SIGKILL')
  }

  dropAll(): void {
    this.drop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.drop()
    return Promise.resolve()
  }

  private connection(): Connection {
    return {
      isAlive: true,
      cipher: 'none',
      exec: () => Promise.reject(new AppError('internal', 'Not used here.')),
      open: line => {
        const channel = openChild(line, this.env)
        this.opened.push(channel)
        return Promise.resolve(channel)
      },
      destroy: () => this.drop(),
    }
  }
}
