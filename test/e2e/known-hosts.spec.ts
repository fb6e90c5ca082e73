import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { card } from '../demo/tour'
import type { DemoNode } from '../demo/fleet'
import { expectNoAxeViolations } from './axe'
import { demoTest as test, expect } from './demo'
import { invoke } from './page'

test.setTimeout(120_000)
test.use({ nodeCount: 2 })

const run = promisify(execFile)

/** Lines of `known_hosts` as OpenSSH writes them. */
async function scan({ host, port }: DemoNode): Promise<string> {
  const { stdout } = await run('ssh-keyscan', ['-T', '10', '-p', String(port), host])
  expect(stdout).toContain(host)
  return stdout
}

const dialog = (window: Page) => window.getByRole('dialog', { name: 'Import from known_hosts' })

/** Adds a node whose key OCM does not know. */
async function addFresh(window: Page, node: DemoNode, label: string): Promise<void> {
  await invoke(window, 'nodes.add', {
    label,
    host: node.host,
    port: node.port,
    user: node.user,
    auth: { method: 'agent' },
  })
  await expect(card(window, label)).toBeVisible()
}

test('host keys of known_hosts are shown, then trusted; the window names no file', async ({
  window,
  app,
  demo,
  dataDir,
}) => {
  const file = join(dataDir, 'known_hosts')
  await writeFile(file, await scan(demo.node('pc-a')))
  await addFresh(window, demo.node('pc-a'), 'fresh')
  await addFresh(window, demo.node('pc-b'), 'stranger')
  await window
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: /^Settings/ })
    .click()
  await window.getByRole('button', { name: 'Import from known_hosts…' }).click()
  await app.control.answerDialog(file)
  await dialog(window).getByRole('button', { name: 'Choose a file…' }).click()
  const found = dialog(window).getByRole('list', { name: 'Host keys found' }).getByRole('listitem')
  await expect(found).toHaveCount(2)
  await expect(found.filter({ hasText: 'pc-a' })).toContainText('Trusted already.')
  await expect(found.filter({ hasText: 'fresh' })).toContainText(demo.node('pc-a').hostFingerprint)
  await expectNoAxeViolations(window)
  const { dialogs } = await app.control.record()
  expect(dialogs.at(-1)).toMatchObject({ kind: 'open', answer: file })
  await dialog(window).getByRole('button', { name: 'Trust 1 key' }).click()
  await expect(dialog(window)).toBeHidden()
  const nodes = (await invoke(window, 'nodes.list')) as {
    readonly value: readonly { readonly record: { readonly label: string }; readonly hostKey: unknown }[]
  }
  const keyOf = (label: string) => nodes.value.find(({ record }) => record.label === label)?.hostKey
  expect(keyOf('fresh')).toMatchObject({ fingerprint: demo.node('pc-a').hostFingerprint })
  expect(keyOf('stranger')).toBeNull()
  expect(await invoke(window, 'nodes.readKnownHosts', { from: file })).toMatchObject({
    ok: false,
    error: { code: 'bad-input' },
  })
})

test('the user’s own file settles a first contact, and a key the machine did not show is not taken', async ({
  launch,
  demo,
  dataDir,
}) => {
  test.skip(process.platform === 'win32', 'the home folder of a process cannot be set there')
  const home = join(dataDir, 'home')
  await mkdir(join(home, '.ssh'), { recursive: true })
  const own = join(home, '.ssh', 'known_hosts')
  const [first, second] = [demo.node('pc-a'), demo.node('pc-b')]
  const app = await launch({ env: { OCM_DEMO: '1', HOME: home } })
  const window = await app.page()
  await window.setViewportSize({ width: 1280, height: 800 })
  await addFresh(window, first, 'fresh')
  const testFresh = async () => {
    await window.getByRole('button', { name: 'Actions for fresh' }).click()
    await window.getByRole('menuitem', { name: 'Test connection' }).click()
    await window.getByRole('button', { name: 'Import from known_hosts…' }).click({ timeout: 30_000 })
    await dialog(window).getByRole('button', { name: 'Read ~/.ssh/known_hosts' }).click()
  }
  await test.step('there is no file yet', async () => {
    await testFresh()
    await expect(dialog(window).getByRole('alert')).toContainText('There is no')
    await window.keyboard.press('Escape')
    await window.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click({ timeout: 30_000 })
  })
  await test.step('the file holds the key of another machine', async () => {
    const strange = (await scan(second)).replaceAll(`:${second.port}`, `:${first.port}`)
    await writeFile(own, strange)
    await testFresh()
    await expect(dialog(window)).toContainText('The machine showed another key than this one.')
    await expect(dialog(window).getByRole('button', { name: 'Nothing to trust' })).toBeDisabled()
    await window.keyboard.press('Escape')
    await window.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click({ timeout: 30_000 })
  })
  await test.step('the file holds its key', async () => {
    await writeFile(own, await scan(first))
    await testFresh()
    await dialog(window).getByRole('button', { name: 'Trust 1 key' }).click()
    const stages = window.getByRole('list', { name: 'Stages' })
    await expect(stages.getByRole('listitem').filter({ hasText: 'Host key is known' })).toContainText('Yes', {
      timeout: 30_000,
    })
  })
})
