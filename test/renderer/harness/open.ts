/** Opens the built window in a real Chromium, under the same policy as in the app, with a fixture behind `window.api`. */
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { findChromium } from '../../host/chromium.ts'
import { FIXTURE } from './build.ts'

/** No `unsafe-*` anywhere; nothing from elsewhere. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** What a page can load besides the window. */
const EXTRAS: Readonly<Record<string, string>> = { '/axe.js': 'node_modules/axe-core/axe.min.js' }

/** The harness: a server on loopback and a browser. Dispose of it. */
export interface Harness extends AsyncDisposable {
  /** Opens the window in a browser context of its own. `scene` sets the fixture, see fixture-api. */
  open(options?: OpenOptions): Promise<Opened>
  /**
   * Opens the window again and again on one page, anew each time. What it costs to start one and to compile the window's
   * scripts is paid once; what lives as long as a page is shared, so this is for looks only.
   */
  openInTurn(): Promise<(scene?: OpenOptions['scene']) => Promise<Opened>>
}

/** How a page is opened. */
export interface OpenOptions {
  readonly scene?: Readonly<Record<string, string>>
  readonly theme?: 'light' | 'dark'
  readonly size?: { readonly width: number; readonly height: number }
  readonly reducedMotion?: boolean
}

/** A page, and all that went wrong on it: errors and violations of the policy. */
export interface Opened {
  readonly page: Page
  readonly complaints: readonly string[]
}

/** Starts server and browser for what `buildWindow` built into the folder. */
export async function startHarness(folder: string): Promise<Harness> {
  const [server, browser] = await Promise.all([serve(folder), launch()])
  const { port } = server.address() as AddressInfo
  const address = (scene: OpenOptions['scene'] = {}) =>
    `http://127.0.0.1:${port}/?${new URLSearchParams(scene).toString()}`
  const fixture = join(folder, FIXTURE)
  return {
    async open(options = {}) {
      const opened = await newPage(browser, fixture, options)
      await opened.page.goto(address(options.scene))
      return opened
    },
    async openInTurn() {
      const { page, complaints } = await newPage(browser, fixture, {})
      return async scene => {
        complaints.splice(0)
        await page.mouse.move(0, 0)
        await page.emulateMedia({ colorScheme: 'light' })
        await page.goto(address(scene))
        return { page, complaints }
      }
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      server.close()
    },
  }
}

async function launch(): Promise<Browser> {
  const executablePath = findChromium({ isHeadless: true })
  return chromium.launch({
    ...(executablePath === null ? { channel: 'chrome' } : { executablePath }),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
      // A page lives for seconds here: compiling its scripts better costs a fifth more than it saves.
      '--js-flags=--no-maglev --no-turbofan',
    ],
  })
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/favicon.ico') return response.writeHead(204).end()
    const inFolder = join(folder, normalize(pathname === '/' ? '/index.html' : decodeURIComponent(pathname)))
    const file = EXTRAS[pathname] ?? inFolder
    readFile(file).then(
      content => {
        const type = TYPES[extname(file)] ?? 'application/octet-stream'
        // A page that opens the window again keeps its scripts, compiled.
        const kept = type === TYPES['.html'] ? 'no-store' : 'max-age=3600'
        const headers = { 'content-type': type, 'content-security-policy': POLICY, 'cache-control': kept }
        response.writeHead(200, headers).end(content)
      },
      () => response.writeHead(404, { 'content-security-policy': POLICY }).end(),
    )
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return server
}

/** A page of fixtures answers at once on a machine that has nothing else to do; longer than this hides a mistake. */
const ACTION_LIMIT_MS = 30_000

/** @returns The page and what goes wrong on it from now on. */
async function newPage(
  browser: Browser,
  fixture: string,
  { theme = 'light', size = { width: 1280, height: 800 }, reducedMotion = true }: OpenOptions,
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: theme,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(ACTION_LIMIT_MS)
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  await page.addInitScript({ path: fixture })
  // What React's development build notes for the tools of a developer, a tenth of its time. What it complains of stays.
  await page.addInitScript(() => {
    for (const tool of ['createTask', 'timeStamp']) Reflect.deleteProperty(console, tool)
  })
  return { page, complaints }
}
