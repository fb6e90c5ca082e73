import type { Page } from '@playwright/test'
import { card, runPlan } from '../demo/tour'
import { demoTest as test, expect } from './demo'
import { configText, healthOn } from './node-files'
import { invoke } from './page'

test.setTimeout(120_000)

const plan = (window: Page) => window.getByRole('article', { name: 'Plan' })
const shelf = (window: Page) => window.getByRole('complementary', { name: 'Shelf of backups' })
const fleetHeading = (window: Page) => window.getByRole('heading', { level: 1, name: 'Fleet' })

/** How many runs there are, asked as the window asks. */
async function runCount(window: Page): Promise<number> {
  const reply = (await invoke(window, 'operations.list')) as { readonly value: readonly unknown[] }
  return reply.value.length
}

test('dragging with the mouse only ever opens a plan, and leaving the plan changes nothing', async ({
  window,
  demo,
}) => {
  const [source, target] = [demo.node('pc-a'), demo.node('pc-b')]
  const before = { source: await configText(source), target: await configText(target) }
  // That they still answer afterwards says something only where they did before: an active unit may not answer yet.
  for (const { gatewayPort } of [source, target])
    await expect.poll(() => healthOn(gatewayPort), { timeout: 30_000 }).toBe('answers')
  const expectUntouched = async (runs: number): Promise<void> => {
    await expect(fleetHeading(window)).toBeVisible()
    expect(await runCount(window)).toBe(runs)
    expect({ source: await configText(source), target: await configText(target) }).toEqual(before)
    expect([await healthOn(source.gatewayPort), await healthOn(target.gatewayPort)]).toEqual(['answers', 'answers'])
  }
  await expect(card(window, 'pc-a').getByText('Running')).toBeVisible({ timeout: 30_000 })
  await expect(card(window, 'pc-b').getByText('Running')).toBeVisible({ timeout: 30_000 })

  await test.step('node onto node, then Escape', async () => {
    await card(window, 'pc-a').dragTo(card(window, 'pc-b'))
    await expect(plan(window).getByText('Migration plan · nothing has started')).toBeVisible({ timeout: 30_000 })
    await window.keyboard.press('Escape')
    await expectUntouched(0)
  })
  await test.step('node onto node, then Cancel', async () => {
    await card(window, 'pc-b').dragTo(card(window, 'pc-a'))
    await plan(window).getByRole('button', { name: 'Cancel', exact: true }).click()
    await expectUntouched(0)
  })
  await test.step('node onto shelf, then Cancel', async () => {
    await card(window, 'pc-a').dragTo(shelf(window))
    await expect(plan(window).getByText('Back-up plan · nothing has started')).toBeVisible({ timeout: 30_000 })
    await plan(window).getByRole('button', { name: 'Cancel', exact: true }).click()
    await expectUntouched(0)
    await expect(window.getByRole('group', { name: /^Backup of/ })).toHaveCount(0)
  })
  await test.step('letting go beside every target opens nothing', async () => {
    await card(window, 'pc-a').dragTo(window.getByRole('button', { name: 'Settings' }))
    await expectUntouched(0)
    await expect(window.locator('.drop-spot')).toHaveCount(0)
  })
  await test.step('backup onto node, then Escape', async () => {
    await card(window, 'pc-b').dragTo(shelf(window))
    await runPlan(window, 'Run backup')
    await window.getByRole('button', { name: 'Done', exact: true }).click()
    await window.getByRole('group', { name: 'Backup of pc-b' }).dragTo(card(window, 'pc-b'))
    await expect(plan(window).getByText('Restore plan · nothing has started')).toBeVisible({ timeout: 30_000 })
    await window.keyboard.press('Escape')
    await expectUntouched(1)
  })
})
