import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import type { Control } from './record'
import type { Ending, LaunchOptions, RemoteControl, RunningApp } from './running-app'

const WINDOW_LIMIT_MS = 20_000
const QUIT_LIMIT_MS = 15_000

/** Starts the built app on a real Electron, with the recorder loaded before it. */
export async function launchOnElectron(options: LaunchOptions): Promise<RunningApp> {
  const { dataDir, entry = 'out/main/index.js', args = [], env = {} } = options
  const recorder = resolve('out/host/recorder.cjs')
  const electron = await _electron.launch({
    args: ['-r', recorder, resolve(entry), '--data-dir', dataDir, ...args],
    env: { ...ownEnvironment(), ...env, OCM_HOST_ACTIVATION: options.activation ?? '' },
  })
  const child = electron.process()
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<Ending>(done => child.on('exit', (code, signal) => done({ code, signal })))
  const control = remoteControl(electron)
  const end = async (ask: () => void): Promise<Ending> => {
    const limit = setTimeout(() => child.kill('SIGKILL'), QUIT_LIMIT_MS)
    if (child.exitCode === null && child.signalCode === null) ask()
    return ended.finally(() => clearTimeout(limit))
  }
  // The process may end before it answers: `ended` tells.
  const close = (): Promise<Ending> => end(() => void control.quit().catch(() => undefined))
  return {
    runtime: 'electron',
    pid: child.pid ?? 0,
    control,
    page: () => findPage(electron),
    ended,
    output: () => text,
    kill: () => end(() => child.kill('SIGKILL')),
    close,
    [Symbol.asyncDispose]: async () => {
      await close()
    },
  }
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

async function findPage(electron: ElectronApplication): Promise<Page> {
  const stop = Date.now() + WINDOW_LIMIT_MS
  while (Date.now() < stop) {
    const page = electron.windows().find(candidate => !candidate.isClosed())
    if (page !== undefined) return page
    await sleep(50)
  }
  throw new Error('The app showed no window in time')
}

function remoteControl(electron: ElectronApplication): RemoteControl {
  const ask = (name: keyof Control, args: readonly unknown[]): Promise<unknown> =>
    electron.evaluate(
      (_electron, [called, words]) => {
        const { ocmControl } = globalThis as unknown as { readonly ocmControl: Control }
        return (ocmControl[called] as (...given: readonly unknown[]) => unknown)(...words)
      },
      [name, args] as const,
    )
  return new Proxy({} as RemoteControl, {
    get:
      (_target, name) =>
      (...args: unknown[]) =>
        ask(name as keyof Control, args),
  })
}
