import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Given to the app when the session starts it: stay in the tray, open no window. */
export const HIDDEN = '--hidden'

/** Electron has no login items on Linux; desktops read this folder. @see the XDG autostart specification */
export function setAutostart(isOn: boolean): void {
  const folder = join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'autostart')
  const file = join(folder, 'ocm.desktop')
  if (!isOn) {
    rmSync(file, { force: true })
    return
  }
  mkdirSync(folder, { recursive: true })
  // An AppImage runs from a mount that is gone tomorrow; APPIMAGE names the file itself.
  writeFileSync(file, desktopEntry(process.env['APPIMAGE'] ?? process.execPath))
}

/** The autostart entry. Quoting as the desktop entry specification asks for `Exec`. */
export function desktopEntry(program: string): string {
  const quoted = `"${program
    .replaceAll(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`
  return `[Desktop Entry]\nType=Application\nName=OCM\nExec=${quoted} ${HIDDEN}\nX-GNOME-Autostart-enabled=true\n`
}
