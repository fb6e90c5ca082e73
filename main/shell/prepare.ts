import { app, dialog, type BrowserWindow } from 'electron'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Desktop } from '../api'
import { chosenDataDir } from './data-dir'
import { createDesktop } from './desktop'
import { declareScheme } from './protocol'
import { takeInstanceLock } from './single-instance'

/** What must be known before the app is ready. */
export interface PrepareOptions {
  /** The folder of the built app, which holds `preload`, `renderer` and `icons`. */
  readonly outDir: string
  /** The project's own page, allowed in `openExternal`; null when there is none. */
  readonly homepage?: string | null
}

/** A process that may go on to show a window. Made before services, which need its folder and its desktop. */
export interface PreparedShell {
  readonly outDir: string
  /** Where OCM keeps its database: Electron's userData, or `--data-dir`, or OCM_DATA_DIR. */
  readonly dataDir: string
  readonly version: string
  /** What runs the app, e.g. `Electron 45.4.1`. */
  readonly runtime: string
  readonly isPackaged: boolean
  readonly desktop: Desktop
  /** Resolves when Electron is ready. Never await it at the top of a module: Electron waits for that module first. */
  ready(): Promise<void>
  /** Says why the app cannot start, and ends it. */
  fail(reason: string): Promise<void>
  /** Set by `startShell`; until then a second start is only remembered. */
  readonly link: ShellLink
}

/** What the running shell fills in for what was made before it. */
export interface ShellLink {
  window: () => BrowserWindow | null
  onSecondStart: () => void
  hadSecondStart: boolean
}

/**
 * Does what Electron only allows before it is ready: sandbox, scheme, data folder, instance lock. Runs synchronously;
 * answers null when another OCM has the data folder (it was asked to show its window, and this process quits).
 */
export function prepareShell({ outDir, homepage = null }: PrepareOptions): PreparedShell | null {
  app.enableSandbox()
  declareScheme()
  const chosen = chosenDataDir(process.argv, process.env['OCM_DATA_DIR'])
  if (chosen !== null) app.setPath('userData', ownFolder(chosen))
  const dataDir = app.getPath('userData')
  // What Chromium leaves behind stays out of our own files.
  app.setPath('sessionData', ownFolder(join(dataDir, 'chromium')))
  const link: ShellLink = {
    window: () => null,
    onSecondStart: () => (link.hadSecondStart = true),
    hadSecondStart: false,
  }
  if (!takeInstanceLock(() => link.onSecondStart())) {
    app.quit()
    return null
  }
  return {
    outDir,
    dataDir,
    version: app.getVersion(),
    runtime: runtimeName(process.versions),
    isPackaged: app.isPackaged,
    desktop: createDesktop(() => link.window(), homepage),
    ready: () => app.whenReady(),
    fail: async reason => {
      await app.whenReady()
      dialog.showErrorBox('OCM cannot start', reason)
      app.exit(1)
    },
    link,
  }
}

/** Without Electron's binary a stand-in on Node runs the app; who looks at About should see which. */
function runtimeName(versions: Readonly<Record<string, string | undefined>>): string {
  const electron = versions['electron']
  return electron === undefined ? `Node.js ${versions['node'] ?? ''} in place of Electron` : `Electron ${electron}`
}

/** Electron takes only folders that exist; this one is for its owner's eyes. */
function ownFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return path
}
