import { OctagonAlert } from 'lucide-react'
import type { Plan } from '../../../shared/plan'

/** Reasons why the plan cannot run, each with its way out. */
export function Blockers({ plan }: { readonly plan: Plan }) {
  return plan.blockers.map(({ code, text, wayOut }) => (
    <div key={code + text} className="callout critical" role="alert">
      <OctagonAlert size={16} aria-hidden="true" />
      <div>
        <p className="title">{text}</p>
        <p>{wayOut}</p>
      </div>
    </div>
  ))
}
