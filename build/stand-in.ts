import { FuseState } from '@electron/fuses'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** Where fuses begin in Electron's executable. @see Electron's documentation, "Electron Fuses" */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** How many fuses Electron 45 has, as far as we set them. */
const FUSES = 9

/** A folder that looks to electron-builder like Electron's own for Linux, with a fuse wire but without the program. */
export async function makeStandIn(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile('node_modules/electron/package.json', 'utf8')) as { version: string }
  const wire = Buffer.from([1, FUSES, ...Array.from({ length: FUSES }, () => FuseState.ENABLE)])
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, 'resources'), { recursive: true })
  await mkdir(join(folder, 'locales'), { recursive: true })
  await Promise.all([
    writeFile(join(folder, 'electron'), Buffer.concat([Buffer.from('#!/bin/false\n'), Buffer.from(SENTINEL), wire])),
    writeFile(join(folder, 'chrome-sandbox'), ''),
    writeFile(join(folder, 'chrome_crashpad_handler'), ''),
    writeFile(join(folder, 'locales', 'en-US.pak'), ''),
    writeFile(join(folder, 'version'), version),
    writeFile(join(folder, 'LICENSE'), ''),
    writeFile(join(folder, 'LICENSES.chromium.html'), ''),
  ])
  await chmod(join(folder, 'electron'), 0o755)
  return resolve(folder)
}
