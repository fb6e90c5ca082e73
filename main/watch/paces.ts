import { MINUTE, SECOND } from '../../shared/units'
import type { WatchConfig } from '../../shared/watch'

/** The pace of the node whose page is open. */
const FOCUS_MS = 10 * SECOND

/** A node that is polled less often gets a new connection each time. ms */
const KEPT_FOR_MS = 10 * MINUTE

/** The watched ones of these nodes with their pace, ms. */
export function pacesOf(
  { everySeconds, nodes }: WatchConfig,
  nodeIds: readonly string[],
  focus: string | null,
): ReadonlyMap<string, number> {
  const paces = new Map<string, number>()
  for (const nodeId of nodeIds) {
    const own = nodes[nodeId]
    if (own?.isWatched === false) continue
    const everyMs = (own?.everySeconds ?? everySeconds) * SECOND
    paces.set(nodeId, nodeId === focus ? Math.min(everyMs, FOCUS_MS) : everyMs)
  }
  return paces
}

/** For how long an idle connection is worth keeping at this pace, ms: until the next poll, and a little longer. */
export function keepMsOf(everyMs: number): number {
  return everyMs > KEPT_FOR_MS ? 0 : Math.round(everyMs * 1.5)
}
