import type { ConsoleMessage, Page } from '@playwright/test'
import { startDemoFleet, type DemoFleet } from '../demo/fleet'
import { registerDemoNodes } from '../demo/prepare'
import { expect, test } from './fixtures'

/** What specs on the demo fleet get besides the app. */
export interface DemoFixtures {
  /** How many of the demo nodes there are. */
  readonly nodeCount: number
  /** The fleet, already in the registry of the data folder when the app starts. */
  readonly demo: DemoFleet
  /** What pages complained about: broken policies, errors on the console, exceptions. The test fails unless it stays empty. */
  readonly complaints: Complaints
}

/** Pages are watched from the moment a spec has them; what they said before that is read afterwards. */
export interface Complaints {
  watch(page: Page): Promise<void>
}

/** Playwright's `test` with the real app on a demo fleet of its own. */
export const demoTest = test.extend<DemoFixtures>({
  nodeCount: [2, { option: true }],
  demo: async ({ dataDir, nodeCount }, use) => {
    await using fleet = await startDemoFleet({ count: nodeCount })
    await registerDemoNodes(fleet, dataDir)
    await use(fleet)
  },
  // The nodes are registered before the app opens the folder, and outlive it.
  launch: async ({ demo, launch }, use) => {
    expect(demo.nodes.length).toBeGreaterThan(0)
    await use(options => launch({ env: { OCM_DEMO: '1' }, ...options }))
  },
  complaints: async ({}, use) => {
    const heard: string[] = []
    await use({ watch: page => watch(page, heard) })
    expect(heard).toEqual([])
  },
  window: async ({ app, complaints }, use) => {
    const page = await app.page()
    await complaints.watch(page)
    await page.setViewportSize({ width: 1280, height: 800 })
    await use(page)
  },
})

async function watch(page: Page, heard: string[]): Promise<void> {
  const note = (message: ConsoleMessage): void => {
    if (message.type() === 'error' || message.type() === 'warning') heard.push(message.text())
  }
  const told = new Set(await page.consoleMessages())
  for (const message of told) note(message)
  for (const error of await page.pageErrors()) heard.push(String(error))
  page.on('console', message => {
    if (!told.has(message)) note(message)
  })
  page.on('pageerror', error => heard.push(String(error)))
}

export { expect } from './fixtures'
