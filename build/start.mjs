/**
 * `npm start`: opens the built app. On Electron when its binary is there or can be fetched, else on the host (Node and
 * Chromium); the first line says which. Words after `--` go to the app.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const FETCH_LIMIT_MS = 120_000
/** How long a failed fetch is believed, so that not every start waits for it. */
const RETRY_AFTER_MS = 24 * 60 * 60_000
const FAILED = 'out/electron-fetch-failed'

const words = process.argv.slice(2)

function electronPath() {
  const pointer = 'node_modules/electron/path.txt'
  if (!existsSync(pointer)) return null
  const path = join('node_modules/electron/dist', readFileSync(pointer, 'utf8').trim())
  return existsSync(path) ? path : null
}

function fetchElectron() {
  if (existsSync(FAILED) && Date.now() - statSync(FAILED).mtimeMs < RETRY_AFTER_MS) return null
  console.log('Fetching the binary of Electron (at most two minutes, once) ...')
  const { status } = spawnSync(process.execPath, ['node_modules/electron/install.js'], {
    stdio: 'ignore',
    timeout: FETCH_LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  if (status === 0) return electronPath()
  mkdirSync(dirname(FAILED), { recursive: true })
  writeFileSync(FAILED, 'The binary of Electron could not be fetched. Delete this file to try again at once.\n')
  return null
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
function run(program, args, env = {}) {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  process.on('SIGINT', () => child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', error => {
    console.error(`OCM did not start: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)))
}

function start() {
  if (!existsSync('out/main/index.js')) {
    console.error('OCM is not built yet: run `npm run build` first.')
    return process.exit(1)
  }
  if (!hasDisplay()) {
    console.error('OCM needs a display, and there is none (neither DISPLAY nor WAYLAND_DISPLAY is set).')
    console.error(
      'Without one, `npm run demo` shows OCM in screenshots, and `npm run ocm` is the same from the command line.',
    )
    return process.exit(1)
  }
  const electron = electronPath() ?? fetchElectron()
  if (electron !== null) {
    console.log('OCM runs on Electron.')
    // As root Chromium refuses to start with its sandbox.
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    return run(electron, [...asRoot, '.', ...words])
  }
  console.log(
    `OCM runs on Node ${process.versions.node} and Chromium, since the binary of Electron is not here. It has no tray icon: closing the window ends it.`,
  )
  const { status } = spawnSync(process.execPath, ['test/host/bundle.ts'], { stdio: 'inherit' })
  if (status !== 0) return process.exit(1)
  return run(process.execPath, ['out/host/run.js', 'out/main/index.js', ...words], { OCM_HEADED: '1' })
}

start()
