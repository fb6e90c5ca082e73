import type { Page } from '@playwright/test'

/** More stops than any view has. */
const MOST_STOPS = 120

/** What has the focus, as a screen reader would name it, near enough. */
export function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return ''
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : []
    const text = [...labels.map(label => label.textContent), element.textContent]
    return element.getAttribute('aria-label') ?? text.find(words => words.trim() !== '')?.trim() ?? ''
  })
}

/** Presses Tab until the name of what has the focus matches. @throws Error with all stops when it is never reached. */
export async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const stops: string[] = []
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    const here = await focusedName(page)
    if (name.test(here)) return
    stops.push(here)
    await page.keyboard.press(key)
  }
  throw new Error(`Tab never reached ${String(name)}; it stopped at: ${stops.join(' | ')}`)
}

/** Tabs to something and presses a key on it. */
export async function pressOn(page: Page, name: RegExp, key = 'Enter'): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press(key)
}

/**
 * Tabs to something that can be carried, picks it up, and waits until it can be carried on.
 * Drop spots are there one frame before the keys are listened to: an Escape in between is lost. The focus comes after.
 */
export async function pickUp(page: Page, name: RegExp): Promise<void> {
  await pressOn(page, name)
  await page.locator('.drop-spot:focus').waitFor()
}
