import { dialog, shell, type BrowserWindow, type OpenDialogOptions } from 'electron'
import { AppError } from '../../shared/errors'
import type { Desktop } from '../api'
import { setOpenAtLogin } from './login'
import { isAllowedOutside } from './outside'

/** The desktop as Electron gives it. Dialogs belong to the window when there is one. */
export function createDesktop(window: () => BrowserWindow | null, homepage: string | null): Desktop {
  return {
    saveFile: async ({ title, defaultName }) => {
      const parent = window()
      const options = { title, defaultPath: defaultName }
      const { canceled, filePath } = await (parent === null
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(parent, options))
      return canceled || filePath === '' ? null : filePath
    },
    openFile: async ({ title, startIn }) => {
      const parent = window()
      const options: OpenDialogOptions =
        startIn === undefined
          ? { title, properties: ['openFile'] }
          : { title, properties: ['openFile', 'showHiddenFiles'], defaultPath: startIn }
      const { canceled, filePaths } = await (parent === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(parent, options))
      return canceled ? null : (filePaths[0] ?? null)
    },
    openExternal: async url => {
      if (!isAllowedOutside(url, homepage)) {
        throw new AppError('bad-input', 'OCM does not open this address.', {
          hint: 'Only the documentation of OpenClaw and the pages OCM links to are opened.',
        })
      }
      await shell.openExternal(new URL(url).href)
    },
    setOpenAtLogin,
  }
}
