import { app } from 'electron'
import { HIDDEN, setAutostart } from './autostart'

/** Starts the app with the session, or no longer. An unpackaged app would register a bare Electron: it does nothing. */
export function setOpenAtLogin(isOn: boolean): void {
  if (!app.isPackaged) return
  if (process.platform === 'linux') setAutostart(isOn)
  else app.setLoginItemSettings({ openAtLogin: isOn, args: [HIDDEN] })
}

/** Whether this start came from the session, not from a person. */
export function isStartedAtLogin(argv: readonly string[]): boolean {
  if (argv.includes(HIDDEN)) return true
  return process.platform === 'darwin' && app.isPackaged && app.getLoginItemSettings().wasOpenedAtLogin
}
