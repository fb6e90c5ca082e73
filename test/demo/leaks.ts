import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where node hosts are started, and as whom. */
export interface LeakyNode {
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  readonly account: { readonly uid: number; readonly gid: number } | undefined
}

/** What a node host gets to leave after it was asked to, in ms. */
const LEAVE_MS = 2000

/** Leaked node hosts: `openclaw node run` is started, and its supervisor killed, so that the worker stays alone. */
export class Leaks implements AsyncDisposable {
  private readonly workers: number[] = []

  constructor(private readonly node: LeakyNode) {}

  /** Those that still run. */
  get pids(): readonly number[] {
    return this.workers.filter(isAlive)
  }

  /** Leaks one more; answers the pid of the worker that is left. */
  async leak(): Promise<number> {
    const { home, environment, account } = this.node
    const script = join(home, '.npm-global/lib/node_modules/openclaw/dist/index.js')
    const supervisor = spawn(process.execPath, [script, 'node', 'run'], {
      cwd: home,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...environment, OCM_DEMO_PID: String(process.pid) },
      ...(account ?? {}),
    })
    const [line] = (await once(supervisor.stdout, 'data')) as [Buffer]
    const pid = Number(/worker (\d+)/.exec(line.toString())?.[1])
    const ended = once(supervisor, 'exit')
    supervisor.kill('SIGKILL')
    await ended
    this.workers.push(pid)
    return pid
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.pids) process.kill(pid, 'SIGTERM')
    const end = Date.now() + LEAVE_MS
    while (this.pids.length > 0 && Date.now() < end) await sleep(20)
    for (const pid of this.pids) process.kill(pid, 'SIGKILL')
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    // Gone, which is what is asked.
    return false
  }
}
