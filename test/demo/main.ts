/**
 * `npm run demo`: opens OCM on the demo fleet. Without a display it runs the same built app in headless Chromium, takes the
 * tour by itself and says where the screenshots are. `npm run demo -- --images` takes the tour and makes the README's
 * pictures in docs/images anew.
 */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { launchApp } from '../host/launch'
import { startDemoFleet } from './fleet'
import { registerDemoNodes } from './prepare'
import { takeTour } from './tour'

const SCREENSHOTS = 'screenshots'
const IMAGES = join('docs', 'images')

/** Pictures are wanted: the tour is taken, display or not. */
const wantsImages = process.argv.includes('--images')

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
}

async function openForPerson(dataDir: string): Promise<number> {
  console.log('OCM opens on the demo fleet. Quit it from its tray icon; the fleet goes with it.')
  const words = [resolve('build/start.mjs'), '--data-dir', dataDir]
  const app = spawn(process.execPath, words, { stdio: 'inherit', env: { ...process.env, OCM_DEMO: '1' } })
  return new Promise(done => app.once('exit', code => done(code ?? 1)))
}

async function tour(dataDir: string): Promise<number> {
  const why = wantsImages ? 'Pictures are wanted' : 'No display here'
  console.log(`${why}: the built app runs in headless Chromium and takes the tour by itself.`)
  await rm(SCREENSHOTS, { recursive: true, force: true })
  await mkdir(SCREENSHOTS, { recursive: true })
  await using app = await launchApp({ dataDir, env: { OCM_DEMO: '1' } })
  const page = await app.page()
  try {
    const { screenshots } = await takeTour(page, {
      folder: SCREENSHOTS,
      say: line => console.log(`  ${line}`),
      ...(wantsImages ? { images: IMAGES } : {}),
    })
    console.log(
      `The tour is done: survey, clean up, back up, migrate, restore and delete worked. ${screenshots.length} screenshots:`,
    )
    for (const file of screenshots) console.log(`  ${resolve(file)}`)
    return 0
  } catch (error) {
    const file = join(SCREENSHOTS, 'stopped-here.png')
    await page.screenshot({ path: file })
    console.error(`The tour stopped: ${error instanceof Error ? error.message : String(error)}`)
    console.error(`  ${resolve(file)}\n${app.output().slice(-4000)}`)
    return 1
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'ocm-demo-data-'))
try {
  console.log('Starting six demo machines ...')
  await using fleet = await startDemoFleet()
  // As in the story this machine is told after: 51 GB to look at, next to nothing on the disk.
  if (process.platform !== 'win32') await fleet.node('nas-5').leaveOrphans(810, 60_000_000)
  await registerDemoNodes(fleet, dataDir)
  process.exitCode = hasDisplay() && !wantsImages ? await openForPerson(dataDir) : await tour(dataDir)
} finally {
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
