import type { Page } from 'playwright-core'
import { afterAll, beforeAll, inject } from 'vitest'
import { startHarness, type Harness, type OpenOptions } from './open'

/** An open window, and all that went wrong on it. Leaving the scope closes it. */
export interface Held extends AsyncDisposable {
  readonly page: Page
  readonly complaints: readonly string[]
}

/** Starts the harness for the tests of one file; the result opens a window in it. */
export function useWindow(): (options?: OpenOptions) => Promise<Held> {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness(inject('windowFolder'))
  })
  afterAll(async () => {
    await harness[Symbol.asyncDispose]()
  })
  return async (options = {}) => {
    const { page, complaints } = await harness.open(options)
    return { page, complaints, [Symbol.asyncDispose]: () => page.context().close() }
  }
}

/** Room for a machine under load. */
export const SLOW = { timeout: 90_000 }

/** The card of a node. */
export const card = (page: Page, label: string) => page.getByRole('group', { name: new RegExp(`^${label},`) })

/** Picks a card up by keyboard. Drop spots are there one frame before the keys are listened to; the focus comes after. */
export async function pickUp(page: Page, label: string): Promise<void> {
  await card(page, label).focus()
  await page.keyboard.press('Enter')
  await page.locator('.drop-spot:focus').waitFor()
}

/** What was sent with each call of a command so far. */
export const calls = (page: Page, command: string) =>
  page.evaluate(name => window.harness.calls.filter(call => call.command === name).map(call => call.input), command)

/** The heading of the view. */
export const title = (page: Page) => page.getByRole('heading', { level: 1 }).innerText()

/** All that lives in the page's memory, strings included: state, closures and whatever else could keep a secret. */
export async function heapOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return chunks.join('')
}
