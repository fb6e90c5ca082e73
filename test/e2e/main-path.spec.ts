import type { Page } from '@playwright/test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { card } from '../demo/tour'
import { expectNoAxeViolations } from './axe'
import { demoTest as test, expect } from './demo'
import { focusedName, pickUp, pressOn } from './keyboard'
import { configText, filesNaming, healthOn, portIn } from './node-files'
import { setTheme } from './page'

const PROVEN_LIMIT_MS = 60_000

test.setTimeout(150_000)

/** Waits for what a run says of itself at its end. */
async function expectOutcome(window: Page, words: string): Promise<void> {
  const head = window.getByRole('article', { name: 'Run' }).locator('.sheet-head')
  await expect(head.getByRole('status')).toHaveText(words, { timeout: PROVEN_LIMIT_MS })
}

/** Both machines are on the board, looked at just now. */
async function expectLiveBoard(window: Page): Promise<void> {
  await expect(card(window, 'pc-a').getByText('Running')).toBeVisible({ timeout: 30_000 })
  await expect(card(window, 'pc-b').getByText('Running')).toBeVisible({ timeout: 30_000 })
}

/** The plan is there once the nodes were looked at again. */
async function expectPlan(window: Page): Promise<void> {
  await expect(window.getByRole('article', { name: 'Plan' })).toBeVisible({ timeout: 30_000 })
}

async function goToFleet(window: Page): Promise<void> {
  await pressOn(window, /^Done$/)
  await expect(window.getByRole('heading', { level: 1, name: 'Fleet' })).toBeVisible()
}

test('a set-up moves to another machine and comes back, by keyboard alone', async ({ window, demo }) => {
  const [source, target] = [demo.node('pc-a'), demo.node('pc-b')]
  const before = { source: await configText(source), target: await configText(target) }
  await test.step('the board shows live nodes', async () => {
    await expectLiveBoard(window)
  })
  await test.step('picked up and put down again, nothing opens and the focus stays', async () => {
    await pickUp(window, /^pc-a,/)
    await window.keyboard.press('Escape')
    await expect(window.locator('.drop-spot')).toHaveCount(0)
    await expect.poll(() => focusedName(window)).toMatch(/^pc-a,/)
  })
  await test.step('carry pc-a to pc-b: a plan opens', async () => {
    await pickUp(window, /^pc-a,/)
    await pressOn(window, /^Migrate here: pc-a to pc-b$/)
    await expectPlan(window)
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
    for (const theme of ['dark', 'light'] as const) {
      await setTheme(window, theme)
      await expectNoAxeViolations(window)
    }
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
    await pressOn(window, /^Bring back what was$/)
    await expectPlan(window)
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

test('a backup is put on the shelf and restored, by keyboard alone', async ({ window, demo }) => {
  const node = demo.node('pc-a')
  const before = await configText(node)
  await expectLiveBoard(window)
  await test.step('carry pc-a to the shelf', async () => {
    await pickUp(window, /^pc-a,/)
    await pressOn(window, /^Back up here: pc-a$/)
    await expectPlan(window)
    await pressOn(window, /^Run backup$/)
    await expectOutcome(window, 'Backed up and verified')
    expect(await healthOn(node.gatewayPort)).toBe('answers')
    await goToFleet(window)
  })
  await test.step('then somebody spoils the configuration', async () => {
    await writeFile(join(node.stateDir, 'openclaw.json'), before.replace("name: 'Otto'", "name: 'Bruno'"))
  })
  await test.step('carry the backup to pc-a: the difference is shown', async () => {
    await pickUp(window, /^Backup of pc-a$/)
    await pressOn(window, /^Restore here: backup of pc-a to pc-a$/)
    await expectPlan(window)
    await expect(window.getByRole('article', { name: 'Plan' }).getByText('openclaw.json').first()).toBeVisible()
    await pressOn(window, /^Run restore$/)
    await expectOutcome(window, 'Restored and proven')
    expect(await configText(node)).toBe(before)
    expect(await healthOn(node.gatewayPort)).toBe('answers')
  })
})
