import { setImmediate as turn } from 'node:timers/promises'

const SLICE_MS = 15

/**
 * Lets synchronous work breathe: call it often; it gives the event loop a turn every few milliseconds, so that a cancel
 * or a frame of another request gets through. @throws the reason of `signal` once it fired.
 */
export function createPace(signal: AbortSignal): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    if (performance.now() - since < SLICE_MS) return undefined
    return turn().then(() => {
      since = performance.now()
      signal.throwIfAborted()
    })
  }
}
