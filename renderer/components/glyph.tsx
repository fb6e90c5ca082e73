import type { Condition } from '../lib/node-state'
import type { StepState } from '../../shared/plan'

/** Shape and colour of a node's condition. The word stands beside it, so the picture is hidden from screen readers. */
export function ConditionGlyph({ condition }: { readonly condition: Condition }) {
  return (
    <svg className="glyph" viewBox="0 0 14 14" aria-hidden="true">
      {CONDITIONS[condition]}
    </svg>
  )
}

const CONDITIONS: Readonly<Record<Condition, React.ReactNode>> = {
  fine: <circle cx="7" cy="7" r="5" fill="var(--fine)" />,
  attention: <path d="M7 1.6 13 12.2H1Z" fill="var(--attention)" stroke="var(--attention)" strokeLinejoin="round" />,
  critical: <path d="M4.5 1h5L13 4.5v5L9.5 13h-5L1 9.5v-5Z" fill="var(--critical)" />,
  paused: <path d="M3 2h3v10H3zM8 2h3v10H8z" fill="var(--off)" />,
  offline: <circle cx="7" cy="7" r="5" fill="none" stroke="var(--off)" strokeWidth="1.8" strokeDasharray="2.6 2.1" />,
  new: <circle cx="7" cy="7" r="4.6" fill="none" stroke="var(--off)" strokeWidth="1.6" />,
}

/** Shape and colour of a step's state; the word stands beside it. */
export function StepGlyph({ state }: { readonly state: StepState }) {
  return (
    <svg className={`glyph step-glyph ${state}`} viewBox="0 0 16 16" aria-hidden="true">
      {STEPS[state]}
    </svg>
  )
}

const stroke = { fill: 'none', strokeWidth: 2, strokeLinecap: 'round', strokeLinejoin: 'round' } as const

const STEPS: Readonly<Record<StepState, React.ReactNode>> = {
  waiting: <circle cx="8" cy="8" r="6" {...stroke} strokeWidth={1.5} stroke="var(--line-strong)" />,
  running: (
    <>
      <circle cx="8" cy="8" r="6" {...stroke} stroke="var(--accent-soft)" />
      <path className="turning" d="M8 2a6 6 0 0 1 6 6" {...stroke} stroke="var(--accent)" />
    </>
  ),
  done: (
    <>
      <circle cx="8" cy="8" r="7" fill="var(--fine)" />
      <path d="m5 8.2 2.1 2.1L11 6" {...stroke} strokeWidth={1.8} stroke="var(--surface)" />
    </>
  ),
  failed: (
    <>
      <path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Z" fill="var(--critical)" />
      <path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" {...stroke} strokeWidth={1.8} stroke="var(--surface)" />
    </>
  ),
  unknown: (
    <>
      <rect x="1.5" y="1.5" width="13" height="13" rx="3" fill="var(--attention)" />
      <path
        d="M6 6.2a2 2 0 1 1 2.6 1.9c-.5.2-.6.5-.6 1m0 2.3v.1"
        {...stroke}
        strokeWidth={1.6}
        stroke="var(--surface)"
      />
    </>
  ),
  skipped: <path d="M3 8h10" {...stroke} stroke="var(--off)" />,
  'needs-you': (
    <>
      <path d="M8 1.5 15 14H1Z" fill="var(--attention)" stroke="var(--attention)" strokeLinejoin="round" />
      <path d="M8 6v3.6m0 2v.1" {...stroke} strokeWidth={1.6} stroke="var(--surface)" />
    </>
  ),
  undone: <path d="M4 5.5h5.5a3.5 3.5 0 0 1 0 7H6m-2-7 2.4-2.4M4 5.5l2.4 2.4" {...stroke} stroke="var(--off)" />,
}
