import type * as ElectronModule from 'electron'
import { HostApp } from './app'
import { HostBrowserWindow } from './browser-window'
import {
  HostNativeTheme,
  HostPowerMonitor,
  createDialog,
  createNotification,
  createShell,
  nativeImage,
} from './desktop'
import { HostIpcMain } from './ipc-main'
import { createSessions } from './session'
import type { HostState } from './state'
import { HostMenu, HostTray } from './tray'

/** Names of the `electron` module that the host knows; an app that imports another fails to link. */
export type ElectronName =
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'nativeImage'
  | 'nativeTheme'
  | 'Notification'
  | 'powerMonitor'
  | 'protocol'
  | 'session'
  | 'shell'
  | 'Tray'

/** The host's `electron` module, and the parts that the process itself works with. */
export interface HostElectron {
  readonly module: Readonly<Record<ElectronName, unknown>>
  readonly app: HostApp
  readonly powerMonitor: HostPowerMonitor
}

/** Makes the `electron` module of this process. */
export function createElectron(state: HostState): HostElectron {
  const app = new HostApp(state)
  const ipcMain = new HostIpcMain()
  const powerMonitor = new HostPowerMonitor()
  const { session, protocol } = createSessions(state)
  const home = { state, app, ipcMain, defaultSession: () => session.defaultSession }
  const BrowserWindow = class extends HostBrowserWindow {
    constructor(options?: ElectronModule.BrowserWindowConstructorOptions) {
      super(home, options)
    }
    static getAllWindows(): readonly HostBrowserWindow[] {
      return [...state.windows]
    }
    static getFocusedWindow(): HostBrowserWindow | null {
      return [...state.windows].at(-1) ?? null
    }
  }
  const Tray = class extends HostTray {
    constructor(image: unknown) {
      super(state, image)
    }
  }
  const module = {
    app,
    BrowserWindow,
    dialog: createDialog(state),
    ipcMain,
    Menu: HostMenu,
    nativeImage,
    nativeTheme: new HostNativeTheme(state),
    Notification: createNotification(state),
    powerMonitor,
    protocol,
    session,
    shell: createShell(state),
    Tray,
  } satisfies Record<ElectronName & keyof typeof ElectronModule, unknown>
  return { module, app, powerMonitor }
}
