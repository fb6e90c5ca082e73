/** Takes pictures of every view, in both sizes and themes: `node test/renderer/harness/screenshots.ts <folder> [names...]`. */
import { mkdir, mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWindow } from './build.ts'
import { startHarness } from './open.ts'
import { VIEWS } from './views.ts'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
]

/** `OCM_SHOTS=quick` takes one picture of each view: light when wide, dark when narrow. */
const isQuick = process.env['OCM_SHOTS'] === 'quick'

const [folder = 'screenshots', ...only] = process.argv.slice(2)
await mkdir(folder, { recursive: true })
await using built = await mkdtempDisposable(join(tmpdir(), 'ocm-window-'))
await buildWindow(built.path)
await using harness = await startHarness(built.path)
for (const [name, view] of Object.entries(VIEWS)) {
  if (only.length > 0 && !only.some(wish => name.startsWith(wish))) continue
  for (const size of SIZES) {
    for (const theme of ['light', 'dark'] as const) {
      if (isQuick && (theme === 'light') !== size.width > 1000) continue
      const { page, complaints } = await harness.open({ ...view, theme, size })
      try {
        await view.show(page)
        await page.screenshot({ path: `${folder}/${name}-${size.width}-${theme}.png` })
      } catch (error) {
        console.error(`${name}: ${String(error)}`)
        await page.screenshot({ path: `${folder}/${name}-${size.width}-${theme}-failed.png` })
      }
      for (const complaint of complaints) console.error(`${name}: ${complaint}`)
      await page.context().close()
    }
  }
}
