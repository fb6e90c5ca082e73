import { describe, expect, test } from 'vitest'
import { summarize, trayMenu } from '../../../main/shell/tray-menu'
import type { NodeView } from '../../../shared/contract'
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

const quiet = { open: () => undefined, quit: () => undefined }
const labels = (nodes: readonly NodeView[]): (string | undefined)[] =>
  trayMenu({ nodes: () => nodes, ...quiet }).map(({ label }) => label)

describe('the menu of the tray', () => {
  test('names each node with its state in words, by name', () => {
    const nodes = [
      view('beta', { reach: 'offline' }),
      view('alpha', { operationId: crypto.randomUUID() }),
      view('gamma', { reach: 'blocked' }),
    ]
    expect(labels(nodes)).toEqual([
      'Open OCM',
      undefined,
      'alpha: busy',
      'beta: offline',
      'gamma: needs you',
      undefined,
      'Quit',
    ])
  })

  test('says so when there is no node', () => {
    expect(labels([])).toContain('No nodes yet')
    expect(summarize([])).toBe('no nodes')
  })

  test('stays small with a large fleet', () => {
    const many = Array.from({ length: 40 }, (_, index) => view(`node ${index}`))
    expect(labels(many)).toContain('25 more in the window')
    expect(labels(many).length).toBe(20)
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
    const menu = trayMenu({ nodes: () => [node], open: place => places.push(place), quit: quiet.quit })
    // Electron hands a click more than our entries take.
    for (const { click } of menu) (click as (() => void) | undefined)?.()
    expect(places).toEqual([undefined, `node/${node.record.id}`])
  })
})
