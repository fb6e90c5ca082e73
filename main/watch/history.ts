import type { WatchPoint } from '../../shared/sample'
import { HOUR, MINUTE } from '../../shared/units'
import { merge } from './downsample'
import { TEN_MINUTES, type Span, type WatchStore } from './store'

const DAY = 24 * HOUR

/** Memory holds the last hour as it was polled, and the day before in steps of ten minutes: a fleet's day as polled is large. ms */
const RAW_IN_MEMORY_MS = HOUR

/** A clock that is set back by less than this only jitters. ms */
const JITTER_MS = MINUTE

/** Each level of merging, and what it is made from. */
const LEVELS: readonly (readonly [Span, Span])[] = [
  [0, TEN_MINUTES],
  [TEN_MINUTES, HOUR],
]

/** What is known of each node's last day, in memory and on disk; merges points as their time closes. */
export class History {
  readonly #days = new Map<string, WatchPoint[]>()
  /** Points that are not on disk yet, with their node. */
  #unstored: (readonly [string, WatchPoint])[] = []

  /** `rawMs`: for how long a node's rules ask for points as they were polled; an hour at least. */
  constructor(
    private readonly store: WatchStore,
    private readonly rawMs: (nodeId: string) => number,
  ) {}

  /** The last day, oldest first: merged points, then those of the last hour as they were polled. */
  day(nodeId: string, now: number): readonly WatchPoint[] {
    const known = this.#days.get(nodeId) ?? this.#load(nodeId, now)
    this.#days.set(nodeId, known)
    return known
  }

  /** Adds a point; it is on disk after the next {@link flush}. */
  add(nodeId: string, point: WatchPoint): void {
    const before = this.day(nodeId, point.at)
    const newest = before.at(-1)?.at ?? 0
    if (newest > point.at + JITTER_MS) this.#forgetFuture(nodeId, point.at)
    this.#unstored.push([nodeId, point])
    const hasClosed = Math.floor(newest / TEN_MINUTES) !== Math.floor(point.at / TEN_MINUTES)
    if (hasClosed) {
      this.flush()
      this.#close(nodeId, point.at)
    }
    const kept = this.day(nodeId, point.at).filter(({ at }) => at < point.at)
    this.#days.set(nodeId, hasClosed ? this.#thinned(nodeId, [...kept, point], point.at) : [...kept, point])
  }

  /** Stores what is only in memory so far, all at once: a disk is slow to be sure of each alone. */
  flush(): void {
    const unstored = this.#unstored
    this.#unstored = []
    if (unstored.length === 0) return
    this.store.transaction(() => {
      for (const [nodeId, point] of unstored) this.store.addPoints(nodeId, [point])
    })
  }

  forget(nodeId: string): void {
    this.#days.delete(nodeId)
    this.#unstored = this.#unstored.filter(([id]) => id !== nodeId)
  }

  /** Merges on disk what has closed since it was last merged, e.g. also while OCM did not run. */
  #close(nodeId: string, now: number): void {
    for (const [from, span] of LEVELS) {
      const last = this.store.newestAt(nodeId, span)
      const start = last === null ? 0 : (Math.floor(last / span) + 1) * span
      const end = Math.floor(now / span) * span
      if (start >= end) continue
      const points = this.store.points(nodeId, from, start, end)
      if (points.length > 0) this.store.addPoints(nodeId, merge(points, span))
    }
  }

  #forgetFuture(nodeId: string, at: number): void {
    this.flush()
    this.store.dropAfter(nodeId, at)
    this.#days.delete(nodeId)
  }

  #load(nodeId: string, now: number): WatchPoint[] {
    return this.#thinned(nodeId, this.store.points(nodeId, 0, this.#edge(nodeId, now)), now)
  }

  /** From here on points are kept as they were polled. */
  #edge(nodeId: string, now: number): number {
    const rawMs = Math.min(DAY, Math.max(RAW_IN_MEMORY_MS, this.rawMs(nodeId)))
    return Math.floor((now - rawMs) / TEN_MINUTES) * TEN_MINUTES
  }

  #thinned(nodeId: string, points: readonly WatchPoint[], now: number): WatchPoint[] {
    const edge = this.#edge(nodeId, now)
    const raw = points.filter(({ at, spanMs }) => spanMs === 0 && at >= edge)
    const merged = points.filter(({ at, spanMs }) => spanMs > 0 && at >= now - DAY && at < edge)
    const newest = merged.at(-1)
    const from = newest === undefined ? now - DAY : newest.at + 1
    return [...merged, ...this.store.points(nodeId, TEN_MINUTES, from, edge), ...raw]
  }
}
