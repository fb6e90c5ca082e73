import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { card, runPlan } from '../demo/tour'
import type { RunningApp } from '../host/running-app'
import { expectNoAxeViolations } from './axe'
import { demoTest as test, expect } from './demo'
import { pressOn } from './keyboard'
import { invoke } from './page'

test.setTimeout(150_000)
test.use({ nodeCount: 1 })

const PHRASE = /\b((?:[0-9A-Z]{5}-){5}[0-9A-Z]{5})\b/

/** Backs pc-a up, and answers the phrase of the recovery sheet that the person saved. */
async function backUpAndSaveSheet(app: RunningApp, window: Page, folder: string): Promise<string> {
  await expect(card(window, 'pc-a').getByText('Running')).toBeVisible({ timeout: 30_000 })
  await card(window, 'pc-a').dragTo(window.getByRole('complementary', { name: 'Shelf of backups' }))
  await runPlan(window, 'Run backup')
  const file = join(folder, 'sheet.txt')
  await app.control.answerDialog(file)
  expect(await invoke(window, 'backups.saveRecoverySheet')).toMatchObject({ ok: true })
  const phrase = PHRASE.exec(await readFile(file, 'utf8'))?.[1]
  if (phrase === undefined) throw new Error('The sheet holds no phrase')
  return phrase
}

async function logsOf(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'logs')
  const files = await readdir(folder)
  return (await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')))).join('\n')
}

const openBackups = (window: Page) =>
  window
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: /^Backups/ })
    .click()

test('without its key the backup folder is locked; the phrase opens it, by keyboard, and stays nowhere', async ({
  app,
  window,
  launch,
  dataDir,
}) => {
  const phrase = await backUpAndSaveSheet(app, window, dataDir)
  // The demo keeps keys in memory only, so this is a computer without the key.
  await app.close()
  const next = await launch()
  const page = await next.page()
  await page.setViewportSize({ width: 1280, height: 800 })
  await expect(page.getByText('The backups are locked.')).toBeVisible({ timeout: 30_000 })
  await expect(card(page, 'pc-a').getByText('backups unknown')).toBeVisible()
  await pressOn(page, /^Unlock…$/)
  await expect(page.getByRole('heading', { name: 'The backups are locked' })).toBeVisible()
  await expectNoAxeViolations(page)
  await page.getByLabel('Recovery phrase').focus()
  const mistyped = `${phrase.slice(0, -1)}${phrase.endsWith('0') ? '1' : '0'}`
  await page.keyboard.type(mistyped)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('a letter of it is wrong')
  await page.getByLabel('Recovery phrase').focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(phrase.toLowerCase().replaceAll('-', ' '))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('list', { name: 'Backups' }).getByRole('listitem')).toHaveCount(1)
  expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain(phrase)
  for (const written of [phrase, phrase.toLowerCase().replaceAll('-', ' ')]) {
    expect(await logsOf(dataDir)).not.toContain(written)
    expect(next.output()).not.toContain(written)
  }
  expect(await invoke(page, 'backups.list')).toMatchObject({ ok: true, value: [{ nodeLabel: 'pc-a' }] })
})

test('a backup file of another folder asks for the phrase of that folder', async ({ app, window, launch, dataDir }) => {
  const phrase = await backUpAndSaveSheet(app, window, dataDir)
  const list = (await invoke(window, 'backups.list')) as { readonly value: readonly [{ readonly id: string }] }
  const file = join(dataDir, 'pc-a.ocmbackup')
  await app.control.answerDialog(file)
  expect(await invoke(window, 'backups.exportFile', { backupId: list.value[0].id })).toMatchObject({ ok: true })
  await app.close()

  const other = await launch({ dataDir: join(dataDir, 'another') })
  const page = await other.page()
  await page.setViewportSize({ width: 1280, height: 800 })
  await openBackups(page)
  await other.control.answerDialog(file)
  await page.getByRole('button', { name: 'Import backup' }).click()
  const dialog = page.getByRole('dialog', { name: 'This backup is from another folder' })
  await expect(dialog).toContainText('pc-a.ocmbackup')
  await expect(dialog).not.toContainText(dataDir)
  await dialog.getByLabel('Recovery phrase').fill(phrase)
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden({ timeout: 30_000 })
  const row = page.getByRole('list', { name: 'Backups' }).getByRole('listitem')
  await expect(row).toContainText('pc-a')
  await expect(row).toContainText('Verified')
  await test.step('a ticket that was not given opens nothing', async () => {
    const ticket = crypto.randomUUID()
    expect(await invoke(page, 'backups.importLocked', { ticket, phrase })).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    })
  })
})
