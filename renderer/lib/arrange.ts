import type { NodeView } from '../../shared/contract'
import { countsOf, diskShareOf, stateOf, versionOf } from './node-state'
import { valueOf } from './known'

/** What the board can be sorted by. */
export type SortKey = 'label' | 'state' | 'version' | 'disk' | 'agents' | 'backup'

/** A heading and its nodes. */
export interface NodeGroup {
  readonly tag: string | null
  readonly views: readonly NodeView[]
}

/** Words of a search, all of which must occur in the node's label, host, user, tags or version. */
export function matches(view: NodeView, search: string): boolean {
  const { label, host, user, tags } = view.record
  const text = [label, host, user, ...tags, versionOf(view), stateOf(view).word].join(' ').toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word))
}

/** Groups by first tag, tags in order, nodes without one last. Without `byTag`, one group without a heading. */
export function groupNodes(views: readonly NodeView[], byTag: boolean): readonly NodeGroup[] {
  if (!byTag) return [{ tag: null, views }]
  const groups = new Map<string, NodeView[]>()
  for (const view of views) {
    const tag = view.record.tags[0] ?? ''
    groups.set(tag, [...(groups.get(tag) ?? []), view])
  }
  return [...groups]
    .sort(([a], [b]) => Number(a === '') - Number(b === '') || a.localeCompare(b))
    .map(([tag, members]) => ({ tag: tag === '' ? 'No tag' : tag, views: members }))
}

const SEVERITY = { critical: 0, attention: 1, offline: 2, paused: 3, new: 4, fine: 5 } as const

/** Sorts nodes; what is unknown comes last. */
export function sortNodes(views: readonly NodeView[], key: SortKey): readonly NodeView[] {
  const byLabel = (a: NodeView, b: NodeView) =>
    a.record.label.localeCompare(b.record.label, 'en', { numeric: true, sensitivity: 'base' })
  const last = Number.NEGATIVE_INFINITY
  const measures: Readonly<Record<Exclude<SortKey, 'label' | 'version'>, (view: NodeView) => number>> = {
    state: view => -SEVERITY[stateOf(view).condition],
    disk: view => diskShareOf(view) ?? last,
    agents: view => valueOf(countsOf(view).agents) ?? last,
    backup: view => (view.lastBackup === null ? last : Date.parse(view.lastBackup.at)),
  }
  if (key === 'label') return [...views].sort(byLabel)
  if (key === 'version') {
    const ordered = (a: NodeView, b: NodeView) => versionOf(b).localeCompare(versionOf(a), 'en', { numeric: true })
    return [...views].sort((a, b) => ordered(a, b) || byLabel(a, b))
  }
  const measure = measures[key]
  return [...views].sort((a, b) => {
    const [left, right] = [measure(a), measure(b)]
    return left === right ? byLabel(a, b) : right - left
  })
}
