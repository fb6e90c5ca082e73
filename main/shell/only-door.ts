import { app, dialog, type BrowserWindow } from 'electron'

/** Where there is no tray, the window is the only way to OCM. */
export interface OnlyDoor {
  hasTray: boolean
  /** Whether a window that a person closes may go. */
  mayClose(window: BrowserWindow): boolean
}

const KEEP = 0

/** With a tray every window may go. Without one a person says what closing means: to go on watching, or to quit. */
export function onlyDoor(): OnlyDoor {
  let isQuitting = false
  app.on('before-quit', () => (isQuitting = true))
  const ask = async (window: BrowserWindow): Promise<void> => {
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: 'Go on watching the fleet?',
      detail: 'This desktop shows no icon of OCM, so its window stays, minimized. When OCM quits, nothing is watched.',
      buttons: ['Go on watching', 'Quit OCM'],
      defaultId: KEEP,
      cancelId: KEEP,
    })
    if (response !== KEEP) app.quit()
    else if (!window.isDestroyed()) window.minimize()
  }
  return {
    hasTray: true,
    mayClose(window) {
      if (this.hasTray || isQuitting) return true
      void ask(window)
      return false
    },
  }
}
