import { RadioGroup } from 'react-aria-components'
import { Option } from '../../components/controls'
import { replan } from '../../actions'
import { ConditionGlyph } from '../../components/glyph'
import type { Decision, Plan } from '../../../shared/plan'

/** One card per conflict; an open one blocks the run. */
export function Decisions({ plan }: { readonly plan: Plan }) {
  const choose = (id: string, option: string) => void replan({ decisions: { ...plan.options.decisions, [id]: option } })
  return (
    <div className="stack">
      {plan.decisions.map(decision => (
        <DecisionCard key={decision.id} decision={decision} onChoose={option => choose(decision.id, option)} />
      ))}
    </div>
  )
}

interface DecisionCardProps {
  readonly decision: Decision
  readonly onChoose: (option: string) => void
}

function DecisionCard({ decision, onChoose }: DecisionCardProps) {
  const { title, detail, options, chosen } = decision
  return (
    <section className="decision" data-open={chosen === null || undefined}>
      <h3 className="row">
        <ConditionGlyph condition={chosen === null ? 'attention' : 'fine'} />
        {title}
      </h3>
      <p className="soft">{detail}</p>
      <RadioGroup className="cards" aria-label={title} value={chosen} onChange={onChoose}>
        {options.map(option => (
          <Option key={option.id} value={option.id} className="option-card">
            <span className="option-dot" />
            <span>
              <span className="title">{option.label}</span>
              <span className="soft block">{option.consequence}</span>
            </span>
          </Option>
        ))}
      </RadioGroup>
    </section>
  )
}
