import type { Page } from '@playwright/test'
import { card, runPlan } from '../demo/tour'
import { expectNoAxeViolations } from './axe'
import { demoTest as test, expect } from './demo'

test.setTimeout(150_000)
test.use({ nodeCount: 6 })

const go = (window: Page, place: string) =>
  window
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: new RegExp(`^${place}`) })
    .click()

/** Every view of the window with real data in it, each looked at by axe. */
async function lookAround(window: Page): Promise<void> {
  const look = (name: string) => test.step(name, () => expectNoAxeViolations(window))
  await go(window, 'Fleet')
  await look('fleet as grid')
  await window.getByRole('radio', { name: 'List', exact: true }).click()
  await expect(window.getByRole('group', { name: 'Sort by' })).toBeVisible()
  await look('fleet as list')
  await window.getByRole('radio', { name: 'Grid', exact: true }).click()
  await window.getByRole('button', { name: 'Add node' }).click()
  await expect(window.getByRole('dialog', { name: 'Add node' })).toBeVisible()
  await look('adding a node')
  await window.keyboard.press('Escape')
  for (const label of ['pc-a', 'lab-4', 'off-6']) {
    await window.getByRole('button', { name: `Open ${label}` }).click()
    await expect(window.getByRole('heading', { level: 1, name: label })).toBeVisible()
    await look(`page of ${label}`)
    await go(window, 'Fleet')
  }
  await card(window, 'pc-a').dragTo(card(window, 'pc-b'))
  const plan = window.getByRole('article', { name: 'Plan' })
  await expect(plan).toBeVisible({ timeout: 30_000 })
  for (const section of ['What is rewritten', 'Left out', 'Steps'])
    await plan.getByRole('button', { name: new RegExp(`^${section}`) }).click()
  await look('plan, unfolded')
  await window.getByRole('button', { name: 'Cancel', exact: true }).click()
  for (const place of ['Backups', 'Activity', 'Settings']) {
    await go(window, place)
    await expect(window.getByRole('heading', { level: 1, name: place })).toBeVisible()
    await look(place)
  }
}

test('axe finds nothing on any view, in either theme', async ({ window }) => {
  await expect(card(window, 'pc-a').getByText('Running')).toBeVisible({ timeout: 30_000 })
  await expect(card(window, 'pc-b').getByText('Running')).toBeVisible({ timeout: 30_000 })
  await expect(card(window, 'off-6').getByText('Offline')).toBeVisible({ timeout: 30_000 })
  await card(window, 'pc-b').dragTo(window.getByRole('complementary', { name: 'Shelf of backups' }))
  await runPlan(window, 'Run backup')
  await test.step('a run that has ended', () => expectNoAxeViolations(window))
  for (const theme of ['Light', 'Dark']) {
    await test.step(theme, async () => {
      await go(window, 'Settings')
      await window.getByRole('radiogroup', { name: 'Theme' }).getByText(theme, { exact: true }).click()
      const isDark = (): Promise<boolean> => window.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
      await expect.poll(isDark).toBe(theme === 'Dark')
      await lookAround(window)
    })
  }
})
