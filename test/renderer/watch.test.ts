import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { idOf } from './harness/fixture-data'
import { calls, card, SLOW, title, useWindow } from './harness/held'

const open = useWindow()

const navigate = (page: Page, to: string) => page.evaluate(place => window.harness.emit('navigate', { to: place }), to)
const list = (page: Page, name: string) => page.getByRole('list', { name: `${name} alerts` })
const orphans = (page: Page) => page.getByRole('listitem', { name: 'Critical: 51 GB of orphaned files on pc-b' })

async function goToAlerts(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: /^Alerts/ })
    .click()
  await list(page, 'Open').waitFor()
}

test('main leads to exactly one alert: it is in sight and has the focus', SLOW, async () => {
  await using held = await open({ size: { width: 900, height: 600 } })
  const { page } = held
  await card(page, 'pc-a').waitFor()
  await navigate(page, `alert/${idOf('alert', 5)}`)
  const row = page.getByRole('listitem', { name: 'Attention: Not reachable for 2 h on vps-3' })
  await row.and(page.locator(':focus')).waitFor()
  const box = await row.boundingBox()
  expect(box === null ? -1 : box.y + box.height).toBeLessThan(600)
})

test('the worst stands first, and the sidebar and the cards count what wants a person', SLOW, async () => {
  await using held = await open()
  const { page, complaints } = held
  await page.getByRole('button', { name: /^Alerts 4 ?, 3 critical/ }).waitFor()
  const badge = page.getByRole('button', { name: '2 alerts of pc-b, critical' })
  await badge.focus()
  await page.keyboard.press('Enter')
  expect(await title(page)).toBe('Alerts')
  const names = await list(page, 'Open')
    .getByRole('listitem')
    .evaluateAll(rows => rows.map(row => row.getAttribute('aria-label')))
  expect(names).toEqual([
    'Critical: Gateway does not answer on build-box',
    'Critical: Disk full in about 5 h on pc-b',
    'Critical: 51 GB of orphaned files on pc-b',
    'Attention: 6 leaked node hosts on build-box',
  ])
  expect(complaints).toEqual([])
})

test('an alert is snoozed by keyboard, and speaks again when told to', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await goToAlerts(page)
  await page.getByRole('button', { name: 'More for 51 GB of orphaned files on pc-b' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.type('snooze until t')
  await page.keyboard.press('Enter')
  await list(page, 'Quiet').getByText('51 GB of orphaned files').waitFor()
  expect(await calls(page, 'watch.snooze')).toEqual([{ alertId: idOf('alert', 1), until: 'tomorrow' }])
  await page.getByRole('button', { name: /^Alerts 3/ }).waitFor()
  await page.getByRole('button', { name: 'More for 51 GB of orphaned files on pc-b' }).click()
  await page.getByRole('menuitem', { name: 'Stop snoozing' }).click()
  await list(page, 'Open').getByText('51 GB of orphaned files').waitFor()
  expect((await calls(page, 'watch.snooze')).at(-1)).toEqual({ alertId: idOf('alert', 1), until: null })
})

test('a rule is muted on one node, without losing what was muted before', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await goToAlerts(page)
  const mute = async (about: string, rule: string) => {
    await page.getByRole('button', { name: `More for ${about} on pc-b` }).click()
    await page.getByRole('menuitem', { name: `Mute “${rule}” on pc-b` }).click()
  }
  await mute('51 GB of orphaned files', 'Orphaned files')
  await mute('Disk full in about 5 h', 'Disk full soon')
  await page.getByRole('button', { name: 'More for Disk full in about 5 h on pc-b' }).click()
  await page.getByRole('menuitem', { name: 'Unmute “Disk full soon” on pc-b' }).waitFor()
  expect(await calls(page, 'watch.setNode')).toEqual([
    { nodeId: idOf('node', 2), watch: { mutedRules: ['orphans'] } },
    { nodeId: idOf('node', 2), watch: { mutedRules: ['orphans', 'disk-forecast'] } },
  ])
})

test('cleaning up is previewed, chosen, run and proven; then the alert is over', SLOW, async () => {
  await using held = await open({ scene: { stepMs: '20' } })
  const { page, complaints } = held
  await goToAlerts(page)
  await orphans(page)
    .getByRole('button', { name: /^Clean up/ })
    .focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Clean up orphans on pc-b' }).waitFor()
  expect(await page.getByRole('list', { name: 'Folders' }).innerText()).toMatch(/main\/sessions\s+8,114 files\s+49 GB/)
  expect(await page.getByRole('list', { name: 'What stays' }).innerText()).toContain('1 file: open in a process')
  expect(await calls(page, 'plans.run')).toEqual([])
  await page.getByRole('button', { name: /^Choices/ }).click()
  await page.getByRole('radio', { name: '1 day' }).click()
  await page.getByRole('checkbox', { name: /^Put-aside transcripts/ }).click()
  await page.getByRole('checkbox', { name: /^Keep a way back/ }).click()
  const size = /\((.* GB)\)/.exec(await page.locator('.sentence').innerText())?.[1] ?? 'no size'
  await page.getByRole('button', { name: `Put ${size} of orphans aside`, exact: true }).click()
  await page.getByRole('region', { name: 'Proof' }).waitFor()
  expect((await calls(page, 'plans.clean')).at(-1)).toEqual({
    nodeId: idOf('node', 2),
    what: 'orphans',
    options: { minAgeMs: 86_400_000, families: ['session-store', 'tombstone'], withUndo: true },
  })
  await page.getByText('Cleaned up and proven').waitFor()
  await page.getByRole('button', { name: 'Put the files back' }).waitFor()
  await goToAlerts(page)
  await list(page, 'Recent').getByText('51 GB of orphaned files').waitFor()
  expect(complaints).toEqual([])
})

test('a clean-up that was cut says until when it keeps what it put aside, and only where it does', SLOW, async () => {
  for (const isKept of [true, false]) {
    await using held = await open({ scene: { stepMs: '20', ending: 'interrupted' } })
    const { page } = held
    await goToAlerts(page)
    await orphans(page)
      .getByRole('button', { name: /^Clean up/ })
      .click()
    await page.getByRole('button', { name: /^Choices/ }).click()
    if (isKept) await page.getByRole('checkbox', { name: /^Keep a way back/ }).click()
    await page.getByRole('button', { name: /of orphans/ }).click()
    const callout = page.getByRole('alert').filter({ hasText: 'This run was interrupted' })
    await callout.waitFor()
    const words = /What was put aside is kept until 4 Mar 2027, .* removes the files for good then/s
    if (isKept) expect(await callout.innerText()).toMatch(words)
    else expect(await callout.innerText()).not.toContain('put aside is kept')
  }
})

test('one leaked process can be left alone, and owned ones offer no choice', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await goToAlerts(page)
  await page.getByRole('button', { name: 'Clean up: 6 leaked node hosts on build-box' }).click()
  const trees = page.getByRole('list', { name: 'Leaked processes' })
  await trees.getByText('It has no terminal.').first().waitFor()
  expect(await page.getByRole('checkbox').count()).toBe(6)
  await page.getByRole('checkbox', { name: /pid 30644/ }).click()
  await page.getByRole('button', { name: 'End 5 processes' }).waitFor()
  const { options } = (await calls(page, 'plans.clean')).at(-1) as {
    readonly options: { readonly processes: readonly { readonly pid: number }[] }
  }
  expect(options.processes.map(({ pid }) => pid)).toEqual([30_512, 31_020, 31_377, 31_902, 32_118])
})

test('where the live store is missing nothing is touched, and the newest copy can be fetched', SLOW, async () => {
  await using held = await open({ scene: { storeMissing: '1' } })
  const { page } = held
  await navigate(page, `clean/orphans/${idOf('node', 2)}`)
  const warning = page.getByRole('list', { name: 'Not touched' })
  await warning.getByText('may be the only copy').waitFor()
  await warning.getByRole('button', { name: /^Fetch the newest/ }).click()
  await page.getByText('/home/admin/sessions.json').waitFor()
  expect(await calls(page, 'cleaning.fetchNewest')).toEqual([
    { nodeId: idOf('node', 2), folder: '/home/claw/.openclaw/agents/ops/sessions' },
  ])
})

test('rules are tried before they are saved, and what cannot hold is said where it stands', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: /^Settings/ })
    .click()
  await page.getByRole('button', { name: /^Rules for all nodes/ }).click()
  await page.getByRole('button', { name: /^Orphaned files/ }).click()
  const count = page.getByRole('textbox', { name: 'Orphaned files: Attention from (files)' })
  const save = page.getByRole('button', { name: 'Save rules' })
  await count.fill('0')
  await page.getByText('At least 1.').waitFor()
  expect(await save.isDisabled()).toBe(true)
  await count.fill('6000')
  await page.getByRole('button', { name: 'Would have fired…' }).click()
  await page.getByRole('alert').getByText('the critical count is the larger one').waitFor()
  await count.fill('300')
  await page.getByRole('button', { name: 'Would have fired…' }).click()
  await page.getByText('With these rules 3 alerts would have been raised').waitFor()
  expect((await calls(page, 'watch.wouldFire')).at(-1)).toEqual({ nodeId: null, rules: { orphans: { count: 300 } } })
  expect(await calls(page, 'watch.setConfig')).toEqual([])
  await save.click()
  await page.getByText('1 rule changed').waitFor()
  expect(await calls(page, 'watch.setConfig')).toEqual([{ rules: { orphans: { count: 300 } } }])
})

test('the page of a node is asked more often while it is open; its charts are read by keyboard', SLOW, async () => {
  await using held = await open()
  const { page, complaints } = held
  await page.getByRole('button', { name: 'Open pc-b' }).click()
  const chart = page.getByRole('slider', { name: 'OpenClaw’s files, moment' })
  await chart.focus()
  const said = () => chart.getAttribute('aria-valuetext')
  const latest = await said()
  expect(latest).toMatch(/Workspaces 2\.1 GB.*Orphans 51 GB/)
  await page.keyboard.press('Home')
  expect(await said()).toMatch(/Orphans 34 GB/)
  await page.keyboard.press('PageUp')
  expect(await said()).not.toMatch(/Orphans 34 GB/)
  await page.keyboard.press('End')
  expect(await said()).toBe(latest)
  await page.getByRole('button', { name: 'The same as tables' }).click()
  expect(await page.getByRole('region', { name: 'Memory' }).innerText()).toContain('unknown')
  await page.getByRole('button', { name: 'Back to the fleet' }).click()
  const focused = await calls(page, 'watch.focus')
  expect([focused[0], focused.at(-1)]).toEqual([{ nodeId: idOf('node', 2) }, { nodeId: null }])
  expect(complaints).toEqual([])
})

test('a new point arrives in an open chart', SLOW, async () => {
  await using held = await open()
  const { page } = held
  await page.getByRole('button', { name: 'Open pc-b' }).click()
  const chart = page.getByRole('slider', { name: 'Processes, moment' })
  await chart.waitFor()
  expect(await chart.getAttribute('aria-valuetext')).toContain('Leaked 6')
  await page.evaluate(
    nodeId => {
      const at = Date.now() + 60_000
      const family = { count: 2, leaked: 0, agesMs: [], cpuShare: 0, rssBytes: 1 }
      const seen = {
        clock: { wallMs: at, uptimeMs: 1, bootId: 'b' },
        ...{
          cpus: 1,
          memoryBytes: 1,
          version: null,
          gateways: [],
          disks: [],
          sizes: {},
          orphans: [],
          lastBackupAt: null,
        },
        families: { 'node-run': family },
      }
      window.harness.emit('pointAdded', { nodeId, point: { at, reach: 'seen', spanMs: 0, seen } })
    },
    idOf('node', 2),
  )
  await page.locator('[role=slider][aria-valuetext$="Node hosts 2, Leaked 0"]').waitFor()
})

test('a clean-up by itself is switched on only by the person, and says why it stopped', SLOW, async () => {
  await using held = await open({ scene: { automaticStopped: '1' } })
  const { page } = held
  await page.getByRole('button', { name: 'Open pc-b' }).click()
  await page.getByRole('button', { name: /^How this node is watched/ }).click()
  await page.getByText('Switched off by itself: Two runs in a row failed.').waitFor()
  const toggle = page.getByRole('switch', { name: 'Remove orphaned files by itself' })
  expect(await toggle.isChecked()).toBe(false)
  await toggle.focus()
  await page.keyboard.press('Space')
  await page.getByText('Switched off by itself').waitFor({ state: 'detached' })
  expect(await calls(page, 'watch.setNode')).toEqual([
    {
      nodeId: idOf('node', 2),
      watch: { automatic: { orphans: { isOn: true, everyHours: 24, stoppedBecause: null } } },
    },
  ])
})
