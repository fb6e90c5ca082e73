import { z } from 'zod'
import { WatchPoint } from '../../shared/sample'
import { HOUR, MINUTE } from '../../shared/units'
import { Alert, WatchConfig } from '../../shared/watch'
import { jsonOf, type Store } from '../store/database'

const DAY = 24 * HOUR

/** Merged points stand for so long, ms; 0 marks a point as it was polled. */
export const TEN_MINUTES = 10 * MINUTE
/** 0, {@link TEN_MINUTES} or an hour. */
export type Span = number

/** How long points are kept, by their span. ms */
const KEPT: ReadonlyMap<Span, number> = new Map([
  [0, DAY],
  [TEN_MINUTES, 31 * DAY],
  [HOUR, 366 * DAY],
])

/** Alerts that were cleared stay for the charts of a year. ms */
const CLEARED_KEPT = 366 * DAY

/** What watching keeps in OCM's database. Times are ms since the epoch. */
export interface WatchStore {
  /** Adds points of one span; one of the same moment takes the place of the former. */
  addPoints(nodeId: string, points: readonly WatchPoint[]): void
  /** Points with `from <= at < to`, oldest first. One that this OCM cannot read is left out. */
  points(nodeId: string, span: Span, from: number, to?: number): WatchPoint[]
  /** When the newest point of a span is from; null when there is none. */
  newestAt(nodeId: string, span: Span): number | null
  /** Forgets points of a node that lie after a moment: the clock was set back. */
  dropAfter(nodeId: string, at: number): void
  saveAlerts(alerts: readonly Alert[]): void
  /** Open alerts, and those cleared since, newest first. */
  alerts(clearedSince: number): Alert[]
  /** Alerts of one node that were open at some time since. */
  alertsOf(nodeId: string, since: number): Alert[]
  /** Null when there is none of that name, or it is no JSON. */
  recall(key: string): unknown
  remember(key: string, value: unknown): void
  /** The defaults where nothing is stored, or what is does not fit any more. */
  config(): WatchConfig
  saveConfig(config: WatchConfig): void
  /** Removes what is older than it is kept. */
  prune(now: number): void
  transaction<T>(work: () => T): T
}

const PointRow = z.object({ json: jsonOf(z.unknown()) })
const AlertRow = z.object({ json: jsonOf(z.unknown()) })
const NewestRow = z.object({ at: z.number().nullable() })
const MemoryRow = z.object({ json: z.string() })
const CONFIG_KEY = 'watch'

/** Points, alerts and settings of watching, in OCM's database. */
export function createWatchStore(store: Store): WatchStore {
  const alertsFrom = (sql: string, ...values: readonly (string | number)[]): Alert[] =>
    store.all(AlertRow, sql, ...values).flatMap(({ json }) => Alert.safeParse(json).data ?? [])

  return {
    addPoints: (nodeId, points) => {
      for (const point of points) {
        store.run(
          'INSERT OR REPLACE INTO points (node_id, span_ms, at, json) VALUES (?, ?, ?, ?)',
          ...[nodeId, point.spanMs, point.at, JSON.stringify(point)],
        )
      }
    },
    points: (nodeId, span, from, to = Number.MAX_SAFE_INTEGER) =>
      store
        .all(
          PointRow,
          'SELECT json FROM points WHERE node_id = ? AND span_ms = ? AND at >= ? AND at < ? ORDER BY at',
          ...[nodeId, span, from, to],
        )
        .flatMap(({ json }) => WatchPoint.safeParse(json).data ?? []),
    newestAt: (nodeId, span) =>
      store.all(NewestRow, 'SELECT max(at) AS at FROM points WHERE node_id = ? AND span_ms = ?', nodeId, span)[0]?.at ??
      null,
    dropAfter: (nodeId, at) => void store.run('DELETE FROM points WHERE node_id = ? AND at > ?', nodeId, at),
    saveAlerts: alerts => {
      for (const alert of alerts) {
        // A node that was removed meanwhile has no alerts any more.
        store.run(
          `INSERT OR REPLACE INTO alerts (id, node_id, since, cleared_at, json)
           SELECT ?, id, ?, ?, ? FROM nodes WHERE id = ?`,
          ...[alert.id, alert.since, alert.clearedAt, JSON.stringify(alert), alert.nodeId],
        )
      }
    },
    alerts: clearedSince =>
      alertsFrom(
        'SELECT json FROM alerts WHERE cleared_at IS NULL OR cleared_at >= ? ORDER BY since DESC',
        clearedSince,
      ),
    alertsOf: (nodeId, since) =>
      alertsFrom(
        'SELECT json FROM alerts WHERE node_id = ? AND (cleared_at IS NULL OR cleared_at >= ?) ORDER BY since DESC',
        ...[nodeId, since],
      ),
    recall: key => {
      const [row] = store.all(MemoryRow, 'SELECT json FROM watch_memory WHERE key = ?', key)
      try {
        return row === undefined ? null : (JSON.parse(row.json) as unknown)
      } catch {
        return null
      }
    },
    remember: (key, value) =>
      void store.run('INSERT OR REPLACE INTO watch_memory (key, json) VALUES (?, ?)', key, JSON.stringify(value)),
    config: () => {
      const [row] = store.all(MemoryRow, 'SELECT value AS json FROM settings WHERE key = ?', CONFIG_KEY)
      return readConfig(row?.json)
    },
    saveConfig: config =>
      void store.run('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)', CONFIG_KEY, JSON.stringify(config)),
    prune: now => {
      for (const [span, keptMs] of KEPT) {
        store.run('DELETE FROM points WHERE span_ms = ? AND at < ?', span, now - keptMs)
      }
      store.run('DELETE FROM alerts WHERE cleared_at < ?', now - CLEARED_KEPT)
    },
    transaction: work => store.transaction(work),
  }
}

function readConfig(json: string | undefined): WatchConfig {
  try {
    const parsed = WatchConfig.safeParse(json === undefined ? {} : JSON.parse(json))
    if (parsed.success) return parsed.data
  } catch {
    // Not JSON: as if nothing was set.
  }
  return WatchConfig.parse({})
}
