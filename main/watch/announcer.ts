import type { Alert, Notice, WatchState } from '../../shared/watch'
import type { Emit } from '../api'

/** Tells the window and the tray what changed, and each thing only when it did. */
export class Announcer {
  readonly #listeners = new Set<(notice: Notice) => void>()
  #state = ''

  constructor(
    private readonly emit: Emit,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** All that are listed, after any of them changed. */
  alerts(all: Alert[]): void {
    this.emit('alertsChanged', all)
  }

  state(state: WatchState): void {
    const json = JSON.stringify(state)
    if (json === this.#state) return
    this.#state = json
    this.emit('watchChanged', state)
  }

  notices(notices: readonly Notice[]): void {
    for (const notice of notices) {
      for (const listener of this.#listeners) {
        try {
          listener(notice)
        } catch (error) {
          this.onFailure(error)
        }
      }
    }
  }

  onNotice(listener: (notice: Notice) => void): Disposable {
    const entry = listener
    this.#listeners.add(entry)
    return { [Symbol.dispose]: () => void this.#listeners.delete(entry) }
  }
}
