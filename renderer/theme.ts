import type { Settings } from '../shared/contract'

const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
let chosen: Settings['theme'] = 'system'

/** Shows the page in this theme, at once. */
export function applyTheme(theme: Settings['theme']): void {
  chosen = theme
  show()
}

/**
 * Shows the page in the system's theme, and goes with it, until another is chosen. The styles never ask the system
 * themselves: their colours would begin to change before anything here could hold the transitions.
 */
export function followSystemTheme(): void {
  show()
  systemIsDark.addEventListener('change', show)
}

/**
 * Transitions are for what a person does to one control: between two themes they would show dark text on dark for as long
 * as they last.
 */
function show(): void {
  const { dataset } = document.documentElement
  const theme = chosen === 'system' ? (systemIsDark.matches ? 'dark' : 'light') : chosen
  if (dataset['theme'] === theme) return
  // The styles allow no transition while this is there.
  dataset['themeChanging'] = ''
  dataset['theme'] = theme
  // Reading a size computes all styles now, while nothing may move.
  void document.body.offsetHeight
  delete dataset['themeChanging']
}
