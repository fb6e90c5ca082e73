import { CircleCheck } from 'lucide-react'
import { attempt } from '../../actions'
import { Button } from '../../components/controls'
import { cleaningWords, isProvenGone, leftOf } from '../../lib/deletion'
import { counted } from '../../lib/format'
import type { Operation } from '../../../shared/plan'
import { isPastReturn } from '../../../shared/way-back'
import { Certificate } from './certificate'
import { Left } from './left'
import { NeedsYou } from './needs-you'

/** Where a deletion stands: proven, or what is left; what needs a person; and the certificate. */
export function DeletionOutcome({ operation }: { readonly operation: Operation }) {
  const { plan, state } = operation
  if (plan.kind !== 'delete') return null
  const hasEnded = state === 'done' || state === 'cleaning-up'
  return (
    <>
      <Verdict operation={operation} />
      <ForYou operation={operation} />
      {hasEnded && <Certificate key={operation.endedAt} operationId={operation.id} />}
    </>
  )
}

function Verdict({ operation }: { readonly operation: Operation }) {
  const { state, id: operationId } = operation
  const proof = operation.proof.filter(row => row.byHand === undefined)
  if (isProvenGone(operation)) {
    const isWhole = operation.plan.deletion?.isWhole !== false
    return (
      <div className="callout fine" role="status">
        <CircleCheck size={16} aria-hidden="true" />
        <div>
          <p className="title">{isWhole ? 'Nothing remains' : 'What was to go is gone'}</p>
          <p>
            {proof.length} of {counted(proof.length, 'thing')} proven gone by a witness over a new connection.
            {!isWhole && ' Something of OpenClaw stays, so the node stays in OCM.'}
          </p>
        </div>
      </div>
    )
  }
  if (state === 'cleaning-up' || state === 'done') {
    const rows = leftOf(operation)
    return (
      <section className="callout attention" aria-label="What is left">
        <div className="grow stack-small">
          <p className="title">{state === 'done' ? 'Finished, but not proven' : cleaningWords(operation)}</p>
          <p>
            {rows.length === 0
              ? 'The witness has not confirmed anything yet, so the node stays in OCM.'
              : 'The node stays in OCM until nothing remains. Trying again looks at everything once more.'}
          </p>
          <Left rows={rows} />
          {state === 'cleaning-up' && (
            <div>
              <Button look="primary" onPress={() => void attempt('operations.resume', { operationId })}>
                Retry what is left
              </Button>
            </div>
          )}
        </div>
      </section>
    )
  }
  return state === 'interrupted' ? <InterruptedWords operation={operation} /> : null
}

function InterruptedWords({ operation }: { readonly operation: Operation }) {
  const isPast = isPastReturn(operation)
  return (
    <div className="callout attention" role="alert">
      <div>
        <p className="title">This deletion was interrupted</p>
        <p>
          OCM ended, or the line was cut. Resume looks at each step again and does only what is missing.{' '}
          {isPast
            ? 'It is too late to roll back: some of it is gone already.'
            : 'Nothing has been removed yet, so Roll back can still start again what was stopped.'}
        </p>
      </div>
    </div>
  )
}

function ForYou({ operation }: { readonly operation: Operation }) {
  const failed = operation.proof.flatMap(row => row.byHand ?? [])
  const byHand = [...(operation.plan.deletion?.byHand ?? []), ...failed]
  // Before the bots are released there is nothing to do yet; while the run goes on, its step says so.
  if (byHand.length === 0 || operation.state === 'running') return null
  return (
    <section className="section flat" aria-label="Needs you">
      <h2 className="flat-title">Needs you</h2>
      <NeedsYou byHand={byHand} />
    </section>
  )
}
