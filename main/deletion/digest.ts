import { createHash } from 'node:crypto'
import type { DeletionItem } from '../../shared/deletion'

/** Processes and ports come and go by themselves: the steps look at them anew. */
const PASSING: ReadonlySet<DeletionItem['kind']> = new Set(['process', 'port'])

/** What an item is compared by between a preview and its run. */
type Compared = Pick<DeletionItem, 'id' | 'kind' | 'name' | 'verdict' | 'path'>

/** SHA-256 (hex) over what a deletion relies on: ids and verdicts, but for processes and ports. */
export function inventoryDigest(items: readonly Compared[]): string {
  const lines = items
    .filter(item => !PASSING.has(item.kind))
    .map(({ id, verdict }) => JSON.stringify([id, verdict]))
    .sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

/** One difference between what a plan saw and what is there now. */
export interface Change {
  readonly change: 'new' | 'gone' | 'other-verdict'
  readonly item: Compared
  /** For people. */
  readonly text: string
}

/** What became different since a plan was made; nothing when the digests are equal. */
export function inventoryChanges(before: readonly Compared[], now: readonly Compared[]): readonly Change[] {
  const old = new Map(before.filter(isLasting).map(item => [item.id, item]))
  const fresh = new Map(now.filter(isLasting).map(item => [item.id, item]))
  const added = [...fresh.values()].flatMap((item): Change[] => {
    const was = old.get(item.id)
    if (was === undefined) return [{ change: 'new', item, text: `${item.name} is new` }]
    if (was.verdict === item.verdict) return []
    return [{ change: 'other-verdict', item, text: `${item.name}: ${was.verdict} before, ${item.verdict} now` }]
  })
  const gone = [...old.values()].flatMap((item): Change[] =>
    fresh.has(item.id) ? [] : [{ change: 'gone', item, text: `${item.name} is not there any more` }],
  )
  return [...added, ...gone]
}

function isLasting({ kind }: Compared): boolean {
  return !PASSING.has(kind)
}
