import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunningApp } from '../host/running-app'
import { expect, stubTest as test } from './fixtures'
import { heard, invoke } from './page'

const NODE = { label: 'alpha', host: 'alpha.example', user: 'ada', auth: { method: 'agent' } }

/** The node's id, once the stub has it. */
async function addNode(window: Parameters<typeof invoke>[0]): Promise<string> {
  const reply = (await invoke(window, 'nodes.add', NODE)) as { readonly value: { readonly id: string } }
  return reply.value.id
}

const labels = async (app: RunningApp): Promise<readonly string[]> =>
  (await app.control.tray())?.entries.map(({ label }) => label) ?? []

/** Only the host tells which image a tray was given. */
async function expectIcon(app: RunningApp, state: string): Promise<void> {
  if (app.runtime !== 'host') return
  await expect.poll(async () => (await app.control.tray())?.image).toContain(`tray-${state}`)
}

test('the tray tells by icon, tool tip and menu what is wrong, the worst first with its action', async ({
  app,
  window,
}) => {
  const nodeId = await addNode(window)
  await expect.poll(() => labels(app)).toContain('alpha: online')
  await expectIcon(app, 'fine')
  await invoke(window, 'watch.checkNow', { nodeId })
  await expectIcon(app, 'critical')
  await invoke(window, 'watch.checkNow', { nodeId })
  await expect
    .poll(async () => (await app.control.tray())?.toolTip)
    .toBe('OCM: alpha: 51 GB of orphaned files (1 more)')
  expect((await labels(app)).slice(0, 5)).toEqual([
    'alpha: 51 GB of orphaned files (critical)',
    '    Clean up alpha…',
    'alpha: No backup for 20 days',
    '',
    'alpha: online, critical',
  ])
  expect((await labels(app)).slice(-6)).toEqual(['Pause watching', 'Check now', '', 'Open OCM', 'Settings', 'Quit'])
})

test('alerts and their clean-up are opened from the tray', async ({ app, window }) => {
  const nodeId = await addNode(window)
  await invoke(window, 'watch.checkNow', { nodeId })
  await expect.poll(() => labels(app)).toContain('    Clean up alpha…')
  await app.control.clickTray('    Clean up alpha')
  await app.control.clickTray('alpha: 51 GB')
  await app.control.clickTray('Settings')
  const places = async (): Promise<unknown[]> =>
    (await heard(window)).filter(({ event }) => event === 'navigate').map(({ data }) => (data as { to: string }).to)
  await expect
    .poll(places)
    .toEqual([`clean/orphans/${nodeId}`, expect.stringMatching(/^alert\/[0-9a-f-]{36}$/), 'settings'])
})

test('watching is paused and resumed from the tray, and nodes are asked at once', async ({ app, window, dataDir }) => {
  await expect(window.locator('#version')).toHaveText('0.1.0')
  await app.control.clickTray('Pause watching')
  await expectIcon(app, 'paused')
  await expect.poll(async () => (await app.control.tray())?.toolTip).toContain('watching is paused')
  await app.control.clickTray('Resume watching')
  await expect.poll(() => labels(app)).toContain('Pause watching')
  await expectIcon(app, 'fine')
  await app.control.clickTray('Check now')
  await expect.poll(() => readFile(join(dataDir, 'stub.log'), 'utf8')).toContain('checked')
})

test('a notification names node and finding; its click and its buttons lead exactly there', async ({
  app,
  window,
  dataDir,
}) => {
  const nodeId = await addNode(window)
  await invoke(window, 'watch.checkNow', { nodeId })
  const shown = async (): Promise<unknown> => (await app.control.record()).notifications
  await expect.poll(shown).toEqual([
    {
      title: 'alpha: 51 GB of orphaned files',
      body: 'As the stub says.',
      actions: ['Clean up…', 'Snooze for one hour', 'Open'],
    },
  ])
  const replies = (await invoke(window, 'watch.alerts')) as { readonly value: readonly [{ readonly id: string }] }
  const [{ id }] = replies.value
  // The window is gone when the notification is clicked: it is made anew, at that alert.
  await app.control.closeWindow()
  await expect.poll(() => app.control.windows()).toEqual([])
  await app.control.clickNotification('51 GB')
  const again = await app.page()
  await expect.poll(() => heard(again)).toContainEqual({ event: 'navigate', data: { to: `alert/${id}` } })
  await app.control.clickNotification('51 GB', 'Clean up')
  await expect.poll(() => heard(again)).toContainEqual({ event: 'navigate', data: { to: `clean/orphans/${nodeId}` } })
  await app.control.clickNotification('51 GB', 'Snooze')
  await expect.poll(() => readFile(join(dataDir, 'stub.log'), 'utf8')).toContain('snoozed: hour')
  await expectIcon(app, 'fine')
})
