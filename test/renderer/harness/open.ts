/** Opens the built window in a real Chromium, under the same policy as in the app, with a fixture behind `window.api`. */
import { build } from 'esbuild'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { build as buildWindow } from 'vite'

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

/** The harness: a server on loopback and a browser. Dispose of it. */
export interface Harness extends AsyncDisposable {
  /** Opens the window. `scene` sets the fixture, see fixture-api. */
  open(options?: OpenOptions): Promise<Opened>
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

/** Builds the window and starts server and browser. */
export async function startHarness(): Promise<Harness> {
  // A folder of its own, so that tests can run side by side and leave the app's build alone.
  const folder = await mkdtemp(join(tmpdir(), 'ocm-window-'))
  await buildWindow({ configFile: 'vite.config.ts', logLevel: 'warn', build: { outDir: folder } })
  const [fixture, server, browser] = await Promise.all([bundleFixture(), serve(folder), launch()])
  const { port } = server.address() as AddressInfo
  return {
    open: options => openPage(browser, { fixture, port, ...options }),
    async [Symbol.asyncDispose]() {
      await browser.close()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function launch(): Promise<Browser> {
  const executablePath = process.env['OCM_CHROMIUM'] ?? '/usr/bin/chromium'
  const isThere = existsSync(executablePath)
  return chromium.launch({
    ...(isThere ? { executablePath } : { channel: 'chrome' }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
  })
}

async function bundleFixture(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['test/renderer/harness/fixture-api.ts'],
    bundle: true,
    format: 'iife',
    target: 'chrome140',
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/favicon.ico') return response.writeHead(204).end()
    const file = join(folder, normalize(pathname === '/' ? '/index.html' : decodeURIComponent(pathname)))
    readFile(file).then(
      content => {
        const type = TYPES[extname(file)] ?? 'application/octet-stream'
        response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(content)
      },
      () => response.writeHead(404, { 'content-security-policy': POLICY }).end(),
    )
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return server
}

/** A page of fixtures answers at once on a machine that has nothing else to do; longer than this hides a mistake. */
const ACTION_LIMIT_MS = 30_000

interface PageOptions extends OpenOptions {
  readonly fixture: string
  readonly port: number
}

async function openPage(browser: Browser, options: PageOptions): Promise<Opened> {
  const {
    fixture,
    port,
    scene = {},
    theme = 'light',
    size = { width: 1280, height: 800 },
    reducedMotion = true,
  } = options
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
  await page.addInitScript({ content: fixture })
  await page.goto(`http://127.0.0.1:${port}/?${new URLSearchParams(scene).toString()}`)
  return { page, complaints }
}
