import { app, nativeTheme, session } from 'electron'
import { join } from 'node:path'
import type { NodeView, Settings } from '../../shared/contract'
import type { Bus, Handlers } from '../api'
import type { Watcher } from '../watch/watcher'
import { forwardEvents, serve } from './ipc'
import { describeError, type ShellLog } from './log'
import { isStartedAtLogin } from './login'
import { setApplicationMenu } from './menu'
import { startNotifications } from './notifications'
import { onlyDoor } from './only-door'
import { denyPermissions } from './permissions'
import { followPower } from './power'
import type { PreparedShell } from './prepare'
import { serveWindow } from './protocol'
import { startTray } from './tray'
import { desktopShowsTrays } from './tray-host'
import { keepWindow } from './window'

/** What the shell shows and serves. */
export interface ShellOptions {
  readonly shell: PreparedShell
  readonly handlers: Handlers
  readonly bus: Bus
  readonly log: ShellLog
  /** The nodes as they are known now, for the tray. */
  readonly nodes: () => readonly NodeView[]
  /** What watches the fleet: for the tray, notifications and the machine's power. */
  readonly watcher: ShellWatcher
  /** The machine woke up; told before the watcher goes on. */
  readonly onResume?: () => void
  /** Whose notifications and names are used. This machine's unless a test says otherwise. */
  readonly platform?: NodeJS.Platform
  /** Runs once before the process ends; at most `QUIT_LIMIT_MS`. */
  readonly onQuit?: () => Promise<void>
}

/** What the shell needs of watching. */
export type ShellWatcher = Pick<
  Watcher,
  'state' | 'alerts' | 'config' | 'setConfig' | 'checkNow' | 'snooze' | 'onNotice' | 'power'
>

/** Names the app to Windows, which shows notifications only of apps it knows. The same as in electron-builder's settings. */
const APP_ID = 'dev.openclaw-manager.ocm'

/** Where Windows reports clicks on notifications. Always the same, so that one of an earlier run still starts OCM. */
const TOAST_CLSID = '{6F0D3A5C-9B1E-4C57-8E0B-2A7C41D95E83}'

/** The running shell. Disposing it takes the window and the tray away. */
export interface RunningShell extends Disposable {
  /** Brings the window to the front, at a place such as `node/<id>` when one is given. */
  show(place?: string): void
}

/** How long services may take to close before the process ends anyway. */
const QUIT_LIMIT_MS = 10_000

/** Starts window, tray, ipc and the rest once Electron is ready. The app ends by Quit only, not with its window. */
export async function startShell(options: ShellOptions): Promise<RunningShell> {
  const { shell, handlers, bus, log, watcher, platform = process.platform } = options
  await shell.ready()
  if (platform === 'win32') {
    app.setAppUserModelId(APP_ID)
    app.setToastActivatorCLSID(TOAST_CLSID)
  }
  using parts = new DisposableStack()
  const page = session.fromPartition('window')
  denyPermissions(page)
  parts.use(serveWindow(page, join(shell.outDir, 'renderer')))
  const door = onlyDoor()
  const icons = join(shell.outDir, 'icons')
  const window = parts.use(
    keepWindow(
      {
        session: page,
        preload: join(shell.outDir, 'preload', 'index.cjs'),
        icon: join(icons, 'icon.png'),
        isPackaged: shell.isPackaged,
        log,
        mayClose: window => door.mayClose(window),
      },
      to => bus.emit('navigate', { to }),
    ),
  )
  parts.use(serve(handlers, log, window.pageListens))
  parts.use(forwardEvents(bus, log, window.contents))
  setApplicationMenu(shell.isPackaged)
  parts.use(await followTheme(handlers, bus, log))
  const open = (place?: string): void => window.show(place)
  const failed = (what: string) => (error: unknown) => log.warn(`${what} failed: ${describeError(error)}`)
  const tray = startTray({
    ...{ icons, bus, log, open },
    nodes: options.nodes,
    alerts: () => watcher.alerts(),
    watch: () => watcher.state(),
    setPaused: isPaused => void watcher.setConfig({ isPaused }),
    checkNow: () => void watcher.checkNow(null).catch(failed('Checking')),
    quit: () => app.quit(),
  })
  if (tray !== null) parts.use(tray)
  door.hasTray = tray !== null && (await desktopShowsTrays())
  if (!door.hasTray) log.info('This desktop shows no tray: the window stays')
  parts.use(startNotifications({ watcher, open, log, platform }))
  parts.use(
    followPower(event => {
      if (event === 'resume') options.onResume?.()
      watcher.power(event)
    }),
  )
  shell.link.window = window.current
  shell.link.onSecondStart = open
  app.on('window-all-closed', () => {
    // Main lives on in the tray. Without a listener Electron would quit.
  })
  app.on('activate', () => open())
  endOnQuit(options)
  const isWanted = !isStartedAtLogin(process.argv) || shell.link.hadSecondStart || !door.hasTray
  // A click on a notification that started OCM has opened it already.
  if (isWanted && window.current() === null) open()
  const running = parts.move()
  return { show: open, [Symbol.dispose]: () => running.dispose() }
}

/** The theme the admin chose, at start and whenever it changes. */
async function followTheme(handlers: Handlers, bus: Bus, log: ShellLog): Promise<Disposable> {
  const apply = ({ theme }: Pick<Settings, 'theme'>): void => {
    nativeTheme.themeSource = theme
  }
  await handlers['settings.get']().then(apply, (error: unknown) => log.warn(`No settings: ${describeError(error)}`))
  return bus.listen((event, data) => {
    if (event === 'settingsChanged') apply(data as Settings)
  })
}

/** Holds the end back once, until services are closed. */
function endOnQuit({ onQuit, log }: ShellOptions): void {
  let isClosed = onQuit === undefined
  app.on('will-quit', event => {
    if (isClosed || onQuit === undefined) return
    event.preventDefault()
    isClosed = true
    const limit = setTimeout(() => app.exit(1), QUIT_LIMIT_MS)
    void onQuit()
      .catch((error: unknown) => log.error(`Closing failed: ${describeError(error)}`))
      .finally(() => {
        clearTimeout(limit)
        app.exit(0)
      })
  })
}
