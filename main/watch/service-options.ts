import type { AppError } from '../../shared/errors'
import type { NodeRecord } from '../../shared/node'
import type { WatchPoint } from '../../shared/sample'
import type { Emit } from '../api'
import type { Clock } from './clock'
import type { PollerOptions } from './poller'
import type { WatchStore } from './store'

/** What watching stands on. */
export interface WatchServiceOptions extends Omit<PollerOptions, 'onPoint'> {
  readonly store: WatchStore
  readonly clock: Clock
  readonly registry: { list(): readonly NodeRecord[]; get(nodeId: string): NodeRecord }
  readonly emit: Emit
  /** False while a run changes the node or it is on its way out: what it then shows is no fault. */
  readonly mayPoll: (nodeId: string) => boolean
  /** Hears of each point, after the rules where they judge it. */
  readonly afterPoint: (nodeId: string, point: WatchPoint, error: AppError | null) => void
  /** Polling begins. */
  readonly onStart: () => void
  readonly onFailure: (error: unknown) => void
}
