/** Resolves tokens for a canvas, which knows neither variables nor `light-dark()`. */
export interface ChartColors {
  /** The colour of a token in the theme of the moment, with so much of it left (1 = all). */
  of(token: string, share?: number): string
  /** Calls back when the theme changes, after which colours are others. The result stops it. */
  onChange(listener: () => void): () => void
}

/** Colours as they are inside `host`. */
export function chartColors(host: HTMLElement): ChartColors {
  const cache = new Map<string, string>()
  const probe = document.createElement('span')
  probe.hidden = true
  host.append(probe)
  return {
    of: (token, share = 1) => {
      const key = `${token} ${share}`
      const known = cache.get(key)
      if (known !== undefined) return known
      // Set through the CSSOM, which the page's policy does not restrict.
      probe.style.color = `color-mix(in oklch, var(${token}) ${share * 100}%, transparent)`
      const { color } = getComputedStyle(probe)
      cache.set(key, color)
      return color
    },
    onChange: listener => {
      const changed = () => {
        cache.clear()
        listener()
      }
      const theme = new MutationObserver(changed)
      theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
      return () => {
        theme.disconnect()
        probe.remove()
      }
    },
  }
}
