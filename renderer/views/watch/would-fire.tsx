import { ConditionGlyph } from '../../components/glyph'
import { clockTime, counted, span } from '../../lib/format'
import { useNow } from '../../lib/now'
import { labelOf } from '../../lib/run'
import { useApp } from '../../store/app'
import type { Output } from '../../../shared/contract'

interface WouldFireProps {
  readonly found: Output<'watch.wouldFire'>
  readonly isOfNode: boolean
}

/** So many are listed. */
const SHOWN = 50

/** What these rules would have said of what was measured: one line per incident. */
export function WouldFire({ found, isOfNode }: WouldFireProps) {
  const nodes = useApp(app => app.nodes)
  const nowMs = useNow()
  const newest = [...found].sort((a, b) => b.from - a.from)
  return (
    <section className="would-fire" aria-label="Would have fired" role="status">
      <p className="title">
        {found.length === 0
          ? 'With these rules nothing would have been raised'
          : `With these rules ${counted(found.length, 'alert')} would have been raised`}
      </p>
      {newest.length > 0 && (
        <ul className="lines compact">
          {newest.slice(0, SHOWN).map(({ nodeId, rule, subject, level, from, to, title }) => (
            <li key={`${nodeId} ${rule} ${subject} ${from}`}>
              <ConditionGlyph condition={level} />
              <span className="grow clip" title={title}>
                {title}
                <span className="visually-hidden">{level === 'critical' ? ', critical' : ', attention'}</span>
              </span>
              {!isOfNode && <span className="chip">{labelOf(nodes, nodeId)}</span>}
              <span className="soft">
                {clockTime(new Date(from).toISOString(), nowMs)}
                {to === null ? ', still open' : `, for ${span(to - from)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {found.length > SHOWN && <p className="soft small-text">The newest {SHOWN} are listed.</p>}
      <p className="soft small-text">Judged over the stored samples. Nothing was changed and nobody was told.</p>
    </section>
  )
}
