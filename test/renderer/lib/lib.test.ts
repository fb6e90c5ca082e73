import { describe, expect, test } from 'vitest'
import { groupNodes, matches, sortNodes } from '../../../renderer/lib/arrange'
import { ago, fineBytes, rate, span } from '../../../renderer/lib/format'
import { total } from '../../../renderer/lib/known'
import { compareVersions, countsOf, stateOf } from '../../../renderer/lib/node-state'
import { offerOnNode, offerOnShelf } from '../../../renderer/lib/offers'
import { placeFrom } from '../../../renderer/lib/place'
import type { NodeView } from '../../../shared/contract'
import { BACKUPS, fixtureNodes } from '../harness/fixture-data'

const nodes = fixtureNodes()
const node = (label: string): NodeView => {
  const found = nodes.find(view => view.record.label === label)
  if (found === undefined) throw new Error(`No ${label} among the fixtures`)
  return found
}

describe('what a drop does', () => {
  test.each([
    ['pc-b', true],
    ['spare', true],
    ['pc-a', 'Same node'],
    ['vps-3', 'Offline'],
    ['old-laptop', 'Older OpenClaw (2026.5.28)'],
    ['pc-e', 'Protected'],
    ['garage-pi', 'Not checked yet'],
    ['edge-gw', 'Host key not trusted'],
  ] as const)('pc-a onto %s: %s', (label, expected) => {
    const offer = offerOnNode({ kind: 'node', node: node('pc-a') }, node(label))
    expect(offer.can ? true : offer.why).toBe(expected)
  })

  test('an older backup goes onto a newer node, not the other way round', () => {
    const [newer, , older] = BACKUPS
    if (newer === undefined || older === undefined) throw new Error('Fixtures are missing')
    expect(offerOnNode({ kind: 'backup', backup: older }, node('pc-b')).can).toBe(true)
    expect(offerOnNode({ kind: 'backup', backup: newer }, node('old-laptop')).can).toBe(false)
  })

  test('a node without OpenClaw has nothing to back up', () => {
    expect(offerOnShelf({ kind: 'node', node: node('spare') })).toEqual({ can: false, why: 'No OpenClaw on spare' })
  })
})

describe('the state of a node', () => {
  test.each([
    ['pc-a', 'fine'],
    ['pc-b', 'attention'],
    ['vps-3', 'offline'],
    ['build-box', 'critical'],
    ['nas', 'paused'],
    ['garage-pi', 'new'],
    ['edge-gw', 'critical'],
  ] as const)('%s is %s', (label, condition) => {
    expect(stateOf(node(label)).condition).toBe(condition)
  })

  test('counts are unknown when one profile could not be read, and not zero', () => {
    expect(countsOf(node('old-laptop')).cron.state).toBe('unknown')
    expect(countsOf(node('garage-pi')).agents.state).toBe('unknown')
    expect(total([], () => 1)).toEqual({ state: 'known', value: 0 })
  })
})

describe('versions', () => {
  test.each([
    ['2026.9.6', '2026.9.6', 0],
    ['2026.10.1', '2026.9.6', 1],
    ['2026.5.28', '2026.7.1', -1],
    ['2026.8.1-beta.1', '2026.8.1', -1],
  ])('%s against %s', (left, right, expected) => {
    expect(Math.sign(compareVersions(left, right))).toBe(expected)
  })
})

describe('the board', () => {
  test('groups by first tag, untagged nodes last', () => {
    expect(groupNodes(nodes, true).map(({ tag }) => tag)).toEqual(['home', 'lab', 'production', 'No tag'])
  })

  test('finds nodes by all words of a search', () => {
    expect(nodes.filter(view => matches(view, 'lab 2026.5')).map(view => view.record.label)).toEqual(['old-laptop'])
  })

  test('sorts what needs a person first', () => {
    expect(stateOf(sortNodes(nodes, 'state')[0] ?? node('pc-a')).condition).toBe('critical')
  })
})

describe('words', () => {
  test('spans and sizes have units', () => {
    expect(span(214)).toBe('0.2 s')
    expect(span(200_000)).toBe('3 min 20 s')
    expect(rate(12_400_000)).toBe('12 MB/s')
    expect(fineBytes(50_500_000_000)).toBe('50.5 GB')
  })

  test('ages turn from minutes to dates', () => {
    const now = Date.parse('2026-11-20T12:00:00Z')
    expect(ago('2026-11-20T11:59:40Z', now)).toBe('just now')
    expect(ago('2026-11-20T10:00:00Z', now)).toBe('2 h ago')
    expect(ago('2026-01-02T10:00:00Z', now)).toContain('2026')
  })

  test('an unknown place leads to the fleet', () => {
    expect(placeFrom('operation/x')).toEqual({ view: 'operation', id: 'x' })
    expect(placeFrom('node/')).toEqual({ view: 'fleet' })
    expect(placeFrom('elsewhere')).toEqual({ view: 'fleet' })
  })
})
