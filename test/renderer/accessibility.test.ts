import type axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startHarness, type Harness } from './harness/open'
import { VIEWS } from './harness/views'

declare global {
  interface Window {
    /** Put there by the script that the harness serves. */
    readonly axe: typeof axe
  }
}

let harness: Harness
let open: Awaited<ReturnType<Harness['openInTurn']>>

beforeAll(async () => {
  harness = await startHarness(inject('windowFolder'))
  open = await harness.openInTurn()
})

afterAll(async () => {
  await harness[Symbol.asyncDispose]()
})

/** Violations in words, so that a failure says what to mend. Of `rules` alone, where they are named. */
async function violations(page: Page, without: readonly string[] = [], rules?: string[]): Promise<string[]> {
  const { violations: found } = await page.evaluate(
    only =>
      window.axe.run({
        // Nothing is left out of what is found: only the long lists of what was fine are not made.
        resultTypes: ['violations'],
        ...(only === undefined ? {} : { runOnly: { type: 'rule', values: only } }),
      }),
    rules,
  )
  return found
    .filter(({ id }) => !without.includes(id))
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html} ${node.failureSummary ?? ''}`))
}

describe.each(Object.entries(VIEWS))('view %s', (_name, view) => {
  test('has no axe violation in light or dark, and breaks no policy', { timeout: 90_000 }, async () => {
    const { page, complaints } = await open(view.scene)
    await view.show(page)
    await page.addScriptTag({ url: '/axe.js' })
    expect(await violations(page, view.without)).toEqual([])
    // The same elements in other colours: what else axe asks of them has its answer.
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator(':root[data-theme=dark]').waitFor({ state: 'attached' })
    expect(await violations(page, view.without, ['color-contrast', 'link-in-text-block'])).toEqual([])
    expect(complaints).toEqual([])
  })
})
