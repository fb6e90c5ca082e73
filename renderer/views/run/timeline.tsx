import { ChevronRight } from 'lucide-react'
import { Button, Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import { StepGlyph } from '../../components/glyph'
import { count, exactTime, rate, span } from '../../lib/format'
import { useLiveNow } from '../../lib/now'
import { ERROR_TITLES, STEP_STATES } from '../../lib/words'
import type { DeletionItem } from '../../../shared/deletion'
import type { Progress, Step, StepStatus } from '../../../shared/plan'
import { StepDetail } from './step-detail'
import { bytesText } from '../../../shared/units'

interface TimelineProps {
  readonly steps: readonly Step[]
  /** Given while the plan runs; the same timeline then goes live. */
  readonly statuses?: readonly StepStatus[]
  /** What a deletion found; its steps name what each of them removes. */
  readonly items?: readonly DeletionItem[] | undefined
}

/** The steps in order. Each unfolds to what it does exactly, and how that is checked. */
export function Timeline({ steps, statuses, items = [] }: TimelineProps) {
  return (
    <ol className="timeline" aria-label="Steps">
      {steps.map(step => (
        <StepRow
          key={step.id}
          step={step}
          isLive={statuses !== undefined}
          status={statuses?.find(status => status.stepId === step.id)}
          items={items}
        />
      ))}
    </ol>
  )
}

interface StepRowProps {
  readonly step: Step
  readonly isLive: boolean
  readonly status: StepStatus | undefined
  readonly items: readonly DeletionItem[]
}

function StepRow({ step, isLive, status, items }: StepRowProps) {
  const state = status?.state ?? 'waiting'
  return (
    <li className="step" data-state={isLive ? state : 'planned'} aria-busy={state === 'running'}>
      <StepGlyph state={state} />
      <div className="grow">
        <Disclosure>
          <Heading level={3} className="step-heading">
            <Button slot="trigger" className="step-head">
              <span className="grow">{step.title}</span>
              {isLive && (
                <span className={`step-state ${state}`}>
                  {STEP_STATES[state]}
                  {status !== undefined && <StepTime status={status} />}
                </span>
              )}
              <ChevronRight size={14} aria-hidden="true" />
            </Button>
          </Heading>
          <DisclosurePanel>
            <StepDetail step={step} items={items} />
          </DisclosurePanel>
        </Disclosure>
        {status !== undefined && <StepLive status={status} />}
      </div>
    </li>
  )
}

function StepTime({ status }: { readonly status: StepStatus }) {
  const nowMs = useLiveNow()
  const { startedAt, endedAt } = status
  if (startedAt === null) return null
  const end = endedAt === null ? nowMs : Date.parse(endedAt)
  return <span title={exactTime(startedAt)}> · {span(Math.max(0, end - Date.parse(startedAt)))}</span>
}

function StepLive({ status }: { readonly status: StepStatus }) {
  const { state, progress, note, error } = status
  return (
    <>
      {state === 'running' && progress !== null && <StepProgress progress={progress} />}
      {note !== '' && <p className="soft selectable">{note}</p>}
      {error !== null && (
        <div className="step-error selectable" role="alert">
          <p className="title">{ERROR_TITLES[error.code]}</p>
          <p>{error.message}</p>
          {error.hint && <p>{error.hint}</p>}
        </div>
      )}
    </>
  )
}

function StepProgress({ progress }: { readonly progress: Progress }) {
  const { doneBytes, totalBytes, doneFiles, totalFiles, bytesPerSecond, current } = progress
  const percent = totalBytes === null || totalBytes === 0 ? null : Math.min(100, (doneBytes / totalBytes) * 100)
  const files = totalFiles === null ? `${count(doneFiles)} files` : `${count(doneFiles)} of ${count(totalFiles)} files`
  return (
    <div className="step-progress">
      <div
        className={`bar ${percent === null ? 'indeterminate' : ''}`}
        role="progressbar"
        aria-label="Progress of this step"
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent !== null && { 'aria-valuenow': Math.round(percent) })}
      >
        <span style={percent === null ? {} : { width: `${percent}%` }} />
      </div>
      <p className="row soft small-text">
        <span>
          {bytesText(doneBytes)}
          {totalBytes !== null && ` of ${bytesText(totalBytes)}`} · {files} · {rate(bytesPerSecond)}
        </span>
        <code className="grow clip end" title={current}>
          {current}
        </code>
      </p>
    </div>
  )
}
