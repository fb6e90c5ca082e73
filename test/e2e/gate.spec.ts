import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Api } from '../../shared/contract'
import { expect, stubTest as test } from './fixtures'
import { heard, invoke } from './page'

test.describe('the gate', () => {
  test('refuses input that breaks the contract, without repeating it', async ({ window, dataDir }) => {
    const secret = 'hunter2'.repeat(1000)
    const reply = await invoke(window, 'nodes.setSecret', { nodeId: 'nobody', kind: 'password', secret })
    expect(reply).toMatchObject({ ok: false, error: { code: 'bad-input' } })
    expect(JSON.stringify(reply)).not.toContain('hunter2')
    expect(await readFile(join(dataDir, 'stub.log'), 'utf8')).not.toContain('hunter2')
  })

  test('lets a failure through as data', async ({ window }) => {
    const input = { nodeId: crypto.randomUUID(), kind: 'password', secret: 'hunter2' }
    const error = { code: 'keychain-unavailable', message: 'No keychain (7)' }
    expect(await invoke(window, 'nodes.setSecret', input)).toEqual({ ok: false, error })
  })

  test('lets no answer out that breaks the contract', async ({ window }) => {
    expect(await invoke(window, 'audit.list', {})).toMatchObject({ ok: false, error: { code: 'internal' } })
  })

  test('knows no other command and no other event', async ({ window }) => {
    for (const name of ['nodes.everything', 'constructor', '__proto__', 'toString', 'event:nodeChanged']) {
      expect(await invoke(window, name)).toBe('rejected: TypeError: No such command')
    }
    const listening = window.evaluate(() => {
      const { api } = globalThis as unknown as { readonly api: { on(event: string, listener: () => void): void } }
      api.on('everything', () => undefined)
    })
    await expect(listening).rejects.toThrow('No such event')
  })

  test('passes events on until the page unsubscribes', async ({ window }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    await window.evaluate(() => {
      const scope = globalThis as unknown as { readonly api: Api; count: number; stop: () => void }
      scope.count = 0
      scope.stop = scope.api.on('settingsChanged', () => scope.count++)
    })
    await invoke(window, 'settings.set', { layout: 'list' })
    await expect
      .poll(() => heard(window))
      .toContainEqual({ event: 'settingsChanged', data: { theme: 'light', layout: 'list', openAtLogin: false } })
    await window.evaluate(() => (globalThis as unknown as { stop: () => void }).stop())
    await invoke(window, 'settings.set', { layout: 'grid' })
    await expect.poll(async () => (await heard(window)).length).toBe(2)
    expect(await window.evaluate(() => (globalThis as unknown as { count: number }).count)).toBe(1)
  })

  test('is not there for a frame inside the page', async ({ window }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    const hasApi = await window.evaluate(() => {
      const frame = document.createElement('iframe')
      document.body.append(frame)
      return 'api' in (frame.contentWindow ?? {})
    })
    expect(hasApi).toBe(false)
  })

  test('refuses a frame inside the page even if it had the door', async ({ launch }) => {
    const app = await launch({ isInSubFrames: true })
    test.skip(app.runtime === 'electron', 'Electron gives sub frames no preload, so there is no door to try')
    const page = await app.page()
    await expect(page.locator('#version')).toHaveText('0.1.0')
    await page.evaluate(() => {
      document.body.append(document.createElement('iframe'))
    })
    await expect.poll(() => page.frames().length).toBe(2)
    const inner = page.frames()[1]
    if (inner === undefined) throw new Error('No frame')
    expect(await invoke(inner, 'app.info')).toMatchObject({ ok: false, error: { code: 'untrusted-sender' } })
  })
})
