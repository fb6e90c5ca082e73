import { useState } from 'react'
import { Button } from '../../components/controls'
import { Fact } from '../../components/facts'
import { counted } from '../../lib/format'
import { serviceOf, TRACE_KINDS, type TraceGroup } from '../../lib/deletion'
import { METHODS } from '../../lib/words'
import { valueOf } from '../../lib/known'
import type { NodeView } from '../../../shared/contract'
import type { DeletionItem } from '../../../shared/deletion'
import { SizeText } from './size-text'

/** So many of a kind are shown at first. */
const SHOWN = 6

interface GroupProps {
  readonly group: TraceGroup
  readonly view: NodeView | undefined
  /** Whether each says why it is where it is. */
  readonly hasWhy: boolean
}

/** The traces of one kind; long lists unfold. */
export function Group({ group, view, hasWhy }: GroupProps) {
  const [isWhole, setIsWhole] = useState(false)
  const { kind, items, size } = group
  const hidden = isWhole ? 0 : Math.max(0, items.length - SHOWN)
  return (
    <div className="trace-group">
      <h3>
        {TRACE_KINDS[kind]}
        {size !== null && items.length > 1 && (
          <span className="section-summary">
            <SizeText size={size} />
          </span>
        )}
      </h3>
      <ul>
        {items.slice(0, items.length - hidden).map(item => (
          <Item key={item.id} item={item} view={view} hasWhy={hasWhy} />
        ))}
      </ul>
      {hidden > 0 && (
        <Button size="small" look="quiet" onPress={() => setIsWhole(true)}>
          Show {counted(hidden, 'more', 'more')}
        </Button>
      )}
    </div>
  )
}

interface ItemProps {
  readonly item: DeletionItem
  readonly view: NodeView | undefined
  readonly hasWhy: boolean
}

function Item({ item, view, hasWhy }: ItemProps) {
  const { name, path, size, needsRoot, lines, paths, why, refusal } = item
  const reason = refusal ?? why
  // A name that only repeats the end of its path says nothing more.
  const isPath = path?.endsWith(name) === true
  return (
    <li title={hasWhy ? undefined : why}>
      <div className="trace-line">
        <code className="selectable">{isPath ? path : name}</code>
        {size !== null && (
          <span className="soft trace-size">
            <SizeText size={size} />
          </span>
        )}
      </div>
      {path !== null && !isPath && <code className="soft block">{path}</code>}
      <Extra item={item} view={view} />
      {needsRoot && <p className="soft small-text">Needs sudo</p>}
      {paths
        .filter(one => one !== path && one !== name)
        .map(one => (
          <code key={one} className="soft block">
            {one}
          </code>
        ))}
      {lines.map(({ text, sha256 }) => (
        <code key={sha256} className="soft block">
          {text}
        </code>
      ))}
      {hasWhy && reason !== '' && <p className="soft small-text">{reason}</p>}
    </li>
  )
}

/** What the last look knew of a service or the installed program. */
function Extra({ item, view }: { readonly item: DeletionItem; readonly view: NodeView | undefined }) {
  if (item.kind === 'unit') {
    const service = serviceOf(view, item)
    if (service === undefined) return null
    return (
      <p className="soft small-text">
        <Fact fact={service.activeState}>{state => state}</Fact>
        {', '}
        <Fact fact={service.isEnabled}>{isOn => (isOn ? 'starts by itself' : 'does not start by itself')}</Fact>
      </p>
    )
  }
  const openclaw = view?.survey == null ? null : valueOf(view.survey.openclaw)
  if (item.kind !== 'package' || openclaw == null) return null
  return (
    <p className="soft small-text">
      OpenClaw {openclaw.version}, by {METHODS[openclaw.method]}
    </p>
  )
}
