import { Menu, Tray, nativeImage } from 'electron'
import { join } from 'node:path'
import type { Event } from '../../shared/contract'
import type { Bus } from '../api'
import { describeError, type ShellLog } from './log'
import { summarize, trayMenu, type TrayMenuOptions } from './tray-menu'
import { loudAlerts, toolTip, trayState, type TrayState } from './tray-state'

/** What the tray shows and what its entries do. */
export interface TrayOptions extends TrayMenuOptions {
  /** The folder of the drawn icons. */
  readonly icons: string
  readonly bus: Bus
  readonly log: ShellLog
}

/** What changes the tray. */
const HEARD: ReadonlySet<Event> = new Set(['nodeChanged', 'nodeRemoved', 'alertsChanged', 'watchChanged'])

/** Puts OCM into the tray and keeps icon, tool tip and menu true. Null where the system refuses a tray. */
export function startTray(options: TrayOptions): Disposable | null {
  const tray = makeTray(options)
  if (tray === null) return null
  let isDue = false
  let shown: TrayState | null = null
  const refresh = (): void => {
    isDue = false
    if (tray.isDestroyed()) return
    const state = trayState(options.watch())
    const alerts = loudAlerts(options.alerts(), Date.now())
    if (state !== shown) tray.setImage(trayImage(options.icons, state))
    shown = state
    tray.setToolTip(toolTip(state, alerts, summarize(options.nodes())))
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(options)))
  }
  const listener = options.bus.listen(event => {
    if (isDue || !HEARD.has(event)) return
    // A look at the fleet changes many nodes at once: one new menu is enough.
    isDue = true
    setImmediate(refresh)
  })
  // On macOS a click opens the menu, as every item of the menu bar does; elsewhere it opens the window.
  if (process.platform !== 'darwin') tray.on('click', () => options.open())
  refresh()
  return {
    [Symbol.dispose]: () => {
      listener[Symbol.dispose]()
      tray.destroy()
    },
  }
}

function makeTray({ icons, log }: TrayOptions): Tray | null {
  try {
    return new Tray(trayImage(icons, 'fine'))
  } catch (error) {
    log.warn(`No tray: ${describeError(error)}`)
    return null
  }
}

/** On macOS a template image: black with transparency, coloured by the menu bar. Windows picks its size from an .ico. */
function trayImage(icons: string, state: TrayState): Electron.NativeImage {
  const { platform } = process
  const ending = platform === 'darwin' ? 'Template.png' : platform === 'win32' ? '.ico' : '.png'
  const image = nativeImage.createFromPath(join(icons, `tray-${state}${ending}`))
  if (platform === 'darwin') image.setTemplateImage(true)
  return image
}
