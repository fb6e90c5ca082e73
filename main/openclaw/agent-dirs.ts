import { agentDirPlace } from '../../shared/agent-dirs'
import { leavesOf, pointerOf } from './config'
import type { Documents } from './documents'
import { isUnder, trimPath, type Mapping } from './paths'
import type { RewriteInput } from './place'

const SETTING = /^\/agents\/(?:entries|list)\/[^/]+\/agentDir$/

/** An agent's own folder outside the source's state directory, and where it goes. */
export interface OutsideAgentDir {
  readonly agent: string
  readonly from: string
  readonly to: string
}

/**
 * The agents' own folders outside the state directory. Nobody is asked: within a home they move along with it, else they go
 * into the target's state directory, which is private as they are. Where the target has the very folder, it stays there.
 */
export function outsideAgentDirs(input: RewriteInput, documents: Documents): readonly OutsideAgentDir[] {
  const settings = settingsOf(documents)
  const byPath = new Map<string, OutsideAgentDir>()
  for (const { agent, path } of input.source.agentDirs ?? []) {
    const from = trimPath(path)
    const ids = settings.get(from) ?? []
    const override = ids.map(id => input.set[id]).find(to => to?.startsWith('/') === true && to !== from)
    const to = override === undefined ? placeFor(input, { agent, from, isNamed: ids.length > 0 }) : trimPath(override)
    if (!byPath.has(from)) byPath.set(from, { agent, from, to })
  }
  return [...byPath.values()]
}

/** The mappings of agents' own folders. */
export function agentDirMappings(input: RewriteInput, documents: Documents): readonly Mapping[] {
  return outsideAgentDirs(input, documents).map(({ agent, from, to }) => ({ from, to, what: `own folder of ${agent}` }))
}

function placeFor(
  { source, target }: RewriteInput,
  { agent, from, isNamed }: { readonly agent: string; readonly from: string; readonly isNamed: boolean },
): string {
  const [home, targetHome] = [trimPath(source.home), trimPath(target.home)]
  if (target.agentDirs?.some(dir => dir.agent === agent && trimPath(dir.path) === from) === true) return from
  if (isSameMachine(source, target)) return from
  if (isUnder(from, home)) return targetHome + from.slice(home.length)
  // Made of a variable: what the configuration says cannot be changed, so the folder has to be where it says.
  if (!isNamed) return from
  return `${trimPath(target.stateDir)}/${agentDirPlace(agent)}`
}

function isSameMachine(source: RewriteInput['source'], target: RewriteInput['target']): boolean {
  return (
    source.hostname === target.hostname &&
    trimPath(source.home) === trimPath(target.home) &&
    trimPath(source.stateDir) === trimPath(target.stateDir)
  )
}

/** Ids of the values that name a folder as it is, by that folder. */
function settingsOf(documents: Documents): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const document of documents.config) {
    for (const leaf of leavesOf(document.root)) {
      if (leaf.isKey || leaf.kind !== 'string' || !SETTING.test(pointerOf([...document.base, ...leaf.path]))) continue
      const path = trimPath(leaf.value)
      found.set(path, [...(found.get(path) ?? []), `${document.file}#${pointerOf(leaf.path)}`])
    }
  }
  return found
}
