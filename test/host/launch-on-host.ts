import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Control, ControlReply, ControlRequest, WindowState } from './record'
import type { Ending, LaunchOptions, RemoteControl, RunningApp } from './running-app'

const WINDOW_LIMIT_MS = 20_000
const QUIT_LIMIT_MS = 15_000

/** Starts the built app on the host. Resolves as soon as the process runs; `page()` waits for its window. */
export function launchOnHost(options: LaunchOptions): RunningApp {
  const scratch = mkdtempSync(join(tmpdir(), 'ocm-host-'))
  const { dataDir, entry = 'out/main/index.js', args = [], isHeadless = true, isInSubFrames = false } = options
  const child = fork(resolve('out/host/run.js'), [resolve(entry), '--data-dir', dataDir, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      ...options.env,
      OCM_HOST_TEST: '1',
      OCM_HOST_ACTIVATION: options.activation ?? '',
      OCM_HOST_SCRATCH: scratch,
      OCM_HEADED: isHeadless ? '0' : '1',
      OCM_HOST_SUBFRAMES: isInSubFrames ? '1' : '0',
    },
    execArgv: ['--enable-source-maps'],
  })
  return attachTo(child, scratch)
}

function attachTo(child: ChildProcess, scratch: string): RunningApp {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const browsers = new Map<number, Promise<Browser>>()
  const control = remoteControl(child)
  const ended = new Promise<Ending>(done => child.on('exit', (code, signal) => done({ code, signal }))).then(
    async ending => {
      for (const browser of browsers.values()) await browser.then(open => open.close()).catch(() => undefined)
      rmSync(scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
      return ending
    },
  )
  const end = async (ask: () => void): Promise<Ending> => {
    const limit = setTimeout(() => child.kill('SIGKILL'), QUIT_LIMIT_MS)
    if (child.exitCode === null && child.signalCode === null) ask()
    return ended.finally(() => clearTimeout(limit))
  }
  // The process may end before it answers: `ended` tells.
  const close = (): Promise<Ending> => end(() => void control.quit().catch(() => undefined))
  return {
    runtime: 'host',
    pid: child.pid ?? 0,
    control,
    page: () => findPage(control, browsers, ended),
    ended,
    output: () => text,
    kill: () => end(() => child.kill('SIGKILL')),
    close,
    [Symbol.asyncDispose]: async () => {
      await close()
    },
  }
}

async function findPage(
  control: RemoteControl,
  browsers: Map<number, Promise<Browser>>,
  ended: Promise<Ending>,
): Promise<Page> {
  const stop = Date.now() + WINDOW_LIMIT_MS
  const gone = ended.then(({ code, signal }): never => {
    throw new Error(`The app ended (${code ?? signal ?? 'unknown'}) before it had a window`)
  })
  while (Date.now() < stop) {
    const window = (await Promise.race([control.windows(), gone])).find(({ port, isVisible }) => port > 0 && isVisible)
    const page = window === undefined ? undefined : await connectTo(window, browsers)
    if (page !== undefined) return page
    await Promise.race([sleep(50), gone])
  }
  throw new Error('The app showed no window in time')
}

async function connectTo({ port }: WindowState, browsers: Map<number, Promise<Browser>>): Promise<Page | undefined> {
  const connecting = browsers.get(port) ?? chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  browsers.set(port, connecting)
  return (await connecting).contexts()[0]?.pages()[0]
}

function remoteControl(child: ChildProcess): RemoteControl {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  child.on('message', ({ id, value, error }: ControlReply) => {
    const call = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) call?.resolve(value)
    else call?.reject(new Error(error))
  })
  child.on('exit', () => {
    for (const call of waiting.values()) call.reject(new Error('The app ended'))
    waiting.clear()
  })
  const ask = (name: keyof Control, args: readonly unknown[]): Promise<unknown> => {
    const call = Promise.withResolvers<unknown>()
    const request: ControlRequest = { id: ++lastId, name, args }
    waiting.set(request.id, call)
    child.send(request, error => error === null || call.reject(error))
    return call.promise
  }
  return new Proxy({} as RemoteControl, {
    get:
      (_target, name) =>
      (...args: unknown[]) =>
        ask(name as keyof Control, args),
  })
}
