import type { Page } from 'playwright-core'
import type { OpenOptions } from './open.ts'
import { DELETION_VIEWS } from './views-deletion.ts'
import { WATCH_VIEWS } from './views-watch.ts'

/** A view and how to come to it, for pictures and for axe. */
export interface ViewRecipe extends Pick<OpenOptions, 'scene'> {
  show(page: Page): Promise<void>
  /** axe rules that cannot hold here; the recipe says why. */
  readonly without?: readonly string[]
}

const card = (page: Page, label: string) => page.getByRole('group', { name: new RegExp(`^${label},`) })

const board = async (page: Page): Promise<void> => {
  await card(page, 'pc-a').first().waitFor()
}

const place = (name: string) => async (page: Page) => {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

const fromMenu = async (page: Page, label: string, item: string): Promise<void> => {
  await page.getByRole('button', { name: `Actions for ${label}`, exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

const migration = async (page: Page): Promise<void> => {
  await fromMenu(page, 'pc-a', 'Migrate to…')
  await page.getByRole('button', { name: 'Migrate here: pc-a to pc-b' }).click()
  await page.getByRole('heading', { level: 1, name: 'pc-a → pc-b' }).waitFor()
}

const run = async (page: Page): Promise<void> => {
  await migration(page)
  await page.getByRole('radio', { name: /Keep it on pc-b/ }).click()
  await page.getByRole('button', { name: 'Run migration', exact: true }).click()
}

const addNode = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Add node' }).click()
  await page.getByLabel('Name').fill('new-box')
  await page.getByLabel('Host').fill('new-box.lan')
  await page.getByLabel('User', { exact: true }).fill('claw')
  await page.getByLabel('Login password').fill('correct horse')
}

const testNode = async (page: Page): Promise<void> => {
  await fromMenu(page, 'edge-gw', 'Test connection')
  await page.getByRole('region', { name: 'Host key' }).waitFor()
}

/** Every view there is. */
export const VIEWS: Readonly<Record<string, ViewRecipe>> = {
  board: { show: board },
  list: { scene: { layout: 'list' }, show: board },
  many: { scene: { fleet: 'many' }, show: page => card(page, 'pc-a-01').waitFor() },
  empty: { scene: { fleet: 'empty' }, show: page => page.getByRole('button', { name: 'Add a node' }).waitFor() },
  loading: { scene: { fleet: 'loading' }, show: page => page.locator('.skeleton').first().waitFor() },
  failed: { scene: { fleet: 'failed' }, show: page => page.getByRole('alert').waitFor() },
  menu: {
    async show(page) {
      await page.getByRole('button', { name: 'Actions for pc-b', exact: true }).click()
      await page.getByRole('menuitem', { name: 'Migrate to…' }).waitFor()
    },
  },
  carrying: {
    // While something is carried by keyboard, all but the targets is inert, the page's heading too.
    without: ['page-has-heading-one'],
    async show(page) {
      await card(page, 'pc-a').focus()
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Migrate here: pc-a to pc-b' }).waitFor()
    },
  },
  palette: {
    async show(page) {
      await board(page)
      await page.keyboard.press('Control+k')
      await page.keyboard.type('pc-b')
      await page.getByRole('menuitem', { name: 'Open pc-b' }).waitFor()
      // The list as it was before the last letter may still hold the place of the cursor for a moment.
      await page.waitForFunction(() => {
        const active = document.activeElement?.getAttribute('aria-activedescendant')
        return active == null || document.getElementById(active) !== null
      })
    },
  },
  'add-node': { show: addNode },
  'edit-node': { show: page => fromMenu(page, 'build-box', 'Edit…') },
  'host-key-ask': { scene: { hostKey: 'ask' }, show: testNode },
  'host-key-changed': { scene: { hostKey: 'changed' }, show: testNode },
  'test-fine': {
    scene: { hostKey: 'known' },
    async show(page) {
      await fromMenu(page, 'pc-a', 'Test connection')
      await page.getByRole('button', { name: 'Done' }).waitFor()
    },
  },
  'remove-node': { show: page => fromMenu(page, 'spare', 'Remove from OCM…') },
  'migrate-to': { show: page => fromMenu(page, 'pc-a', 'Migrate to…') },
  'restore-onto': { show: page => fromMenu(page, 'pc-b', 'Restore…') },
  node: {
    async show(page) {
      await page.getByRole('button', { name: 'Open pc-b' }).click()
      await page.getByRole('heading', { level: 1, name: /pc-b/ }).waitFor()
    },
  },
  'node-blocked': {
    async show(page) {
      await page.getByRole('button', { name: 'Open edge-gw' }).click()
      await page.getByRole('heading', { level: 1, name: /edge-gw/ }).waitFor()
    },
  },
  backups: { show: place('Backups') },
  'backups-empty': { scene: { fleet: 'empty' }, show: place('Backups') },
  'backup-contents': {
    async show(page) {
      await place('Backups')(page)
      await page
        .getByRole('list', { name: 'Backups' })
        .getByRole('button', { name: 'pc-a', exact: true })
        .first()
        .click()
      await page.getByText('Morning briefing').waitFor()
    },
  },
  activity: {
    async show(page) {
      await place('Activity')(page)
      await page.getByRole('button', { name: 'Load more' }).waitFor()
    },
  },
  'recovery-sheet': {
    scene: { withoutBackups: '1', stepMs: '20' },
    async show(page) {
      await fromMenu(page, 'pc-a', 'Back up…')
      await page.getByRole('button', { name: 'Run backup' }).click()
      await page.getByRole('dialog', { name: /recovery sheet/ }).waitFor()
    },
  },
  'plan-profiles': { scene: { profiles: 'two' }, show: migration },
  'restore-profiles': {
    scene: { profiles: 'two' },
    async show(page) {
      await fromMenu(page, 'pc-b', 'Restore…')
      await page.getByRole('button', { name: 'Restore here: backup of pc-a to pc-b' }).first().click()
      await page.getByRole('radiogroup', { name: 'Profile' }).waitFor()
    },
  },
  'board-locked': { scene: { locked: '1' }, show: page => page.getByText('backups unknown').first().waitFor() },
  'backups-locked': { scene: { locked: '1' }, show: place('Backups') },
  'import-locked': {
    async show(page) {
      await place('Backups')(page)
      await page.getByRole('button', { name: 'Import backup' }).click()
      await page.getByLabel('Recovery phrase').fill('K7QMW')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').waitFor()
    },
  },
  'known-hosts': {
    async show(page) {
      await place('Settings')(page)
      await page.getByRole('button', { name: 'Import from known_hosts…' }).click()
      await page.getByRole('button', { name: 'Read ~/.ssh/known_hosts' }).waitFor()
    },
  },
  'known-hosts-found': {
    async show(page) {
      await place('Settings')(page)
      await page.getByRole('button', { name: 'Import from known_hosts…' }).click()
      await page.getByRole('button', { name: 'Read ~/.ssh/known_hosts' }).click()
      await page.getByRole('list', { name: 'Host keys found' }).waitFor()
    },
  },
  'node-advice': {
    async show(page) {
      await page.getByRole('button', { name: 'Open pc-b' }).click()
      await page.getByRole('button', { name: /^How to fix it: The gateway ends/ }).click()
      await page.getByRole('list', { name: 'To type on the machine' }).waitFor()
    },
  },
  settings: { show: place('Settings') },
  plan: { show: migration },
  'plan-rewrites': {
    async show(page) {
      await migration(page)
      await page.getByRole('button', { name: /^What is carried/ }).click()
      await page.getByRole('button', { name: /^To decide/ }).click()
      await page.getByRole('button', { name: /^What is rewritten/ }).click()
      await page.getByRole('button', { name: /^What is rewritten/ }).scrollIntoViewIfNeeded()
    },
  },
  'plan-restore': {
    scene: { blocked: '1' },
    async show(page) {
      await fromMenu(page, 'pc-b', 'Restore…')
      await page.getByRole('button', { name: 'Restore here: backup of pc-a to pc-b' }).first().click()
      await page.getByRole('button', { name: /^What is restored/ }).click()
      await page.getByRole('button', { name: 'Difference in openclaw.json' }).click()
    },
  },
  'run-live': {
    scene: { stepMs: '1200' },
    async show(page) {
      await run(page)
      await page.getByRole('progressbar', { name: 'Progress of this step' }).waitFor()
    },
  },
  'run-slow-stop': {
    scene: { stepMs: '40', ending: 'hang' },
    async show(page) {
      await run(page)
      await page.getByRole('button', { name: 'Force stop' }).waitFor()
    },
  },
  'run-done': {
    scene: { stepMs: '40' },
    async show(page) {
      await run(page)
      await page.getByRole('region', { name: 'Proof' }).waitFor()
    },
  },
  'run-failed': {
    scene: { stepMs: '40', ending: 'failed' },
    async show(page) {
      await run(page)
      await page.getByText('Failed', { exact: true }).waitFor()
    },
  },
  'run-interrupted': {
    scene: { stepMs: '40', ending: 'interrupted' },
    async show(page) {
      await run(page)
      await page.getByRole('button', { name: 'Resume' }).waitFor()
    },
  },
  ...DELETION_VIEWS,
  ...WATCH_VIEWS,
}
