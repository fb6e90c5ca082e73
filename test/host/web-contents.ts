import type Electron from 'electron'
import { EventEmitter } from 'node:events'
import type { Frame, Page, Request as BrowserRequest, Route } from 'playwright-core'
import type { HostSession } from './session'
import { makeEvent, type HostState } from './state'
import type { PageWire } from './wire'

type ContentsPart = Pick<
  Electron.WebContents,
  'getURL' | 'isDestroyed' | 'send' | 'setVisualZoomLevelLimits' | 'setWindowOpenHandler'
>
type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0]

/** `webContents`: navigation hooks, and the way to the page. */
export class HostWebContents extends EventEmitter implements ContentsPart {
  private page: Page | null = null
  private wire: PageWire | null = null
  private isGone = false
  private openHandler: OpenHandler | null = null
  /** The navigation main itself asked for: it is not put to the hooks. */
  private ownNavigation: string | null = null

  constructor(
    private readonly state: HostState,
    readonly session: HostSession,
  ) {
    super()
  }

  getURL(): string {
    return this.page === null ? '' : this.state.addresses.toApp(this.page.url())
  }
  isDestroyed(): boolean {
    return this.isGone
  }
  send(channel: string, ...args: unknown[]): void {
    if (this.isGone) throw new TypeError('Object has been destroyed')
    this.wire?.send(channel, args)
  }
  setVisualZoomLevelLimits(): Promise<void> {
    return Promise.resolve()
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }

  /** Connects to the page once the browser is up. */
  async attach(page: Page, wire: PageWire): Promise<void> {
    this.page = page
    this.wire = wire
    page.on('load', () => this.emit('did-finish-load'))
    page.on('crash', () => this.emit('render-process-gone', makeEvent({}), { reason: 'crashed', exitCode: 1 }))
    page.context().on('page', popup => void this.judgePopup(popup))
    await page.context().route('**/*', route => this.judge(route))
  }

  async navigate(url: string): Promise<void> {
    const target = this.state.addresses.toBrowser(url)
    this.ownNavigation = target.split('#')[0] ?? target
    await this.page?.goto(target)
  }
  markDestroyed(): void {
    this.isGone = true
    this.page = null
    this.emit('destroyed')
  }

  /** Every request of the page: navigations are put to the app's hooks, our scheme to its handler, the rest is refused. */
  private async judge(route: Route): Promise<void> {
    const request = route.request()
    const url = this.state.addresses.toApp(request.url())
    const frame = frameOf(request)
    if (frame === null || frame.page() !== this.page) {
      // A second window on its way: whether it may stay is `judgePopup`'s question, but it loads nothing.
      await route.abort('aborted')
      return
    }
    if (request.isNavigationRequest() && this.isRefused(url, request.url(), frame.parentFrame() === null)) {
      await route.abort('aborted')
      return
    }
    const scheme = this.state.addresses.schemeOf(request.url())
    const handler = scheme === null ? undefined : this.session.protocol.handlerOf(scheme)
    if (handler === undefined) {
      this.state.record.refusedRequests.push(url)
      await route.abort('blockedbyclient')
      return
    }
    const headers = await request.allHeaders()
    const response = await handler(new Request(url, { method: request.method(), headers: plainHeaders(headers) }))
    const body = Buffer.from(await response.arrayBuffer())
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body })
  }

  private isRefused(url: string, browserUrl: string, isMainFrame: boolean): boolean {
    if (isMainFrame && this.ownNavigation === browserUrl.split('#')[0]) {
      this.ownNavigation = null
      return false
    }
    const event = makeEvent({ url, isMainFrame, isSameDocument: false })
    this.emit('will-frame-navigate', event)
    if (isMainFrame && !event.defaultPrevented) this.emit('will-navigate', event, url)
    return event.defaultPrevented
  }

  /** A second window: the app's handler is asked; without one Electron would open it. */
  private async judgePopup(popup: Page): Promise<void> {
    const url = this.state.addresses.toApp(popup.url())
    const details = {
      url,
      frameName: '',
      features: '',
      disposition: 'new-window' as const,
      referrer: { url: '', policy: 'default' as const },
    }
    if (this.openHandler?.(details).action === 'deny') await popup.close().catch(() => undefined)
  }
}

/** The frame that asks; null for the first request of a window that is only being made. */
function frameOf(request: BrowserRequest): Frame | null {
  try {
    return request.frame()
  } catch {
    // Playwright's way of saying that the frame is not there yet.
    return null
  }
}

/** Pseudo headers of HTTP/2 are none that a Request takes. */
function plainHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')))
}
