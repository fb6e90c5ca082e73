import { aborted, unlessAborted } from './socket'

/** A fixed number of places, given out in the order asked. */
export interface Slots {
  /** Waits for a free place; the result gives it back (once). @throws AppError `aborted`, or what `close` was given. */
  take(signal: AbortSignal): Promise<() => void>
  /** Nobody gets a place any more; who waits is told. */
  close(error: Error): void
}

/** `count` places, all free. */
export function createSlots(count: number): Slots {
  let free = count
  let closedBy: Error | undefined
  const waiting: PromiseWithResolvers<undefined>[] = []

  const give = (): void => {
    const next = waiting.shift()
    if (next) next.resolve(undefined)
    else free += 1
  }
  const releaseOnce = (): (() => void) => {
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      give()
    }
  }

  return {
    take: async signal => {
      if (signal.aborted) throw aborted(signal)
      if (closedBy) throw closedBy
      if (free > 0) {
        free -= 1
        return releaseOnce()
      }
      const turn = Promise.withResolvers<undefined>()
      waiting.push(turn)
      try {
        await unlessAborted(turn.promise, signal)
      } catch (error) {
        const place = waiting.indexOf(turn)
        if (place >= 0) waiting.splice(place, 1)
        else turn.promise.then(give, () => undefined) // the turn came at the same moment: pass it on
        throw error
      }
      return releaseOnce()
    },
    close: error => {
      closedBy ??= error
      for (const turn of waiting.splice(0)) turn.reject(error)
    },
  }
}
