import type { MenuItemConstructorOptions } from 'electron'
import type { NodeView } from '../../shared/contract'

/** How many nodes the menu names before it points to the window. */
const MOST_NODES = 15

/** What the menu is made from. */
export interface TrayMenuOptions {
  readonly nodes: () => readonly NodeView[]
  /** Opens the window, at a place when one is given. */
  readonly open: (place?: string) => void
  readonly quit: () => void
}

/** The entries of the tray's menu. Pure. */
export function trayMenu({ nodes, open, quit }: TrayMenuOptions): MenuItemConstructorOptions[] {
  const all = [...nodes()].sort((a, b) => a.record.label.localeCompare(b.record.label))
  const more = all.length - MOST_NODES
  return [
    { label: 'Open OCM', click: () => open() },
    { type: 'separator' },
    ...all.slice(0, MOST_NODES).map(view => ({
      label: `${escapeLabel(view.record.label)}: ${describeState(view)}`,
      click: () => open(`node/${view.record.id}`),
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

/** The fleet in a few words, for the tool tip. */
export function summarize(nodes: readonly NodeView[]): string {
  const online = nodes.filter(({ reach }) => reach === 'online').length
  return nodes.length === 0 ? 'no nodes' : `${online} of ${nodes.length} online`
}
