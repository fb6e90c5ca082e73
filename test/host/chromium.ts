import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext, Page } from 'playwright-core'
import type { HostOptions } from './state'

/** One Chromium with one window. */
export interface OpenBrowser {
  readonly context: BrowserContext
  readonly page: Page
  /** The debugging port on the loopback interface; 0 unless a test asked for one. */
  readonly port: number
}

/** Chromium for those who never look at it: it draws pages alike, and lacks what draws a window on a screen. */
const HEADLESS_AT = '/usr/bin/chromium-headless-shell'
const FOUND_AT = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The browser of this machine: OCM_CHROMIUM, or a usual place. Null when there is none. */
export function findChromium({ isHeadless }: { readonly isHeadless: boolean }): string | null {
  const chosen = process.env['OCM_CHROMIUM']
  const places = [...(chosen === undefined ? [] : [chosen]), ...(isHeadless ? [HEADLESS_AT] : []), ...FOUND_AT]
  return places.find(path => existsSync(path)) ?? null
}

/** Starts a browser with a fresh profile. It ends with this process, even a killed one: it listens on a pipe. */
export async function openBrowser(options: HostOptions, size: { width: number; height: number }): Promise<OpenBrowser> {
  const executablePath = findChromium(options)
  if (executablePath === null) throw new Error('No Chromium found. Install chromium, or name one in OCM_CHROMIUM.')
  // Only now: Electron has its browser within, and an app in the tray needs none.
  const { chromium } = await import('playwright-core')
  const profile = mkdtempSync(join(options.scratch, 'profile-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: options.isHeadless,
    viewport: null,
    ignoreDefaultArgs: ['--enable-automation'],
    args: browserFlags(options, size),
  })
  const page = context.pages()[0] ?? (await context.newPage())
  return { context, page, port: options.isTest ? await portOf(profile) : 0 }
}

function browserFlags(
  { isTest, isHeadless }: HostOptions,
  { width, height }: { width: number; height: number },
): string[] {
  return [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--window-size=${width},${height}`,
    // As root Chromium refuses to start with its sandbox.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    // A window without tabs and address. It needs a page of a web scheme to begin with.
    ...(isHeadless ? [] : ['--app=data:text/html,<title>OCM</title>']),
    // One dash: playwright would give up its pipe for `--remote-debugging-port`, and the browser would outlive us.
    ...(isTest ? ['-remote-debugging-port=0'] : []),
  ]
}

/** Chromium writes the port it chose into its profile. */
async function portOf(profile: string): Promise<number> {
  const file = join(profile, 'DevToolsActivePort')
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0
    if (port > 0) return port
    await sleep(50)
  }
  throw new Error('Chromium did not say its debugging port')
}
