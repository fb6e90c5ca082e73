import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { RunningApp } from '../host/running-app'
import { expect, stubTest } from './fixtures'
import { heard, invoke } from './page'

/** The stub with the notifications of Windows. */
const env = { OCM_STUB_PLATFORM: 'win32' }
const test = stubTest.extend<{ readonly onWindows: RunningApp }>({
  onWindows: async ({ launch }, use) => {
    const app = await launch({ env })
    test.skip(app.runtime === 'electron' && process.platform !== 'win32', 'only Electron on Windows has its toasts')
    await use(app)
  },
})

const NODE = { label: 'alpha', host: 'alpha.example', user: 'ada', auth: { method: 'agent' } }

/** Raises an alert on a new node. */
async function raise(window: Page): Promise<{ readonly nodeId: string; readonly alertId: string }> {
  const added = (await invoke(window, 'nodes.add', NODE)) as { readonly value: { readonly id: string } }
  const nodeId = added.value.id
  await invoke(window, 'watch.checkNow', { nodeId })
  const alerts = (await invoke(window, 'watch.alerts')) as { readonly value: readonly [{ readonly id: string }] }
  return { nodeId, alertId: alerts.value[0].id }
}

const places = async (window: Page): Promise<readonly string[]> =>
  (await heard(window)).flatMap(({ event, data }) => (event === 'navigate' ? [(data as { to: string }).to] : []))

const log = (dataDir: string): Promise<string> => readFile(join(dataDir, 'stub.log'), 'utf8')

test('while OCM runs a click is one click, though Windows tells of it twice', async ({ onWindows: app, dataDir }) => {
  const window = await app.page()
  const { nodeId, alertId } = await raise(window)
  await expect
    .poll(async () => (await app.control.record()).notifications)
    .toMatchObject([{ title: 'alpha: 51 GB of orphaned files', actions: ['Clean up…', 'Snooze for one hour', 'Open'] }])
  await app.control.clickNotification('51 GB')
  await app.control.clickNotification('51 GB', 'Clean up')
  await app.control.clickNotification('51 GB', 'Clean up')
  await app.control.clickNotification('51 GB', 'Snooze')
  await expect.poll(() => log(dataDir)).toContain('snoozed: hour')
  const cleanUp = `clean/orphans/${nodeId}`
  await expect.poll(() => places(window)).toEqual([`alert/${alertId}`, cleanUp, cleanUp])
  expect((await log(dataDir)).match(/snoozed/g)).toHaveLength(1)
})

test('a click that starts OCM anew opens exactly that finding; each button does what it says', async ({
  onWindows: app,
  launch,
  dataDir,
}) => {
  const { nodeId, alertId } = await raise(await app.page())
  await expect.poll(async () => (await app.control.record()).notifications).toHaveLength(1)
  const [shown] = (await app.control.record()).notifications
  const [click = '', cleanUp = '', snooze = ''] = shown?.words ?? []
  await app.close()

  const start = (activation: string, args: readonly string[] = []): Promise<RunningApp> =>
    launch({ env, activation, args })
  const cases: readonly (readonly [words: string, args: readonly string[], place: string])[] = [
    [click, [], `alert/${alertId}`],
    [click, ['--hidden'], `alert/${alertId}`],
    [cleanUp, [], `clean/orphans/${nodeId}`],
    ['type=click&tag=from-an-older-ocm', [], 'alerts'],
  ]
  for (const [words, args, place] of cases) {
    const again = await start(words, args)
    const window = await again.page()
    await expect.poll(() => places(window)).toEqual([place])
    await again.close()
  }
  const again = await start(snooze)
  await expect.poll(() => log(dataDir)).toContain('snoozed: hour')
  expect(await places(await again.page())).toEqual([])
})
