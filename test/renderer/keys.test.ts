import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { calls, card, heapOf, SLOW, useWindow } from './harness/held'

const open = useWindow()

const PHRASE = 'K7QMW-3XR9T-ZB4HD-8NPVE-S2JYC-06FGA'

const go = (page: Page, place: string) =>
  page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: new RegExp(`^${place}`) })
    .click()

test('locked backups say so everywhere, and open with the phrase by keyboard alone', SLOW, async () => {
  await using held = await open({ scene: { locked: '1' } })
  const { page, complaints } = held
  await card(page, 'pc-a').waitFor()
  await page.getByText('The backups are locked.').waitFor()
  expect(await page.getByText('Drag a node here to back it up').count()).toBe(0)
  await page.getByRole('button', { name: 'Unlock…' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'The backups are locked' }).waitFor()
  expect(await page.getByRole('button', { name: 'Import backup' }).isDisabled()).toBe(true)
  await page.getByLabel('Recovery phrase').focus()
  await page.keyboard.type('K7QMW')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('a letter of it is wrong').waitFor()
  await page.keyboard.press('End')
  await page.keyboard.type(PHRASE.slice('K7QMW'.length))
  await page.keyboard.press('Enter')
  await page.getByRole('list', { name: 'Backups' }).waitFor()
  expect(await calls(page, 'backups.unlock')).toEqual([{ phrase: 'K7QMW' }, { phrase: PHRASE }])
  expect(complaints).toEqual([])
})

test('a phrase goes to main and is nowhere in the window afterwards', SLOW, async () => {
  await using held = await open({ scene: { locked: '1' } })
  const { page } = held
  await go(page, 'Backups')
  await page.getByLabel('Recovery phrase').fill(PHRASE)
  await page.getByRole('checkbox', { name: 'Show what I type' }).click()
  await page.getByRole('button', { name: 'Unlock backups' }).click()
  await page.getByRole('list', { name: 'Backups' }).waitFor()
  expect(await page.evaluate(wanted => document.documentElement.outerHTML.includes(wanted), PHRASE)).toBe(false)
  await page.evaluate(() => window.harness.forget())
  const heap = await heapOf(page)
  expect(heap).toContain('The backups are unlocked')
  expect(heap.includes(PHRASE)).toBe(false)
})

test('a file of another backup folder asks for its phrase', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await go(page, 'Backups')
  const before = await page.getByRole('list', { name: 'Backups' }).getByRole('listitem').count()
  await page.getByRole('button', { name: 'Import backup' }).click()
  const dialog = page.getByRole('dialog', { name: 'This backup is from another folder' })
  await dialog.getByText('pc-a.ocmbackup').waitFor()
  await dialog.getByLabel('Recovery phrase').fill(PHRASE)
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  expect(await page.getByRole('list', { name: 'Backups' }).getByRole('listitem').count()).toBe(before + 1)
  const [sent] = (await calls(page, 'backups.importLocked')) as { readonly ticket: string }[]
  expect(Object.keys(sent ?? {}).sort()).toEqual(['phrase', 'ticket'])
})

test('known_hosts is read only when told to, shown first, and only what is new can be trusted', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await go(page, 'Settings')
  await page.getByRole('button', { name: 'Import from known_hosts…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import from known_hosts' })
  expect(await calls(page, 'nodes.readKnownHosts')).toEqual([])
  await dialog.getByRole('button', { name: 'Read ~/.ssh/known_hosts' }).click()
  const rows = dialog.getByRole('list', { name: 'Host keys found' }).getByRole('listitem')
  expect(await rows.count()).toBe(5)
  expect(await dialog.getByRole('checkbox').count()).toBe(2)
  await dialog.getByText('The machine showed another key than this one').waitFor()
  await dialog.getByRole('checkbox', { name: /^pc-b/ }).click()
  expect(await calls(page, 'nodes.trustKnownHosts')).toEqual([])
  await dialog.getByRole('button', { name: 'Trust 1 key' }).click()
  await page.getByText('1 host key trusted').waitFor()
  const [sent] = (await calls(page, 'nodes.trustKnownHosts')) as { readonly nodeIds: readonly string[] }[]
  expect(sent?.nodeIds).toHaveLength(1)
})

test('a first contact can be settled by known_hosts, and goes on by itself', SLOW, async () => {
  await using held = await open({ scene: { hostKey: 'ask' } })
  const { page } = held
  await page.getByRole('button', { name: 'Actions for pc-a', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Test connection' }).click()
  await page.getByRole('button', { name: 'Import from known_hosts…' }).click()
  await page.getByRole('button', { name: 'Read ~/.ssh/known_hosts' }).click()
  await page.getByRole('button', { name: 'Trust 2 keys' }).click()
  await page.getByText('Everything answers. pc-a is on the board.').waitFor()
})
