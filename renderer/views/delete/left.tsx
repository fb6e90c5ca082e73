import { StepGlyph } from '../../components/glyph'
import type { ProofRow } from '../../../shared/plan'

/** What does not hold: what is left, and what could not be looked at. Unknown is never counted as gone. */
export function Left({ rows }: { readonly rows: readonly ProofRow[] }) {
  if (rows.length === 0) return null
  return (
    <ul className="left-list" aria-label="Left">
      {rows.map(({ what, found, verdict }) => (
        <li key={what} className="selectable">
          <StepGlyph state={verdict === 'unknown' ? 'unknown' : 'failed'} />
          <span>
            <code>{what}</code> <span className="soft">{verdict === 'unknown' ? `not known: ${found}` : found}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}
