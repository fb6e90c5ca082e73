import { pointerOf } from './config'
import { decodeJson5, encodeJson5, scanJson5 } from './json5-scan'
import { editText, type TextEdit } from './json5-text'
import type { Mapping } from './paths'
import type { Change } from './place'
import { CONFIG_RULES, FILE_RULES, ruleFor, type Rule } from './rewrite-rules'
import { verdictOn, type Scope } from './values'
import { AppError } from '../../shared/errors'

/** A large JSON text after translation, with one row per kind of value. */
export interface Bulk {
  readonly text: string
  readonly changes: readonly Change[]
}

/**
 * Translates a JSON text that may have tens of megabytes: one pass, no tree, and nothing at all when none of the source's
 * paths is in it. Rows are summed up (one for all `sessionFile` values). Null when the text is no JSON.
 */
export function translateBulk(scope: Scope, file: string, text: string): Bulk | null {
  const needles = [...scope.map.needles, ...scope.gatewaySecrets, ...[...scope.moved.keys()].map(port => `:${port}`)]
  const isOfInterest = (raw: string): boolean => raw.includes('\\') || needles.some(needle => raw.includes(needle))
  if (!isOfInterest(text)) return { text, changes: [] }
  const isStore = file.endsWith('sessions.json')
  const rules = FILE_RULES.find(entry => entry.file.test(file))?.rules ?? CONFIG_RULES
  const groups = new Map<string, { change: Change; count: number }>()
  const edits: TextEdit[] = []
  const path: string[] = []
  const indexes: number[] = []
  const leave = (): void => {
    const last = indexes.at(-1)
    if (last === undefined || last < 0) path.pop()
    else {
      indexes[indexes.length - 1] = last + 1
      path[path.length - 1] = String(last + 1)
    }
  }
  const seen = (start: number, end: number): void => {
    const raw = text.slice(start, end)
    if (!isOfInterest(raw)) return
    const value = decodeJson5(raw)
    const verdict =
      value.length < 2 ? null : verdictOn(scope, { text: value, rule: textRule(rules, path), isKey: false })
    if (verdict === null || (verdict.class === 'keep' && verdict.to === value && !verdict.why.startsWith('Free text')))
      return
    if (verdict.to !== value) edits.push({ start, end, text: encodeJson5(verdict.to, raw.startsWith("'") ? "'" : '"') })
    const isText = verdict.class === 'keep'
    const pointer = generalPointer(file, path)
    const id = `${file}#${pointer}${isText ? ' (text)' : ''}`
    const group = groups.get(id)
    if (group) group.count++
    else
      groups.set(id, {
        change: summary({ id, file, pointer }, verdict, isText ? undefined : scope.map(value).hits[0]?.mapping),
        count: 1,
      })
  }
  const isRead = scanned(() =>
    scanJson5(text, {
      open: kind => {
        indexes.push(kind === 'array' ? 0 : -1)
        if (kind === 'array') path.push('0')
      },
      key: (start, end) => {
        path.push(decodeJson5(text.slice(start, end)))
        if (!isStore) seen(start, end) // names of sessions are no paths
      },
      leaf: (kind, start, end) => {
        if (kind === 'string') seen(start, end)
        leave()
      },
      comma: () => undefined,
      close: () => {
        if ((indexes.pop() ?? -1) >= 0) path.pop()
        leave()
      },
    }),
  )
  if (!isRead) return null
  return { text: editText(text, edits), changes: [...groups.values()].map(withCount) }
}

function scanned(scan: () => void): boolean {
  try {
    scan()
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

function textRule(rules: readonly Rule[], path: readonly string[]): Rule | undefined {
  const rule = ruleFor(rules, pointerOf(path))
  return rule?.kind === 'text' ? rule : undefined
}

/** Ids and numbers on the way become `*`; an old config is one row as a whole. */
function generalPointer(file: string, path: readonly string[]): string {
  if (!file.endsWith('sessions.json')) return '/**'
  return pointerOf(path.map((part, index) => (index === 0 || /^\d+$|[:/]/.test(part) ? '*' : part)))
}

/** The row of one kind of value, with the prefix that changes. */
function summary(
  where: Pick<Change, 'id' | 'file' | 'pointer'>,
  verdict: Pick<Change, 'class' | 'why'>,
  prefix: Mapping | undefined,
): Change {
  const from = prefix?.from ?? '(text)'
  return {
    ...where,
    from,
    to: prefix?.to ?? from,
    class: verdict.class,
    why: verdict.why,
    isEditable: false,
    spot: { at: 'bulk' },
    isSecret: false,
  }
}

function withCount({ change, count: values }: { change: Change; count: number }): Change {
  return values === 1
    ? change
    : { ...change, why: `${change.why} ${values.toLocaleString('en')} values like this one.` }
}
