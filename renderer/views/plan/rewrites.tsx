import { useState, type KeyboardEvent } from 'react'
import { Input, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { replan } from '../../actions'
import { REWRITE_CLASSES } from '../../lib/words'
import type { Plan, Rewrite, RewriteClass } from '../../../shared/plan'

const TONES: Readonly<Record<RewriteClass, string>> = {
  rewrite: 'accent',
  keep: '',
  regenerate: 'fine',
  ask: 'attention',
}

/** The table of rewrites: where, from, to and why. Values that may be changed are edited in place. */
export function Rewrites({ plan }: { readonly plan: Plan }) {
  const [search, setSearch] = useState('')
  const [only, setOnly] = useState<RewriteClass | null>(null)
  const present = (Object.keys(REWRITE_CLASSES) as RewriteClass[]).filter(kind =>
    plan.rewrites.some(rewrite => rewrite.class === kind),
  )
  const shown = plan.rewrites.filter(rewrite => (only === null || rewrite.class === only) && mentions(rewrite, search))
  const set = (id: string, to: string) => void replan({ set: { ...plan.options.set, [id]: to } })
  return (
    <div className="stack">
      <div className="row wrap">
        <SearchField aria-label="Filter rewrites" className="filter" value={search} onChange={setSearch}>
          <Input className="input plain" placeholder="Filter" />
        </SearchField>
        <ToggleButtonGroup
          aria-label="Kind of change"
          className="segments"
          selectionMode="single"
          selectedKeys={only === null ? [] : [only]}
          onSelectionChange={keys => setOnly(([...keys][0] as RewriteClass | undefined) ?? null)}
        >
          {present.map(kind => (
            <ToggleButton key={kind} id={kind} className="segment">
              {REWRITE_CLASSES[kind]}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Rewrites">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">What happens</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(rewrite => (
              <Row key={rewrite.id} rewrite={rewrite} onSet={to => set(rewrite.id, to)} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className="nothing">No value matches.</p>}
      </div>
    </div>
  )
}

function mentions({ file, pointer, from, to }: Rewrite, search: string): boolean {
  return `${file} ${pointer} ${from} ${to}`.toLowerCase().includes(search.trim().toLowerCase())
}

interface RowProps {
  readonly rewrite: Rewrite
  readonly onSet: (to: string) => void
}

function Row({ rewrite, onSet }: RowProps) {
  const { file, pointer, from, to, why, isEditable } = rewrite
  return (
    <tr>
      <td>
        <span className="block">{file}</span>
        <code className="soft">{pointer}</code>
      </td>
      <td>
        <code>{from}</code>
      </td>
      <td>{isEditable ? <Editor key={to} rewrite={rewrite} onSet={onSet} /> : <code>{to}</code>}</td>
      <td>
        <span className={`chip ${TONES[rewrite.class]}`}>{REWRITE_CLASSES[rewrite.class]}</span>
        <span className="soft block small-text">{why}</span>
      </td>
    </tr>
  )
}

/** Takes effect on Enter or on leaving; Escape brings the old value back. */
function Editor({ rewrite, onSet }: RowProps) {
  const { file, pointer, to } = rewrite
  const [typed, setTyped] = useState(to)
  const commit = () => {
    if (typed !== to && typed !== '') onSet(typed)
    else setTyped(to)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') commit()
    if (event.key === 'Escape') setTyped(to)
  }
  return (
    <input
      className="input mono"
      aria-label={`New value of ${pointer} in ${file}`}
      value={typed}
      title={typed}
      onChange={event => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={onKeyDown}
    />
  )
}
