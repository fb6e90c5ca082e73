import { RadioGroup } from 'react-aria-components'
import { Option } from '../../components/controls'
import { replan } from '../../actions'
import { labelOf } from '../../lib/run'
import { useApp } from '../../store/app'
import type { Plan } from '../../../shared/plan'

/** Move or clone: who runs afterwards. */
export function Mode({ plan }: { readonly plan: Plan }) {
  const nodes = useApp(app => app.nodes)
  const source = labelOf(nodes, plan.source)
  const target = labelOf(nodes, plan.target)
  return (
    <RadioGroup
      className="cards two-cards"
      aria-label="Mode"
      value={plan.options.mode}
      onChange={mode => void replan({ mode: mode === 'clone' ? 'clone' : 'move' })}
    >
      <Option value="move" className="option-card">
        <span className="option-dot" />
        <span>
          <span className="title">Move</span>
          <span className="soft block">
            {target} takes over; {source} is stopped and stays as it is.
          </span>
        </span>
      </Option>
      <Option value="clone" className="option-card">
        <span className="option-dot" />
        <span>
          <span className="title">Clone</span>
          <span className="soft block">Both run; {target} gets its own identity, with its channels off.</span>
        </span>
      </Option>
    </RadioGroup>
  )
}
