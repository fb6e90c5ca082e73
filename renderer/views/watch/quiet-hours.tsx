import { useState } from 'react'
import { FieldError, Input, Label, TextField } from 'react-aria-components'
import { Switch } from '../../components/switch'
import { changeWatching } from '../../watch'
import type { WatchConfig } from '../../../shared/watch'

const USUAL = { from: '22:00', to: '07:00' } as const

/** Mirrors the pattern in shared/watch. */
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/

/** From when to when only critical alerts speak. */
export function QuietHours({ quietHours }: Pick<WatchConfig, 'quietHours'>) {
  return (
    <div className="stack-small">
      <Switch
        isOn={quietHours !== null}
        help="Critical alerts speak at any time. What was quiet comes in one notification afterwards."
        onChange={wish => void changeWatching({ quietHours: wish ? { ...USUAL } : null })}
      >
        Quiet hours
      </Switch>
      {quietHours !== null && (
        <div className="row wrap">
          <Clock
            key={`from ${quietHours.from}`}
            label="Quiet from"
            value={quietHours.from}
            onChange={from => void changeWatching({ quietHours: { ...quietHours, from } })}
          />
          <Clock
            key={`to ${quietHours.to}`}
            label="until"
            value={quietHours.to}
            onChange={to => void changeWatching({ quietHours: { ...quietHours, to } })}
          />
        </div>
      )}
    </div>
  )
}

interface ClockProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function Clock({ label, value, onChange }: ClockProps) {
  const [text, setText] = useState(value)
  const isWrong = !CLOCK.test(text)
  return (
    <TextField
      className="number-setting"
      isInvalid={isWrong}
      value={text}
      onChange={next => {
        setText(next)
        if (CLOCK.test(next) && next !== value) onChange(next)
      }}
    >
      <Label>{label}</Label>
      <Input className="input" />
      <FieldError className="error-text">A time such as 22:30.</FieldError>
    </TextField>
  )
}
