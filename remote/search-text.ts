import JSON5 from 'json5'
import { isProse } from '../shared/path-map'
import type { Needles } from './needles'

/** A place where a needle was found. */
export interface Place {
  readonly where: string
  readonly needle: string
}

const MAX_PLACES = 200

/**
 * Where in a text the needles are: a JSON pointer where the text is JSON or JSON5, else the line. What is in no value of a
 * JSON5 document stands in its comments, which nothing but people reads.
 */
export function placesInText(text: string, needles: Needles): Place[] {
  if (needles.in(text).length === 0) return []
  const document = parsed(text)
  const places = document === null ? [] : [...placesInValue(document.value, '', needles)]
  const about = document?.mayHaveComments === true ? ', a comment (free text)' : ''
  const found = places.length > 0 ? places : placesInLines(text, needles, about)
  return found.slice(0, MAX_PLACES)
}

function parsed(text: string): { readonly value: unknown; readonly mayHaveComments: boolean } | null {
  for (const [parse, mayHaveComments] of [
    [JSON.parse, false],
    [JSON5.parse, true],
  ] as const) {
    try {
      return { value: parse(text) as unknown, mayHaveComments }
    } catch {
      // The next way, or none: JSON lines, or no JSON at all.
    }
  }
  return null
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

function placesInLines(text: string, needles: Needles, about: string): Place[] {
  return text
    .split('\n')
    .flatMap((line, index) => needles.in(line).map(needle => ({ where: `line ${index + 1}${about}`, needle })))
}
