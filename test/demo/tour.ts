import type { Locator, Page } from 'playwright-core'
import { join } from 'node:path'
import { MINUTE } from '../../shared/units'
import { deleteNode } from './tour-deletion'
import { watchAndClean } from './tour-watch'

/** What the tour did, in words. */
export interface TourResult {
  readonly lines: readonly string[]
  readonly screenshots: readonly string[]
}

/** How the tour is taken. */
export interface TourOptions {
  /** Where the numbered screenshots go. */
  readonly folder: string
  readonly say: (line: string) => void
  /** Where the pictures of the README go, if they are wanted too. */
  readonly images?: string
}

/** The whole card of a node: it is named with its label first. */
export function card(page: Page, label: string): Locator {
  return page.getByRole('group', { name: new RegExp(`^${label},`) })
}

/** Answers every open question of a plan: the first choice that does not just keep what is in the way. */
export async function decideAll(page: Page): Promise<void> {
  const open = page.getByRole('radiogroup').filter({ hasNot: page.getByRole('radio', { checked: true }) })
  for (let left = await open.count(); left > 0; left = await open.count()) {
    const choices = open.first().getByRole('radio')
    const labels = await choices.evaluateAll(elements => elements.map(one => one.closest('label')?.textContent ?? ''))
    const wanted = labels.findIndex(label => !/keep|anyway/i.test(label))
    await choices.nth(Math.max(0, wanted)).click()
    // The answer makes the plan anew; only then is the question settled.
    await open.nth(left - 1).waitFor({ state: 'detached' })
  }
}

/** Runs a plan that is open, and waits for its proof or its end. */
export async function runPlan(page: Page, button: string): Promise<void> {
  await decideAll(page)
  await page.getByRole('button', { name: button, exact: true }).click()
  await page
    .getByText(/and proven|Backed up and verified|Finished/i)
    .first()
    .waitFor({ timeout: 5 * MINUTE })
}

/** Survey, clean up, back up, migrate by drag, restore, delete: what a person would do, with a numbered screenshot of each stop. */
export async function takeTour(page: Page, { folder, say, images }: TourOptions): Promise<TourResult> {
  const lines: string[] = []
  const screenshots: string[] = []
  const stop = async (name: string, line: string): Promise<void> => {
    const file = join(folder, `${String(screenshots.length + 1).padStart(2, '0')}-${name}.png`)
    await page.screenshot({ path: file, animations: 'disabled' })
    screenshots.push(file)
    lines.push(line)
    say(line)
  }
  const picture = (name: string, theme: 'light' | 'dark'): Promise<void> =>
    images === undefined ? Promise.resolve() : takePicture(page, join(images, `${name}-${theme}.png`), theme)
  await page.setViewportSize({ width: 1280, height: 800 })
  await card(page, 'pc-a').getByText('Running').waitFor({ timeout: MINUTE })
  await card(page, 'pc-b').getByText('Running').waitFor({ timeout: MINUTE })
  await stop('fleet', 'Survey: the board shows six machines, one of them offline and one with a broken configuration.')

  await watchAndClean(page, 'nas-5', { stop, picture })
  await backToFleet(page)

  await card(page, 'pc-a').dragTo(page.getByRole('complementary', { name: 'Shelf of backups' }))
  await page.getByRole('article', { name: 'Plan' }).waitFor()
  await runPlan(page, 'Run backup')
  await stop('backup', 'Back up: pc-a, while its gateway ran.')
  await backToFleet(page)

  await card(page, 'pc-a').dragTo(card(page, 'pc-b'))
  await page.getByRole('article', { name: 'Plan' }).waitFor()
  await stop('plan', 'Migrate: the plan says what is carried, what is rewritten and what is to decide.')
  await picture('plan', 'light')
  await runPlan(page, 'Run migration')
  await page.getByRole('region', { name: 'Proof' }).scrollIntoViewIfNeeded()
  await stop('proof', 'Migrate: pc-a is on pc-b now, proven.')
  await picture('proof', 'dark')
  await backToFleet(page)

  await page.getByRole('group', { name: 'Backup of pc-a' }).last().dragTo(card(page, 'pc-a'))
  await page.getByRole('article', { name: 'Plan' }).waitFor()
  await stop('difference', 'Restore: every difference between the backup and pc-a, before anything happens.')
  await runPlan(page, 'Run restore')
  await stop('restored', 'Restore: pc-a is as it was backed up, and its gateway answers.')
  await backToFleet(page)
  await stop('end', 'The fleet at the end.')
  await picture('fleet', 'light')
  await picture('fleet', 'dark')
  if (images !== undefined) {
    await showRestore(page)
    await picture('restore', 'light')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await backToFleet(page)
  }
  await deleteNode(page, 'pc-b', { stop, picture })
  return { lines, screenshots }
}

/** Opens the plan that would bring pc-b back to what it was before the migration, with the change of its configuration. */
async function showRestore(page: Page): Promise<void> {
  await page.getByRole('group', { name: 'Backup of pc-b' }).last().dragTo(card(page, 'pc-b'))
  await page.getByRole('article', { name: 'Plan' }).waitFor()
  await page.getByRole('button', { name: /^What is restored/ }).click()
  await page.getByRole('button', { name: 'Difference in openclaw.json' }).click()
}

/** A picture in one theme, whatever the system's is. */
async function takePicture(page: Page, path: string, theme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await page.locator(`:root[data-theme=${theme}]`).waitFor({ state: 'attached' })
  await page.screenshot({ path, animations: 'disabled' })
  await page.emulateMedia({ colorScheme: 'light' })
}

async function backToFleet(page: Page): Promise<void> {
  await page
    .getByRole('link', { name: /^Fleet/ })
    .or(page.getByRole('button', { name: /^Fleet/ }))
    .first()
    .click()
  await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor()
}
