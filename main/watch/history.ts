import type { WatchPoint } from '../../shared/sample'
import { HOUR, MINUTE } from '../../shared/units'
import { merge } from './downsample'
import { keepPast, type PastPoint } from './rules/core'
import { TEN_MINUTES, type Span, type WatchStore } from './store'

const DAY = 24 * HOUR

/** A clock that is set back by less than this only jitters. ms */
const JITTER_MS = MINUTE

/** Each level of merging, and what it is made from. */
const LEVELS: readonly (readonly [Span, Span])[] = [
  [0, TEN_MINUTES],
  [TEN_MINUTES, HOUR],
]

/** The past of each node: thinned in memory for the rules, whole on disk; points are merged as their time closes. */
export class History {
  readonly #past = new Map<string, PastPoint[]>()
  /** When the newest point of a node is from. */
  readonly #newest = new Map<string, number>()
  /** Points that are not on disk yet, with their node. */
  #unstored: (readonly [string, WatchPoint])[] = []

  constructor(private readonly store: WatchStore) {}

  /** What the rules need of a node's last day, oldest first. */
  past(nodeId: string, now: number): readonly PastPoint[] {
    let past = this.#past.get(nodeId)
    if (past === undefined) {
      past = this.#load(nodeId, now)
      this.#past.set(nodeId, past)
      this.#newest.set(nodeId, this.store.newestAt(nodeId, 0) ?? 0)
    }
    return past
  }

  /** Adds a point; it is on disk after the next {@link flush}. */
  add(nodeId: string, point: WatchPoint): void {
    let past = this.past(nodeId, point.at)
    const newest = this.#newest.get(nodeId) ?? 0
    if (newest > point.at + JITTER_MS) {
      this.flush()
      this.store.dropAfter(nodeId, point.at)
      past = past.filter(({ at }) => at <= point.at)
    }
    this.#past.set(nodeId, keepPast(past, point))
    this.#newest.set(nodeId, point.at)
    this.#unstored.push([nodeId, point])
    if (Math.floor(newest / TEN_MINUTES) === Math.floor(point.at / TEN_MINUTES)) return
    this.flush()
    this.#close(nodeId, point.at)
  }

  /** Stores what is only in memory so far, all at once: a disk is slow to be sure of each alone. */
  flush(): void {
    const unstored = this.#unstored
    if (unstored.length === 0) return
    this.store.transaction(() => {
      for (const [nodeId, point] of unstored) this.store.addPoints(nodeId, [point])
    })
    this.#unstored = []
  }

  forget(nodeId: string): void {
    this.#past.delete(nodeId)
    this.#newest.delete(nodeId)
    this.#unstored = this.#unstored.filter(([id]) => id !== nodeId)
  }

  /** Merges on disk what has closed since it was last merged, e.g. also what was left open when OCM ended. */
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

  #load(nodeId: string, now: number): PastPoint[] {
    const edge = Math.floor((now - HOUR) / TEN_MINUTES) * TEN_MINUTES
    const points = [
      ...this.store.points(nodeId, TEN_MINUTES, now - DAY, edge),
      ...this.store.points(nodeId, 0, edge, now),
    ]
    return points.reduce<PastPoint[]>((past, point) => keepPast(past, point), [])
  }
}
