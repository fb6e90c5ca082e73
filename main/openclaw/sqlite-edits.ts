import type { SqliteEdit } from '../../shared/protocol'
import {
  AGENT_JSON,
  CRON_STORE,
  DATABASE_PATHS,
  IDENTITY_ROWS,
  JSON_TEXTS,
  STATE_JSON,
  TRANSIENT_ROWS,
  type JsonColumn,
} from './database-rules'
import { isUnder, trimPath, type Mapping } from './paths'
import type { Change, RewriteInput } from './place'

/** What the databases need: what is shown, and the edits per file. */
export interface DatabasePlan {
  readonly changes: readonly Change[]
  readonly edits: ReadonlyMap<string, readonly SqliteEdit[]>
}

const shown = { spot: { at: 'none' }, isSecret: false, isEditable: false } as const

/**
 * Edits of the captured copies. Cron jobs are keyed by the absolute path of a file that need not exist: left as it is, they
 * vanish at the first start. `replace-prefix` replaces at path boundaries only.
 */
export function planDatabases(input: RewriteInput, mappings: readonly Mapping[]): DatabasePlan {
  const plans = input.databases.map(file => {
    const isState = file === 'state/openclaw.sqlite'
    const isRunsFile = isState || /^(?:tasks|flows)\/[^/]+\.sqlite$/.test(file)
    const paths = isRunsFile ? pathPlan(input, file, mappings) : NOTHING
    const cron = isState ? cronPlan(input, file) : NOTHING
    const rows = isState && input.mode === 'clone' ? clonePlan(file) : NOTHING
    return { file, parts: [cron, paths, jsonPlan(input, { file, columns: jsonColumns(file), mappings }), rows] }
  })
  const edits = plans.map(({ file, parts }) => [file, parts.flatMap(part => part.edits)] as const)
  return {
    changes: plans.flatMap(({ parts }) => parts.flatMap(part => part.changes)),
    edits: new Map(edits.filter(([, list]) => list.length > 0)),
  }
}

interface Part {
  readonly changes: readonly Change[]
  readonly edits: readonly SqliteEdit[]
}
const NOTHING: Part = { changes: [], edits: [] }

function cronPlan({ source, target }: RewriteInput, file: string): Part {
  const [from, to] = [source, target].map(place => `${trimPath(place.stateDir)}/${CRON_STORE.suffix}`) as [
    string,
    string,
  ]
  const isSame = from === to
  return {
    changes: CRON_STORE.tables.map(table => ({
      ...shown,
      id: `${file}#${table}.store_key`,
      file,
      pointer: `${table}.store_key`,
      from,
      to,
      class: isSame ? 'keep' : 'rewrite',
      why: isSame
        ? 'Same place on both machines.'
        : 'Scheduled jobs are found by this key; with the old one they vanish.',
    })),
    edits: isSame
      ? []
      : CRON_STORE.tables.map(table => ({ op: 'replace-prefix', table, column: 'store_key', from, to })),
  }
}

function pathPlan({ source, target }: RewriteInput, file: string, mappings: readonly Mapping[]): Part {
  const moved = movedPrefixes(mappings)
  const [first] = DATABASE_PATHS
  if (moved.length === 0 || first === undefined) return NOTHING
  const change: Change = {
    ...shown,
    id: `${file}#paths`,
    file,
    pointer: `${first.table}.${first.column} and ${DATABASE_PATHS.length - 1} more`,
    from: trimPath(source.home),
    to: trimPath(target.home),
    class: 'rewrite',
    why: `Below the source’s places: ${[...new Set(DATABASE_PATHS.map(({ what }) => what))].join(', ')}.`,
  }
  return {
    changes: [change],
    edits: DATABASE_PATHS.flatMap(({ table, column }) => prefixEdits(table, column, moved)),
  }
}

/** Columns of JSON in a database, by its place in the state directory. */
function jsonColumns(file: string): readonly JsonColumn[] {
  if (/^agents\/[^/]+\/agent(?:-dir)?\/openclaw-agent\.sqlite$/.test(file)) return AGENT_JSON
  return /^(?:state\/openclaw|plugin-state\/state)\.sqlite$/.test(file) ? STATE_JSON : []
}

function jsonPlan(
  { source, target }: RewriteInput,
  about: {
    readonly file: string
    readonly columns: readonly JsonColumn[]
    readonly mappings: readonly Mapping[]
  },
): Part {
  const { file, columns } = about
  const [first] = columns
  const mappings = about.mappings.flatMap(({ from, to }) => (to === null ? [] : [{ from, to }]))
  if (first === undefined || mappings.every(({ from, to }) => from === to)) return NOTHING
  const change: Change = {
    ...shown,
    id: `${file}#json`,
    file,
    pointer: `${first.table}.${first.column} and ${columns.length - 1} more, inside their JSON`,
    from: trimPath(source.home),
    to: trimPath(target.home),
    class: 'rewrite',
    why: `Paths in ${[...new Set(columns.map(({ what }) => what))].join(', ')}. Messages and other texts for people stay as they are.${spaceNote(mappings)}`,
  }
  return {
    changes: [change],
    edits: columns.map(({ table, column, except }) => ({
      op: 'translate-json',
      table,
      column,
      mappings,
      texts: [...JSON_TEXTS],
      ...(except === undefined ? {} : { except }),
    })),
  }
}

function spaceNote(mappings: readonly { readonly from: string; readonly to: string }[]): string {
  const isNew = mappings.some(({ from, to }) => /\s/.test(to) && !/\s/.test(from))
  return isNew ? ' New paths have a space: check the quoting of commands.' : ''
}

interface Prefix {
  readonly from: string
  readonly to: string
}

/** Prefixes that change, the longest first; one that a shorter one covers with the same result is left out. */
function movedPrefixes(mappings: readonly Mapping[]): readonly Prefix[] {
  const all = mappings
    .flatMap(({ from, to, what }) =>
      to !== null && what !== 'Node binary' && /^(?:[A-Za-z]:)?[/\\]/.test(from) ? [{ from, to }] : [],
    )
    .sort((left, right) => right.from.length - left.from.length)
  return all.filter(({ from, to }, index) => {
    const outer = all.slice(index + 1).find(other => isUnder(from, other.from))
    return outer === undefined ? from !== to : to !== outer.to + from.slice(outer.from.length)
  })
}

/**
 * The longest prefix first. All pass through a mark no path can hold where a new value could be taken for an old one by a
 * later edit.
 */
function prefixEdits(table: string, column: string, moved: readonly Prefix[]): SqliteEdit[] {
  const edit = (from: string, to: string): SqliteEdit => ({ op: 'replace-prefix', table, column, from, to })
  const isChained = moved.some(({ to }) => moved.some(({ from }) => isUnder(to, from)))
  if (!isChained) return moved.map(({ from, to }) => edit(from, to))
  const mark = (index: number): string => `\u0001moved-${index}`
  return [
    ...moved.map(({ from }, index) => edit(from, mark(index))),
    ...moved.map(({ to }, index) => edit(mark(index), to)),
  ]
}

function clonePlan(file: string): Part {
  const change = (pointer: string, why: string): Change => ({
    ...shown,
    id: `${file}#${pointer}`,
    file,
    pointer,
    from: '•••',
    to: '(made anew)',
    class: 'regenerate',
    why,
  })
  const identity = 'Two machines must not share one identity: the copy makes its own and pairs anew.'
  const node = { table: 'config_machine_state', column: 'state_key', equals: 'nodeHost.config' }
  return {
    changes: [
      ...IDENTITY_ROWS.map(table => change(table, identity)),
      ...TRANSIENT_ROWS.map(table => ({
        ...change(table, 'Waiting messages stay with the source, or they would be sent twice.'),
        to: '(left out)',
      })),
      change('config_machine_state.nodeHost.config', identity),
    ],
    edits: [
      ...[...IDENTITY_ROWS, ...TRANSIENT_ROWS].map((table): SqliteEdit => ({ op: 'delete-rows', table })),
      { op: 'delete-where', ...node },
    ],
  }
}
