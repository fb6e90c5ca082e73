import { decodeJson5, encodeJson5, scanJson5 } from './json5-scan'

/** One value of a document with its place in the text (UTF-16 offsets, `end` exclusive). */
export type Json5Node =
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly members: readonly Json5Member[] }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly Json5Node[] }
  | {
      readonly kind: 'string' | 'number' | 'literal'
      readonly start: number
      readonly end: number
      /** Decoded when a string; as written otherwise. */
      readonly value: string
    }

/** One member of an object. `commaAt` is null when no comma follows. */
export interface Json5Member {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly value: Json5Node
  readonly commaAt: number | null
}

/** Text put in the place of a span. */
export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly text: string
}

type Open =
  | { kind: 'object'; start: number; end: number; members: Growing[] }
  | { kind: 'array'; start: number; end: number; items: Json5Node[] }
type Growing = { -readonly [K in keyof Json5Member]: Json5Member[K] }

/**
 * The document as a tree with spans: what is not edited keeps every byte. (A lossless library was tried; it refuses valid
 * JSON5 such as `\x41`, raw U+2028 and escaped names.)
 * @throws AppError `config-invalid` with line and column.
 */
export function parseJson5(text: string): Json5Node {
  const stack: Open[] = []
  let root: Json5Node | undefined
  let name: { name: string; start: number; end: number } | undefined
  const add = (value: Json5Node): void => {
    const parent = stack.at(-1)
    if (parent === undefined) root = value
    else if (parent.kind === 'array') parent.items.push(value)
    else if (name) parent.members.push({ ...name, value, commaAt: null })
  }
  scanJson5(text, {
    open: (kind, start) => {
      const node: Open = kind === 'object' ? { kind, start, end: 0, members: [] } : { kind, start, end: 0, items: [] }
      add(node)
      stack.push(node)
    },
    key: (start, end) => (name = { name: decodeJson5(text.slice(start, end)), start, end }),
    leaf: (kind, start, end) => {
      const raw = text.slice(start, end)
      add({ kind, start, end, value: kind === 'string' ? decodeJson5(raw) : raw })
    },
    comma: at => {
      const parent = stack.at(-1)
      const last = parent?.kind === 'object' ? parent.members.at(-1) : undefined
      if (last) last.commaAt = at
    },
    close: end => {
      const node = stack.pop()
      if (node) node.end = end
    },
  })
  if (root === undefined) throw new Error('The scanner read no value')
  return root
}

/** The text with all edits made. Edits must not overlap. */
export function editText(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort((left, right) => left.start - right.start || left.end - right.end)
  const parts: string[] = []
  let at = 0
  for (const edit of sorted) {
    parts.push(text.slice(at, edit.start), edit.text)
    at = edit.end
  }
  return parts.join('') + text.slice(at)
}

/** One scalar as text, in the quotes the replaced one had. */
export function renderScalar(value: string | number | boolean, replaced = '"'): string {
  return typeof value === 'string' ? encodeJson5(value, replaced.startsWith("'") ? "'" : '"') : String(value)
}

/** The last member of that name (the one that counts), or undefined. */
export function memberOf(node: Json5Node | undefined, name: string): Json5Member | undefined {
  return node?.kind === 'object' ? node.members.findLast(member => member.name === name) : undefined
}

/** The node under a path of names and indexes, or undefined. */
export function nodeAt(root: Json5Node, path: readonly string[]): Json5Node | undefined {
  return path.reduce<Json5Node | undefined>(
    (node, name) => (node?.kind === 'array' ? node.items[Number(name)] : memberOf(node, name)?.value),
    root,
  )
}

/** Sets one value, adding objects on the way where they are missing; all else stays as it is. */
export function setJson5(text: string, path: readonly string[], value: string | number | boolean): string {
  let node = parseJson5(text)
  for (const [depth, name] of path.entries()) {
    const next = node.kind === 'array' ? node.items[Number(name)] : memberOf(node, name)?.value
    if (next === undefined) return node.kind === 'object' ? addMember(text, node, path.slice(depth), value) : text
    node = next
  }
  return editText(text, [
    { start: node.start, end: node.end, text: renderScalar(value, text.slice(node.start, node.end)) },
  ])
}

function addMember(
  text: string,
  object: Extract<Json5Node, { kind: 'object' }>,
  [name = '', ...rest]: readonly string[],
  value: string | number | boolean,
): string {
  const first = object.members[0]
  const quote = first === undefined ? '"' : (/^["']/.exec(text.slice(first.start))?.[0] ?? '')
  const render = (word: string): string =>
    quote === '' && /^[A-Za-z_$][\w$]*$/.test(word) ? word : encodeJson5(word, quote === "'" ? "'" : '"')
  const inner = rest.reduceRight((body, word) => `{ ${render(word)}: ${body} }`, renderScalar(value, quote))
  const member = `${render(name)}: ${inner}`
  const last = object.members.at(-1)
  if (first === undefined || last === undefined) {
    return editText(text, [{ start: object.start + 1, end: object.start + 1, text: ` ${member} ` }])
  }
  const after = last.commaAt === null ? last.value.end : last.commaAt + 1
  const comment = /^[ \t]*(?:\/\/[^\n\r]*|\/\*[^\n\r]*?\*\/)(?=[ \t]*[\n\r])/.exec(text.slice(after))?.[0] ?? ''
  const indent = /\r?\n[ \t]*$/.exec(text.slice(0, first.start))?.[0] ?? ' '
  const gap = comment.includes('//') && indent === ' ' ? '\n' : indent // else the member would be part of the comment
  const at = after + comment.length
  const comma = last.commaAt === null ? [{ start: after, end: after, text: ',' }] : []
  const added = `${gap}${member}${last.commaAt === null ? '' : ','}`
  if (last.commaAt === null && comment === '') return editText(text, [{ start: at, end: at, text: `,${added}` }])
  return editText(text, [...comma, { start: at, end: at, text: added }])
}
