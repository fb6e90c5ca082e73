import { randomBytes } from 'node:crypto'
import type { SqliteEdit } from '../../shared/protocol'
import { analyse, type Analysis } from './changes'
import { parseEnv, renderEnv } from './config'
import { DROPPED_FILES, isDroppedInClone } from './database-rules'
import { editText, renderScalar, setJson5, type TextEdit } from './json5-text'
import type { Change, RewriteInput, RewritePlan } from './place'

/** What is placed instead of what was captured. */
export interface Applied {
  /** Every text of the input that is placed, changed or not. */
  readonly texts: ReadonlyMap<string, string>
  readonly sqlite: ReadonlyMap<string, readonly SqliteEdit[]>
  /** Files not placed at all, relative to the state directory; some may not exist. */
  readonly dropped: readonly string[]
}

/**
 * New text of every carried file after the plan's rewrites; JSON5 comments and layout survive. What the plan shows is what is
 * done: a `to` of the plan wins over a newly found one. Values with an open decision stay as they are. New secrets come from
 * `random` and are in the result alone.
 * @throws AppError `config-invalid` with file, line and column.
 */
export function applyRewrites(
  input: RewriteInput,
  plan: RewritePlan,
  random: (bytes: number) => Buffer = randomBytes,
): Applied {
  const analysis = analyse(input)
  const changes = followPlan(analysis.changes, plan)
  const isDropped = (file: string): boolean => input.mode === 'clone' && isDroppedInClone(file)
  const fresh = freshSecrets(random)
  const texts = [...input.texts]
    .filter(([file]) => !isDropped(file))
    .map(([file, text]) => [file, newText(analysis, { file, text, changes, fresh })] as const)
  const dropped =
    input.mode === 'clone' ? new Set([...DROPPED_FILES, ...[...input.texts.keys()].filter(isDropped)]) : []
  return { texts: new Map(texts), sqlite: analysis.databases.edits, dropped: [...dropped] }
}

/** The plan is what the person agreed to; where it shows another value for the same place, it wins. */
function followPlan(changes: readonly Change[], { rewrites }: RewritePlan): readonly Change[] {
  const agreed = new Map(rewrites.map(rewrite => [rewrite.id, rewrite]))
  return changes.map(change => {
    const rewrite = agreed.get(change.id)
    if (!rewrite?.isEditable || !change.isEditable || change.isSecret || rewrite.from !== change.from) return change
    return rewrite.to.includes('•••') ? change : { ...change, to: rewrite.to, class: rewrite.class }
  })
}

/** One new secret per old one, so that all who shared the old one share the new one. */
function freshSecrets(random: (bytes: number) => Buffer): (old: string) => string {
  const made = new Map<string, string>()
  return old => {
    const known = made.get(old) ?? random(32).toString('hex')
    made.set(old, known)
    return known
  }
}

interface FileTask {
  readonly file: string
  readonly text: string
  readonly changes: readonly Change[]
  readonly fresh: (old: string) => string
}

function newText({ scope, whole }: Analysis, { file, text, changes, fresh }: FileTask): string {
  const translated = whole.get(file)
  if (translated !== undefined) return translated
  const kind = scope.documents.kinds.get(file)?.kind
  const mine = changes.filter(change => change.file === file)
  const valueOf = (change: Change): string => (change.class === 'regenerate' ? fresh(change.from) : change.to)
  const spans = mine.filter(change => valueOf(change) !== change.from && change.spot.at === 'span')
  const edits =
    kind === 'env'
      ? environmentEdits(text, spans, valueOf)
      : spans.map(change => jsonEdit(text, change, valueOf(change)))
  return mine.reduce(
    (current, { spot, to, from }) => {
      if (spot.at !== 'path' || to === from) return current
      return setJson5(current, spot.path, spot.type === 'number' ? Number(to) : to === 'true')
    },
    editText(text, edits),
  )
}

function jsonEdit(text: string, { spot }: Change, value: string): TextEdit {
  const { start, end, isBare } = spot.at === 'span' ? spot : { start: 0, end: 0, isBare: true }
  return { start, end, text: isBare ? value : renderScalar(value, text.slice(start, end)) }
}

function environmentEdits(text: string, changes: readonly Change[], valueOf: (change: Change) => string): TextEdit[] {
  const lines = parseEnv(text)
  return changes.flatMap(change => {
    const line = lines.find(({ start }) => change.spot.at === 'span' && start === change.spot.start)
    const value = line === undefined ? null : renderEnv(valueOf(change), line)
    return line === undefined || value === null ? [] : [{ start: line.start, end: line.end, text: value }]
  })
}
