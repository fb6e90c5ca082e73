import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Channel, Connection, Pool } from '../../main/ssh/types'
import { TempFolder } from '../helpers/temp-folder'

const ID = randomUUID().slice(0, 8)

/** This machine, asked as over SSH: `cmd.exe` gets the line, as it does from the SSH server of Windows. */
export const connection: Connection = {
  isAlive: true,
  cipher: 'none',
  exec: () => Promise.reject(new Error('There is no POSIX shell on Windows.')),
  open: line => Promise.resolve(channelOf(line)),
  destroy: () => undefined,
}

export const pool: Pool = {
  use: (_nodeId, work) => work(connection),
  fresh: (_nodeId, work) => work(connection),
  drop: () => undefined,
  dropAll: () => undefined,
  [Symbol.asyncDispose]: () => Promise.resolve(),
}

function channelOf(line: string): Channel {
  const child = spawn('cmd.exe', ['/d', '/s', '/c', `"${line}"`], { windowsVerbatimArguments: true })
  const closed = new Promise<{ code: number | null; signal: string | null }>(resolve =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  )
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, closed, close: () => void child.kill() }
}

/** A running program that has the words of OpenClaw's gateway, and does nothing. */
export class Gateway implements Disposable {
  readonly #folder = new TempFolder()
  readonly script = this.#folder.write('openclaw/dist/größe [1].js', 'setInterval(Date, 1000)')
  readonly #child = spawn(process.execPath, [this.script, 'gateway'], { stdio: 'ignore' })
  readonly ended = new Promise(resolve => this.#child.on('exit', resolve))

  get pid(): number {
    return this.#child.pid ?? 0
  }

  [Symbol.dispose](): void {
    this.#child.kill()
    this.#folder[Symbol.dispose]()
  }
}

/** A scheduled task that names OpenClaw and starts nothing of it, not before the last minute of some day. */
export class ScheduledTask implements Disposable {
  readonly name = `\\OCM test ${ID} ${randomUUID().slice(0, 4)}`

  constructor() {
    const action = 'cmd.exe /c rem openclaw größe'
    execFileSync('schtasks', ['/Create', '/F', '/TN', this.name, '/TR', action, '/SC', 'ONCE', '/ST', '23:59'])
  }

  [Symbol.dispose](): void {
    execFileSync('schtasks', ['/Delete', '/F', '/TN', this.name])
  }
}

/** An entry of the account's own folder Startup, empty, so that no login starts anything. */
export class StartupEntry implements Disposable {
  readonly path = join(
    process.env['APPDATA'] ?? '',
    'Microsoft/Windows/Start Menu/Programs/Startup',
    `OpenClaw Gateway (ocm-test-${ID}).cmd`,
  )

  constructor() {
    writeFileSync(this.path, '')
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { force: true })
  }
}

/** Somebody who listens on a port of this machine. */
export async function listener(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer()
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise(resolve => void server.close(() => resolve())),
  }
}
