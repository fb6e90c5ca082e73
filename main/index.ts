import { join } from 'node:path'
import { prepareShell } from './shell/prepare'

/**
 * The app's entry. It runs to its end at once: Electron becomes ready only afterwards, so nothing here may wait for it at
 * the top of the module.
 */
prepareShell({ outDir: join(import.meta.dirname, '..') })
