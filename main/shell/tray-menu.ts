import type { MenuItemConstructorOptions } from 'electron'
import type { NodeView } from '../../shared/contract'
import type { Alert, WatchState } from '../../shared/watch'
import { headline } from '../watch/rules/words'
import { cleanUpPlace, placeOf } from './places'
import { loudAlerts } from './tray-state'

/** How many nodes the menu names before it points to the window. */
const MOST_NODES = 15
/** How many alerts. */
const MOST_ALERTS = 4

/** What the menu is made from, and what its entries do. */
export interface TrayMenuOptions {
  readonly nodes: () => readonly NodeView[]
  readonly alerts: () => readonly Alert[]
  readonly watch: () => WatchState
  /** Opens the window, at a place when one is given. */
  readonly open: (place?: string) => void
  readonly setPaused: (isPaused: boolean) => void
  readonly checkNow: () => void
  readonly quit: () => void
}

/** The entries of the tray's menu: what needs a person, the nodes, watching, the app. Pure. */
export function trayMenu(options: TrayMenuOptions): MenuItemConstructorOptions[] {
  const { watch, open, setPaused, checkNow, quit } = options
  // On battery the admin did not pause, so there is nothing to take back here but by Settings.
  const isPaused = watch().pausedBecause === 'admin'
  const alerts = loudAlerts(options.alerts(), Date.now())
  return [
    ...alertEntries(alerts, open),
    ...nodeEntries(options, alerts),
    { type: 'separator' },
    { label: isPaused ? 'Resume watching' : 'Pause watching', click: () => setPaused(!isPaused) },
    { label: 'Check now', click: () => checkNow() },
    { type: 'separator' },
    { label: 'Open OCM', click: () => open() },
    { label: 'Settings', click: () => open('settings') },
    { label: 'Quit', click: () => quit() },
  ]
}

/** The worst first, each with its action below it. */
function alertEntries(alerts: readonly Alert[], open: TrayMenuOptions['open']): MenuItemConstructorOptions[] {
  if (alerts.length === 0) return []
  const more = alerts.length - MOST_ALERTS
  return [
    ...alerts.slice(0, MOST_ALERTS).flatMap(alert => {
      const { nodeLabel, level } = alert
      const words = `${headline(alert)}${level === 'critical' ? ' (critical)' : ''}`
      const cleanUp = cleanUpPlace(alert)
      const act = { label: `    Clean up ${escapeLabel(nodeLabel)}…`, click: () => open(cleanUp ?? placeOf(alert)) }
      return [{ label: escapeLabel(words), click: () => open(placeOf(alert)) }, ...(cleanUp === null ? [] : [act])]
    }),
    ...(more > 0 ? [{ label: `${more} more alerts in the window`, click: () => open('alerts') }] : []),
    { type: 'separator' },
  ]
}

function nodeEntries({ nodes, open }: TrayMenuOptions, alerts: readonly Alert[]): MenuItemConstructorOptions[] {
  const all = [...nodes()].sort((a, b) => a.record.label.localeCompare(b.record.label))
  if (all.length === 0) return [{ label: 'No nodes yet', enabled: false }]
  const more = all.length - MOST_NODES
  return [
    ...all.slice(0, MOST_NODES).map(view => ({
      label: `${escapeLabel(view.record.label)}: ${describeState(view, alerts)}`,
      click: () => open(`node/${view.record.id}`),
    })),
    ...(more > 0 ? [{ label: `${more} more in the window`, click: () => open() }] : []),
  ]
}

/** `&` marks a key in menus of Windows and Linux; doubled it stands for itself. */
function escapeLabel(label: string): string {
  return process.platform === 'darwin' ? label : label.replaceAll('&', '&&')
}

/** One node's state in words, as in the window. */
function describeState({ record, reach, operationId }: NodeView, alerts: readonly Alert[]): string {
  if (operationId !== null) return 'busy'
  const words = {
    never: 'not looked at yet',
    looking: 'looking',
    online: 'online',
    offline: 'offline',
    blocked: 'needs you',
  } as const
  const [worst] = alerts.filter(({ nodeId }) => nodeId === record.id)
  if (worst === undefined || reach === 'blocked') return words[reach]
  return `${words[reach]}, ${worst.level === 'critical' ? 'critical' : 'needs attention'}`
}

/** The fleet in a few words, for the tool tip. */
export function summarize(nodes: readonly NodeView[]): string {
  const online = nodes.filter(({ reach }) => reach === 'online').length
  return nodes.length === 0 ? 'no nodes' : `${online} of ${nodes.length} online`
}
