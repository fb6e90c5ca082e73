import { isProse } from '../shared/path-map'
import type { Needles } from './needles'

/** A place where a needle was found. */
export interface Place {
  readonly where: string
  readonly needle: string
}

const MAX_PLACES = 200

/** Where in a text the needles are: a JSON pointer where the text is JSON, else the line. */
export function placesInText(text: string, needles: Needles): Place[] {
  if (needles.in(text).length === 0) return []
  const value = parsed(text)
  const places = value === undefined ? [] : [...placesInValue(value, '', needles)]
  const found = places.length > 0 ? places : placesInLines(text, needles)
  return found.slice(0, MAX_PLACES)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // JSON5, JSON lines, or no JSON at all: lines will do.
  }
}

function* placesInValue(value: unknown, pointer: string, needles: Needles): Generator<Place> {
  if (typeof value === 'string') {
    const about = isProse(value) ? ' (free text)' : ''
    for (const needle of needles.in(value)) yield { where: (pointer === '' ? '/' : pointer) + about, needle }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
      for (const needle of needles.in(key)) yield { where: `${at} (the name)`, needle }
      yield* placesInValue(inner, at, needles)
    }
  }
}

function placesInLines(text: string, needles: Needles): Place[] {
  return text
    .split('\n')
    .flatMap((line, index) => needles.in(line).map(needle => ({ where: `line ${index + 1}`, needle })))
}
