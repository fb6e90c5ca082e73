import { ArrowLeft } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { IconButton } from '../../components/controls'
import { isDemoPlan, shortTitle } from '../../lib/run'
import { useApp } from '../../store/app'
import type { Plan } from '../../../shared/plan'

interface SheetHeadProps {
  readonly plan: Plan
  /** What kind of plan it is, in a word. */
  readonly word: string
  readonly onClose: () => void
  /** Chips beside the kind. */
  readonly children?: React.ReactNode
}

/** The head of a plan's sheet: what it is, that nothing has started, and its sentence. */
export function SheetHead({ plan, word, onClose, children }: SheetHeadProps) {
  const nodes = useApp(app => app.nodes)
  const heading = useRef<HTMLHeadingElement>(null)
  // A drop leaves the focus nowhere; the sheet takes it, so that a screen reader reads on here.
  useEffect(() => heading.current?.focus(), [plan.deletion?.confirm])
  return (
    <header className="sheet-head">
      <IconButton icon={ArrowLeft} label="Back" onPress={onClose} />
      <div className="grow">
        <p className="eyebrow row">
          {word} plan · nothing has started
          {children}
          {isDemoPlan(plan, nodes) && <span className="chip accent">Demo</span>}
        </p>
        <h1 ref={heading} tabIndex={-1}>
          {shortTitle(plan, nodes)}
        </h1>
        <p className="sentence selectable">{plan.sentence}</p>
        {plan.notes.map(note => (
          <p key={note} className="soft">
            {note}
          </p>
        ))}
      </div>
    </header>
  )
}
