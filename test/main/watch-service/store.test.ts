import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRegistry } from '../../../main/nodes/registry'
import { openDatabase, type Store } from '../../../main/store/database'
import { AlertBook } from '../../../main/watch/alerts'
import { History } from '../../../main/watch/history'
import { createWatchStore, TEN_MINUTES, type WatchStore } from '../../../main/watch/store'
import type { WatchPoint } from '../../../shared/sample'
import { WatchConfig } from '../../../shared/watch'
import { tempFolder, type TempFolder } from '../../helpers/temp'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2026, 10, 1)

let folder: TempFolder
let store: Store
let watchStore: WatchStore
let nodeId: string
beforeEach(() => {
  folder = tempFolder()
  store = openDatabase(folder.path)
  watchStore = createWatchStore(store)
  nodeId = addNode('a')
})
afterEach(() => {
  store[Symbol.dispose]()
  folder[Symbol.dispose]()
})

function addNode(label: string): string {
  const auth = { method: 'agent' as const }
  return createRegistry(store).add({ label, host: 'h', port: 22, user: 'u', auth, tags: [], isProtected: false }).id
}

/** A point of a node whose database is as large as the minute since START. */
function pointAt(at: number): WatchPoint {
  return {
    at,
    reach: 'seen',
    spanMs: 0,
    seen: {
      clock: { wallMs: at, uptimeMs: at - START, bootId: 'b' },
      cpus: 2,
      memoryBytes: 1,
      version: '2026.9.6',
      families: {},
      gateways: [],
      disks: [],
      sizes: { databases: { bytes: (at - START) / MINUTE, diskBytes: 0, files: 1 } },
      orphans: [],
      lastBackupAt: null,
    },
  }
}

/** Polls every minute from one moment to another. */
function run(history: History, from: number, to: number): void {
  store.transaction(() => {
    for (let at = from; at < to; at += MINUTE) history.add(nodeId, pointAt(at))
  })
  history.flush()
}

const count = (span: number): number => watchStore.points(nodeId, span, 0).length

test('points are kept raw for a day, in steps of ten minutes for a month, and hourly for a year', () => {
  const history = new History(watchStore)
  run(history, START, START + 3 * DAY)
  expect([count(0), count(TEN_MINUTES), count(HOUR)]).toEqual([3 * 1440, 3 * 144 - 1, 3 * 24 - 1])
  watchStore.prune(START + 3 * DAY)
  expect([count(0), count(TEN_MINUTES), count(HOUR)]).toEqual([1440, 3 * 144 - 1, 3 * 24 - 1])
  watchStore.prune(START + 33 * DAY)
  expect([count(0), count(TEN_MINUTES), count(HOUR)]).toEqual([0, 144 - 1, 3 * 24 - 1])
  watchStore.prune(START + 400 * DAY)
  expect([count(0), count(TEN_MINUTES), count(HOUR)]).toEqual([0, 0, 0])
})

test('what was left open when OCM ended is merged by the next one, and nothing twice', () => {
  run(new History(watchStore), START, START + 25 * MINUTE)
  expect(count(TEN_MINUTES)).toBe(2)
  run(new History(watchStore), START + 25 * MINUTE, START + 31 * MINUTE)
  const merged = watchStore.points(nodeId, TEN_MINUTES, 0)
  expect(merged.map(({ at, spanMs }) => [at - START, spanMs])).toEqual([
    [0, TEN_MINUTES],
    [10 * MINUTE, TEN_MINUTES],
    [20 * MINUTE, TEN_MINUTES],
  ])
})

test('memory holds what the rules ask for, and the same after a restart', () => {
  const history = new History(watchStore)
  run(history, START, START + 2 * DAY)
  const past = history.past(nodeId, START + 2 * DAY)
  expect(past.length).toBeGreaterThan(60 + 130)
  expect(past.length).toBeLessThan(60 + 160)
  const again = new History(watchStore).past(nodeId, START + 2 * DAY)
  expect(Math.abs(again.length - past.length)).toBeLessThan(15)
  expect(again.at(-1)).toEqual(past.at(-1))
})

test('the clock was set back: what lies ahead of it is forgotten', () => {
  const history = new History(watchStore)
  run(history, START + DAY, START + DAY + HOUR)
  run(history, START, START + 5 * MINUTE)
  expect(watchStore.points(nodeId, 0, 0).map(({ at }) => (at - START) / MINUTE)).toEqual([0, 1, 2, 3, 4])
  expect(count(TEN_MINUTES)).toBe(0)
  expect(history.past(nodeId, START + 5 * MINUTE).every(({ at }) => at <= START + 5 * MINUTE)).toBe(true)
})

test('an alert that the rules no longer know does not stand open for good', () => {
  const book = new AlertBook(watchStore)
  const point: WatchPoint = { at: START, reach: 'host-key-changed', spanMs: 0, seen: null }
  book.step({ nodeId, nodeLabel: 'a', point, history: [], fleet: [] }, WatchConfig.parse({}), START)
  expect(book.open().map(({ rule }) => rule)).toEqual(['host-key'])
  expect(new AlertBook(watchStore).listed(START).map(({ state }) => state)).toEqual(['open'])
  watchStore.remember('core', 'damaged')
  expect(new AlertBook(watchStore).listed(START).map(({ state }) => state)).toEqual(['cleared'])
})

test('points and alerts go with their node', () => {
  const other = addNode('b')
  watchStore.addPoints(nodeId, [pointAt(START)])
  watchStore.addPoints(other, [pointAt(START)])
  store.run('DELETE FROM nodes WHERE id = ?', nodeId)
  expect([count(0), watchStore.points(other, 0, 0).length]).toEqual([0, 1])
})

test('settings that do not fit any more fall back to the defaults; a point that does not is left out', () => {
  store.run("INSERT INTO settings (key, value) VALUES ('watch', '{ \"everySeconds\": 1 }')")
  expect(watchStore.config()).toMatchObject({ everySeconds: 60, isPaused: false })
  watchStore.addPoints(nodeId, [pointAt(START)])
  store.run('INSERT INTO points (node_id, span_ms, at, json) VALUES (?, 0, 5, \'{"at": 5}\')', nodeId)
  expect(count(0)).toBe(1)
})
