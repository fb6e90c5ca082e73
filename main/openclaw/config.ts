import { AppError } from '../../shared/errors'
import { memberOf, parseJson5, type Json5Node } from './json5-text'
import { trimPath } from './paths'
import type { Place } from './place'

/** The profile's main config, relative to its state directory. */
export const CONFIG_FILE = 'openclaw.json'

/**
 * How a carried text is read. `config`: JSON5 with OpenClaw's schema, at a place of the merged config · `copy`: an old copy of
 * the config · `env`: dotenv · `bulk`: JSON that may be very large · `json` · `other`: not read as data.
 */
export type FileKind =
  | { readonly kind: 'config'; readonly base: readonly string[] }
  | { readonly kind: 'copy' | 'env' | 'bulk' | 'json' | 'other' }

/** One string, number or word of a document, with the names that lead to it. `isKey`: the name itself. */
export interface Leaf {
  readonly path: readonly string[]
  readonly kind: 'string' | 'number' | 'literal'
  readonly value: string
  readonly start: number
  readonly end: number
  readonly isKey: boolean
}

/** All names and scalars of a document in the order of the text. */
export function* leavesOf(node: Json5Node, path: readonly string[] = []): Generator<Leaf> {
  if (node.kind === 'array') {
    for (const [index, item] of node.items.entries()) yield* leavesOf(item, [...path, String(index)])
  } else if (node.kind === 'object') {
    for (const { name, start, end, value } of node.members) {
      const inner = [...path, name]
      yield { path: inner, kind: 'string', value: name, start, end, isKey: true }
      yield* leavesOf(value, inner)
    }
  } else yield { path, kind: node.kind, value: node.value, start: node.start, end: node.end, isKey: false }
}

/** A JSON pointer (RFC 6901) of names and indexes. */
export function pointerOf(path: readonly string[]): string {
  return path.map(name => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** How every carried text is read, and the included files that are not carried. */
export interface FileKinds {
  readonly kinds: ReadonlyMap<string, FileKind>
  readonly missing: readonly string[]
}

/** Kind of every carried text. Follows `$include` from the main config, so that an included file's rules fit its place. */
export function fileKinds(texts: ReadonlyMap<string, string>, source: Place): FileKinds {
  const kinds = new Map<string, FileKind>()
  const missing: string[] = []
  const queue: [string, readonly string[]][] = texts.has(CONFIG_FILE) ? [[CONFIG_FILE, []]] : []
  for (const [file, base] of queue) {
    if (kinds.has(file)) continue
    kinds.set(file, { kind: 'config', base })
    for (const { path, value } of includesOf(parseConfig(file, texts.get(file) ?? ''))) {
      const included = insideState(file, value, source)
      if (included !== null && texts.has(included)) queue.push([included, [...base, ...path]])
      else missing.push(value)
    }
  }
  for (const file of texts.keys()) if (!kinds.has(file)) kinds.set(file, { kind: plainKind(file) })
  return { kinds, missing }
}

/** The config's tree. @throws AppError `config-invalid` naming file, line and column. */
export function parseConfig(file: string, text: string): Json5Node {
  try {
    return parseJson5(text)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw new AppError('config-invalid', `${file} cannot be read. ${error.message}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    })
  }
}

/** The tree of any JSON text, or null when it is none (an empty or cut file is carried as it is). */
export function parseIfJson(text: string): Json5Node | null {
  try {
    return parseJson5(text)
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

function plainKind(file: string): 'copy' | 'env' | 'bulk' | 'json' | 'other' {
  if (/^(?:openclaw|clawdbot|moltbot)\.json(?:\.|$)/.test(file)) return 'copy'
  if (/(?:^|[/.])env$/.test(file)) return 'env'
  if (/(?:^|\/)sessions\.json$/.test(file)) return 'bulk'
  return /\.json5?$/.test(file) ? 'json' : 'other'
}

/** Every `$include` with the place it fills. */
function includesOf(root: Json5Node, path: readonly string[] = []): { path: readonly string[]; value: string }[] {
  if (root.kind === 'array') return root.items.flatMap((item, index) => includesOf(item, [...path, String(index)]))
  if (root.kind !== 'object') return []
  const include = memberOf(root, '$include')?.value
  const nodes = include?.kind === 'array' ? include.items : include ? [include] : []
  const here = nodes.flatMap(node => (node.kind === 'string' ? [{ path, value: node.value }] : []))
  return [...here, ...root.members.flatMap(({ name, value }) => includesOf(value, [...path, name]))]
}

/** Where an include lies relative to the state directory, or null when outside. */
function insideState(from: string, include: string, source: Place): string | null {
  const state = trimPath(source.stateDir)
  const whole = include.replace(/^~(?=\/)|^\$HOME(?=\/)|^\$\{HOME\}(?=\/)/, trimPath(source.home))
  const absolute = /^(?:[A-Za-z]:)?[/\\]/.test(whole)
    ? whole
    : `${state}/${from.split('/').slice(0, -1).join('/')}/${whole}`
  const parts: string[] = []
  for (const part of absolute.split(/[/\\]+/)) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  const resolved = parts.join('/')
  const root = state
    .split(/[/\\]+/)
    .filter(Boolean)
    .join('/')
  return resolved.startsWith(`${root}/`) ? resolved.slice(root.length + 1) : null
}

/** One variable of a dotenv text. The span is the value without its quotes. */
export interface EnvLine {
  readonly name: string
  readonly value: string
  readonly start: number
  readonly end: number
  readonly quote: '' | '"' | "'" | '`'
}

const ENV_LINE =
  /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*(?:=|:[ \t]+?)[ \t]*(?:"((?:\\[\s\S]|[^"\\])*)"|'((?:\\[\s\S]|[^'\\])*)'|`([^`]*)`|([^\n\r#]*?))[ \t]*(?:#[^\n\r]*)?$/gm

/** The variables of a dotenv text, in its order; read as the `dotenv` package reads them, without expansion. */
export function parseEnv(text: string): readonly EnvLine[] {
  return [...text.matchAll(ENV_LINE)].map(match => {
    const [whole, name = '', double, single, tick, bare] = match
    const quote = double !== undefined ? '"' : single !== undefined ? "'" : tick !== undefined ? '`' : ''
    const value = double ?? single ?? tick ?? bare ?? ''
    const nameEnd = whole.indexOf(name) + name.length
    const at =
      value === ''
        ? nameEnd + (/^[ \t]*[=:][ \t]*["'`]?/.exec(whole.slice(nameEnd))?.[0].length ?? 0)
        : whole.indexOf(value, nameEnd + 1)
    return { name, value, start: match.index + at, end: match.index + at + value.length, quote }
  })
}

/** A new value for one line, quoted when it could not be read back otherwise. Null when no quoting can hold it. */
export function renderEnv(value: string, line: EnvLine): string | null {
  if (line.quote !== '') return value.includes(line.quote) ? null : value
  if (/^[^\s#"'`][^\n\r#]*[^\s#]$|^[^\s#"'`]?$/.test(value)) return value
  const quote = ['"', "'", '`'].find(mark => !value.includes(mark))
  return quote === undefined ? null : quote + value + quote
}
