import type { DatabaseSync } from 'node:sqlite'
import { isProse, pathMap, type PathMap } from '../shared/path-map'
import type { SqliteEdit } from '../shared/protocol'
import { quotedName } from './sqlite'

type TranslateJson = Extract<SqliteEdit, { op: 'translate-json' }>

/** Names of words that are run: a script of several lines among them is no prose. */
const COMMAND = /^(?:argv|args|command|script)$/

/** Translates the paths inside a column of JSON. Answers how many rows changed; what is no JSON is left as it is. */
export function translateJson(database: DatabaseSync, edit: TranslateJson): number {
  const [table, column] = [quotedName(edit.table), quotedName(edit.column)]
  const map = pathMap(edit.mappings.map(mapping => ({ ...mapping, what: '' })))
  const isText = textNames(edit.texts)
  // SQLite asks twice for each row that changes, one right after the other.
  let last = { from: '', to: '' }
  database.function('ocm_translate', { deterministic: true }, value => {
    const from = String(value)
    if (from !== last.from) last = { from, to: translated(from, map, isText) }
    return last.to
  })
  const except = edit.except === undefined ? '' : ` AND ${quotedName(edit.except.column)} IS NOT :except`
  const sql = `UPDATE ${table} SET ${column} = ocm_translate(${column})
    WHERE typeof(${column}) = 'text' AND ocm_translate(${column}) IS NOT ${column}${except}`
  return Number(database.prepare(sql).run(edit.except === undefined ? {} : { except: edit.except.equals }).changes)
}

/** True for names of values that are for people; `*` at the end of a pattern stands for any rest. */
function textNames(patterns: readonly string[]): (name: string) => boolean {
  const whole = new Set(patterns.filter(pattern => !pattern.endsWith('*')))
  const starts = patterns.filter(pattern => pattern.endsWith('*')).map(pattern => pattern.slice(0, -1))
  return name => whole.has(name) || starts.some(start => name.startsWith(start))
}

function translated(json: string, map: PathMap, isText: (name: string) => boolean): string {
  // JSON may write a slash or a letter of a path as an escape.
  if (!json.includes('\\') && !map.needles.some(needle => json.includes(needle))) return json
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return json // Plain text in a column that may hold anything.
  }
  let changes = 0
  const text = (from: string): string => {
    const to = map(from).to
    if (to !== from) changes += 1
    return to
  }
  const walk = (inner: unknown, name: string): unknown => {
    if (typeof inner === 'string') return isText(name) || (isProse(inner) && !COMMAND.test(name)) ? inner : text(inner)
    if (Array.isArray(inner)) return inner.map(item => walk(item, name))
    if (typeof inner !== 'object' || inner === null) return inner
    return Object.fromEntries(Object.entries(inner).map(([key, member]) => [text(key), walk(member, key)]))
  }
  const result = walk(value, '')
  return changes > 0 ? JSON.stringify(result) : json
}
