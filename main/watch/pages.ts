import type { Input, Output } from '../../shared/contract'
import type { NodeRecord } from '../../shared/node'
import type { WatchPoint } from '../../shared/sample'
import { HOUR, MINUTE } from '../../shared/units'
import type { WatchConfig } from '../../shared/watch'
import { merge } from './downsample'
import { wouldFire } from './rules/core'
import { TEN_MINUTES, type Span, type WatchStore } from './store'

const DAY = 24 * HOUR

/** A chart has no room for more. */
const MOST_POINTS = 1500

/** Rules are tried on so much of the past. */
const TRIED_MS = 7 * DAY

const SPANS: Readonly<Record<Input<'watch.history'>['span'], { readonly ms: number; readonly of: Span }>> = {
  day: { ms: DAY, of: 0 },
  month: { ms: 31 * DAY, of: TEN_MINUTES },
  year: { ms: 366 * DAY, of: HOUR },
}

/** What pages show of the stored past. */
export class Pages {
  constructor(
    private readonly store: WatchStore,
    private readonly registry: { get(nodeId: string): NodeRecord },
  ) {}

  history(nodeId: string, span: Input<'watch.history'>['span'], now: number): Output<'watch.history'> {
    const { ms, of } = SPANS[span]
    return {
      points: thinned(this.store.points(nodeId, of, now - ms), ms),
      alerts: this.store.alertsOf(nodeId, now - ms),
    }
  }

  /** What these settings would have said of a node's last week. */
  wouldFire(nodeId: string, config: WatchConfig, now: number): Output<'watch.wouldFire'> {
    const dayAgo = now - DAY
    const points = [
      ...this.store.points(nodeId, TEN_MINUTES, now - TRIED_MS, dayAgo),
      ...this.store.points(nodeId, 0, dayAgo),
    ]
    return wouldFire(points, nodeId, this.registry.get(nodeId).label, config)
  }
}

/** As many points as a chart has room for. */
function thinned(points: WatchPoint[], overMs: number): WatchPoint[] {
  if (points.length <= MOST_POINTS) return points
  return merge(points, Math.ceil(overMs / (MOST_POINTS - 1) / MINUTE) * MINUTE)
}
