import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHarness, type Harness } from './harness/open'
import { VIEWS } from './harness/views'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
}, 120_000)

afterAll(async () => {
  await harness[Symbol.asyncDispose]()
})

/** Violations in words, so that a failure says what to mend. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await page.evaluate(
    () => (window as unknown as { axe: typeof axe }).axe.run() as Promise<AxeResults>,
  )
  return found.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html} ${node.failureSummary ?? ''}`))
}

describe.each(Object.entries(VIEWS))('view %s', (_name, view) => {
  test('has no axe violation in light or dark, and breaks no policy', { timeout: 90_000 }, async () => {
    const { page, complaints } = await harness.open(view)
    await view.show(page)
    await page.evaluate(axe.source)
    expect(await violations(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
