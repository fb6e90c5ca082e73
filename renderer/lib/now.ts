import { useSyncExternalStore } from 'react'
import { SECOND } from '../../shared/units'

/** One clock for all relative times, so that they turn together. */
function clockOf(everyMs: number): () => number {
  let nowMs = Date.now()
  const listeners = new Set<() => void>()
  let timer: ReturnType<typeof setInterval> | undefined
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    nowMs = Date.now()
    timer ??= setInterval(() => {
      nowMs = Date.now()
      for (const tell of listeners) tell()
    }, everyMs)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      clearInterval(timer)
      timer = undefined
    }
  }
  return () => useSyncExternalStore(subscribe, () => nowMs)
}

/** The time in ms, turning every 20 s: for ages. */
export const useNow = clockOf(20 * SECOND)

/** The time in ms, turning twice a second: for elapsed times of what runs. */
export const useLiveNow = clockOf(SECOND / 2)
