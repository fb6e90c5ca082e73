import { Menu, Tray, nativeImage } from 'electron'
import { join } from 'node:path'
import type { Bus } from '../api'
import { summarize, trayMenu, type TrayMenuOptions } from './tray-menu'

/** What the tray shows and what its entries do. */
export interface TrayOptions extends TrayMenuOptions {
  /** The folder of the drawn icons. */
  readonly icons: string
  readonly bus: Bus
}

/** Puts OCM into the tray and keeps its menu true while nodes change. */
export function startTray(options: TrayOptions): Disposable {
  const tray = new Tray(trayImage(options.icons))
  let isDue = false
  const refresh = (): void => {
    isDue = false
    if (tray.isDestroyed()) return
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(options)))
    tray.setToolTip(`OCM: ${summarize(options.nodes())}`)
  }
  const listener = options.bus.listen(event => {
    if (isDue || (event !== 'nodeChanged' && event !== 'nodeRemoved')) return
    // A survey of the fleet changes many nodes at once: one new menu is enough.
    isDue = true
    setImmediate(refresh)
  })
  tray.on('click', () => options.open())
  refresh()
  return {
    [Symbol.dispose]: () => {
      listener[Symbol.dispose]()
      tray.destroy()
    },
  }
}

/** On macOS a template image: black with transparency, coloured by the menu bar. */
function trayImage(icons: string): Electron.NativeImage {
  const isMac = process.platform === 'darwin'
  const image = nativeImage.createFromPath(join(icons, isMac ? 'trayTemplate.png' : 'tray.png'))
  if (isMac) image.setTemplateImage(true)
  return image
}
