import type Electron from 'electron'
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { DialogRecord, NotificationRecord } from './record'
import { makeEvent, type HostState } from './state'
import { activationFrom, readToast } from './toast'

type DialogPart = Pick<Electron.Dialog, 'showSaveDialog' | 'showOpenDialog' | 'showErrorBox' | 'showMessageBox'>

/** `dialog`: records each dialog and gives the answer a test has laid ready; without one, Cancel. */
export function createDialog(state: HostState): DialogPart {
  const answer = (kind: DialogRecord['kind'], title: string, more: Partial<DialogRecord> = {}): string | null => {
    const given = state.answers.shift() ?? null
    state.record.dialogs.push({ kind, title, ...more, answer: given })
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
    // The answer laid ready is the words of a button; without one, the button that Escape means.
    showMessageBox: (...args: readonly unknown[]) => {
      const { message, detail = '', buttons = [], cancelId = 0 } = args.at(-1) as Electron.MessageBoxOptions
      const given = answer('message', message, { detail, buttons })
      const response = given === null ? cancelId : buttons.indexOf(given)
      return Promise.resolve({ response, checkboxChecked: false })
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

/** A notification that was shown, for a test to click. */
export interface ShownNotification {
  readonly title: string
  click(action?: string): void
}

/**
 * `Notification`: recorded when shown, with its buttons, and can be clicked. One with `toastXml` is shown as on Windows:
 * from that alone, and a click is told by both ways.
 */
export function createNotification(
  state: HostState,
): Pick<typeof Electron.Notification, 'handleActivation' | 'isSupported'> {
  let pending = state.options.activation
  let activated: ((details: Electron.ActivationArguments) => void) | null = null
  return class HostNotification extends EventEmitter implements Pick<Electron.Notification, 'show' | 'close'> {
    constructor(private readonly options: Electron.NotificationConstructorOptions = {}) {
      super()
    }
    static isSupported(): boolean {
      return true
    }
    /** The click that started the process is told at once, and only once. */
    static handleActivation(callback: (details: Electron.ActivationArguments) => void): void {
      activated = callback
      if (pending !== '') callback(activationFrom(pending))
      pending = ''
    }
    show(): void {
      const shown = this.look()
      state.record.notifications.push(shown)
      state.shown.push({ title: shown.title, click: action => this.click(shown, action) })
      this.emit('show')
    }
    private look(): NotificationRecord {
      const { title = '', body = '', actions = [], toastXml } = this.options
      if (toastXml !== undefined) return readToast(toastXml)
      return { title, body, actions: actions.map(({ text = '' }) => text) }
    }
    close(): void {
      this.emit('close')
    }
    private click({ actions, words }: NotificationRecord, action: string | undefined): void {
      const actionIndex = action === undefined ? -1 : actions.findIndex(name => name.startsWith(action))
      if (action === undefined) this.emit('click', makeEvent({}))
      else if (actionIndex < 0) throw new Error(`The notification has no ${action}: ${actions.join(', ')}`)
      else this.emit('action', makeEvent({ actionIndex, selectionIndex: -1 }), actionIndex)
      const handed = words?.[actionIndex + 1]
      if (handed !== undefined) activated?.(activationFrom(handed))
    }
  }
}

/** `powerMonitor`: tells what a test makes of the machine's power. */
export class HostPowerMonitor extends EventEmitter implements Pick<Electron.PowerMonitor, 'isOnBatteryPower'> {
  onBatteryPower = false
  isOnBatteryPower(): boolean {
    return this.onBatteryPower
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

/** `nativeImage`: knows whether the file was there, and its name. */
export const nativeImage = {
  createFromPath: (path: string) => image(!existsSync(path), basename(path)),
  createEmpty: () => image(true, ''),
}

/** An image of the host. */
export interface HostImage extends Pick<Electron.NativeImage, 'isEmpty' | 'setTemplateImage'> {
  readonly file: string
}

function image(isEmpty: boolean, file: string): HostImage {
  return { isEmpty: () => isEmpty, setTemplateImage: () => undefined, file }
}
