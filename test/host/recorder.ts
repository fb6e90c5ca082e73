import { BrowserWindow, Notification, Tray, app, dialog, powerMonitor, shell, type MenuItem } from 'electron'
import type { Control, DesktopRecord, DialogRecord, MenuEntry, NotificationRecord, TrayState } from './record'
import { activationFrom, readToast } from './toast'

/**
 * Loaded into a real Electron before the app (`electron -r`): makes tray, dialogs and notifications visible to a test,
 * with the same {@link Control} the host offers. The app itself stays as it was built.
 */
const record: DesktopRecord = { dialogs: [], opened: [], notifications: [], refusedRequests: [], openedWindows: [] }
const answers: (string | null)[] = []
const focusCounts = new Map<number, number>()
let tray: { readonly items: readonly SeenItem[]; readonly toolTip: string } | null = null
const shown: Notification[] = []

const { prototype } = Tray
const original = {
  setContextMenu: Reflect.get(prototype, 'setContextMenu'),
  setToolTip: Reflect.get(prototype, 'setToolTip'),
  destroy: Reflect.get(prototype, 'destroy'),
  show: Reflect.get(Notification.prototype, 'show'),
}

let activated: ((details: Electron.ActivationArguments) => void) | null = null
// Only Electron on Windows has it.
const handleActivation = Reflect.get(Notification, 'handleActivation') as
  typeof Notification.handleActivation | undefined
if (handleActivation !== undefined) {
  Notification.handleActivation = callback => {
    activated = callback
    handleActivation.call(Notification, callback)
    const words = process.env['OCM_HOST_ACTIVATION'] ?? ''
    if (words !== '') callback(activationFrom(words))
  }
}
prototype.setContextMenu = function (menu) {
  tray = { items: (menu?.items ?? []).map(seenItem), toolTip: tray?.toolTip ?? '' }
  original.setContextMenu.call(this, menu)
}
prototype.setToolTip = function (toolTip) {
  tray = { items: tray?.items ?? [], toolTip }
  original.setToolTip.call(this, toolTip)
}
prototype.destroy = function () {
  tray = null
  original.destroy.call(this)
}
Notification.prototype.show = function () {
  record.notifications.push(seenNotification(this))
  shown.push(this)
  original.show.call(this)
}
shell.openExternal = url => Promise.resolve(void record.opened.push(url))
dialog.showSaveDialog = (...args: readonly unknown[]) => {
  const filePath = answer('save', args)
  return Promise.resolve({ canceled: filePath === null, filePath: filePath ?? '' })
}
dialog.showOpenDialog = (...args: readonly unknown[]) => {
  const path = answer('open', args)
  return Promise.resolve({ canceled: path === null, filePaths: path === null ? [] : [path] })
}
dialog.showMessageBox = (...args: readonly unknown[]) => {
  const { message, detail = '', buttons = [], cancelId = 0 } = args.at(-1) as Electron.MessageBoxOptions
  const given = answers.shift() ?? null
  record.dialogs.push({ kind: 'message', title: message, detail, buttons, answer: given })
  return Promise.resolve({ response: given === null ? cancelId : buttons.indexOf(given), checkboxChecked: false })
}
app.on('browser-window-created', (_event, window) => {
  const { id } = window
  window.on('focus', () => focusCounts.set(id, (focusCounts.get(id) ?? 0) + 1))
})

interface SeenItem extends MenuEntry {
  readonly click: () => void
}

function seenItem({ label, type, enabled, click }: MenuItem): SeenItem {
  return { label, type, isEnabled: enabled, click: click as () => void }
}

function seenNotification({ title, body, actions, toastXml }: Notification): NotificationRecord {
  if (toastXml !== '') return readToast(toastXml)
  return { title, body, actions: actions.map(({ text = '' }) => text) }
}

function answer(kind: DialogRecord['kind'], args: readonly unknown[]): string | null {
  const given = answers.shift() ?? null
  const { title = '' } = args.at(-1) as { readonly title?: string }
  record.dialogs.push({ kind, title, answer: given })
  return given
}

function look(): TrayState | null {
  if (tray === null) return null
  const entries = tray.items.map(({ label, type, isEnabled }) => ({ label, type, isEnabled }))
  return { image: null, toolTip: tray.toolTip, entries }
}

const control: Control = {
  tray: look,
  clickTray: label => {
    const item = tray?.items.find(({ label: own, isEnabled }) => isEnabled && own.startsWith(label))
    if (item === undefined) throw new Error(`The tray has no entry ${label}`)
    item.click()
  },
  answerDialog: given => void answers.push(given),
  record: () => record,
  clickNotification: (words, action) => {
    const notification = shown.findLast(({ title }) => title.includes(words))
    if (notification === undefined) throw new Error(`No notification was shown about ${words}`)
    const { actions, words: kept } = seenNotification(notification)
    const actionIndex = action === undefined ? -1 : actions.findIndex(text => text.startsWith(action))
    if (action === undefined) notification.emit('click', {})
    else notification.emit('action', { actionIndex, selectionIndex: -1 }, actionIndex)
    const handed = kept?.[actionIndex + 1]
    if (handed !== undefined) activated?.(activationFrom(handed))
  },
  suspend: () => void powerMonitor.emit('suspend'),
  resume: () => void powerMonitor.emit('resume'),
  setOnBattery: isOn => void powerMonitor.emit(isOn ? 'on-battery' : 'on-ac'),
  closeWindow: () => BrowserWindow.getAllWindows().at(-1)?.close(),
  windows: () =>
    BrowserWindow.getAllWindows().map(window => ({
      id: window.id,
      port: 0,
      isVisible: window.isVisible(),
      isMinimized: window.isMinimized(),
      focusCount: focusCounts.get(window.id) ?? 0,
    })),
  quit: () => app.quit(),
}
Object.defineProperty(globalThis, 'ocmControl', { value: control })
