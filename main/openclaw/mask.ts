import { leavesOf, parseEnv, parseIfJson, type Leaf } from './config'
import { editText, type Json5Node, memberOf, nodeAt } from './json5-text'
import { isPublicVariable, isReference, isSecretName, isSecretValue, MASK, scrub } from './secrets'

/** One secret of a text: where it stands, under which pointer-like name. */
export interface SecretSpan {
  readonly where: string
  readonly value: string
  readonly start: number
  readonly end: number
  readonly isQuoted: boolean
}

/** Files in which every value is a secret unless its name says otherwise. */
const SECRET_FILES =
  /(?:^|\/)(?:auth-profiles|auth-state|oauth|creds|device|device-auth|paired|pending|secrets)\.json|^(?:credentials|identity|devices|nodes)\//
const HARMLESS =
  /^(?:provider|type|mode|version|email|displayName|platform|role|expires|profiles?|order|host|port|url|client(?:Id|Mode)|deviceFamily)$/i
const HARMLESS_HEADERS = /^(?:accept|content-type|user-agent|x-[\w-]*(?:region|version|title|referer))$|^http-referer$/i

/** The same text with every secret value replaced by •••; for configs, .env and auth files. Never throws. */
export function maskSecrets(relPath: string, text: string): string {
  const spans = secretSpans(relPath, text)
  if (spans === null) return maskBroken(text)
  const masked = editText(
    text,
    spans.map(({ start, end, isQuoted }) => ({ start, end, text: isQuoted ? `"${MASK}"` : MASK })),
  )
  return scrub(masked, knownSecrets(spans))
}

/** Values worth looking for elsewhere: no everyday word, which would be taken out of harmless texts as well. */
export function knownSecrets(spans: readonly SecretSpan[]): ReadonlySet<string> {
  const isWord = (value: string): boolean => value.length < 8 || /^[A-Za-z]{0,15}$|^\d{1,8}$/.test(value)
  return new Set(spans.map(({ value }) => value).filter(value => !isWord(value)))
}

/** Every secret of a text; null when it is JSON that cannot be read. */
export function secretSpans(relPath: string, text: string): readonly SecretSpan[] | null {
  if (/(?:^|[/.])env$/.test(relPath)) return envSecrets(text)
  const root = parseIfJson(text)
  if (root === null) return null
  const isSecretFile = SECRET_FILES.test(relPath)
  return [...leavesOf(root)]
    .filter(leaf => !leaf.isKey && (isSecretLeaf(leaf, root) || (isSecretFile && isSecretInAuthFile(leaf))))
    .map(leaf => ({ where: leaf.path.join('/'), value: leaf.value, start: leaf.start, end: leaf.end, isQuoted: true }))
}

function envSecrets(text: string): readonly SecretSpan[] {
  return parseEnv(text)
    .filter(({ name, value }) => !isPublicVariable(name, value) || isSecretValue(value))
    .map(({ name, value, start, end }) => ({ where: name, value, start, end, isQuoted: false }))
}

/** Whether one value of a JSON document is a secret, by the names that lead to it or by its own look. */
export function isSecretLeaf({ path, kind, value }: Leaf, root: Json5Node): boolean {
  if (kind === 'literal' || value === '') return false
  const name = path.findLast(part => !/^\d+$/.test(part)) ?? ''
  if (kind === 'number') return /passw|passcode|secret|\bpin$/i.test(name)
  if (isReference(value)) return false
  const parent = nodeAt(root, path.slice(0, -1))
  if (parent?.kind === 'object' && memberOf(parent, 'source') && /^(?:source|provider|id)$/.test(path.at(-1) ?? ''))
    return false
  if (path.some((part, index) => isSecretName(part) && !isSection(path, index))) return true
  if (path.some((_, index) => isVariables(path, index) && !isPublicVariable(path[index + 1] ?? '', value))) return true
  if (path.at(-2)?.toLowerCase() === 'headers' && !HARMLESS_HEADERS.test(name)) return true
  return isSecretArgument(path, root) || isSecretValue(value)
}

/** Sections of the config that have the names of secrets and hold settings. */
function isSection(path: readonly string[], index: number): boolean {
  if (index === 0 && path[0] === 'secrets') return /^(?:providers|defaults|resolution)$/.test(path[1] ?? '')
  return index < path.length - 1 && path[index] === 'auth'
}

function isVariables(path: readonly string[], index: number): boolean {
  const part = path[index]
  return (
    index < path.length - 1 &&
    (part === 'env'
      ? path[index + 1] !== 'vars' && path[index + 1] !== 'shellEnv'
      : part === 'vars' && path[index - 1] === 'env')
  )
}

/** `--token x`: the word after an option that announces a secret. */
function isSecretArgument(path: readonly string[], root: Json5Node): boolean {
  const list = nodeAt(root, path.slice(0, -1))
  if (list?.kind !== 'array') return false
  const before = list.items[Number(path.at(-1)) - 1]
  return before?.kind === 'string' && /^--?[\w-]+$/.test(before.value) && isSecretName(before.value.replace(/^-+/, ''))
}

function isSecretInAuthFile({ path, kind, value }: Leaf): boolean {
  if (kind !== 'string' || value === '') return false
  return !HARMLESS.test(path.at(-1) ?? '') || isSecretName(path.at(-1) ?? '')
}

/** Without knowing where values begin, every quoted word that is not a name and every long bare word is masked. */
function maskBroken(text: string): string {
  const lines = text
    .split('\n')
    .map(line =>
      line
        .replace(/(["'`])(?:\\.|(?!\1)[^\\])*(?:\1|$)(?!\s*:)/g, `"${MASK}"`)
        .replace(/[^\s"'`:,;{}[\]•]{12,}(?!["']?\s*:)/g, MASK),
    )
  return scrub(lines.join('\n'))
}
