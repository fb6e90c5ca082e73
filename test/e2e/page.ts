import { expect, type Frame, type Page } from '@playwright/test'
import type { Api } from '../../shared/contract'

/** Calls as the page's own script would, with whatever words, typed or not. */
export async function invoke(page: Page | Frame, command: string, input?: unknown): Promise<unknown> {
  return await page.evaluate(
    async ([name, given]) => {
      const { api } = globalThis as unknown as { readonly api: Api }
      const loose = api as unknown as { readonly invoke: (command: string, input: unknown) => Promise<unknown> }
      return await loose.invoke(name as string, given).catch((error: unknown) => `rejected: ${String(error)}`)
    },
    [command, input],
  )
}

/** Sets the theme, and waits until the page is shown in it. */
export async function setTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await invoke(page, 'settings.set', { theme })
  await expect(page.locator(':root')).toHaveAttribute('data-theme', theme)
}

/** An event as the stub's page heard it. */
export interface Heard {
  readonly event: string
  readonly data: unknown
}
/** All events the stub's page heard so far. */
export const heard = (page: Page): Promise<readonly Heard[]> =>
  page.evaluate(() => (globalThis as unknown as { readonly heard: Heard[] }).heard)
