import { BrowserWindow, nativeTheme, type Session, type WebContents } from 'electron'
import { PAGE } from './address'
import type { ShellLog } from './log'

/** What a window is made of. */
export interface WindowOptions {
  readonly session: Session
  /** The bundled preload, an absolute path. */
  readonly preload: string
  readonly icon: string
  readonly isPackaged: boolean
  readonly log: ShellLog
  /** Asked when a person closes the window; false keeps it, for it is the only door. */
  readonly mayClose: (window: BrowserWindow) => boolean
}

/** The one window there is at most. Closing it destroys it; main lives on in the tray. */
export interface WindowKeeper extends Disposable {
  /** Brings the window to the front, making it when there is none. `place` is such as `node/<id>`. */
  readonly show: (place?: string) => void
  readonly contents: () => WebContents | null
  readonly current: () => BrowserWindow | null
  /** To be called when the page calls main: it subscribes to events before its first call. */
  readonly pageListens: () => void
}

/** Colours of the page's canvas, so that no white flashes before the first paint. */
const CANVAS = { light: '#f7f7f8', dark: '#17181a' }

/** Keeps the window: makes it, finds it again, and lets go of it when it is closed. */
export function keepWindow(options: WindowOptions, navigate: (to: string) => void): WindowKeeper {
  let window: BrowserWindow | null = null
  let isListening = false
  /** A place asked for before the page of a new window could hear of it. */
  let pending: string | undefined
  const open = (): BrowserWindow => {
    const made = makeWindow(options)
    isListening = false
    made.on('close', event => {
      if (!options.mayClose(made)) event.preventDefault()
    })
    made.on('closed', () => (window = window === made ? null : window))
    void made.loadURL(PAGE).catch((error: unknown) => {
      if (!made.isDestroyed()) options.log.error(`The page did not load: ${String(error)}`)
    })
    return made
  }
  return {
    show: place => {
      if (window === null) {
        pending = place
        window = open()
        return
      }
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
      if (place === undefined) return
      if (isListening) navigate(place)
      else pending = place
    },
    contents: () => window?.webContents ?? null,
    current: () => window,
    pageListens: () => {
      isListening = true
      const place = pending
      pending = undefined
      if (place !== undefined) navigate(place)
    },
    [Symbol.dispose]: () => window?.destroy(),
  }
}

function makeWindow({ session, preload, icon, isPackaged, log }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1120,
    height: 720,
    minWidth: 860,
    minHeight: 560,
    show: false,
    title: 'OCM',
    icon,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? CANVAS.dark : CANVAS.light,
    webPreferences: {
      session,
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !isPackaged,
    },
  })
  window.once('ready-to-show', () => window.show())
  confine(window.webContents, log)
  if (isPackaged) void window.webContents.setVisualZoomLevelLimits(1, 1)
  return window
}

/** Keeps a page where it is: no navigation, no second window, no embedded one. Links outside go through a command. */
function confine(contents: WebContents, log: ShellLog): void {
  contents.on('will-frame-navigate', event => {
    if (event.isMainFrame && event.url.split('#')[0] === PAGE) return
    event.preventDefault()
    log.warn('A navigation was refused')
  })
  contents.on('will-attach-webview', event => event.preventDefault())
  contents.setWindowOpenHandler(() => {
    log.warn('A new window was refused')
    return { action: 'deny' }
  })
  contents.on('render-process-gone', (_event, { reason, exitCode }) => {
    log.error(`The page's process ended: ${reason} (${exitCode})`)
  })
}
