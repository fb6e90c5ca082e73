import { useState } from 'react'
import { Button, Group, Input, Label, NumberField, RadioGroup } from 'react-aria-components'
import { Option } from '../../components/controls'
import { chooseRemoval } from '../../removal'
import { useApp } from '../../store/app'
import type { Plan } from '../../../shared/plan'

/** How long a node waits in quarantine unless something else is chosen, and the most there is. */
const FIRST_DAYS = 7
const MOST_DAYS = 90

/** Delete at once, or stop now and delete later. */
export function When({ plan }: { readonly plan: Plan }) {
  const days = useApp(app => app.choices.removal?.days ?? null)
  const [lastDays, setLastDays] = useState(FIRST_DAYS)
  const choose = (wish: number) => {
    if (Number.isNaN(wish)) return
    setLastDays(wish)
    void chooseRemoval({ days: wish })
  }
  return (
    <div className="stack-small">
      <RadioGroup
        className="cards two-cards"
        aria-label="When"
        value={plan.kind === 'quarantine' ? 'later' : 'now'}
        onChange={wish => void chooseRemoval({ days: wish === 'later' ? lastDays : null })}
      >
        <Option value="now" className="option-card">
          <span className="option-dot" />
          <span>
            <span className="title">Delete now</span>
            <span className="soft block">Everything under “Goes”, then a proof that nothing remains.</span>
          </span>
        </Option>
        <Option value="later" className="option-card">
          <span className="option-dot" />
          <span>
            <span className="title">Stop now, delete in {days ?? lastDays} days</span>
            <span className="soft block">Quarantine: nothing is removed yet, and one click brings it back.</span>
          </span>
        </Option>
      </RadioGroup>
      {plan.kind === 'quarantine' && (
        <NumberField
          className="days"
          value={days ?? lastDays}
          minValue={1}
          maxValue={MOST_DAYS}
          onChange={choose}
          aria-describedby="days-help"
        >
          <Label>Days until it is deleted</Label>
          <Group className="days-group">
            <Button slot="decrement" className="button plain icon small">
              −
            </Button>
            <Input className="input" />
            <Button slot="increment" className="button plain icon small">
              +
            </Button>
          </Group>
          <span id="days-help" className="soft small-text">
            1 to {MOST_DAYS}
          </span>
        </NumberField>
      )}
    </div>
  )
}
