import { AppError } from '../../shared/errors'
import { WatchConfig } from '../../shared/watch'
import type { Watcher } from './watcher'

/** A watcher that watches nothing yet. */
export function assembleWatcher(): Watcher {
  const notYet = (): never => {
    throw new AppError('bad-input', 'Watching is not there yet.')
  }
  return {
    state: () => ({
      isPaused: false,
      pausedBecause: null,
      worst: 'fine',
      isOffline: false,
      watched: 0,
      nextAt: null,
    }),
    alerts: () => [],
    config: () => WatchConfig.parse({}),
    start: () => undefined,
    checkNow: () => Promise.resolve(),
    pollOnce: notYet,
    snooze: notYet,
    setConfig: notYet,
    setNode: notYet,
    focus: () => undefined,
    power: () => undefined,
    onNotice: () => ({ [Symbol.dispose]: () => undefined }),
    history: () => ({ points: [], alerts: [] }),
    wouldFire: () => [],
    [Symbol.dispose]: () => undefined,
  }
}
