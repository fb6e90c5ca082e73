import type { WatchPoint } from '../../shared/sample'

/** Merges points (oldest first) into one per `spanMs` of the wall clock. */
export function merge(points: readonly WatchPoint[], spanMs: number): WatchPoint[] {
  const spans = Map.groupBy(points, point => Math.floor(point.at / spanMs))
  return [...spans.entries()].flatMap(([index, group]) => {
    const last = group.findLast(point => point.seen !== null) ?? group.at(-1)
    return last === undefined ? [] : [{ ...last, at: index * spanMs, spanMs }]
  })
}
