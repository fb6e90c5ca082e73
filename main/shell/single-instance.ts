import { app } from 'electron'

/**
 * Takes the lock of this data folder; false when another OCM holds it, which then shows its window instead.
 * The folder must be set before, since the lock belongs to it.
 */
export function takeInstanceLock(onSecond: () => void): boolean {
  if (!app.requestSingleInstanceLock()) return false
  app.on('second-instance', () => onSecond())
  return true
}
