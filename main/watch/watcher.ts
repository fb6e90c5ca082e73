import type { Input, Output } from '../../shared/contract'
import type { WatchPoint } from '../../shared/sample'
import type {
  Alert,
  Notice,
  NodeWatchChange,
  SnoozeFor,
  WatchConfig,
  WatchConfigChange,
  WatchState,
} from '../../shared/watch'

/** What the machine that OCM runs on tells of its power. */
export type PowerEvent = 'suspend' | 'resume' | 'on-battery' | 'on-ac'

/** Watches the fleet: polls nodes, keeps what they tell, and says when something is wrong. */
export interface Watcher extends Disposable {
  state(): WatchState
  /** Open alerts, and those cleared within a week, newest first. */
  alerts(): Alert[]
  config(): WatchConfig
  /** Begins to poll. The app does this; the command line polls once by itself. */
  start(): void
  /** Polls one node, or all that are watched, at once; settles when they were asked. @throws AppError `not-found`. */
  checkNow(nodeId: string | null): Promise<void>
  /** Polls one node and answers its point. One that cannot be reached is a point too. @throws AppError `not-found`. */
  pollOnce(nodeId: string): Promise<WatchPoint>
  /** Settles when no poll is under way. */
  settled(): Promise<void>
  /** @throws AppError `not-found` for an alert that is not open. */
  snooze(alertId: string, until: SnoozeFor | null): Alert
  /** @throws AppError `bad-input` naming the rule and the limit that is wrong. */
  setConfig(change: WatchConfigChange): WatchConfig
  /** @throws AppError `bad-input`, `not-found`. */
  setNode(nodeId: string, change: NodeWatchChange): WatchConfig
  /** The node whose page is open is polled faster; null for none. */
  focus(nodeId: string | null): void
  power(event: PowerEvent): void
  onNotice(listener: (notice: Notice) => void): Disposable
  /** Stored points. @throws AppError `not-found`. */
  history(nodeId: string, span: Input<'watch.history'>['span']): Output<'watch.history'>
  /** @throws AppError `bad-input`, `not-found`. */
  wouldFire(input: Input<'watch.wouldFire'>): Promise<Output<'watch.wouldFire'>>
}
