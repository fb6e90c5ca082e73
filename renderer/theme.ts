import type { Settings } from '../shared/contract'

/**
 * Shows the page in this theme, at once. Transitions are for what a person does to one control: between two themes they
 * would show dark text on dark for as long as they last.
 */
export function applyTheme(theme: Settings['theme']): void {
  const { dataset } = document.documentElement
  atOnce(() => {
    if (theme === 'system') delete dataset['theme']
    else dataset['theme'] = theme
  })
}

/** The same where the system changes its theme. */
export function followSystemTheme(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    atOnce(() => undefined)
  })
}

function atOnce(change: () => void): void {
  const { dataset } = document.documentElement
  // The styles allow no transition while this is there.
  dataset['themeChanging'] = ''
  change()
  // Reading a size computes all styles now, while nothing may move.
  void document.body.offsetHeight
  delete dataset['themeChanging']
}
