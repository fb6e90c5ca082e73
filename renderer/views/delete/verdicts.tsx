import { Bytes, Fact } from '../../components/facts'
import { ConditionGlyph } from '../../components/glyph'
import { counted } from '../../lib/format'
import { groupItems, setUpOf, sizeOf } from '../../lib/deletion'
import type { NodeView } from '../../../shared/contract'
import type { Deletion } from '../../../shared/deletion'
import { Group } from './group'
import { NeedsYou } from './needs-you'

interface VerdictsProps {
  readonly deletion: Deletion
  readonly view: NodeView | undefined
}

/** Three columns: what goes, what stays and why, and what only the person can do. */
export function Verdicts({ deletion, view }: VerdictsProps) {
  return (
    <div className="verdicts">
      <Goes deletion={deletion} view={view} />
      <Stays deletion={deletion} view={view} />
      <ForYou deletion={deletion} />
    </div>
  )
}

function Goes({ deletion, view }: VerdictsProps) {
  const items = deletion.items.filter(({ verdict }) => verdict === 'goes')
  const size = sizeOf(items)
  const setUp = setUpOf(view, deletion.profiles)
  return (
    <section className="verdict-column goes" aria-label="Goes">
      <h2>
        Goes
        <span className="section-summary">
          {counted(items.length, 'thing')}
          {size !== null && (
            <>
              {', '}
              <Bytes count={size.bytes} />
            </>
          )}
        </span>
      </h2>
      {items.length === 0 && <p className="soft">Nothing of OpenClaw was found.</p>}
      {items.length > 0 && setUp.length > 0 && (
        <dl className="panel-facts set-up">
          {setUp.map(({ name, fact }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Fact fact={fact}>{text => text}</Fact>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {groupItems(items).map(group => (
        <Group key={group.kind} group={group} view={view} hasWhy={false} />
      ))}
    </section>
  )
}

function Stays({ deletion, view }: VerdictsProps) {
  const refused = deletion.items.filter(({ verdict }) => verdict === 'refused')
  const stays = deletion.items.filter(({ verdict }) => verdict === 'stays')
  const shared = deletion.bots.filter(({ sharedWith }) => sharedWith !== null)
  return (
    <section className="verdict-column" aria-label="Stays">
      <h2>
        Stays
        <span className="section-summary">{counted(stays.length + refused.length + shared.length, 'thing')}</span>
      </h2>
      {refused.length > 0 && (
        <div className="refused">
          <p className="row title">
            <ConditionGlyph condition="critical" />
            Refused
          </p>
          <p className="soft small-text">OCM will not touch these, whatever the node’s configuration says.</p>
          {groupItems(refused).map(group => (
            <Group key={group.kind} group={group} view={view} hasWhy />
          ))}
        </div>
      )}
      {groupItems(stays).map(group => (
        <Group key={group.kind} group={group} view={view} hasWhy />
      ))}
      {shared.length > 0 && (
        <div className="trace-group">
          <h3>Telegram bots</h3>
          <ul>
            {shared.map(({ botId, account, sharedWith }) => (
              <li key={botId + account}>
                <code>{botId}</code> <span className="soft">({account})</span>
                <p className="soft small-text">{sharedWith} uses it too, so it is not touched.</p>
              </li>
            ))}
          </ul>
        </div>
      )}
      {stays.length + refused.length + shared.length === 0 && <p className="soft">Nothing of OpenClaw.</p>}
    </section>
  )
}

function ForYou({ deletion }: { readonly deletion: Deletion }) {
  const own = deletion.items.filter(({ verdict }) => verdict === 'by-hand')
  const count = own.length + deletion.byHand.length
  return (
    <section className="verdict-column" aria-label="Needs you">
      <h2>
        Needs you
        <span className="section-summary">{counted(count, 'thing')}</span>
      </h2>
      {count === 0 && <p className="soft">Nothing.</p>}
      {groupItems(own).map(group => (
        <Group key={group.kind} group={group} view={undefined} hasWhy />
      ))}
      <NeedsYou byHand={deletion.byHand} />
    </section>
  )
}
