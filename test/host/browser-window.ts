import type Electron from 'electron'
import { EventEmitter } from 'node:events'
import type { HostApp } from './app'
import { openBrowser, type OpenBrowser } from './chromium'
import type { HostIpcMain } from './ipc-main'
import type { HostPermission, HostSession } from './session'
import { makeEvent, type HostState } from './state'
import { HostWebContents } from './web-contents'
import { layWire } from './wire'

type WindowPart = Pick<
  Electron.BrowserWindow,
  | 'close'
  | 'destroy'
  | 'focus'
  | 'hide'
  | 'isDestroyed'
  | 'isMinimized'
  | 'isVisible'
  | 'loadURL'
  | 'minimize'
  | 'restore'
  | 'show'
>

/** What every window needs from the process. */
export interface WindowHome {
  readonly state: HostState
  readonly app: HostApp
  readonly ipcMain: HostIpcMain
  readonly defaultSession: () => HostSession
}

/** Electron's names and the browser's. */
const PERMISSIONS = {
  geolocation: 'geolocation',
  notifications: 'notifications',
  'clipboard-read': 'clipboard-read',
  'clipboard-sanitized-write': 'clipboard-write',
  media: 'camera',
  midi: 'midi',
} as const satisfies Record<HostPermission, string>

let lastId = 0

/** `BrowserWindow`: one Chromium with one page. */
export class HostBrowserWindow extends EventEmitter implements WindowPart {
  readonly id = ++lastId
  readonly webContents: HostWebContents
  focusCount = 0
  private readonly opened: Promise<OpenBrowser>
  private browser: OpenBrowser | null = null
  private isGone = false
  private isSmall = false
  private isShown: boolean

  constructor(
    private readonly home: WindowHome,
    private readonly options: Electron.BrowserWindowConstructorOptions = {},
  ) {
    super()
    home.state.onlyWhenReady('BrowserWindow')
    assertConfined(options.webPreferences ?? {})
    // The app can only hold sessions of the host, whose other members Electron's type names.
    const session = options.webPreferences?.session as HostSession | undefined
    this.webContents = new HostWebContents(home.state, session ?? home.defaultSession())
    this.isShown = options.show ?? true
    home.state.windows.add(this)
    this.opened = this.open()
    this.opened.catch((error: unknown) => {
      console.error(error)
      home.app.exit(1)
    })
  }

  /** The debugging port; 0 while the page is not there yet. */
  get port(): number {
    return this.browser?.port ?? 0
  }
  isDestroyed(): boolean {
    return this.isGone
  }
  isVisible(): boolean {
    return this.isShown
  }
  isMinimized(): boolean {
    return this.isSmall
  }
  minimize(): void {
    this.isSmall = true
    this.isShown = false
  }
  restore(): void {
    this.isSmall = false
    this.show()
  }
  hide(): void {
    this.isShown = false
  }
  show(): void {
    this.isShown = true
  }
  focus(): void {
    this.focusCount++
    this.emit('focus')
    // A page that is going away cannot come to the front.
    void this.browser?.page.bringToFront().catch(() => undefined)
  }
  async loadURL(url: string): Promise<void> {
    await this.opened
    await this.webContents.navigate(url)
    if (!this.isGone) this.emit('ready-to-show')
  }
  close(): void {
    const event = makeEvent({})
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy(): void {
    if (this.isGone) return
    this.isGone = true
    this.home.state.windows.delete(this)
    this.webContents.markDestroyed()
    // Whether it is still starting or ending already: in both cases it is gone afterwards.
    void this.opened.then(({ context }) => context.close()).catch(() => undefined)
    this.emit('closed')
    if (this.home.state.windows.size === 0) this.home.app.lastWindowClosed()
  }
  applyTheme(): void {
    const { themeSource } = this.home.state
    const colorScheme = themeSource === 'system' ? null : themeSource
    void this.browser?.page.emulateMedia({ colorScheme }).catch(() => undefined)
  }

  private async open(): Promise<OpenBrowser> {
    const { state, ipcMain } = this.home
    const { width = 800, height = 600, webPreferences } = this.options
    const browser = await openBrowser(state.options, { width, height })
    const wire = await layWire(browser.page, {
      state,
      ipcMain,
      contents: this.webContents,
      preload: webPreferences?.preload,
    })
    await this.webContents.attach(browser.page, wire)
    await this.applyPermissions(browser)
    browser.context.on('close', () => this.destroy())
    browser.page.on('close', () => this.destroy())
    this.browser = browser
    this.applyTheme()
    return browser
  }

  /** Gives the browser the app's verdicts, so that pages meet them as they would in Electron. */
  private async applyPermissions({ context, page }: OpenBrowser): Promise<void> {
    const session = await context.newCDPSession(page)
    for (const [permission, name] of Object.entries(PERMISSIONS)) {
      const isGranted = this.webContents.session.isGranted(permission as HostPermission, this.webContents)
      await session.send('Browser.setPermission', { permission: { name }, setting: isGranted ? 'granted' : 'denied' })
    }
  }
}

/** The host cannot give a page Node; a window that asks for it would behave otherwise in Electron. */
function assertConfined({ sandbox, contextIsolation, nodeIntegration, webSecurity }: Electron.WebPreferences): void {
  if (sandbox === false || contextIsolation === false || nodeIntegration === true || webSecurity === false) {
    throw new Error('The host runs sandboxed, isolated windows only')
  }
}
