import { expect, type Page } from '@playwright/test'
import axe from 'axe-core'

/**
 * Looks at the page as axe does, for WCAG 2.2 A and AA and best practices; fails with what it found and where. What
 * moves to an end (a colour under the pointer, a sheet that opens) has come to it by then: axe would take a colour on
 * its way for the one a person reads.
 */
export async function expectNoAxeViolations(page: Page): Promise<void> {
  // Evaluated by the debugger, so that the page's policy can stay as strict as it is.
  await page.evaluate(axe.source)
  const violations = await page.evaluate(async () => {
    const moving = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(moving.map(({ finished }) => finished))
    const { axe: inPage } = globalThis as unknown as { readonly axe: typeof axe }
    const results = await inPage.run(document, { resultTypes: ['violations'] })
    return results.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      where: nodes.map(({ html }) => html.slice(0, 200)),
    }))
  })
  expect(violations).toEqual([])
}
