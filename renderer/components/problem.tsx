import { OctagonAlert } from 'lucide-react'
import type { PublicError } from '../../shared/errors'
import { ERROR_TITLES } from '../lib/words'

/** A failure in words: what happened, what it means, what to do, and the action that does it. */
export function Problem({ problem, children }: { readonly problem: PublicError; readonly children?: React.ReactNode }) {
  return (
    <div className="callout critical" role="alert">
      <OctagonAlert size={16} aria-hidden="true" />
      <div className="grow stack-small">
        <p className="title">{ERROR_TITLES[problem.code]}</p>
        <p>{problem.message}</p>
        {problem.hint && <p>{problem.hint}</p>}
        {children && <div className="row wrap">{children}</div>}
      </div>
    </div>
  )
}
