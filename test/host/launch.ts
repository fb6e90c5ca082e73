import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { findElectron } from './find-electron'
import { launchOnElectron } from './launch-on-electron'
import { launchOnHost } from './launch-on-host'
import type { Ending, LaunchOptions, RunningApp } from './running-app'

export type { Ending, LaunchOptions, RunningApp } from './running-app'

/** Starts the built app: on Electron when its binary is installed, else on the host. Specs are the same for both. */
export async function launchApp(options: LaunchOptions): Promise<RunningApp> {
  return findElectron() === null ? launchOnHost(options) : launchOnElectron(options)
}

/** Starts the app once more, as a person would, and waits until that process ends by itself (at most 30 s). */
export async function startAgain({ dataDir, entry = 'out/main/index.js' }: LaunchOptions): Promise<Ending> {
  const electron = findElectron()
  const words = [resolve(entry), '--data-dir', dataDir]
  const [program, args] =
    electron === null ? [process.execPath, [resolve('out/host/run.js'), ...words]] : [electron, words]
  const child = spawn(program, args, { stdio: 'ignore', timeout: 30_000, killSignal: 'SIGKILL' })
  return await new Promise((done, fail) => child.on('error', fail).on('exit', (code, signal) => done({ code, signal })))
}
