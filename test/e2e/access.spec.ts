import type { Page } from '@playwright/test'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { card } from '../demo/tour'
import type { DemoNode } from '../demo/fleet'
import { demoTest as test, expect } from './demo'
import { invoke } from './page'

test.setTimeout(120_000)

const dialog = (window: Page) => window.getByRole('dialog')
const stage = (window: Page, name: string) =>
  window.getByRole('list', { name: 'Stages' }).getByRole('listitem').filter({ hasText: name })
const STAGES = ['Name resolves', 'Port answers', 'Host key is known', 'Login works', 'Node.js found', 'OpenClaw found']

async function fillAddNode(window: Page, node: DemoNode, login: { label: string; password: string }): Promise<void> {
  await window.getByRole('button', { name: 'Add node' }).click()
  await dialog(window).getByLabel('Name', { exact: true }).fill(login.label)
  await dialog(window).getByLabel('Tags').fill('office, new')
  await dialog(window).getByLabel('Host', { exact: true }).fill(node.host)
  await dialog(window).getByLabel('Port').fill(String(node.port))
  await dialog(window).getByLabel('User').fill(node.user)
  await dialog(window).getByLabel('Login password').fill(login.password)
}

async function chooseFromMenu(window: Page, label: string, item: string): Promise<void> {
  await window.getByRole('button', { name: `Actions for ${label}` }).click()
  await window.getByRole('menuitem', { name: item }).click()
}

/** Keeps every event the page hears from now on. */
async function recordEvents(window: Page): Promise<void> {
  await window.evaluate(() => {
    const scope = globalThis as unknown as {
      readonly api: { on(event: string, listener: (data: unknown) => void): void }
      told: string
    }
    scope.told = ''
    const names = [
      'nodeChanged',
      'nodeRemoved',
      'testStage',
      'secretUsed',
      'auditAdded',
      'appChanged',
      'settingsChanged',
    ]
    for (const name of names) scope.api.on(name, data => (scope.told += JSON.stringify(data)))
  })
}

/** All a page could be asked for: what it shows, keeps and heard, and what main answers it. */
async function allThePageKnows(window: Page): Promise<string> {
  const inPage = await window.evaluate(() => {
    const fields = [...document.querySelectorAll('input')].map(({ value }) => value)
    const { told } = globalThis as unknown as { readonly told: string }
    return JSON.stringify([
      document.documentElement.outerHTML,
      fields,
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      told,
    ])
  })
  const commands = ['nodes.list', 'app.info', 'settings.get', 'operations.list']
  const answers = await Promise.all(commands.map(command => invoke(window, command)))
  return inPage + JSON.stringify([...answers, await invoke(window, 'audit.list', {})])
}

async function filesHolding(folder: string, words: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const found = await Promise.all(files.map(async file => ((await readFile(file)).includes(words) ? [file] : [])))
  return found.flat()
}

test('a first contact shows each stage, asks for the fingerprint, and lets no secret out', async ({
  window,
  app,
  demo,
  dataDir,
}) => {
  const node = demo.node('pc-b')
  await recordEvents(window)
  await test.step('the host key is asked about before anything is sent', async () => {
    await fillAddNode(window, node, { label: 'fresh', password: node.password })
    await dialog(window).getByRole('button', { name: 'Save and test' }).click()
    const key = dialog(window).getByRole('region', { name: 'Host key' })
    await expect(key).toContainText('First contact with fresh')
    await expect(key).toContainText(node.hostFingerprint)
    expect(await allThePageKnows(window)).not.toContain('heldMs')
  })
  await test.step('trusted, all six stages hold', async () => {
    await dialog(window).getByRole('button', { name: 'Trust this key' }).click()
    await expect(dialog(window).getByText('Everything answers. fresh is on the board.')).toBeVisible({
      timeout: 30_000,
    })
    for (const name of STAGES) await expect(stage(window, name)).toContainText('Yes')
    await dialog(window).getByRole('button', { name: 'Done', exact: true }).click()
  })
  await test.step('its page tells for how long the secret was held', async () => {
    await expect(card(window, 'fresh').getByText('Running')).toBeVisible({ timeout: 30_000 })
    await window.getByRole('button', { name: 'Open fresh' }).click()
    await expect(window.getByText(/^Secret held for [\d.]+ m?s at \d/)).toBeVisible()
    await expect(window.getByText('Until OCM ends')).toBeVisible()
  })
  await test.step('the secret is nowhere', async () => {
    const known = await allThePageKnows(window)
    expect(known).toContain('heldMs')
    expect(known).not.toContain(node.password)
    expect(app.output()).not.toContain(node.password)
    expect(await filesHolding(dataDir, node.password)).toEqual([])
  })
})

test('a wrong password is told in words, and can be put right', async ({ window, demo }) => {
  const node = demo.node('pc-b')
  const wrong = 'correct-horse-battery'
  await recordEvents(window)
  await fillAddNode(window, node, { label: 'typo', password: wrong })
  await dialog(window).getByRole('button', { name: 'Save and test' }).click()
  await dialog(window).getByRole('button', { name: 'Trust this key' }).click()
  await expect(stage(window, 'Login works')).toContainText('No', { timeout: 30_000 })
  await expect(stage(window, 'Login works')).toContainText(/password/i)
  await expect(stage(window, 'Node.js found')).toContainText('Not asked')
  expect(await allThePageKnows(window)).not.toContain(wrong)
  await dialog(window).getByRole('button', { name: 'Edit node' }).click()
  await dialog(window).getByLabel('Login password').fill(node.password)
  await dialog(window).getByRole('button', { name: 'Save and test' }).click()
  await expect(dialog(window).getByText('Everything answers. typo is on the board.')).toBeVisible({ timeout: 30_000 })
})

test('another host key blocks, and shows both fingerprints', async ({ window, demo }) => {
  const node = demo.node('pc-a')
  await expect(card(window, 'pc-a').getByText('Running')).toBeVisible({ timeout: 30_000 })
  const known = node.hostFingerprint
  await node.fault('change-host-key')
  await chooseFromMenu(window, 'pc-a', 'Check now')
  await expect(card(window, 'pc-a').getByText('Blocked')).toBeVisible()
  // The watch would find it within a minute and raise its alert, which the name tells as well: not by chance, but now.
  expect(await invoke(window, 'watch.checkNow', { nodeId: null })).toMatchObject({ ok: true })
  await expect(card(window, 'pc-a')).toHaveAccessibleName('pc-a, Blocked, 1 alert')
  await window.getByRole('button', { name: 'Compare: pc-a' }).click()
  const key = dialog(window).getByRole('region', { name: 'Host key' })
  await expect(key).toContainText('pc-a answered with another host key.')
  await expect(key).toContainText(known)
  await expect(key).toContainText(node.hostFingerprint)
  await dialog(window).getByRole('button', { name: 'Keep blocked' }).click()
  await expect(card(window, 'pc-a')).toHaveAccessibleName('pc-a, Blocked, 1 alert')
  await test.step('only the typed name replaces the known key', async () => {
    await window.getByRole('button', { name: 'Compare: pc-a' }).click()
    await dialog(window).getByRole('button', { name: 'I have compared them…' }).click()
    const replace = dialog(window).getByRole('button', { name: 'Replace the known key' })
    await expect(replace).toBeDisabled()
    await dialog(window).getByLabel('Type pc-a to replace the known key').fill('pc-a')
    await replace.click()
    await expect(dialog(window).getByText('Everything answers. pc-a is on the board.')).toBeVisible({ timeout: 30_000 })
  })
})

test('a node that went away shows as offline, with what was last seen', async ({ window, demo }) => {
  const node = demo.node('pc-a')
  await expect(card(window, 'pc-a').getByText('Running')).toBeVisible({ timeout: 30_000 })
  await node.fault('offline')
  await chooseFromMenu(window, 'pc-a', 'Check now')
  await expect(card(window, 'pc-a')).toHaveAccessibleName('pc-a, Offline', { timeout: 30_000 })
  await expect(card(window, 'pc-a')).toContainText(/Last seen/)
  await expect(card(window, 'pc-a')).toContainText(/as of .*Agents3/)
  await node.heal()
  await window.getByRole('button', { name: 'Try again: pc-a' }).click()
  await expect(card(window, 'pc-a').getByText('Running')).toBeVisible({ timeout: 30_000 })
})

test('nodes are edited, duplicated, protected, found, grouped and taken off the list', async ({ window }) => {
  await expect(card(window, 'pc-a').getByText('Running')).toBeVisible({ timeout: 30_000 })
  await test.step('edit', async () => {
    await chooseFromMenu(window, 'pc-a', 'Edit…')
    await dialog(window).getByLabel('Name', { exact: true }).fill('desk')
    await dialog(window).getByLabel('Tags').fill('home')
    await dialog(window).getByRole('button', { name: 'Save and test' }).click()
    await expect(dialog(window).getByText('Everything answers. desk is on the board.')).toBeVisible({ timeout: 30_000 })
    await dialog(window).getByRole('button', { name: 'Done', exact: true }).click()
  })
  await test.step('group by tag', async () => {
    await expect(window.getByRole('region', { name: 'home' }).getByRole('group', { name: /^desk,/ })).toBeVisible()
    await expect(window.getByRole('region', { name: 'office' }).getByRole('group', { name: /^pc-b,/ })).toBeVisible()
    await window.getByRole('button', { name: 'Group by tag' }).click()
    await expect(window.getByRole('region', { name: 'All nodes' }).getByRole('group', { name: /^desk,/ })).toBeVisible()
  })
  await test.step('find', async () => {
    await window.getByRole('searchbox', { name: 'Filter nodes' }).fill('desk')
    await expect(card(window, 'pc-b')).toHaveCount(0)
    await expect(card(window, 'desk')).toBeVisible()
    await window.getByRole('searchbox', { name: 'Filter nodes' }).fill('')
  })
  await test.step('duplicate', async () => {
    await chooseFromMenu(window, 'pc-b', 'Duplicate')
    await dialog(window).getByLabel('Name', { exact: true }).fill('twin')
    await dialog(window).getByRole('button', { name: 'Save and test' }).click()
    await dialog(window).getByRole('button', { name: 'Trust this key' }).click()
    await dialog(window).getByRole('button', { name: 'Done', exact: true }).click({ timeout: 30_000 })
    await expect(card(window, 'twin').getByText('Running')).toBeVisible({ timeout: 30_000 })
  })
  await test.step('protect: nothing can be dropped there', async () => {
    await chooseFromMenu(window, 'pc-b', 'Protect')
    await expect(card(window, 'pc-b').getByText('Protected')).toBeAttached()
    await chooseFromMenu(window, 'desk', 'Migrate to…')
    await expect(dialog(window).getByRole('button', { name: /pc-b.*Protected/ })).toBeDisabled()
    await dialog(window).getByRole('button', { name: 'Cancel', exact: true }).click()
  })
  await test.step('remove', async () => {
    await chooseFromMenu(window, 'twin', 'Remove from OCM…')
    await window.getByLabel('Type twin to confirm').fill('twin')
    await window.getByRole('alertdialog').getByRole('button', { name: 'Remove from OCM' }).click()
    await expect(card(window, 'twin')).toHaveCount(0)
  })
})
