import { fork, type ChildProcess } from 'node:child_process'
import { dirname, join } from 'node:path'
import { standIns } from './find'
import type { Fault, ServerOptions } from './ssh-server'

/** What the process that holds the servers is asked for. */
export type HostRequest = { readonly id: number; readonly server: number } & (
  | { readonly do: 'listen'; readonly options: ServerOptions }
  | { readonly do: 'fault'; readonly fault: Fault | null }
  | { readonly do: 'end' }
)

/** What it says: how a server is now, and with an `id` that a request was carried out, or its `problem`. */
export interface HostAnswer {
  readonly server: number
  readonly id?: number
  readonly problem?: string
  readonly state?: ServerState | undefined
}

interface ServerState {
  readonly port: number
  readonly hostFingerprint: string
  readonly pids: readonly number[]
}

type Order = HostRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, 'id' | 'server'>
    : never
  : never

/** An `SshServer` in a process that all of this process share, see `ssh-host.ts`. */
export class HostedSshServer implements AsyncDisposable {
  readonly #options: ServerOptions
  readonly #number = shared.nextNumber++
  #state: ServerState = { port: 0, hostFingerprint: '', pids: [] }

  constructor(options: ServerOptions) {
    this.#options = options
  }

  get port(): number {
    return this.#state.port
  }

  /** As OpenSSH prints it: `SHA256:` and base64 without padding. */
  get hostFingerprint(): string {
    return this.#state.hostFingerprint
  }

  /** Process ids of commands that still run. */
  get pids(): readonly number[] {
    return this.#state.pids
  }

  async listen(): Promise<void> {
    shared.watchers.set(this.#number, state => void (this.#state = state))
    await this.#ask({ do: 'listen', options: this.#options })
  }

  /** Switches a fault on, or all off. Connections that are open are dropped where the fault would have shown itself. */
  setFault(fault: Fault | null): Promise<void> {
    return this.#ask({ do: 'fault', fault })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ask({ do: 'end' })
    shared.watchers.delete(this.#number)
    this.#state = { ...this.#state, pids: [] }
  }

  #ask(order: Order): Promise<void> {
    const id = shared.nextNumber++
    const request = { ...order, id, server: this.#number } as HostRequest
    return new Promise((resolve, reject) => {
      shared.waiting.set(id, { resolve, reject })
      const host = currentHost()
      host.channel?.ref()
      host.send(request)
    })
  }
}

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

interface Shared {
  nextNumber: number
  host: ChildProcess | undefined
  readonly waiting: Map<number, Waiting>
  readonly watchers: Map<number, (state: ServerState) => void>
}

const SHARED = Symbol.for('ocm.hosted-ssh-servers')
const holder = globalThis as { [SHARED]?: Shared }

/** One a process, also where this module is loaded anew for each file of tests. */
const shared: Shared = (holder[SHARED] ??= { nextNumber: 1, host: undefined, waiting: new Map(), watchers: new Map() })

function currentHost(): ChildProcess {
  const { host, waiting, watchers } = shared
  if (host?.connected === true) return host
  // What a test sets for itself is not for the others that follow.
  const { NODE_OPTIONS: _options, HOME: _home, ...env } = process.env
  const child = fork(join(dirname(standIns()), 'ssh-host.ts'), { execArgv: [], env })
  shared.host = child
  // It lives as long as we do, and keeps nobody alive who does not wait for it.
  child.unref()
  child.on('message', ({ server, id, problem, state }: HostAnswer) => {
    if (state !== undefined) watchers.get(server)?.(state)
    const asked = waiting.get(id ?? 0)
    waiting.delete(id ?? 0)
    if (waiting.size === 0) child.channel?.unref()
    if (problem === undefined) asked?.resolve()
    else asked?.reject(new Error(problem))
  })
  child.on('exit', code => {
    for (const { reject } of waiting.values()) reject(new Error(`The process with the SSH servers ended (${code}).`))
    waiting.clear()
  })
  return child
}
