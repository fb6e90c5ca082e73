/**
 * Makes installers: `npm run dist` for this platform, `npm run dist -- --dir` for the unpacked app alone. Without
 * Electron's binary, `--dir` packs around a stand-in: electron-builder then decides the same file set and flips the same
 * fuses, so that what goes into the package is checked on any machine. What cannot be checked there is said.
 */
import electronBuilder from 'electron-builder'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checkPackage } from './check-package.ts'
import config from './electron-builder.config.ts'
import { makeIcons } from './icons.ts'
import { makeStandIn } from './stand-in.ts'

const { Arch, Platform, build } = electronBuilder

/** Packs the app as built in `out`, unpacked, and checks the result. Throws when something is wrong with it. */
async function packFolder(): Promise<void> {
  const isReal = existsSync('node_modules/electron/path.txt')
  const electronDist = isReal ? null : await makeStandIn('out/stand-in')
  await rm('dist', { recursive: true, force: true })
  await build({
    targets: Platform.current().createTarget('dir', Arch[process.arch === 'arm64' ? 'arm64' : 'x64']),
    publish: 'never',
    config: electronDist === null ? config : { ...config, electronDist, npmRebuild: false },
  })
  const report = await checkPackage('dist')
  console.log(report.lines.join('\n'))
  if (!isReal) {
    console.log('Not checked, since the binary of Electron is not here: native modules built for Electron, the app')
    console.log('starting from its package, signatures, installers.')
  }
  if (report.problems.length > 0) throw new Error(`The package is wrong:\n${report.problems.join('\n')}`)
}

async function makeInstallers(): Promise<void> {
  await build({ targets: Platform.current().createTarget(), publish: 'never', config })
}

if (!existsSync('out/main/index.js')) throw new Error('Nothing is built yet: run `npm run build` first.')
if (!existsSync(join('out', 'renderer', 'index.html'))) console.warn('There is no window in out/renderer.')
await makeIcons()
await (process.argv.includes('--dir') ? packFolder() : makeInstallers())
