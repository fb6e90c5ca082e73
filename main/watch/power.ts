import type { WatchConfig, WatchState } from '../../shared/watch'
import type { PowerEvent } from './watcher'

/** What the machine that OCM runs on told of its power. */
export class Power {
  #isAsleep = false
  #isOnBattery = false

  note(event: PowerEvent): void {
    if (event === 'suspend' || event === 'resume') this.#isAsleep = event === 'suspend'
    else this.#isOnBattery = event === 'on-battery'
  }

  /** Why nothing is polled now; null when there is no reason. */
  restsBecause({ isPaused, pausesOnBattery }: WatchConfig): WatchState['pausedBecause'] {
    if (isPaused) return 'admin'
    if (this.#isAsleep) return 'sleep'
    return pausesOnBattery && this.#isOnBattery ? 'battery' : null
  }
}
