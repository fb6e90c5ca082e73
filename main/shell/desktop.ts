import { dialog, shell, type BrowserWindow } from 'electron'
import { AppError } from '../../shared/errors'
import type { Desktop } from '../api'
import { setOpenAtLogin } from './login'

/** Where a click may lead: an origin and the path under it. */
const ALLOWED = [
  { origin: 'https://docs.openclaw.ai', path: '/' },
  { origin: 'https://github.com', path: '/openclaw' },
  { origin: 'https://t.me', path: '/BotFather' },
] as const

/** Whether an address may be opened in the browser. */
export function isAllowedOutside(address: string, own: string | null): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') return false
  const ownPage =
    own !== null && URL.canParse(own) ? [{ origin: new URL(own).origin, path: new URL(own).pathname }] : []
  return [...ALLOWED, ...ownPage].some(({ origin, path }) => url.origin === origin && isUnder(url.pathname, path))
}

/** `/openclaw` holds `/openclaw` and `/openclaw/docs`, not `/openclaw-evil`. */
function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

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
    openFile: async ({ title }) => {
      const parent = window()
      const options = { title, properties: ['openFile' as const] }
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
