import { Menu, Tray, nativeImage, type MenuItemConstructorOptions } from 'electron'
import { join } from 'node:path'
import type { NodeView } from '../../shared/contract'
import type { Bus } from '../api'

/** How many nodes the menu names before it points to the window. */
const MOST_NODES = 15

/** What the tray shows and what its entries do. */
export interface TrayOptions {
  /** The folder of the drawn icons. */
  readonly icons: string
  readonly bus: Bus
  readonly nodes: () => readonly NodeView[]
  /** Opens the window, at a place when one is given. */
  readonly open: (place?: string) => void
  readonly quit: () => void
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

/** The entries of the tray's menu. Pure. */
export function trayMenu({
  nodes,
  open,
  quit,
}: Pick<TrayOptions, 'nodes' | 'open' | 'quit'>): MenuItemConstructorOptions[] {
  const all = [...nodes()].sort((a, b) => a.record.label.localeCompare(b.record.label))
  const more = all.length - MOST_NODES
  return [
    { label: 'Open OCM', click: () => open() },
    { type: 'separator' },
    ...all.slice(0, MOST_NODES).map(view => ({
      label: `${escapeLabel(view.record.label)}: ${describeState(view)}`,
      click: () => open(`/nodes/${view.record.id}`),
    })),
    ...(all.length === 0 ? [{ label: 'No nodes yet', enabled: false }] : []),
    ...(more > 0 ? [{ label: `${more} more in the window`, click: () => open() }] : []),
    { type: 'separator' },
    { label: 'Quit', click: () => quit() },
  ]
}

/** `&` marks a key in menus of Windows and Linux; doubled it stands for itself. */
function escapeLabel(label: string): string {
  return process.platform === 'darwin' ? label : label.replaceAll('&', '&&')
}

/** One node's state in words, as in the window. */
export function describeState({ reach, operationId }: Pick<NodeView, 'reach' | 'operationId'>): string {
  if (operationId !== null) return 'busy'
  const words = {
    never: 'not looked at yet',
    looking: 'looking',
    online: 'online',
    offline: 'offline',
    blocked: 'needs you',
  } as const
  return words[reach]
}

function summarize(nodes: readonly NodeView[]): string {
  const online = nodes.filter(({ reach }) => reach === 'online').length
  return nodes.length === 0 ? 'no nodes' : `${online} of ${nodes.length} online`
}
