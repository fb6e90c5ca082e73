import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { calls, card, SLOW, useWindow } from './harness/held'

const open = useWindow()

const profiles = (page: Page) => page.getByRole('radiogroup', { name: 'Profile' })
const lastOptions = async (page: Page, command: string): Promise<Record<string, unknown>> =>
  ((await calls(page, command)).at(-1) as { readonly options: Record<string, unknown> }).options

test('a source with several profiles asks which one is meant', SLOW, async () => {
  await using held = await open({ scene: { profiles: 'two' } })
  const { page } = held
  await card(page, 'pc-a').dragTo(card(page, 'pc-b'))
  const work = profiles(page).getByRole('radio', { name: /^work/ })
  await work.waitFor()
  expect(await profiles(page).innerText()).toContain('replaces the one on pc-b')
  await page.getByRole('radio', { name: /Leave it off/ }).click()
  await work.focus()
  await page.keyboard.press('Space')
  await profiles(page).getByRole('radio', { name: /^work/, checked: true }).waitFor()
  // What was decided for the profile before does not hold for this one.
  expect(await lastOptions(page, 'plans.migrate')).toMatchObject({ profile: 'work', decisions: {}, set: {} })
})

test('a backup asks which profile, and starts from the default one', SLOW, async () => {
  await using held = await open({ scene: { profiles: 'two' } })
  const { page } = held
  await page.getByRole('button', { name: 'Actions for pc-a', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Back up…' }).click()
  await profiles(page)
    .getByRole('radio', { name: /^default/, checked: true })
    .waitFor()
  await profiles(page).getByRole('radio', { name: /^work/ }).click()
  await profiles(page).getByRole('radio', { name: /^work/, checked: true }).waitFor()
  expect(await lastOptions(page, 'plans.backup')).toMatchObject({ profile: 'work' })
})

test('a restore starts with the profile the backup is of, and can go into another', SLOW, async () => {
  await using held = await open({ scene: { profiles: 'two' } })
  const { page } = held
  await page.getByRole('button', { name: 'Actions for pc-b', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Restore…' }).click()
  await page.getByText('Profile ops').first().waitFor()
  await page.getByRole('button', { name: 'Restore here: backup of pc-a to pc-b' }).first().click()
  await profiles(page)
    .getByRole('radio', { name: /^ops.*made anew on pc-b/, checked: true })
    .waitFor()
  expect(await lastOptions(page, 'plans.restore')).toMatchObject({ profile: 'ops' })
  await profiles(page).getByRole('radio', { name: /^work/ }).click()
  await profiles(page).getByRole('radio', { name: /^work/, checked: true }).waitFor()
  expect(await lastOptions(page, 'plans.restore')).toMatchObject({ profile: 'work' })
})

test('one profile asks nothing', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await card(page, 'pc-a').dragTo(card(page, 'pc-b'))
  await page.getByRole('heading', { level: 1, name: 'pc-a → pc-b' }).waitFor()
  expect(await profiles(page).count()).toBe(0)
})

test('each warning leads to what helps', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await page.getByRole('button', { name: 'Open pc-b' }).click()
  const warnings = page.getByRole('list', { name: 'Warnings' })
  const linger = warnings.getByRole('button', { name: /^How to fix it: The gateway ends/ })
  expect(await linger.getAttribute('aria-expanded')).toBe('false')
  await linger.focus()
  await page.keyboard.press('Enter')
  await warnings.getByText('loginctl enable-linger claw', { exact: true }).waitFor()
  await warnings.getByRole('button', { name: /^See cron jobs/ }).click()
  const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
  expect(focused).toBe('Set-up')
})

test('a run that failed can be planned again as it was chosen', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '20', ending: 'failed', profiles: 'two' } })
  const { page } = held
  await card(page, 'pc-a').dragTo(card(page, 'pc-b'))
  await profiles(page).getByRole('radio', { name: /^work/ }).click()
  await page.getByRole('radio', { name: /Keep it on pc-b/ }).click()
  await page.getByRole('button', { name: 'Run migration', exact: true }).click()
  await page.getByRole('button', { name: 'Plan again…' }).click()
  await page.getByRole('button', { name: 'Run migration', exact: true }).waitFor()
  const { profile, decisions } = await lastOptions(page, 'plans.migrate')
  expect({ profile, decisions }).toEqual({ profile: 'work', decisions: { bot: 'stop-source' } })
})
