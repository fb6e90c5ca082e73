import { powerMonitor } from 'electron'

/** Calls back when the machine wakes: every kept connection is dead by then, whatever its socket says. */
export function onResume(callback: () => void): Disposable {
  powerMonitor.on('resume', callback)
  return { [Symbol.dispose]: () => powerMonitor.off('resume', callback) }
}
