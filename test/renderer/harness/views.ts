import type { Page } from 'playwright-core'
import type { OpenOptions } from './open.ts'

/** A view and how to come to it, for pictures and for axe. */
export interface ViewRecipe extends Pick<OpenOptions, 'scene'> {
  show(page: Page): Promise<void>
}

const board = async (page: Page): Promise<void> => {
  await page.getByRole('group', { name: /^pc-a,/ }).waitFor()
}

/** Every view there is. */
export const VIEWS: Readonly<Record<string, ViewRecipe>> = {
  board: { show: board },
}
