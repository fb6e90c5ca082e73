import type { Decision } from '../../shared/plan'
import { agentDirMappings } from './agent-dirs'
import { leavesOf } from './config'
import { editText } from './json5-text'
import { translateBulk } from './bulk'
import { planChannels } from './channels'
import { isDroppedInClone } from './database-rules'
import { readDocuments, type Documents } from './documents'
import { gatewaySecrets } from './gateway-secrets'
import { knownSecrets, secretSpans } from './mask'
import { pathMap, placeMappings } from './paths'
import type { Change, RewriteInput } from './place'
import { planPorts } from './ports'
import { MASK } from './secrets'
import { planDatabases, type DatabasePlan } from './sqlite-edits'
import { documentChanges, environmentChanges, jsonChanges, NEEDED, type Scope } from './values'
import { outsideWorkspaces, workspaceMappings } from './workspaces'

/** Everything decided about a set-up's values, with the real values. Never leaves this folder. */
export interface Analysis {
  readonly scope: Scope
  readonly changes: readonly Change[]
  readonly decisions: readonly Decision[]
  readonly notes: readonly string[]
  readonly databases: DatabasePlan
  /** Large files and old copies, translated as a whole. */
  readonly whole: ReadonlyMap<string, string>
  /** Secret values that must not show up in anything that leaves. */
  readonly known: ReadonlySet<string>
}

/** Reads the texts and decides about each value. @throws AppError `config-invalid` for a broken config. */
export function analyse(input: RewriteInput): Analysis {
  const documents = readDocuments(input)
  const workspaces = outsideWorkspaces(input, documents)
  const outside = [...workspaceMappings(workspaces), ...agentDirMappings(input, documents)]
  const mappings = placeMappings(input.source, input.target, outside)
  const ports = planPorts(input, documents)
  const secrets = gatewaySecrets(input, documents)
  const channels = planChannels(input, documents)
  const databases = planDatabases(input, mappings)
  const scope: Scope = { input, documents, map: pathMap(mappings), moved: ports.moved, gatewaySecrets: secrets.values }
  const files = [...documents.kinds.keys()].map(file => ({ file, ...fileChanges(scope, file) }))
  const unread = files.flatMap(({ note }) => (note === null ? [] : [note]))
  const found = [
    ...files.flatMap(({ changes }) => changes),
    ...ports.changes,
    ...channels.changes,
    ...databases.changes,
  ]
  const gatewayNotes = input.mode === 'clone' ? secrets.notes : []
  const changes = distinct(found).map(change => overridden(change, input.set))
  return {
    scope,
    changes,
    decisions: [...workspaces.flatMap(({ decision }) => decision ?? []), ...ports.decisions, ...channels.decisions],
    notes: [
      ...systemNotes(input),
      ...includeNotes(documents),
      ...ports.notes,
      ...channels.notes,
      ...gatewayNotes,
      ...neededNotes(changes),
      ...unread,
    ],
    databases,
    whole: new Map(files.flatMap(({ file, text }) => (text === undefined ? [] : [[file, text] as const]))),
    known: secretsIn(input),
  }
}

interface FileChanges {
  readonly changes: readonly Change[]
  readonly note: string | null
  readonly text?: string
}

function fileChanges(scope: Scope, file: string): FileChanges {
  const { documents, input } = scope
  const text = input.texts.get(file) ?? ''
  if (input.mode === 'clone' && isDroppedInClone(file)) return { changes: [dropped(file)], note: null }
  const unread: FileChanges = { changes: [], note: `${file} cannot be read as JSON and is carried as it is.` }
  switch (documents.kinds.get(file)?.kind) {
    case 'config': {
      const document = documents.config.find(entry => entry.file === file)
      if (document === undefined) return { changes: [], note: null }
      const comments = commentHits(scope, file, { text, spans: [...leavesOf(document.root)] })
      return { changes: [...documentChanges(scope, file, document), ...comments], note: null }
    }
    case 'env': {
      const spans = documents.environment.get(file) ?? []
      const changes = [...environmentChanges(scope, file, spans), ...commentHits(scope, file, { text, spans })]
      return { changes, note: null }
    }
    case 'json': {
      const changes = jsonChanges(scope, file, text)
      return changes === null ? unread : { changes, note: null }
    }
    case 'bulk':
    case 'copy': {
      const bulk = translateBulk(scope, file, text)
      return bulk === null ? unread : { ...bulk, note: null }
    }
    default:
      return { changes: plainHits(scope, file, { text, pointer: 'text' }), note: null }
  }
}

/** A text that is not data: what it names is shown, nothing is edited. */
function plainHits(scope: Scope, file: string, { text, pointer }: { text: string; pointer: string }): Change[] {
  const paths = [...new Set(scope.map(text).hits.map(({ path }) => path))]
  if (paths.length === 0) return []
  const why = `Free text; check by hand: it names ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ' and more' : ''}.`
  return [{ ...row(file, pointer), from: '(text)', to: '(text)', class: 'keep', why }]
}

function dropped(file: string): Change {
  const isCopy = /^\w+\.json\../.test(file)
  const why = isCopy
    ? 'An old copy of the configuration holds the source’s secrets.'
    : 'Two machines must not share one identity: the copy makes its own and pairs anew.'
  return { ...row(file, 'file'), from: '•••', to: isCopy ? '(left out)' : '(made anew)', class: 'regenerate', why }
}

function row(file: string, pointer: string): Omit<Change, 'from' | 'to' | 'class' | 'why'> {
  return { id: `${file}#${pointer}`, file, pointer, isEditable: false, spot: { at: 'none' }, isSecret: false }
}

/** Ids stay unique when a document has a name twice. */
function distinct(changes: readonly Change[]): readonly Change[] {
  const seen = new Map<string, number>()
  return changes.map(change => {
    const times = (seen.get(change.id) ?? 0) + 1
    seen.set(change.id, times)
    return times === 1 ? change : { ...change, id: `${change.id}@${times}` }
  })
}

function overridden(change: Change, set: RewriteInput['set']): Change {
  const to = set[change.id]
  if (to === undefined || to === change.to || to.includes(MASK) || !change.isEditable) return change
  const isUsable = change.spot.at !== 'path' || (change.spot.type === 'number' ? /^\d+$/ : /^(?:true|false)$/).test(to)
  return isUsable ? { ...change, to, class: to === change.from ? 'keep' : 'rewrite', why: 'Set by you.' } : change
}

/** Secrets by value. One that is part of a place's own path would make every path unreadable and is no secret. */
function secretsIn({ texts, source, target }: RewriteInput): ReadonlySet<string> {
  const places = [source, target].flatMap(({ home, stateDir, nodePath, packageRoot }) => [
    home,
    stateDir,
    nodePath,
    packageRoot,
  ])
  return new Set(
    [...texts]
      .filter(([file]) => !file.endsWith('sessions.json'))
      .flatMap(([file, text]) => [...knownSecrets(secretSpans(file, text) ?? [])])
      .filter(secret => !places.some(place => place?.includes(secret))),
  )
}

function includeNotes({ missing }: Documents): readonly string[] {
  return missing.map(file => `The config includes ${file}, which is not carried: its values could not be looked at.`)
}

function neededNotes(changes: readonly Change[]): readonly string[] {
  const files = changes.filter(({ why }) => why.includes(NEEDED)).map(({ to }) => to)
  return files.length === 0
    ? []
    : [`Not carried, and needed on the target before the gateway starts: ${files.join(', ')}.`]
}

function systemNotes({ source, target }: RewriteInput): readonly string[] {
  if (source.platform === target.platform) return []
  return [
    `The machines run different systems (${source.platform}, ${target.platform}): look at every path before the run.`,
  ]
}

/** What stands between the values: comments. They are shown, not edited. */
function commentHits(scope: Scope, file: string, about: { text: string; spans: readonly Span[] }): Change[] {
  const blank = about.spans.map(({ start, end }) => ({ start, end, text: ' ' }))
  return plainHits(scope, file, { text: editText(about.text, blank), pointer: '(comments)' })
}

interface Span {
  readonly start: number
  readonly end: number
}
