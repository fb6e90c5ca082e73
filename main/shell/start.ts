import { app, nativeTheme, session } from 'electron'
import { join } from 'node:path'
import type { NodeView, Settings } from '../../shared/contract'
import type { Bus, Handlers } from '../api'
import { forwardEvents, serve } from './ipc'
import { describeError, type ShellLog } from './log'
import { isStartedAtLogin } from './login'
import { setApplicationMenu } from './menu'
import { denyPermissions } from './permissions'
import { onResume } from './power'
import type { PreparedShell } from './prepare'
import { serveWindow } from './protocol'
import { startTray } from './tray'
import { keepWindow } from './window'

/** What the shell shows and serves. */
export interface ShellOptions {
  readonly shell: PreparedShell
  readonly handlers: Handlers
  readonly bus: Bus
  readonly log: ShellLog
  /** The nodes as they are known now, for the tray. */
  readonly nodes: () => readonly NodeView[]
  /** The machine woke up. */
  readonly onResume?: () => void
  /** Runs once before the process ends; at most `QUIT_LIMIT_MS`. */
  readonly onQuit?: () => Promise<void>
}

/** The running shell. Disposing it takes the window and the tray away. */
export interface RunningShell extends Disposable {
  /** Brings the window to the front, at a place such as `node/<id>` when one is given. */
  show(place?: string): void
}

/** How long services may take to close before the process ends anyway. */
const QUIT_LIMIT_MS = 10_000

/** Starts window, tray, ipc and the rest once Electron is ready. The app ends by Quit only, not with its window. */
export async function startShell(options: ShellOptions): Promise<RunningShell> {
  const { shell, handlers, bus, log } = options
  await shell.ready()
  using parts = new DisposableStack()
  const page = session.fromPartition('window')
  denyPermissions(page)
  parts.use(serveWindow(page, join(shell.outDir, 'renderer')))
  const icons = join(shell.outDir, 'icons')
  const window = parts.use(
    keepWindow(
      {
        session: page,
        preload: join(shell.outDir, 'preload', 'index.cjs'),
        icon: join(icons, 'icon.png'),
        isPackaged: shell.isPackaged,
        log,
      },
      to => bus.emit('navigate', { to }),
    ),
  )
  parts.use(serve(handlers, log, window.pageListens))
  parts.use(forwardEvents(bus, log, window.contents))
  setApplicationMenu(shell.isPackaged)
  parts.use(await followTheme(handlers, bus, log))
  const open = (place?: string): void => window.show(place)
  parts.use(startTray({ icons, bus, nodes: options.nodes, open, quit: () => app.quit() }))
  if (options.onResume !== undefined) parts.use(onResume(options.onResume))
  shell.link.window = window.current
  shell.link.onSecondStart = open
  app.on('window-all-closed', () => {
    // Main lives on in the tray. Without a listener Electron would quit.
  })
  app.on('activate', () => open())
  endOnQuit(options)
  if (!isStartedAtLogin(process.argv) || shell.link.hadSecondStart) open()
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
