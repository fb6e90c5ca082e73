import { SECOND } from '../../shared/units'
import type { ActionContext } from './types'

/** Shows every second for how long something is waited for, until disposed. */
export function countUp(context: ActionContext, text: string): Disposable {
  const startedAt = performance.now()
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / SECOND)
    context.note(`${text}: ${seconds} s of at most ${Math.round(context.limitMs / SECOND)} s`)
  }, SECOND)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** Settles when the signal fires; lets go of it when disposed. */
export function onAbort(signal: AbortSignal): Disposable & { readonly fired: Promise<void> } {
  let fire = (): void => undefined
  const fired = new Promise<void>(resolve => (fire = resolve))
  signal.addEventListener('abort', fire)
  if (signal.aborted) fire()
  return { fired, [Symbol.dispose]: () => signal.removeEventListener('abort', fire) }
}
