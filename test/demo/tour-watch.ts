import type { Page } from 'playwright-core'
import { setTimeout as sleep } from 'node:timers/promises'
import { MINUTE, SECOND } from '../../shared/units'
import type { Stops } from './tour-deletion'

/** Shows the alerts of a fleet and cleans up the machine whose disk fills, with proof. */
export async function watchAndClean(page: Page, label: string, { stop, picture }: Stops): Promise<void> {
  await page.getByRole('button', { name: /^Alerts/ }).click()
  const alert = page.getByRole('listitem', { name: new RegExp(`of orphaned files on ${label}$`) })
  const end = Date.now() + MINUTE
  // Two looks in a row raise what one may only have met by chance.
  while (!(await alert.isVisible())) {
    if (Date.now() > end) throw new Error(`No alert was raised for ${label}`)
    await page.getByRole('button', { name: 'Check now' }).click()
    await sleep(3 * SECOND)
  }
  await stop('alerts', `Watch: ${label} fills its disk with orphaned files, and OCM says so from the tray.`)
  await picture('alerts', 'light')
  await alert.getByRole('button', { name: /^Clean up/ }).click()
  await page.getByText('Clean-up plan · nothing has started').waitFor({ timeout: MINUTE })
  await stop('clean-up', 'Clean up: the preview says what goes, folder by folder, and what stays and why.')
  await picture('clean-up', 'dark')
  await page.getByRole('button', { name: /^Remove .* of orphans$/ }).click()
  await page.getByText('Cleaned up and proven').waitFor({ timeout: MINUTE })
  await stop('cleaned-up', 'Clean up: the files are gone, the live store and the gateway are as they were, proven.')
}
