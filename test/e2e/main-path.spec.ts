import type { Page } from '@playwright/test'
import { card } from '../demo/tour'
import { demoTest as test, expect } from './demo'
import { focusedName, pressOn, tabTo } from './keyboard'
import { configText, filesNaming, healthOn, portIn } from './node-files'

const PROVEN_LIMIT_MS = 60_000

test.setTimeout(150_000)

/** Waits for what a run says of itself at its end. */
async function expectOutcome(window: Page, words: string): Promise<void> {
  const run = window.getByRole('article', { name: 'Run' })
  await expect(run.getByRole('status')).toHaveText(words, { timeout: PROVEN_LIMIT_MS })
}

async function goToFleet(window: Page): Promise<void> {
  await pressOn(window, /^Done$/)
  await expect(window.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
}

test('a set-up moves to another machine and comes back, by keyboard alone', async ({ window, demo }) => {
  const [source, target] = [demo.node('pc-a'), demo.node('pc-b')]
  const before = { source: await configText(source), target: await configText(target) }
  await test.step('the board shows live nodes', async () => {
    await expect(card(window, 'pc-a').getByText('Running')).toBeVisible({ timeout: 30_000 })
    await expect(card(window, 'pc-b').getByText('Running')).toBeVisible({ timeout: 30_000 })
  })
  await test.step('carry pc-a to pc-b: a plan opens', async () => {
    await pressOn(window, /^pc-a,/)
    await pressOn(window, /^Migrate here: pc-a to pc-b$/)
    await expect(window.getByRole('article', { name: 'Plan' })).toBeVisible()
    expect(await configText(target)).toBe(before.target)
  })
  await test.step('decide, and change the mind, without losing the place', async () => {
    await pressOn(window, /^Use port/, 'Space')
    await expect(window.getByText('Ready to run')).toBeVisible()
    const first = await focusedName(window)
    await window.keyboard.press('ArrowDown')
    await expect(window.getByText('Ready to run')).toBeVisible()
    expect(await focusedName(window)).not.toBe(first)
    await window.keyboard.press('ArrowUp')
    await expect(window.getByText('Ready to run')).toBeVisible()
    expect(await focusedName(window)).toBe(first)
  })
  await test.step('run it to its proof', async () => {
    await pressOn(window, /^Run migration$/)
    await expectOutcome(window, 'Migrated and proven')
    const verdicts = window.getByRole('region', { name: 'Proof' }).locator('.verdict')
    expect(new Set(await verdicts.allTextContents())).toEqual(new Set(['Proven']))
  })
  await test.step('plain looks at the machines agree', async () => {
    const moved = await configText(target)
    expect(moved).toContain('Otto')
    expect(moved).toContain('The set-up that took three weekends')
    expect(await filesNaming(target, source.home)).toEqual([])
    expect(await healthOn(portIn(moved))).toBe('answers')
    expect(await healthOn(source.gatewayPort)).toBe('refused')
    expect(await configText(source)).toBe(before.source)
  })
  await test.step('return: both are as before', async () => {
    await pressOn(window, /^Return$/)
    await pressOn(window, /^Run return$/)
    await expectOutcome(window, 'Returned and proven')
    expect(await configText(target)).toBe(before.target)
    expect(await configText(source)).toBe(before.source)
    expect(await healthOn(source.gatewayPort)).toBe('answers')
    expect(await healthOn(target.gatewayPort)).toBe('answers')
    expect(await filesNaming(target, 'Otto')).toEqual([])
  })
  await goToFleet(window)
})
