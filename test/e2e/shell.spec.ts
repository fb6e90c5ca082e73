import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startAgain } from '../host/launch'
import { STUB_ENTRY } from '../host/stub/bundle'
import { expectNoAxeViolations } from './axe'
import { expect, stubTest as test } from './fixtures'
import { heard, invoke } from './page'

const NODE = { label: 'alpha', host: 'alpha.example', user: 'ada', auth: { method: 'agent' } }

test.describe('the window', () => {
  test('shows what main answers', async ({ window }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    await expectNoAxeViolations(window)
  })

  test('is looked at by axe, which does find what is wrong', async ({ window }) => {
    await window.evaluate(() => document.querySelector('main')?.append(document.createElement('button')))
    await expect(expectNoAxeViolations(window)).rejects.toThrow('button-name')
  })

  test('is destroyed when closed, while the app lives on in the tray and opens it again', async ({ app, window }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    await app.control.closeWindow()
    await expect.poll(() => app.control.windows()).toEqual([])
    expect((await app.control.tray())?.toolTip).toContain('OCM')
    await app.control.clickTray('Open OCM')
    const again = await app.page()
    await expect(again.locator('#version')).toHaveText('0.1.0')
    expect(again).not.toBe(window)
  })

  test('comes to the front when the app is started a second time', async ({ app, window, dataDir }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    const before = (await app.control.windows())[0]?.focusCount ?? 0
    expect(await startAgain({ dataDir, entry: STUB_ENTRY })).toEqual({ code: 0, signal: null })
    await expect.poll(async () => (await app.control.windows())[0]?.focusCount).toBeGreaterThan(before)
    expect(await app.control.windows()).toHaveLength(1)
  })

  test('is made again by a second start when it was closed', async ({ app, window, dataDir }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    await app.control.closeWindow()
    await startAgain({ dataDir, entry: STUB_ENTRY })
    await expect((await app.page()).locator('#version')).toHaveText('0.1.0')
  })

  test('is free for a new start after the app was killed', async ({ app, window, launch }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    const port = (await app.control.windows())[0]?.port ?? 0
    expect((await app.kill()).signal).toBe('SIGKILL')
    // Its browser went with it.
    const answers = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}/json/version`).then(
        ({ ok }) => ok,
        () => false,
      )
    if (port > 0) await expect.poll(answers).toBe(false)
    const next = await launch()
    await expect((await next.page()).locator('#version')).toHaveText('0.1.0')
  })

  test('stays closed when the session starts the app', async ({ launch }) => {
    const app = await launch({ args: ['--hidden'] })
    await expect.poll(async () => (await app.control.tray())?.toolTip).toContain('OCM')
    expect(await app.control.windows()).toEqual([])
  })

  test('follows the theme that is set', async ({ window }) => {
    const isDark = (): Promise<boolean> => window.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
    await invoke(window, 'settings.set', { theme: 'dark' })
    await expect.poll(isDark).toBe(true)
    await invoke(window, 'settings.set', { theme: 'light' })
    await expect.poll(isDark).toBe(false)
  })
})

test.describe('the app', () => {
  test('closes its services before it ends', async ({ app, window, dataDir }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    await app.control.clickTray('Quit')
    expect(await app.ended).toEqual({ code: 0, signal: null })
    expect(await readFile(join(dataDir, 'stub.log'), 'utf8')).toContain('closed in order')
  })

  test('shows its nodes in the tray and opens one from there', async ({ app, window }) => {
    await invoke(window, 'nodes.add', NODE)
    await expect
      .poll(async () => (await app.control.tray())?.entries.map(({ label }) => label))
      .toContain('alpha: online')
    await app.control.clickTray('alpha')
    await expect
      .poll(() => heard(window))
      .toContainEqual({ event: 'navigate', data: { to: expect.stringMatching(/^node\/[0-9a-f-]{36}$/) as unknown } })
  })

  test('opens a node from the tray when there is no window yet', async ({ app, window }) => {
    await invoke(window, 'nodes.add', NODE)
    await app.control.closeWindow()
    await expect.poll(() => app.control.windows()).toEqual([])
    await app.control.clickTray('alpha')
    const again = await app.page()
    await expect.poll(() => heard(again)).toContainEqual({ event: 'navigate', data: expect.anything() as unknown })
  })

  test('tells its services when the machine sleeps, wakes and changes its power', async ({ app, window, dataDir }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    await app.control.setOnBattery(true)
    await app.control.suspend()
    await app.control.resume()
    await app.control.setOnBattery(false)
    const told = async (): Promise<string[]> =>
      (await readFile(join(dataDir, 'stub.log'), 'utf8')).split('\n').filter(line => /^(power|resumed)/.test(line))
    // Connections are dropped before polling goes on.
    await expect.poll(told).toEqual(['power: on-battery', 'power: suspend', 'resumed', 'power: resume', 'power: on-ac'])
  })

  test('asks for a file in a dialog of the desktop', async ({ app, window, dataDir }) => {
    const file = join(dataDir, 'nodes.json')
    await app.control.answerDialog(file)
    expect(await invoke(window, 'nodes.exportFile')).toEqual({ ok: true, value: file })
    expect(await invoke(window, 'nodes.exportFile')).toEqual({ ok: true, value: null })
    expect((await app.control.record()).dialogs.map(({ title }) => title)).toEqual(['Export nodes', 'Export nodes'])
  })

  test('opens only addresses it knows in the browser', async ({ app, window }) => {
    const open = (url: string): Promise<unknown> => invoke(window, 'app.openExternal', { url })
    const refused = { ok: false, error: { code: 'bad-input' } }
    expect(await open('https://docs.openclaw.ai/start')).toEqual({ ok: true })
    expect(await open('https://github.com/openclaw/openclaw')).toEqual({ ok: true })
    for (const url of [
      'https://docs.openclaw.ai.evil.example/',
      'http://docs.openclaw.ai/',
      'https://github.com/openclaw-evil/x',
      'https://github.com/openclaw/../evil',
      'https://you:me@docs.openclaw.ai/',
      'file:///etc/passwd',
      'javascript:alert(1)',
    ]) {
      expect(await open(url)).toMatchObject(refused)
    }
    expect((await app.control.record()).opened).toEqual([
      'https://docs.openclaw.ai/start',
      'https://github.com/openclaw/openclaw',
    ])
  })
})

test.describe('the page', () => {
  test('runs none of its own inline script, and styles no element by attribute', async ({ window }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    const found = await window.evaluate(() => {
      const div = document.createElement('div')
      div.innerHTML = '<p style="color: red">x</p>'
      document.body.append(div)
      const script = document.createElement('script')
      script.textContent = 'globalThis.injectedRan = true'
      document.body.append(script)
      const scope = globalThis as { inlineRan?: boolean; injectedRan?: boolean }
      return {
        inline: scope.inlineRan,
        injected: scope.injectedRan,
        color: getComputedStyle(div.querySelector('p') ?? div).color,
      }
    })
    expect(found).toEqual({ inline: undefined, injected: undefined, color: 'rgb(20, 20, 20)' })
  })

  test('carries a policy without unsafe words and cannot evaluate text', async ({ window }) => {
    const policy = await window.evaluate(async () =>
      (await fetch('./index.html')).headers.get('content-security-policy'),
    )
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    const evaluated = await window.evaluate(
      () =>
        new Promise(done => {
          addEventListener('securitypolicyviolation', event => done(event.effectiveDirective), { once: true })
          // A timer with text is evaluated by the page, not by the debugger.
          ;(setTimeout as (code: string) => void)('globalThis.timed = true')
        }),
    )
    expect(evaluated).toBe('script-src')
  })

  test('reaches no other machine', async ({ window }) => {
    const found = await window.evaluate(async () => {
      const violation = new Promise<string>(done => {
        addEventListener('securitypolicyviolation', event => done(event.effectiveDirective), { once: true })
      })
      const fetched = await fetch('https://example.com/').then(
        () => 'reached',
        () => 'refused',
      )
      return { fetched, directive: await violation }
    })
    expect(found).toEqual({ fetched: 'refused', directive: 'connect-src' })
  })

  test('has no Node and no more than one door', async ({ window }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    const found = await window.evaluate(() => {
      const scope = globalThis as unknown as Record<string, unknown>
      const api = scope['api'] as object
      const names = Object.keys(api)
      let isReplaced = false
      try {
        scope['api'] = {}
        isReplaced = scope['api'] !== api
      } catch {
        // Strict code is told that the property is read-only: just as good.
      }
      return {
        names,
        isReplaced,
        node: ['require', 'process', 'module', 'Buffer', 'electron'].filter(name => name in scope),
      }
    })
    expect(found).toEqual({ names: ['invoke', 'on'], isReplaced: false, node: [] })
  })

  test('cannot be led elsewhere by a link or a script', async ({ window }) => {
    await expect(window.locator('#version')).toHaveText('0.1.0')
    const before = window.url()
    await window.locator('#away').click()
    await window.evaluate(() => {
      location.href = 'https://example.com/by-script'
    })
    await expect.poll(async () => invoke(window, 'app.info')).toMatchObject({ ok: true })
    expect(window.url()).toBe(before)
  })

  test('opens no second window', async ({ app, window, dataDir }) => {
    await window.locator('#blank').click()
    await window.evaluate(() => void open('https://example.com/by-script'))
    const refusals = async (): Promise<number> =>
      (await readFile(join(dataDir, 'stub.log'), 'utf8')).split('A new window was refused').length - 1
    await expect.poll(refusals).toBe(2)
    expect((await app.control.record()).openedWindows).toEqual([])
    expect(await app.control.windows()).toHaveLength(1)
    expect(window.context().pages()).toHaveLength(1)
  })

  test('is granted no permission', async ({ window }) => {
    const states = await window.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'midi'] as PermissionName[]
      return await Promise.all(names.map(async name => (await navigator.permissions.query({ name })).state))
    })
    expect(states).toEqual(['denied', 'denied', 'denied', 'denied'])
    await window.locator('h1').click()
    const copied = window.evaluate(() => navigator.clipboard.writeText('x'))
    await expect(copied).rejects.toThrow('NotAllowedError')
  })
})
