import { describe, expect, test } from 'vitest'
import { summarize, trayMenu, type TrayMenuOptions } from '../../../main/shell/tray-menu'
import type { NodeView } from '../../../shared/contract'
import type { WatchState } from '../../../shared/watch'
import { alertOf } from './alerts'
import { skips } from '../../helpers/requirement'

function view(label: string, changes: Partial<NodeView> = {}): NodeView {
  const record = {
    id: crypto.randomUUID(),
    label,
    host: 'a.example',
    port: 22,
    user: 'ada',
    auth: { method: 'agent' as const },
    tags: [],
    isProtected: false,
    createdAt: new Date(0).toISOString(),
    isDemo: false,
  }
  const empty = { survey: null, problem: null, lastSeenAt: null, secrets: [], lastSecretUse: null, hostKey: null }
  return { record, ...empty, reach: 'online', lastBackup: null, operationId: null, removal: null, ...changes }
}

const AT_WORK: WatchState = {
  isPaused: false,
  pausedBecause: null,
  worst: 'fine',
  isOffline: false,
  watched: 1,
  nextAt: null,
}

const quiet: TrayMenuOptions = {
  nodes: () => [],
  alerts: () => [],
  watch: () => AT_WORK,
  open: () => undefined,
  setPaused: () => undefined,
  checkNow: () => undefined,
  quit: () => undefined,
}
const labelsOf = (options: Partial<TrayMenuOptions>): (string | undefined)[] =>
  trayMenu({ ...quiet, ...options }).map(({ label }) => label)
const labels = (nodes: readonly NodeView[]): (string | undefined)[] => labelsOf({ nodes: () => nodes })

const FOOT = [undefined, 'Pause watching', 'Check now', undefined, 'Open OCM', 'Settings', 'Quit']

describe('the menu of the tray', () => {
  test('names each node with its state in words, by name', () => {
    const nodes = [
      view('beta', { reach: 'offline' }),
      view('alpha', { operationId: crypto.randomUUID() }),
      view('gamma', { reach: 'blocked' }),
    ]
    expect(labels(nodes)).toEqual(['alpha: busy', 'beta: offline', 'gamma: needs you', ...FOOT])
  })

  test('says so when there is no node', () => {
    expect(labels([])).toContain('No nodes yet')
    expect(summarize([])).toBe('no nodes')
  })

  test('stays small with a large fleet', () => {
    const many = Array.from({ length: 40 }, (_, index) => view(`node ${index}`))
    expect(labels(many)).toContain('25 more in the window')
    expect(labels(many).length).toBe(16 + FOOT.length)
    expect(summarize([...many, view('x', { reach: 'offline' })])).toBe('40 of 41 online')
  })

  const skipsAmpersand = skips(
    'ampersands in menus',
    process.platform === 'darwin' ? 'macOS shows them as they are' : undefined,
  )
  test.skipIf(skipsAmpersand)('shows an ampersand as itself', () => {
    expect(labels([view('R&D')])).toContain('R&&D: online')
  })

  test('opens the node that is clicked', () => {
    const places: (string | undefined)[] = []
    const node = view('alpha')
    const menu = trayMenu({ ...quiet, nodes: () => [node], open: place => places.push(place) })
    // Electron hands a click more than our entries take.
    for (const { click } of menu) (click as (() => void) | undefined)?.()
    expect(places).toEqual([`node/${node.record.id}`, undefined, 'settings'])
  })

  test('puts the worst alerts first, each with its action, and leaves quiet ones out', () => {
    const node = view('alpha')
    const nodeId = node.record.id
    const places: (string | undefined)[] = []
    const disk = alertOf({
      nodeId,
      level: 'critical',
      title: 'Disk full in about 5 h',
      action: 'clean-orphans',
      since: 1,
    })
    const alerts = [
      alertOf({ nodeId, title: 'No backup for 20 days', since: 2 }),
      disk,
      alertOf({ nodeId, level: 'critical', title: 'muted', isMuted: true }),
      alertOf({ nodeId, level: 'critical', title: 'snoozed', snoozedUntil: 'change' }),
      alertOf({ nodeId, level: 'critical', title: 'over', state: 'cleared' }),
    ]
    const options = {
      ...quiet,
      nodes: () => [node],
      alerts: () => alerts,
      open: (place?: string) => places.push(place),
    }
    expect(labelsOf(options)).toEqual([
      'alpha disk full in about 5 h (critical)',
      '    Clean up alpha…',
      'alpha: No backup for 20 days',
      undefined,
      'alpha: online, critical',
      ...FOOT,
    ])
    for (const { click } of trayMenu(options).slice(0, 2)) (click as () => void)()
    expect(places).toEqual([`alert/${disk.id}`, `clean/orphans/${nodeId}`])
  })

  test('stays small with many alerts', () => {
    const alerts = Array.from({ length: 9 }, (_, index) => alertOf({ title: `finding ${index}` }))
    const all = labelsOf({ alerts: () => alerts })
    expect(all.filter(label => label?.includes('finding'))).toHaveLength(4)
    expect(all).toContain('5 more alerts in the window')
  })

  test('offers to resume only what the admin paused', () => {
    const paused = (pausedBecause: WatchState['pausedBecause']) => () => ({ ...AT_WORK, isPaused: true, pausedBecause })
    expect(labelsOf({ watch: paused('admin') })).toContain('Resume watching')
    expect(labelsOf({ watch: paused('battery') })).toContain('Pause watching')
  })
})
