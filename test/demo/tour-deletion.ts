import type { Page } from 'playwright-core'
import { MINUTE } from '../../shared/units'

/** What the tour does at a stop: a numbered screenshot and a line; and a picture for the README where they are wanted. */
export interface Stops {
  readonly stop: (name: string, line: string) => Promise<void>
  readonly picture: (name: string, theme: 'light' | 'dark') => Promise<void>
}

/** Deletes a node by its menu: preview, its name typed, eleven steps, proof and certificate. */
export async function deleteNode(page: Page, label: string, { stop, picture }: Stops): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${label}`, exact: true }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByText('Deletion plan · nothing has started').waitFor({ timeout: MINUTE })
  await stop('deletion', `Delete: the preview shows what goes from ${label} and what stays. Nothing has happened yet.`)
  await picture('deletion', 'light')
  await page.getByRole('button', { name: `Delete ${label}…` }).click()
  await page.getByLabel(`Type ${label} to confirm`).fill(label)
  await page.getByRole('button', { name: `Delete ${label}`, exact: true }).click()
  await page
    .getByText('Deleted, nothing remains')
    .first()
    .waitFor({ timeout: 5 * MINUTE })
  const certificate = page.getByRole('region', { name: 'Certificate' })
  await certificate.getByRole('button', { name: /^Before and after/ }).click()
  await certificate.scrollIntoViewIfNeeded()
  await stop('certificate', `Delete: a witness found nothing left on ${label}, so it is off the list.`)
  await picture('certificate', 'dark')
}
