import type { Event, EventData } from '../shared/contract'
import type { Bus } from './api'

/** Passes each fact to everyone who listens, in the order they came. A listener's failure is its own. */
export function createBus(onFailure: (error: unknown) => void): Bus {
  const listeners = new Set<(event: Event, data: EventData<Event>) => void>()
  return {
    emit: (event, data) => {
      for (const listener of listeners) {
        try {
          listener(event, data)
        } catch (error) {
          onFailure(error)
        }
      }
    },
    listen: listener => {
      const entry = listener
      listeners.add(entry)
      return { [Symbol.dispose]: () => void listeners.delete(entry) }
    },
  }
}
