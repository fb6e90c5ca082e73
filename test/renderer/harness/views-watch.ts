import type { Page } from 'playwright-core'
import type { ViewRecipe } from './views.ts'

async function alerts(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: /^Alerts/ })
    .click()
  await page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor()
}

async function node(page: Page, label = 'pc-b'): Promise<void> {
  await page.getByRole('button', { name: `Open ${label}` }).click()
  await page.getByRole('slider', { name: 'Processes, moment' }).waitFor()
}

const chart = (page: Page) => page.getByRole('slider', { name: /^OpenClaw’s files, moment/ })

async function howWatched(page: Page): Promise<void> {
  await node(page)
  await page.getByRole('button', { name: /^How this node is watched/ }).click()
  await page.getByRole('group', { name: 'Automatic clean-up' }).scrollIntoViewIfNeeded()
}

async function settings(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: /^Settings/ })
    .click()
  await page.getByRole('button', { name: /^Rules for all nodes/ }).click()
}

async function orphans(page: Page): Promise<void> {
  await alerts(page)
  await page.getByRole('button', { name: 'Clean up: 51 GB of orphaned files on pc-b' }).click()
  await page.getByRole('heading', { level: 1, name: 'Clean up orphans on pc-b' }).waitFor()
}

async function processes(page: Page): Promise<void> {
  await alerts(page)
  await page.getByRole('button', { name: 'Clean up: 6 leaked node hosts on build-box' }).click()
  await page.getByRole('list', { name: 'Leaked processes' }).waitFor()
}

/** Everything about watching and cleaning up. */
export const WATCH_VIEWS: Readonly<Record<string, ViewRecipe>> = {
  alerts: { show: alerts },
  'alerts-none': { scene: { alerts: 'none', paused: '1' }, show: alerts },
  'alerts-menu': {
    async show(page) {
      await alerts(page)
      await page.getByRole('button', { name: 'More for Disk full in about 5 h on pc-b' }).click()
      await page.getByRole('menuitem', { name: 'Snooze until tomorrow' }).waitFor()
    },
  },
  'watch-day': {
    async show(page) {
      await node(page)
      await chart(page).focus()
      for (let presses = 0; presses < 6; presses++) await page.keyboard.press('PageDown')
    },
  },
  'watch-month': {
    async show(page) {
      await node(page)
      await page.getByRole('radio', { name: 'Month' }).click()
      await page.getByRole('radio', { name: 'Month', checked: true }).waitFor()
      await page.getByRole('slider', { name: 'Memory, moment' }).scrollIntoViewIfNeeded()
    },
  },
  'watch-table': {
    async show(page) {
      await node(page)
      await page.getByRole('button', { name: 'The same as tables' }).click()
      await page.getByRole('region', { name: 'Processes' }).scrollIntoViewIfNeeded()
    },
  },
  'watch-nothing': {
    async show(page) {
      await page.getByRole('button', { name: 'Open garage-pi' }).click()
      await page.getByText('Nothing was measured yet').waitFor()
    },
  },
  'watch-node': { scene: { automaticStopped: '1' }, show: howWatched },
  'watch-settings': {
    async show(page) {
      await settings(page)
      await page.getByRole('button', { name: /^Orphaned files/ }).click()
      await page.getByRole('button', { name: 'Would have fired…' }).scrollIntoViewIfNeeded()
    },
  },
  'watch-quiet-hours': {
    async show(page) {
      await settings(page)
      await page.getByRole('switch', { name: /^Quiet hours/ }).click()
      await page.getByRole('textbox', { name: 'Quiet from' }).fill('25:00')
      await page.getByText('A time such as 22:30.').waitFor()
    },
  },
  'watch-wrong': {
    async show(page) {
      await settings(page)
      await page.getByRole('button', { name: /^Orphaned files/ }).click()
      await page.getByRole('textbox', { name: 'Orphaned files: Attention from (files)' }).fill('6000')
      await page.getByRole('textbox', { name: 'Orphaned files: Critical from (files)' }).fill('0')
      await page.getByRole('button', { name: 'Discard' }).scrollIntoViewIfNeeded()
    },
  },
  'watch-would-fire': {
    async show(page) {
      await settings(page)
      await page.getByRole('button', { name: 'Would have fired…' }).click()
      await page.getByRole('status', { name: 'Would have fired' }).scrollIntoViewIfNeeded()
    },
  },
  'clean-orphans': { show: orphans },
  'clean-choices': {
    scene: { storeMissing: '1' },
    async show(page) {
      await orphans(page)
      await page.getByRole('button', { name: /^Choices/ }).click()
      await page.getByRole('checkbox', { name: /^Keep a way back/ }).click()
      await page.getByRole('button', { name: /^Put .* aside$/ }).waitFor()
    },
  },
  'clean-names': {
    async show(page) {
      await orphans(page)
      await page
        .getByRole('button', { name: /^Show names: largest files in/ })
        .first()
        .click()
      await page.getByRole('list', { name: 'What stays' }).scrollIntoViewIfNeeded()
    },
  },
  'clean-unreachable': {
    async show(page) {
      await page.getByRole('button', { name: 'Open vps-3' }).waitFor()
      await page.keyboard.press('Control+k')
      await page.keyboard.type('clean up vps-3')
      await page.getByRole('menuitem', { name: 'Clean up orphaned files on vps-3' }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  'clean-processes': { show: processes },
  'clean-processes-stay': {
    async show(page) {
      await processes(page)
      await page.getByRole('button', { name: /^What stays/ }).click()
      await page.getByRole('list', { name: 'Processes that stay' }).scrollIntoViewIfNeeded()
    },
  },
  'clean-live': {
    scene: { stepMs: '3000' },
    async show(page) {
      await orphans(page)
      await page.getByRole('button', { name: /^Remove .* of orphans$/ }).click()
      await page.getByRole('progressbar', { name: 'Progress of this step' }).waitFor()
    },
  },
  'clean-done': {
    scene: { stepMs: '20' },
    async show(page) {
      await orphans(page)
      await page.getByRole('button', { name: /^Choices/ }).click()
      await page.getByRole('checkbox', { name: /^Keep a way back/ }).click()
      await page.getByRole('button', { name: /^Put .* aside$/ }).click()
      await page.getByRole('region', { name: 'Proof' }).waitFor()
    },
  },
}
