import { ChevronDown } from 'lucide-react'
import { useState, type CSSProperties } from 'react'
import { Button } from 'react-aria-components'
import type { NodeGroup, SortKey } from '../../lib/arrange'
import type { Cargo } from '../../lib/offers'
import { NodeCard } from './node-card'

interface GroupProps {
  readonly group: NodeGroup
  readonly layout: 'grid' | 'list'
  readonly cargo: Cargo | null
}

/** The nodes of one tag, under a heading that folds. In the grid, small groups stand side by side. */
export function Group({ group, layout, cargo }: GroupProps) {
  const [isFolded, setIsFolded] = useState(false)
  const { tag, views } = group
  const width = { '--count': isFolded ? 1 : views.length } as CSSProperties
  return (
    <section className="group" style={width} aria-label={tag ?? 'All nodes'}>
      {tag !== null && (
        <h2>
          <Button className="group-head" aria-expanded={!isFolded} onPress={() => setIsFolded(!isFolded)}>
            <ChevronDown size={14} aria-hidden="true" data-folded={isFolded || undefined} />
            {tag}
            <span className="faint">{views.length}</span>
          </Button>
        </h2>
      )}
      {!isFolded && (
        <ul className={`board ${layout}`}>
          {views.map(view => (
            <NodeCard key={view.record.id} view={view} cargo={cargo} />
          ))}
        </ul>
      )}
    </section>
  )
}

const COLUMNS: readonly (readonly [SortKey, string])[] = [
  ['label', 'Name'],
  ['disk', 'Disk'],
  ['agents', 'Agents, cron, channels'],
  ['backup', 'Last backup'],
  ['state', 'Attention'],
]

interface ListHeadProps {
  readonly sort: SortKey
  readonly onSort: (key: SortKey) => void
}

/** Column names of the list; each sorts by its column. */
export function ListHead({ sort, onSort }: ListHeadProps) {
  return (
    <div className="list-head" role="group" aria-label="Sort by">
      {COLUMNS.map(([key, name]) => (
        <Button key={key} className="sort" aria-pressed={sort === key} onPress={() => onSort(key)}>
          {name}
          {sort === key && <ChevronDown size={12} aria-hidden="true" />}
        </Button>
      ))}
    </div>
  )
}
