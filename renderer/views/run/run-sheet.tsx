import { ArrowLeft } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { IconButton } from '../../components/controls'
import { Problem } from '../../components/problem'
import { WayToKey } from '../../components/way-to-key'
import { clockTime, exactTime, span } from '../../lib/format'
import { useLiveNow, useNow } from '../../lib/now'
import { isDemoPlan, outcomeWords, progressOf, shortTitle } from '../../lib/run'
import { useApp } from '../../store/app'
import { isClearing } from '../../../shared/way-back'
import type { Operation, OperationState } from '../../../shared/plan'
import { DeletionOutcome } from '../delete/outcome'
import { Proof } from './proof'
import { RunFoot } from './run-foot'
import { Timeline } from './timeline'

/** A run: the plan's own timeline, live, and the proof at its end. Leaving it stops nothing. */
export function RunSheet({ id }: { readonly id: string }) {
  const operation = useApp(app => app.operations[id])
  if (operation === undefined) {
    return (
      <div className="page page-body">
        <h1>This run is not known any more</h1>
        <p className="soft">Activity tells what it did.</p>
      </div>
    )
  }
  return (
    <article className="sheet" aria-label="Run">
      <div className="sheet-scroll">
        <RunHead operation={operation} />
        {operation.error !== null && (
          <Problem problem={operation.error}>
            <WayToKey problem={operation.error} />
          </Problem>
        )}
        {operation.plan.kind === 'delete' ? (
          <DeletionOutcome operation={operation} />
        ) : (
          <Interrupted operation={operation} />
        )}
        <Proof rows={operation.proof} />
        <section className="section flat">
          <h2 className="flat-title">Steps</h2>
          <Timeline steps={operation.plan.steps} statuses={operation.steps} items={operation.plan.deletion?.items} />
        </section>
      </div>
      <RunFoot operation={operation} />
    </article>
  )
}

const TONES: Readonly<Record<OperationState, string>> = {
  running: 'accent',
  done: 'fine',
  failed: 'critical',
  cancelled: '',
  interrupted: 'attention',
  returned: 'fine',
  'cleaning-up': 'attention',
}

function RunHead({ operation }: { readonly operation: Operation }) {
  const nodes = useApp(app => app.nodes)
  const goTo = useApp(app => app.goTo)
  const before = useApp(app => app.before)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const share = progressOf(operation)
  return (
    <header className="sheet-head">
      <IconButton icon={ArrowLeft} label="Back" onPress={() => goTo(before)} />
      <div className="grow">
        <p className="row">
          <span className={`chip ${TONES[operation.state]}`} role="status">
            {outcomeWords(operation)}
          </span>
          <Elapsed operation={operation} />
          {isDemoPlan(operation.plan, nodes) && <span className="chip accent">Demo</span>}
        </p>
        <h1 ref={heading} tabIndex={-1}>
          {shortTitle(operation.plan, nodes)}
        </h1>
        <p className="sentence selectable">{operation.plan.sentence}</p>
        {operation.state === 'running' && (
          <div
            className="bar overall"
            role="progressbar"
            aria-label="Progress of the run"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(share * 100)}
          >
            <span style={{ width: `${share * 100}%` }} />
          </div>
        )}
      </div>
    </header>
  )
}

function Elapsed({ operation }: { readonly operation: Operation }) {
  const nowMs = useLiveNow()
  const { startedAt, endedAt } = operation
  const end = endedAt === null ? nowMs : Date.parse(endedAt)
  return (
    <span className="soft" title={`Started ${exactTime(startedAt)}`}>
      {span(Math.max(0, end - Date.parse(startedAt)))}
    </span>
  )
}

function KeptUntil({ iso }: { readonly iso: string }) {
  const nowMs = useNow()
  return <time title={exactTime(iso)}>{clockTime(iso, nowMs)}</time>
}

function Interrupted({ operation }: { readonly operation: Operation }) {
  if (operation.state !== 'interrupted') return null
  return (
    <div className="callout attention" role="alert">
      <div>
        <p className="title">This run was interrupted</p>
        <p>
          OCM ended, or the line was cut. Resume looks at each step again and does only what is missing.{' '}
          {isClearing(operation)
            ? 'Everything is in place; only its clearing up is open.'
            : `Roll back takes the way back: ${operation.plan.wayBack}`}
        </p>
        {operation.keptUntil !== undefined && (
          <p>
            What was put aside is kept until <KeptUntil iso={operation.keptUntil} />. If the run is left as it is, OCM
            removes the files for good then, and the run is over.
          </p>
        )}
      </div>
    </div>
  )
}
