import type Electron from 'electron'
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import type { DialogRecord } from './record'
import type { HostState } from './state'

type DialogPart = Pick<Electron.Dialog, 'showSaveDialog' | 'showOpenDialog' | 'showErrorBox'>

/** `dialog`: records each dialog and gives the answer a test has laid ready; without one, Cancel. */
export function createDialog(state: HostState): DialogPart {
  const answer = (kind: DialogRecord['kind'], title: string): string | null => {
    const given = state.answers.shift() ?? null
    state.record.dialogs.push({ kind, title, answer: given })
    return given
  }
  const titleOf = (args: readonly unknown[]): string => (args.at(-1) as { readonly title?: string }).title ?? ''
  return {
    showSaveDialog: (...args: readonly unknown[]) => {
      const filePath = answer('save', titleOf(args))
      return Promise.resolve({ canceled: filePath === null, filePath: filePath ?? '' })
    },
    showOpenDialog: (...args: readonly unknown[]) => {
      const path = answer('open', titleOf(args))
      return Promise.resolve({ canceled: path === null, filePaths: path === null ? [] : [path] })
    },
    showErrorBox: title => state.record.dialogs.push({ kind: 'error', title, answer: null }),
  }
}

/** `shell`: what would open in the browser is recorded. */
export function createShell(state: HostState): Pick<Electron.Shell, 'openExternal' | 'openPath' | 'showItemInFolder'> {
  return {
    openExternal: url => Promise.resolve(void state.record.opened.push(url)),
    openPath: path => Promise.resolve(existsSync(path) ? '' : 'No such file'),
    showItemInFolder: path => void state.record.opened.push(path),
  }
}

/** `Notification`: recorded when shown. */
export function createNotification(state: HostState): object {
  return class HostNotification extends EventEmitter implements Pick<Electron.Notification, 'show' | 'close'> {
    constructor(private readonly options: Electron.NotificationConstructorOptions = {}) {
      super()
    }
    static isSupported(): boolean {
      return true
    }
    show(): void {
      const { title = '', body = '' } = this.options
      state.record.notifications.push({ title, body })
      this.emit('show')
    }
    close(): void {
      this.emit('close')
    }
  }
}

/** `nativeTheme`: the chosen theme reaches the pages. */
export class HostNativeTheme
  extends EventEmitter
  implements Pick<Electron.NativeTheme, 'themeSource' | 'shouldUseDarkColors'>
{
  constructor(private readonly state: HostState) {
    super()
  }
  get themeSource(): 'system' | 'light' | 'dark' {
    return this.state.themeSource
  }
  set themeSource(source: 'system' | 'light' | 'dark') {
    this.state.themeSource = source
    for (const window of this.state.windows) window.applyTheme()
    this.emit('updated')
  }
  get shouldUseDarkColors(): boolean {
    return this.state.themeSource === 'dark'
  }
}

/** `nativeImage`: knows whether the file was there. */
export const nativeImage = {
  createFromPath: (path: string) => image(!existsSync(path)),
  createEmpty: () => image(true),
}

function image(isEmpty: boolean): Pick<Electron.NativeImage, 'isEmpty' | 'setTemplateImage'> {
  return { isEmpty: () => isEmpty, setTemplateImage: () => undefined }
}
