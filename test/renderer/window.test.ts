import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { calls, card, heapOf, pickUp, SLOW, title, useWindow } from './harness/held'

const open = useWindow()

test('the whole main path passes by keyboard alone', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '20' } })
  const { page, complaints } = held
  await pickUp(page, 'pc-a')
  const target = page.getByRole('button', { name: 'Migrate here: pc-a to pc-b' })
  await target.waitFor()
  for (let presses = 0; presses < 12; presses++) {
    if (await target.evaluate(element => element === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  expect(await calls(page, 'plans.migrate')).toEqual([])
  await page.keyboard.press('Enter')
  await page.getByRole('article', { name: 'Plan' }).waitFor()
  expect(await title(page)).toBe('pc-a → pc-b')
  expect(await calls(page, 'plans.run')).toEqual([])
  expect(await page.getByRole('button', { name: 'Run migration (1 to decide)' }).isDisabled()).toBe(true)
  await page.getByRole('radio', { name: /Keep it on pc-b/ }).focus()
  await page.keyboard.press('Space')
  const run = page.getByRole('button', { name: 'Run migration', exact: true })
  await run.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'Proof' }).waitFor()
  expect(await page.getByText('Migrated and proven').isVisible()).toBe(true)
  await page.getByRole('button', { name: 'Bring back what was' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Run return' }).waitFor()
  expect(complaints).toEqual([])
})

test('Escape puts down what is carried, and nothing was asked for', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await pickUp(page, 'pc-a')
  await page.getByRole('button', { name: 'Back up here: pc-a' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Back up here: pc-a' }).waitFor({ state: 'detached' })
  expect(await calls(page, 'plans.backup')).toEqual([])
})

test('impossible targets say why and are no targets', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await pickUp(page, 'pc-a')
  await page.getByText('Older OpenClaw (2026.5.28)', { exact: true }).waitFor()
  expect(await page.getByText('Offline', { exact: true }).last().isVisible()).toBe(true)
  expect(await page.getByRole('button', { name: /Migrate here: pc-a to vps-3/ }).count()).toBe(0)
  const spoken = await page.locator('[data-live-announcer]').allInnerTexts()
  expect(spoken.join(' ')).toContain('vps-3: Offline')
})

test('dragging by mouse opens the same plans: node to node, node to shelf, backup to node', SLOW, async () => {
  await using held = await open({ size: { width: 1280, height: 1300 } })
  const { page } = held
  await card(page, 'pc-a').dragTo(card(page, 'pc-b'))
  await page.getByRole('article', { name: 'Plan' }).waitFor()
  expect(await calls(page, 'plans.migrate')).toHaveLength(1)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await card(page, 'pc-a').dragTo(page.getByRole('complementary', { name: 'Shelf of backups' }))
  await page.getByRole('article', { name: 'Plan' }).waitFor()
  expect(await calls(page, 'plans.backup')).toHaveLength(1)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('group', { name: 'Backup of pc-a' }).first().dragTo(card(page, 'pc-b'))
  await page.getByRole('article', { name: 'Plan' }).waitFor()
  expect(await calls(page, 'plans.restore')).toHaveLength(1)
  expect(await calls(page, 'plans.run')).toEqual([])
})

test('a closed shelf comes while a node is carried', SLOW, async () => {
  await using held = await open({ size: { width: 900, height: 600 } })
  const { page } = held
  expect(await page.getByRole('complementary', { name: 'Shelf of backups' }).count()).toBe(0)
  await pickUp(page, 'pc-a')
  expect(await page.getByRole('button', { name: 'Back up here: pc-a' }).isVisible()).toBe(true)
})

test('choices make the plan anew: components, mode, a rewrite and a decision', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await card(page, 'pc-a').dragTo(card(page, 'pc-b'))
  await page.getByRole('checkbox', { name: /^Sessions/ }).click()
  await page.getByText('7 parts').waitFor()
  await page.getByRole('radio', { name: /^Clone/ }).click()
  await page.getByText('pc-a keeps running').waitFor()
  await page.getByRole('button', { name: /^What is rewritten/ }).click()
  await page.getByRole('textbox', { name: 'New value of /gateway/port in openclaw.json' }).fill('19000')
  await page.keyboard.press('Enter')
  await page.getByRole('radio', { name: /Leave it off/ }).click()
  await page.getByRole('button', { name: 'Run migration', exact: true }).waitFor()
  const { options } = (await calls(page, 'plans.migrate')).at(-1) as { options: Record<string, unknown> }
  expect(options).toMatchObject({ mode: 'clone', set: { 'rewrite-2': '19000' }, decisions: { bot: 'disable' } })
  expect(options['components']).toContain('sessions')
})

test('a secret goes to main once and is nowhere in the window afterwards', SLOW, async () => {
  await using held = await open({ scene: { hostKey: 'ask' } })
  const { page } = held
  const secret = 'correct horse battery'
  await page.getByRole('button', { name: 'Add node' }).click()
  await page.getByLabel('Name').fill('new-box')
  await page.getByLabel('Host').fill('new-box.lan')
  await page.getByLabel('User').fill('claw')
  await page.getByLabel('Login password').fill(secret)
  await page.getByRole('button', { name: 'Save and test' }).click()
  await page.getByRole('button', { name: 'Trust this key' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  expect(await calls(page, 'nodes.setSecret')).toEqual([expect.objectContaining({ kind: 'password', secret })])
  expect(await page.evaluate(wanted => document.body.innerHTML.includes(wanted), secret)).toBe(false)
  await page.evaluate(() => window.harness.forget())
  const heap = await heapOf(page)
  expect(heap).toContain('new-box.lan')
  expect(heap.includes(secret)).toBe(false)
})

test('a changed host key blocks until the name is typed', SLOW, async () => {
  await using held = await open({ scene: { hostKey: 'changed' } })
  const { page } = held
  await page.getByRole('button', { name: 'Compare: edge-gw' }).click()
  await page.getByText('SHA256:Jm2qkYp8dXoTfQ4cE0sVnR7uLzG1hWb9aKiN3tMrC5U').waitFor()
  await page.getByRole('button', { name: 'I have compared them…' }).click()
  const replace = page.getByRole('button', { name: 'Replace the known key' })
  expect(await replace.isDisabled()).toBe(true)
  await page.getByLabel('Type edge-gw to replace the known key').fill('edge-gw')
  await replace.click()
  await page.getByRole('button', { name: 'Done' }).waitFor()
  expect(await calls(page, 'nodes.trust')).toEqual([expect.objectContaining({ replace: true })])
})

test('what is unknown is never shown as a number', SLOW, async () => {
  await using held = await open()
  const { page } = held
  const never = await card(page, 'garage-pi').innerText()
  expect(never).toContain('unknown')
  expect(never).not.toMatch(/\d/)
  expect(await card(page, 'old-laptop').innerText()).toMatch(/Cron jobs\s+unknown/)
})

test('facts from an earlier look say as of when', SLOW, async () => {
  await using held = await open()
  const { page } = held
  expect(await card(page, 'vps-3').innerText()).toMatch(/as of .*\d\d:\d\d/)
})

test('the palette finds a node and opens it', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await card(page, 'pc-a').waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('open pc-b')
  await page.getByRole('menuitem', { name: 'Open pc-b' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: /pc-b/ }).waitFor()
})

test('a backup from the menu runs to its end', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await page.getByRole('button', { name: 'Actions for pc-a', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Back up…' }).click()
  const run = page.getByRole('button', { name: 'Run backup' })
  await run.click()
  await page.getByText('Backed up and verified').waitFor()
  expect(await calls(page, 'plans.run')).toHaveLength(1)
})

const backUp = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Actions for pc-a', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Back up…' }).click()
  await page.getByRole('button', { name: 'Run backup' }).click()
  await page.getByText('Backed up and verified').waitFor()
}

test('the first backup ever offers the recovery sheet, and saving it ends the offer', SLOW, async () => {
  await using held = await open({ scene: { withoutBackups: '1', stepMs: '20' } })
  const { page } = held
  await backUp(page)
  const offer = page.getByRole('dialog', { name: /recovery sheet/ })
  await offer.getByRole('button', { name: 'Save recovery sheet' }).click()
  await offer.waitFor({ state: 'detached' })
  expect(await calls(page, 'backups.saveRecoverySheet')).toHaveLength(1)
})

test('a later backup asks for nothing', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '20' } })
  const { page } = held
  await backUp(page)
  expect(await page.getByRole('dialog').count()).toBe(0)
})

test('a run goes on in the sidebar after its view is left', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '1500' } })
  const { page } = held
  await page.getByRole('button', { name: 'Actions for pc-a', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Back up…' }).click()
  await page.getByRole('button', { name: 'Run backup' }).click()
  await page.getByRole('progressbar', { name: 'Progress of this step' }).waitFor()
  await page.getByRole('button', { name: 'Back', exact: true }).click()
  await page.getByRole('region', { name: 'Running' }).getByRole('button').click()
  await page.getByText('Backed up and verified').waitFor()
})

test('one theme gives way to another at once: no text stands on a colour half-way between them', SLOW, async () => {
  await using held = await open({ reducedMotion: false })
  const { page } = held
  await card(page, 'pc-a').waitFor()
  await page.evaluate(() => {
    const seen: string[] = []
    const { dataset } = document.documentElement
    document.addEventListener('transitionrun', ({ target, propertyName }) => {
      seen.push(`${(target as Element).className}: ${propertyName}`)
      dataset['seen'] = seen.join('\n')
    })
  })
  const moved = () => page.evaluate(() => document.documentElement.dataset['seen'] ?? '')
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await background()
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(background).not.toBe(light)
  await page.emulateMedia({ colorScheme: 'light' })
  await expect.poll(background).toBe(light)
  expect(await moved()).toBe('')
  await page.evaluate(() =>
    window.harness.emit('settingsChanged', { theme: 'dark', layout: 'grid', openAtLogin: false }),
  )
  await expect.poll(background).not.toBe(light)
  expect(await moved()).toBe('')
  // What does move tells that the look itself works.
  await card(page, 'pc-a').hover()
  await expect.poll(moved).toContain('card')
})
