import type { Decision } from '../../shared/plan'
import { leavesOf, pointerOf } from './config'
import type { Documents } from './documents'
import { isUnder, trimPath, type Mapping } from './paths'
import type { RewriteInput } from './place'
import { CONFIG_RULES, ruleFor } from './rewrite-rules'

/** One workspace outside the source's state directory, and where it goes: along with the home, or where the person decides. */
export interface OutsideWorkspace {
  readonly agent: string
  readonly from: string
  /** Null until decided. */
  readonly to: string | null
  /** Set when the person has to choose. */
  readonly decision: Decision | null
}

/** Workspaces outside the state directory. Outside the home too, no rule can tell whether the target has such a place. */
export function outsideWorkspaces(input: RewriteInput, documents: Documents): readonly OutsideWorkspace[] {
  const { source, target } = input
  const found = new Map<string, { agent: string; ids: string[] }>()
  for (const { agent, path } of source.workspaces) found.set(trimPath(path), { agent, ids: [] })
  for (const document of documents.config) {
    for (const leaf of leavesOf(document.root)) {
      const full = [...document.base, ...leaf.path]
      if (leaf.isKey || leaf.kind !== 'string' || ruleFor(CONFIG_RULES, pointerOf(full))?.kind !== 'workspace') continue
      const path = trimPath(leaf.value)
      const known = found.get(path) ?? { agent: agentOf(full, documents), ids: [] }
      known.ids.push(`${document.file}#${pointerOf(leaf.path)}`)
      found.set(path, known)
    }
  }
  return [...found]
    .filter(([path]) => /^(?:[A-Za-z]:)?[/\\]/.test(path) && !isUnder(path, trimPath(source.stateDir)))
    .map(([from, { agent, ids }]) => {
      const override = ids.map(id => input.set[id]).find(to => to !== undefined && to !== from)
      if (override !== undefined) return { agent, from, to: trimPath(override), decision: null }
      const home = trimPath(source.home)
      if (isUnder(from, home))
        return { agent, from, to: trimPath(target.home) + from.slice(home.length), decision: null }
      const decision = workspaceDecision(input, agent, from)
      const inside = `${trimPath(target.stateDir)}/workspace-${agent}`
      const to = decision.chosen === 'keep' ? from : decision.chosen === 'state-dir' ? inside : null
      return { agent, from, to, decision }
    })
}

/** The mappings of workspaces; undecided ones are found but not changed. */
export function workspaceMappings(workspaces: readonly OutsideWorkspace[]): readonly Mapping[] {
  return workspaces.map(({ agent, from, to }) => ({ from, to, what: `workspace of ${agent}` }))
}

function workspaceDecision({ target, decisions }: RewriteInput, agent: string, from: string): Decision {
  const id = `workspace:${agent}`
  const inside = `${trimPath(target.stateDir)}/workspace-${agent}`
  const options = [
    {
      id: 'keep',
      label: `Keep ${from}`,
      consequence: `${target.user} must be able to write to ${from} on ${target.hostname}. What lies there under the same name is replaced, after a safety backup.`,
    },
    {
      id: 'state-dir',
      label: `Put it under ${inside}`,
      consequence: `Every mention of ${from} in the configuration becomes ${inside}. Scripts of your own that name the old path need a look.`,
    },
  ]
  return {
    id,
    title: `Where does the workspace of ${agent} go?`,
    detail: `On the source it is ${from}, outside home and state directory.`,
    options,
    chosen: options.find(option => option.id === decisions[id])?.id ?? null,
  }
}

function agentOf(path: readonly string[], documents: Documents): string {
  if (path[1] === 'entries') return path[2] ?? 'main'
  if (path[1] === 'list') return documents.textAt(['agents', 'list', path[2] ?? '0', 'id']) ?? `agent-${path[2] ?? '0'}`
  return 'main'
}
