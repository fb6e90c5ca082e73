import { AppError } from '../../shared/errors'
import type { Rewrite } from '../../shared/plan'
import { outsideAgentDirs } from './agent-dirs'
import { analyse, type Analysis } from './changes'
import { readDocuments } from './documents'
import { outsideWorkspaces } from './workspaces'
import type { Change, RewriteInput, RewritePlan } from './place'
import { MASK, scrub } from './secrets'

export type { Place, RewriteInput, RewritePlan } from './place'
export { isDroppedInClone } from './database-rules'
export { sourceOnlyPaths } from './paths'
export { GATEWAY_SECRET_VARIABLES } from './gateway-secrets'
export { configuredPort } from './ports'

/**
 * Decides what becomes of every value that holds a path, port, host or identity. Pure; the result holds no secret.
 * @throws AppError `config-invalid` with file, line and column when the config or an included file cannot be read.
 */
export function planRewrites(input: RewriteInput): RewritePlan {
  return published(analyse(input))
}

/** Rewrites of a snapshot on its way back. `problem`: what is wrong with a configuration that is placed as it is. */
export interface RewritesBack {
  readonly rewriting: RewritePlan
  readonly problem: string | null
}

/**
 * The rewrites of a snapshot. A broken configuration that goes back to where it came from needs none: it is placed byte for
 * byte, as it was.
 * @throws AppError `config-invalid` when a broken configuration would have to be rewritten for another place.
 */
export function planRewritesBack(input: RewriteInput): RewritesBack {
  try {
    return { rewriting: planRewrites(input), problem: null }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'config-invalid' || !isSamePlace(input)) throw error
    const note = `The configuration in this backup is broken: ${error.message} It is placed as it is, and the gateway stays stopped. Mend it, then start the gateway.`
    return { rewriting: { rewrites: [], decisions: [], notes: [note] }, problem: error.message }
  }
}

function isSamePlace({ source, target, mode }: RewriteInput): boolean {
  const isThere = source.home === target.home && source.stateDir === target.stateDir && source.user === target.user
  return isThere && mode === 'move'
}

/**
 * Where each workspace and each agent's own folder outside the state directory goes, by its path on the source; null while
 * the decision is open. Those inside follow the state directory.
 */
export function outsideTargets(input: RewriteInput): ReadonlyMap<string, string | null> {
  const documents = readDocuments(input)
  const folders = [...outsideWorkspaces(input, documents), ...outsideAgentDirs(input, documents)]
  return new Map(folders.map(({ from, to }) => [from, to]))
}

function published({ changes, decisions, notes, known }: Analysis): RewritePlan {
  const clean = (text: string): string => scrub(text, known)
  return { rewrites: changes.map(change => masked(change, clean)), decisions, notes: notes.map(clean) }
}

function masked(change: Change, clean: (text: string) => string): Rewrite {
  const { id, file, pointer, from, to, class: kind, why, isEditable, isSecret } = change
  const hide = isSecret || kind === 'regenerate'
  const shown = (text: string): string => (hide && !text.startsWith('(') ? MASK : clean(text))
  const next = kind === 'regenerate' && to === from ? '(a new one)' : shown(to)
  const isWhole = shown(from) === from && shown(to) === to // what is masked in part cannot be typed anew
  return {
    id,
    file,
    pointer,
    from: shown(from),
    to: next,
    class: kind,
    why: clean(why),
    isEditable: isEditable && isWhole,
  }
}
