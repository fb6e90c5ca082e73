import type Electron from 'electron'
import { EventEmitter } from 'node:events'
import type { CDPSession, Frame, Page, Request as BrowserRequest, Route } from 'playwright-core'
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
    wire.session.on('Page.windowOpen', ({ url, windowName }) => this.judgeOpen(url, windowName))
    await closePopups(wire.session)
    page.on('load', () => this.emit('did-finish-load'))
    page.on('crash', () => this.emit('render-process-gone', makeEvent({}), { reason: 'crashed', exitCode: 1 }))
    await page.context().route('**/*', async route => {
      // A page that closes meanwhile takes its requests along; what the app's own handler throws is the app's failure.
      await this.judge(route).catch((error: unknown) => this.failed(route, error))
    })
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
      // Not of this window.
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

  private async failed(route: Route, error: unknown): Promise<void> {
    if (this.isGone || isClosed(error)) return
    console.error(error)
    // Answered already, perhaps; if not, the page must not wait for ever.
    await route.abort('failed').catch(() => undefined)
  }

  /** A second window: the app's handler is asked. The host opens none; what Electron would have opened is recorded. */
  private judgeOpen(browserUrl: string, frameName: string): void {
    const url = this.state.addresses.toApp(browserUrl)
    const details = {
      url,
      frameName,
      features: '',
      disposition: 'new-window',
      referrer: { url: '', policy: 'default' },
    } as const
    if (this.openHandler?.(details).action !== 'deny') this.state.record.openedWindows.push(url)
  }
}

/** Playwright's word for a page that went away under a request. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && error.message.includes('has been closed')
}

/** The browser asks nobody before it opens a second window: it is closed as soon as it is there. */
async function closePopups(session: CDPSession): Promise<void> {
  session.on('Target.targetCreated', ({ targetInfo: { targetId, type, openerId } }) => {
    if (type !== 'page' || openerId === undefined) return
    // It may be gone by itself.
    session.send('Target.closeTarget', { targetId }).catch(() => undefined)
  })
  await session.send('Target.setDiscoverTargets', { discover: true })
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
