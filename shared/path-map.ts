/** One place of the source and where it is on the target. `to` null: the person has not decided yet. */
export interface Mapping {
  readonly from: string
  readonly to: string | null
  /** What it is, for people: "home", "state directory". */
  readonly what: string
}

/** One path of the source found in a text. */
export interface Hit {
  /** The path as it stands there, from its first character to the end of the path. */
  readonly path: string
  readonly mapping: Mapping
}

/** A text with the source's paths translated. `to` equals the text when nothing changes. */
export interface Mapped {
  readonly to: string
  readonly hits: readonly Hit[]
}

/** Translates every path of the source in a text, at path boundaries only. */
export interface PathMap {
  (text: string): Mapped
  /** A text with none of these in it holds no path of the source. */
  readonly needles: readonly string[]
}

/** What may stand before a path inside a longer text: nothing, a separator, `file://`, or a one-letter option (`-I/home/a`). */
const BEFORE = String.raw`(?<=^|[\s=:,;"'${'`'}()[\]{}<>|&@?#!]|file:\/\/(?:localhost)?|(?:^|\s)-[A-Za-z])`
/** A drive letter makes it another system's path. */
const NO_DRIVE = String.raw`(?<!(?:^|[\s="'(,;])[A-Za-z]:)`
/** What may follow it: nothing, a separator of paths, or the end of the word. */
const AFTER = String.raw`(?=$|[/\\\s=:,;"'${'`'}()[\]{}<>|&?#*])`
const REST = /^[^\s"'`:;,|&()<>[\]{}]*/

/** The map of some mappings. The longest match wins, so a state directory goes before its home. */
export function pathMap(mappings: readonly Mapping[]): PathMap {
  const byText = new Map<string, Mapping>()
  for (const mapping of mappings) {
    byText.set(mapping.from, mapping)
    const encoded = encodeURI(mapping.from)
    if (encoded !== mapping.from) byText.set(encoded, mapping)
  }
  const froms = [...byText.keys()].sort((left, right) => right.length - left.length)
  if (froms.length === 0) return Object.assign((text: string): Mapped => ({ to: text, hits: [] }), { needles: [] })
  const pattern = new RegExp(`${BEFORE}${NO_DRIVE}(?:${froms.map(escapePattern).join('|')})${AFTER}`, 'g')
  const translate = (text: string): Mapped => {
    if (!froms.some(from => text.includes(from))) return { to: text, hits: [] }
    const hits: Hit[] = []
    const to = text.replace(pattern, (from: string, offset: number) => {
      const mapping = byText.get(from)
      if (mapping === undefined) return from
      const rest = REST.exec(text.slice(offset + from.length))?.[0] ?? ''
      hits.push({ path: from + rest, mapping })
      if (mapping.to === null) return from
      const isUrl = /file:\/\/(?:localhost)?$/.test(text.slice(0, offset)) || from !== mapping.from
      return isUrl ? encodeURI(mapping.to) : mapping.to
    })
    return { to, hits }
  }
  return Object.assign(translate, { needles: froms })
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}

/** Whether a text reads like prose or a script of several lines, in which nothing is to be changed. */
export function isProse(text: string): boolean {
  return /\n[^\n]*\S/.test(text) && /\S[ \t]+\S/.test(text)
}
