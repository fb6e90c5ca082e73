import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { calls, card, pickUp, SLOW, title, useWindow } from './harness/held'

const open = useWindow()

const STARTED_NOTHING = 'Deletion plan · nothing has started'

async function preview(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${label}`, exact: true }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
}

/** Opens the preview and asks for the name. */
async function ask(page: Page, label = 'pc-a'): Promise<void> {
  await preview(page, label)
  await page.getByRole('button', { name: `Delete ${label}…` }).click()
  await page.getByLabel(`Type ${label} to confirm`).waitFor()
}

async function run(page: Page, label = 'pc-a'): Promise<void> {
  await ask(page, label)
  await page.getByLabel(`Type ${label} to confirm`).fill(label)
  await page.getByRole('button', { name: `Delete ${label}`, exact: true }).click()
}

const lastOptions = async (page: Page): Promise<Record<string, unknown>> =>
  ((await calls(page, 'plans.delete')).at(-1) as { readonly options: Record<string, unknown> }).options

test('a drop on the bin only ever opens a preview, and Escape leaves it', SLOW, async () => {
  await using held = await open()
  const { page, complaints } = held
  expect(await page.getByRole('complementary', { name: 'Bin' }).count()).toBe(0)
  const box = (await card(page, 'pc-a').boundingBox()) ?? { x: 0, y: 0 }
  await page.mouse.move(box.x + 60, box.y + 90)
  await page.mouse.down()
  await page.mouse.move(box.x + 80, box.y + 110, { steps: 4 })
  const bin = page.getByRole('complementary', { name: 'Bin' })
  await bin.waitFor()
  const target = (await bin.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  await page.mouse.move(target.x + target.width / 2, target.y + target.height / 2, { steps: 8 })
  await page.mouse.up()
  await page.getByText(STARTED_NOTHING).waitFor()
  expect(await title(page)).toBe('Delete pc-a')
  await page.locator('.step-detail').first().waitFor({ state: 'attached' })
  // Where no command is run and no path is named, as for the bots, there is no empty line that says so.
  expect(await page.locator('.step-detail dd:empty').count()).toBe(0)
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor()
  expect(await calls(page, 'plans.run')).toEqual([])
  expect(complaints).toEqual([])
})

test('the bin is reached by keyboard, like every other target', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await pickUp(page, 'pc-a')
  const spot = page.getByRole('button', { name: 'Delete pc-a…' })
  await spot.waitFor()
  for (let presses = 0; presses < 20; presses++) {
    if (await spot.evaluate(element => element === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await page.getByText(STARTED_NOTHING).waitFor()
})

test(
  'the name is asked for: Cancel has the focus, Enter deletes nothing, a wrong name opens nothing',
  SLOW,
  async () => {
    await using held = await open()
    const { page } = held
    await ask(page)
    await page.waitForFunction(() => document.activeElement?.textContent === 'Cancel')
    await page.keyboard.press('Enter')
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Delete pc-a…' }).click()
    await page.getByRole('alertdialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    expect(await title(page)).toBe('Delete pc-a')
    await page.getByRole('button', { name: 'Delete pc-a…' }).click()
    const field = page.getByLabel('Type pc-a to confirm')
    const button = page.getByRole('button', { name: 'Delete pc-a', exact: true })
    for (const wrong of ['pc-b', 'PC-A', 'pc-a ']) {
      await field.fill(wrong)
      expect(await button.isDisabled()).toBe(true)
      await page.keyboard.press('Enter')
    }
    await field.fill('pc-a')
    await page.keyboard.press('Enter')
    expect(await button.isEnabled()).toBe(true)
    expect(await calls(page, 'plans.run')).toEqual([])
    await button.click()
    await page.getByRole('article', { name: 'Run' }).waitFor()
    expect(await calls(page, 'plans.run')).toMatchObject([{ typedName: 'pc-a' }])
  },
)

test('deleted is said only once everything is proven; before that, what is left is listed', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '20', ending: 'remains' } })
  const { page } = held
  await run(page)
  const left = page.getByRole('list', { name: 'Left' })
  await left.waitFor()
  expect(await left.getByRole('listitem').allInnerTexts()).toEqual([
    '/etc/systemd/system/openclaw.service still there: sudo was refused',
    'crontab of claw not known: crontab did not answer within 30 s',
  ])
  const chip = page.locator('.sheet-head').getByRole('status')
  expect(await chip.innerText()).toBe('Cleaning up: 2 things left')
  expect(await page.locator('body').innerText()).not.toMatch(/\bDeleted\b/)
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await card(page, 'pc-a').getByText('Cleaning up, step 9 of 11').waitFor()
  await page.getByRole('button', { name: 'See what is left: pc-a' }).click()
  await page.getByRole('button', { name: 'Retry what is left' }).click()
  await chip.getByText('Deleted, nothing remains').waitFor()
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await card(page, 'pc-b').waitFor()
  expect(await card(page, 'pc-a').count()).toBe(0)
})

test('a machine out of reach offers nothing that would pretend', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await preview(page, 'vps-3')
  await page.getByRole('heading', { level: 1, name: 'vps-3 cannot be deleted now' }).waitFor()
  expect(await page.getByRole('button', { name: /^Delete/ }).count()).toBe(0)
  await page.getByRole('button', { name: 'Forget without proof…' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Forget vps-3 without proof?' })
  await dialog.getByText('This is not a deletion.').waitFor()
  await page.waitForFunction(() => document.activeElement?.textContent === 'Cancel')
  const button = dialog.getByRole('button', { name: 'Forget without proof' })
  expect(await button.isDisabled()).toBe(true)
  await dialog.getByLabel('Type vps-3 to confirm').fill('vps-3')
  await button.click()
  await page.getByText('OCM has forgotten vps-3').waitFor()
  expect(await calls(page, 'nodes.remove')).toMatchObject([{ typedName: 'vps-3' }])
  expect(await calls(page, 'plans.run')).toEqual([])
})

test('a machine that answers leaves the list only by its name, too', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await page.getByRole('button', { name: 'Actions for spare', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Remove from OCM…' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Remove spare from OCM?' })
  const button = dialog.getByRole('button', { name: 'Remove from OCM' })
  expect(await button.isDisabled()).toBe(true)
  await dialog.getByLabel('Type spare to confirm').fill('Spare')
  await dialog.getByText('Not the name yet').waitFor()
  expect(await button.isDisabled()).toBe(true)
  await dialog.getByLabel('Type spare to confirm').fill('spare')
  await button.click()
  await card(page, 'spare').waitFor({ state: 'detached' })
  expect(await calls(page, 'nodes.remove')).toMatchObject([{ typedName: 'spare' }])
})

test('a protected node says the way out, and is previewed anew after it', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await preview(page, 'pc-e')
  const button = page.getByRole('button', { name: 'Delete pc-e…' })
  await page.getByText('pc-e is protected.').waitFor()
  expect(await button.isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Remove protection' }).click()
  await page.getByText('Nothing has changed yet').waitFor()
  expect(await button.isEnabled()).toBe(true)
})

test('several nodes are planned one after the other, each with a run of its own', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '20' } })
  const { page } = held
  for (const label of ['pc-a', 'spare', 'nas'])
    await card(page, label).click({ modifiers: ['ControlOrMeta'], position: { x: 100, y: 100 } })
  await page.getByRole('region', { name: 'Selected nodes' }).getByRole('button', { name: 'Delete…' }).click()
  await page.getByText('2 more nodes after this one').waitFor()
  await page.getByRole('button', { name: 'Delete pc-a…' }).click()
  await page.getByLabel('Type pc-a to confirm').fill('pc-a')
  await page.getByRole('button', { name: 'Delete pc-a', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Delete spare' }).waitFor()
  await page.getByRole('button', { name: 'Skip spare' }).click()
  await page.getByRole('heading', { level: 1, name: 'Delete nas' }).waitFor()
  await page.getByRole('button', { name: 'Delete nas…' }).click()
  await page.getByLabel('Type nas to confirm').fill('nas')
  await page.getByRole('button', { name: 'Delete nas', exact: true }).click()
  await page.getByRole('article', { name: 'Run' }).waitFor()
  expect(await calls(page, 'plans.run')).toMatchObject([{ typedName: 'pc-a' }, { typedName: 'nas' }])
})

test('what is chosen is planned: workspaces, profiles, the copy, and no backup', SLOW, async () => {
  await using held = await open({ scene: { profiles: 'two' } })
  const { page } = held
  await preview(page, 'pc-a')
  const goes = page.getByRole('region', { name: 'Goes', exact: true })
  await goes.waitFor()
  expect(await goes.innerText()).not.toContain('/srv/ops')
  await page.getByRole('checkbox', { name: /^Delete \/srv\/ops/ }).click()
  await goes.getByText('/srv/ops').waitFor()
  await page.getByRole('checkbox', { name: 'work' }).click()
  await page.getByText('What is not ticked keeps running').waitFor()
  await page.getByRole('checkbox', { name: /^Also keep a copy/ }).click()
  await page.getByRole('checkbox', { name: /^Also keep a copy/, checked: true }).waitFor()
  await page.getByRole('radio', { name: /^Delete without a backup.*cannot be brought back/ }).click()
  await page.getByRole('radio', { name: /^Delete without a backup/, checked: true }).waitFor()
  expect(await lastOptions(page)).toEqual({
    workspaces: ['/srv/ops'],
    profiles: ['default'],
    keepCopyOnNode: true,
    waiveBackup: true,
  })
  await page.getByText('Nothing has changed yet').waitFor()
  await page.getByRole('button', { name: 'Delete pc-a…' }).click()
  await page.getByRole('alertdialog').getByText('Without a backup: what goes cannot be brought back').waitFor()
})

test('quarantine stops now, says until when, and is left with one click', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '20' } })
  const { page } = held
  await preview(page, 'pc-a')
  await page.getByRole('radio', { name: /^Stop now, delete in 7 days/ }).click()
  const days = page.getByRole('textbox', { name: 'Days until it is deleted' })
  await days.fill('3')
  await days.press('Enter')
  await page.getByText(/now and delete it in 3 days/).waitFor()
  expect((await calls(page, 'plans.quarantine')).at(-1)).toMatchObject({ days: 3 })
  await page.getByRole('button', { name: 'Stop pc-a now…' }).click()
  await page.getByRole('alertdialog').getByText('After 3 days it is deleted').waitFor()
  await page.getByLabel('Type pc-a to confirm').fill('pc-a')
  await page.getByRole('button', { name: 'Stop pc-a', exact: true }).click()
  await page.getByText('Stopped, deletion is due later').waitFor()
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await card(page, 'pc-a')
    .getByText(/^Quarantined until/)
    .waitFor()
  await page.getByRole('button', { name: 'Bring back: pc-a' }).click()
  await page.getByText('Release plan · nothing has started').waitFor()
})

test('a slow stop shows the wait and can be forced', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '20', ending: 'hang' } })
  const { page } = held
  await run(page)
  await page.getByText(/slow to stop: 1 min \d+ s of up to 5 min 30 s/).waitFor()
  await page.getByRole('button', { name: 'Force stop' }).click()
  expect(await calls(page, 'operations.forceStop')).toHaveLength(1)
})

test('past the point of no return an interrupted deletion can only go on', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '20', ending: 'interrupted' } })
  const { page } = held
  await run(page)
  await page.getByText('It is too late to roll back').waitFor()
  expect(await page.getByRole('button', { name: 'Roll back' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByText('Deleted, nothing remains').waitFor()
})

test(
  'what needs a person has its words to copy and its link, and the certificate can be taken away',
  SLOW,
  async () => {
    await using held = await open({ scene: { stepMs: '20' } })
    const { page, complaints } = held
    await run(page)
    const needs = page.getByRole('region', { name: 'Needs you' })
    await needs.getByText('/deletebot').waitFor()
    await needs.getByRole('button', { name: 'Copy command' }).first().click()
    await needs.getByRole('button', { name: 'Open BotFather' }).click()
    expect(await calls(page, 'app.openExternal')).toEqual([{ url: 'https://t.me/BotFather' }])
    const certificate = page.getByRole('region', { name: 'Certificate' })
    for (const format of ['HTML', 'Markdown', 'JSON']) await certificate.getByRole('button', { name: format }).click()
    await page.getByText('The certificate is saved').first().waitFor()
    const saved = (await calls(page, 'deletions.saveCertificate')) as { readonly format: string }[]
    expect(saved.map(({ format }) => format)).toEqual(['html', 'markdown', 'json'])
    await certificate.getByRole('button', { name: /^Before and after/ }).click()
    await certificate
      .getByRole('row', { name: /openclaw\.service there absent Gone/ })
      .first()
      .waitFor()
    expect(complaints).toEqual([])
  },
)
