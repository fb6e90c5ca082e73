import axe from 'axe-core'

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHarness, type Harness } from './harness/open'
import { VIEWS } from './harness/views'

declare global {
  interface Window {
    /** Put there by evaluating axe's source on the page. */
    readonly axe: typeof axe
  }
}

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
}, 120_000)

afterAll(async () => {
  await harness[Symbol.asyncDispose]()
})

/** Violations in words, so that a failure says what to mend. Of `rules` alone, where they are named. */
async function violations(page: Page, without: readonly string[] = [], rules?: string[]): Promise<string[]> {
  const { violations: found } = await page.evaluate(
    only => window.axe.run(only === undefined ? {} : { runOnly: { type: 'rule', values: only } }),
    rules,
  )
  return found
    .filter(({ id }) => !without.includes(id))
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html} ${node.failureSummary ?? ''}`))
}

describe.each(Object.entries(VIEWS))('view %s', (_name, view) => {
  test('has no axe violation in light or dark, and breaks no policy', { timeout: 90_000 }, async () => {
    const { page, complaints } = await harness.open(view)
    await view.show(page)
    await page.evaluate(axe.source)
    expect(await violations(page, view.without)).toEqual([])
    // The same elements in other colours: what else axe asks of them has its answer.
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(page, view.without, ['color-contrast', 'link-in-text-block'])).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
