import { statePathOf } from '../../shared/agent-dirs'
import type { Manifest, SnapshotFile } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { SqliteEdit } from '../../shared/protocol'
import type { SnapshotReader } from '../backup/types'
import { applyRewrites, type Applied } from '../openclaw/apply'
import { readDocuments } from '../openclaw/documents'
import {
  GATEWAY_SECRET_VARIABLES,
  outsideTargets,
  planRewritesBack,
  sourceOnlyPaths,
  type RewritePlan,
} from '../openclaw/rewrite'
import { isRewritable, MAX_TEXT_BYTES } from '../openclaw/texts'
import type { NodeFacts } from '../plan/facts'
import { placeOfSnapshot } from '../plan/restore'
import { placeOf, rewriteInput } from '../plan/rewrite-input'
import type { Plan } from '../../shared/plan'

/** Texts of a snapshot that are searched for source paths, by their {@link statePathOf}. */
export async function textsOf(reader: SnapshotReader): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const file of reader.manifest.files) {
    const path = statePathOf(file)
    if (path === undefined || file.kind !== 'file' || file.size > MAX_TEXT_BYTES || !isRewritable(path)) continue
    texts.set(path, (await reader.content(file)).toString('utf8'))
  }
  return texts
}

/** True when the configuration in a snapshot cannot be read. */
export async function isConfigBroken(reader: SnapshotReader): Promise<boolean> {
  try {
    readDocuments({ texts: await textsOf(reader), source: placeOfSnapshot(reader.manifest) })
    return false
  } catch (error) {
    if (error instanceof AppError && error.code === 'config-invalid') return true
    throw error
  }
}

/** What a snapshot becomes on a target: new texts, database edits, files left out, and where each root goes. */
export interface Target {
  readonly roots: Record<string, string>
  readonly texts: ReadonlyMap<string, string>
  readonly sqlite: ReadonlyMap<string, readonly SqliteEdit[]>
  readonly dropped: ReadonlySet<string>
  readonly needles: readonly string[]
  readonly rewriting: RewritePlan
}

/** Nothing is rewritten, nothing is left out. */
const AS_IT_WAS: Applied = { texts: new Map(), sqlite: new Map(), dropped: [] }

/** Works out {@link Target} for a plan. Pure but for what rewriting makes anew (tokens of a clone). */
export function targetOf(
  manifest: Manifest,
  node: NodeFacts,
  given: {
    readonly plan: Plan
    readonly texts: ReadonlyMap<string, string>
    readonly takenPorts: ReadonlyMap<number, string>
    readonly foreignBots: ReadonlyMap<string, string>
  },
): Target {
  const { plan } = given
  const source = placeOfSnapshot(manifest)
  const target = placeOf(node, plan.options.profile)
  const databases = databasesIn(manifest)
  const input = rewriteInput({ source, target }, plan.options, { ...given, databases })
  const { rewriting, problem } = planRewritesBack(input)
  const isAsItWas = problem !== null
  const applied = isAsItWas ? AS_IT_WAS : applyRewrites(input, rewriting)
  const texts = new Map(applied.texts)
  const values = manifest.values.filter(
    value => plan.options.mode === 'move' || !GATEWAY_SECRET_VARIABLES.includes(value.name),
  )
  const environment = mergeEnvironment(texts.get('.env') ?? given.texts.get('.env') ?? '', values)
  if (environment !== null) texts.set('.env', environment)
  return {
    roots: rootsOn(manifest, isAsItWas ? new Map() : outsideTargets(input), target.stateDir),
    texts,
    sqlite: applied.sqlite,
    dropped: new Set(applied.dropped),
    needles: sourceOnlyPaths(source, target),
    rewriting,
  }
}

/** The databases whose values may name places, by their {@link statePathOf}. */
export function databasesIn({ files }: Manifest): readonly string[] {
  return files.flatMap(file => (file.kind === 'sqlite' ? (statePathOf(file) ?? []) : []))
}

/** True when `path` is `folder` or below it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

/** Where each root of the snapshot goes: the state directory by profile, folders outside to where the config will point. */
function rootsOn(
  manifest: Manifest,
  outside: ReadonlyMap<string, string | null>,
  stateDir: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(manifest.meta.roots).map(([root, path]) => [
      root,
      root === 'state' ? stateDir : (outside.get(path) ?? path),
    ]),
  )
}

/**
 * Service values travel as values: what the unit set on the source is written to the target's `.env`, which the
 * gateway reads with the same effect. A value of the unit wins over one of the file, as it did on the source.
 * Null when nothing is to be added.
 */
export function mergeEnvironment(text: string, values: Manifest['values']): string | null {
  if (values.length === 0) return null
  const names = new Set(values.map(value => value.name))
  const kept = text.split('\n').filter(line => !names.has(/^\s*(?:export\s+)?([\w.]+)\s*=/.exec(line)?.[1] ?? ''))
  while (kept.at(-1) === '') kept.pop()
  const added = values.map(({ name, value }) => `${name}=${dotenvQuote(value)}`)
  return [...kept, ...added, ''].join('\n')
}

/** Dotenv quoting that reads back as the same value. */
function dotenvQuote(value: string): string {
  if (/^[\w%+,./:@-]*$/.test(value)) return value
  if (!value.includes("'") && !value.includes('\n')) return `'${value}'`
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

/** Files of a snapshot that a plan places, without what a clone leaves behind. */
export function placedFiles(manifest: Manifest, plan: Plan, target: Target): readonly SnapshotFile[] {
  return manifest.files.filter(
    file =>
      plan.options.components.includes(file.component) && !(file.root === 'state' && target.dropped.has(file.path)),
  )
}
