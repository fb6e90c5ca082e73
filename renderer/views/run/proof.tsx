import { StepGlyph } from '../../components/glyph'
import type { ProofRow, StepState } from '../../../shared/plan'

const VERDICTS: Readonly<Record<ProofRow['verdict'], { readonly words: string; readonly glyph: StepState }>> = {
  proven: { words: 'Proven', glyph: 'done' },
  differs: { words: 'Differs', glyph: 'failed' },
  unknown: { words: 'Unknown', glyph: 'unknown' },
}

/** What was expected, what was found, and whether that holds. */
export function Proof({ rows }: { readonly rows: readonly ProofRow[] }) {
  if (rows.length === 0) return null
  const held = rows.filter(({ verdict }) => verdict === 'proven').length
  return (
    <section className="section flat" aria-label="Proof">
      <h2 className="flat-title">
        Proof
        <span className="section-summary">
          {held} of {rows.length} proven
        </span>
      </h2>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Expected</th>
            <th scope="col">Found</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ what, expected, found, verdict }) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td className="selectable">{expected}</td>
              <td className="selectable">{found}</td>
              <td>
                <span className="row verdict">
                  <StepGlyph state={VERDICTS[verdict].glyph} />
                  {VERDICTS[verdict].words}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
