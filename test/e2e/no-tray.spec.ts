import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startAgain, type RunningApp } from '../host/launch'
import { STUB_ENTRY } from '../host/stub/bundle'
import { startKeyring } from '../helpers/keyring'
import { skips, unlessLinux } from '../helpers/requirement'
import { expect, stubTest } from './fixtures'

/** The stub on a desktop that shows no tray, as GNOME: nobody on its session bus answers for icons. */
const test = stubTest.extend<{ readonly bus: string }>({
  bus: async ({}, use) => {
    await using session = await startKeyring({ secretService: false })
    await use(session.env['DBUS_SESSION_BUS_ADDRESS'] ?? '')
  },
  app: async ({ launch, bus }, use) => use(await launch({ env: { DBUS_SESSION_BUS_ADDRESS: bus } })),
})
const OBSTACLE = unlessLinux('only desktops of Linux can be without a tray')
test.skip(skips('closing the only door', OBSTACLE), OBSTACLE)

const QUESTION = {
  kind: 'message',
  title: 'Go on watching the fleet?',
  detail: 'This desktop shows no icon of OCM, so its window stays, minimized. When OCM quits, nothing is watched.',
  buttons: ['Go on watching', 'Quit OCM'],
}

const dialogs = async (app: RunningApp): Promise<unknown> => (await app.control.record()).dialogs

test('closing the only door asks; going on keeps the window minimized, and a second start brings it back', async ({
  app,
  window,
  dataDir,
}) => {
  await expect(window.locator('#version')).toHaveText('0.1.0')
  await app.control.answerDialog('Go on watching')
  await app.control.closeWindow()
  await expect.poll(() => dialogs(app)).toEqual([{ ...QUESTION, answer: 'Go on watching' }])
  // Without a window manager, as on a bare X server, a real window cannot be minimized.
  const isMinimized = async (): Promise<unknown> => (await app.control.windows()).map(one => one.isMinimized)
  if (app.runtime === 'host') await expect.poll(isMinimized).toEqual([true])
  const before = (await app.control.windows())[0]?.focusCount ?? 0
  expect(await startAgain({ dataDir, entry: STUB_ENTRY })).toEqual({ code: 0, signal: null })
  await expect.poll(async () => (await app.control.windows())[0]?.focusCount).toBeGreaterThan(before)
  expect(await isMinimized()).toEqual([false])
  expect(await app.page()).toBe(window)
  await expect(window.locator('#version')).toHaveText('0.1.0')
  expect(await readFile(join(dataDir, 'stub.log'), 'utf8')).not.toContain('closed in order')
})

test('Escape means to go on, and each close asks again', async ({ app, window }) => {
  await expect(window.locator('#version')).toHaveText('0.1.0')
  await app.control.closeWindow()
  await app.control.closeWindow()
  const unanswered = { ...QUESTION, answer: null }
  await expect.poll(() => dialogs(app)).toEqual([unanswered, unanswered])
  expect(await app.control.windows()).toHaveLength(1)
  await expect(window.locator('#version')).toHaveText('0.1.0')
})

test('quitting from there closes the services before the app ends', async ({ app, window, dataDir }) => {
  await expect(window.locator('#version')).toHaveText('0.1.0')
  await app.control.answerDialog('Quit OCM')
  await app.control.closeWindow()
  expect(await app.ended).toEqual({ code: 0, signal: null })
  expect(await readFile(join(dataDir, 'stub.log'), 'utf8')).toContain('closed in order')
})

test('a start by the session opens the window all the same: nothing else leads to it', async ({ launch, bus }) => {
  const app = await launch({ args: ['--hidden'], env: { DBUS_SESSION_BUS_ADDRESS: bus } })
  await expect((await app.page()).locator('#version')).toHaveText('0.1.0')
})
