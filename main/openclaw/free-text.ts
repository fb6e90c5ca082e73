import { CONFIG_FILE } from './config'
import { JSON_TEXTS } from './database-rules'
import { CONFIG_RULES, FILE_RULES, ruleFor } from './rewrite-rules'

/**
 * Whether a place found by a search is free text, which is shown to the person and never edited.
 * @param file Relative to the state directory.
 * @param where A JSON pointer; for a database `table.column` with a pointer behind it, where the value is JSON.
 */
export function isFreeText(file: string, where: string): boolean {
  if (where.endsWith(' (free text)')) return true
  if (where.endsWith(' (the name)')) return false
  if (file.endsWith('.sqlite')) {
    // A list of texts counts by the name of the list.
    const name = /\/([^/]*)(?:\/\d+)*$/.exec(where)?.[1] ?? ''
    return JSON_TEXTS.some(text => (text.endsWith('*') ? name.startsWith(text.slice(0, -1)) : name === text))
  }
  const rules = FILE_RULES.find(entry => entry.file.test(file))?.rules ?? (isConfig(file) ? CONFIG_RULES : [])
  return where.startsWith('/') && ruleFor(rules, where)?.kind === 'text'
}

function isConfig(file: string): boolean {
  return file === CONFIG_FILE || /^(?:[^/]+|config\/.+)\.json5?$/.test(file)
}
