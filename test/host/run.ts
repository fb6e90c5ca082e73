import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { serveControl } from './control'
import { createElectron, type HostElectron } from './electron'
import { HostState, type HostOptions } from './state'

/**
 * Runs a built app as `electron <entry> [words]` would: `node run.js <entry> [words]`. The environment says how:
 * OCM_HOST_TEST, OCM_HEADED, OCM_HOST_SUBFRAMES, OCM_HOST_SCRATCH, OCM_HOST_ACTIVATION.
 */
async function main(): Promise<void> {
  const entry = process.argv[2]
  if (entry === undefined || !existsSync(entry)) throw new Error('Usage: run <built entry> [words for the app]')
  process.argv.splice(1, 2, resolve(entry))
  const state = new HostState(optionsFrom(resolve(entry)))
  const electron = createElectron(state)
  if (process.env['OCM_HOST_SCRATCH'] === undefined) {
    process.on('exit', () =>
      rmSync(state.options.scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => electron.app.quit())
  provide(electron)
  if (state.options.isTest) serveControl(state, electron)
  // Electron holds its event loop open; here a timer does.
  setInterval(() => undefined, 2 ** 30)
  await import(pathToFileURL(state.options.entry).href)
  electron.app.becomeReady()
}

function optionsFrom(entry: string): HostOptions {
  const isOn = (name: string): boolean => process.env[name] === '1'
  return {
    entry,
    isHeadless: !isOn('OCM_HEADED'),
    isTest: isOn('OCM_HOST_TEST'),
    isInSubFrames: isOn('OCM_HOST_SUBFRAMES'),
    activation: process.env['OCM_HOST_ACTIVATION'] ?? '',
    scratch: process.env['OCM_HOST_SCRATCH'] ?? mkdtempSync(join(tmpdir(), 'ocm-host-')),
  }
}

/** Lets `import ... from 'electron'` find the host. The app itself is loaded as it was built. */
function provide({ module }: HostElectron): void {
  const key = 'ocm.host.electron'
  Object.defineProperty(globalThis, Symbol.for(key), { value: module })
  const names = Object.keys(module).map(name => `export const ${name} = electron.${name}`)
  const source = [`const electron = globalThis[Symbol.for('${key}')]`, ...names, 'export default electron'].join('\n')
  const url = 'ocm-host:electron'
  registerHooks({
    resolve: (name, context, next) =>
      name === 'electron' ? { url, format: 'module', shortCircuit: true } : next(name, context),
    load: (target, context, next) =>
      target === url ? { format: 'module', source, shortCircuit: true } : next(target, context),
  })
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
