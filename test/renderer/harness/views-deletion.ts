import type { Page } from 'playwright-core'
import type { ViewRecipe } from './views.ts'

/** The card of a node. */
const card = (page: Page, label: string) => page.getByRole('group', { name: new RegExp(`^${label},`) })

/** Opens the preview of deleting a node, from its menu. */
async function preview(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${label}`, exact: true }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
}

async function whole(page: Page, label = 'pc-a'): Promise<void> {
  await preview(page, label)
  await page.getByRole('heading', { level: 1, name: `Delete ${label}` }).waitFor()
}

async function ask(page: Page): Promise<void> {
  await whole(page)
  await page.getByRole('button', { name: 'Delete pc-a…' }).click()
  await page.getByLabel('Type pc-a to confirm').waitFor()
}

async function run(page: Page): Promise<void> {
  await ask(page)
  await page.getByLabel('Type pc-a to confirm').fill('pc-a')
  await page.getByRole('button', { name: 'Delete pc-a', exact: true }).click()
  await page.getByRole('article', { name: 'Run' }).waitFor()
}

async function select(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${label}`, exact: true }).click()
  await page.getByRole('menuitem', { name: 'Select' }).click()
}

/** Everything about deleting nodes. */
export const DELETION_VIEWS: Readonly<Record<string, ViewRecipe>> = {
  'delete-preview': { show: whole },
  'delete-choices': {
    scene: { profiles: 'two' },
    async show(page) {
      await whole(page)
      await page.getByRole('checkbox', { name: /\/srv\/ops/ }).click()
      await page.getByRole('radio', { name: /^Delete without a backup/ }).click()
      await page.getByRole('radio', { name: /^Delete without a backup/, checked: true }).scrollIntoViewIfNeeded()
    },
  },
  'delete-steps': {
    async show(page) {
      await whole(page)
      await page.getByRole('button', { name: /^Steps/ }).click()
      await page.getByRole('button', { name: 'Stop OpenClaw' }).click()
      await page.getByRole('button', { name: 'Remove state and configuration' }).click()
      await page.getByRole('list', { name: 'What this step is about' }).last().scrollIntoViewIfNeeded()
    },
  },
  'delete-empty': { show: page => whole(page, 'spare') },
  'delete-protected': {
    async show(page) {
      await whole(page, 'pc-e')
      await page.getByRole('button', { name: 'Remove protection' }).waitFor()
    },
  },
  'delete-unreachable': {
    async show(page) {
      await preview(page, 'vps-3')
      await page.getByRole('button', { name: 'Forget without proof…' }).waitFor()
    },
  },
  'delete-forget': {
    async show(page) {
      await preview(page, 'edge-gw')
      await page.getByRole('button', { name: 'Forget without proof…' }).click()
      await page.getByRole('alertdialog').waitFor()
    },
  },
  'delete-quarantine': {
    async show(page) {
      await whole(page)
      await page.getByRole('radio', { name: /^Stop now, delete in 7 days/ }).click()
      await page.getByRole('textbox', { name: 'Days until it is deleted' }).scrollIntoViewIfNeeded()
    },
  },
  'delete-confirm': { show: ask },
  'delete-several': {
    async show(page) {
      await select(page, 'pc-a')
      await select(page, 'spare')
      await page.getByText('2 nodes selected').waitFor()
    },
  },
  'delete-live': {
    scene: { stepMs: '1200' },
    async show(page) {
      await run(page)
      await page.locator('.step[data-state=running]').waitFor()
    },
  },
  'delete-slow-stop': {
    scene: { stepMs: '40', ending: 'hang' },
    async show(page) {
      await run(page)
      await page.getByRole('button', { name: 'Force stop' }).waitFor()
    },
  },
  'delete-done': {
    scene: { stepMs: '20' },
    async show(page) {
      await run(page)
      await page.getByRole('region', { name: 'Certificate' }).waitFor()
    },
  },
  'delete-certificate': {
    scene: { stepMs: '20' },
    async show(page) {
      await run(page)
      await page.getByRole('button', { name: /^Before and after/ }).click()
      await page.getByRole('region', { name: 'Before and after' }).scrollIntoViewIfNeeded()
    },
  },
  'delete-remains': {
    scene: { stepMs: '20', ending: 'remains' },
    async show(page) {
      await run(page)
      await page.getByRole('button', { name: 'Retry what is left' }).waitFor()
    },
  },
  'delete-interrupted': {
    scene: { stepMs: '20', ending: 'interrupted' },
    async show(page) {
      await run(page)
      await page.getByRole('button', { name: 'Resume' }).waitFor()
    },
  },
  'delete-failed': {
    scene: { stepMs: '20', ending: 'failed' },
    async show(page) {
      await run(page)
      await page.getByText('Failed', { exact: true }).first().waitFor()
    },
  },
  'board-removals': {
    scene: { removals: '1' },
    async show(page) {
      await card(page, 'nas').getByText('Quarantined until').waitFor()
    },
  },
  'node-cleaning-up': {
    scene: { removals: '1' },
    async show(page) {
      await page.getByRole('button', { name: 'Open pc-b' }).click()
      await page.getByText('Cleaning up, step 8 of 11').waitFor()
    },
  },
  'node-quarantined': {
    scene: { removals: '1' },
    async show(page) {
      await page.getByRole('button', { name: 'Open nas' }).click()
      await page.getByRole('button', { name: 'Bring back…' }).waitFor()
    },
  },
}
