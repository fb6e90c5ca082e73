import { BrowserWindow, Notification, Tray, app, dialog, powerMonitor, shell, type Menu } from 'electron'
import type { Control, DesktopRecord, DialogRecord, TrayState } from './record'

/**
 * Loaded into a real Electron before the app (`electron -r`): makes tray, dialogs and notifications visible to a test,
 * with the same {@link Control} the host offers. The app itself stays as it was built.
 */
const record: DesktopRecord = { dialogs: [], opened: [], notifications: [], refusedRequests: [] }
const answers: (string | null)[] = []
const focusCounts = new WeakMap<BrowserWindow, number>()
let tray: { menu: Menu | null; toolTip: string } | null = null

const { setContextMenu, setToolTip, destroy } = Tray.prototype
Tray.prototype.setContextMenu = function (menu) {
  tray = { menu, toolTip: tray?.toolTip ?? '' }
  setContextMenu.call(this, menu)
}
Tray.prototype.setToolTip = function (toolTip) {
  tray = { menu: tray?.menu ?? null, toolTip }
  setToolTip.call(this, toolTip)
}
Tray.prototype.destroy = function () {
  tray = null
  destroy.call(this)
}
const { show } = Notification.prototype
Notification.prototype.show = function () {
  record.notifications.push({ title: this.title, body: this.body })
  show.call(this)
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
app.on('browser-window-created', (_event, window) => {
  window.on('focus', () => focusCounts.set(window, (focusCounts.get(window) ?? 0) + 1))
})

function answer(kind: DialogRecord['kind'], args: readonly unknown[]): string | null {
  const given = answers.shift() ?? null
  const { title = '' } = args.at(-1) as { readonly title?: string }
  record.dialogs.push({ kind, title, answer: given })
  return given
}

function look(): TrayState | null {
  if (tray === null) return null
  const entries = (tray.menu?.items ?? []).map(({ label, type, enabled }) => ({ label, type, isEnabled: enabled }))
  return { toolTip: tray.toolTip, entries }
}

const control: Control = {
  tray: look,
  clickTray: label => {
    const item = tray?.menu?.items.find(({ label: own, enabled }) => enabled && own.startsWith(label))
    if (item === undefined) throw new Error(`The tray has no entry ${label}`)
    item.click()
  },
  answerDialog: given => void answers.push(given),
  record: () => record,
  resume: () => void powerMonitor.emit('resume'),
  closeWindow: () => BrowserWindow.getAllWindows().at(-1)?.close(),
  windows: () =>
    BrowserWindow.getAllWindows().map(window => ({
      id: window.id,
      port: 0,
      isVisible: window.isVisible(),
      focusCount: focusCounts.get(window) ?? 0,
    })),
  quit: () => app.quit(),
}
Object.defineProperty(globalThis, 'ocmControl', { value: control })
