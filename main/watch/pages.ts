import { setImmediate as breathe } from 'node:timers/promises'
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

  /** What these settings would have said of the last week of these nodes. */
  async wouldFire(nodeIds: readonly string[], config: WatchConfig, now: number): Promise<Output<'watch.wouldFire'>> {
    const found: Output<'watch.wouldFire'> = []
    for (const nodeId of nodeIds) {
      found.push(...wouldFire(this.#lastWeek(nodeId, now), nodeId, this.registry.get(nodeId).label, config))
      await breathe() // A fleet's points take a moment to read.
    }
    return found
  }

  #lastWeek(nodeId: string, now: number): WatchPoint[] {
    const dayAgo = now - DAY
    return [...this.store.points(nodeId, TEN_MINUTES, now - TRIED_MS, dayAgo), ...this.store.points(nodeId, 0, dayAgo)]
  }
}

/** As many points as a chart has room for. */
function thinned(points: WatchPoint[], overMs: number): WatchPoint[] {
  if (points.length <= MOST_POINTS) return points
  return merge(points, Math.ceil(overMs / (MOST_POINTS - 1) / MINUTE) * MINUTE)
}
