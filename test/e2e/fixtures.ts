import { test as base, type Page } from '@playwright/test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchApp, type LaunchOptions, type RunningApp } from '../host/launch'
import { STUB_ENTRY } from '../host/stub/bundle'

/** What specs get. `launch` starts further instances; all end with the test. */
export interface AppFixtures {
  /** Which built app: the real one, or the stub that has only a shell. */
  readonly entry: string
  /** Words the app is started with. */
  readonly appArgs: readonly string[]
  readonly dataDir: string
  readonly launch: (options?: Partial<LaunchOptions>) => Promise<RunningApp>
  readonly app: RunningApp
  readonly window: Page
}

/** Playwright's `test` with a running app. Each test has a data folder of its own. */
export const test = base.extend<AppFixtures>({
  entry: ['out/main/index.js', { option: true }],
  appArgs: [[], { option: true }],

  dataDir: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'ocm-e2e-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  },
  launch: async ({ entry, appArgs, dataDir }, use, info) => {
    const started: RunningApp[] = []
    await use(async options => {
      const app = await launchApp({ entry, dataDir, args: appArgs, ...options })
      started.push(app)
      return app
    })
    for (const app of started.reverse()) await app.close()
    if (info.status !== info.expectedStatus) {
      for (const [index, app] of started.entries()) await info.attach(`output-${index}.txt`, { body: app.output() })
    }
  },
  app: async ({ launch }, use) => use(await launch()),
  window: async ({ app }, use) => {
    const page = await app.page()
    await page.setViewportSize({ width: 1120, height: 720 })
    await use(page)
  },
})

/** The same `test` on the stub. */
export const stubTest = test.extend<AppFixtures>({ entry: STUB_ENTRY })

export { expect } from '@playwright/test'
