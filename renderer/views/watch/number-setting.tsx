import { useState, type KeyboardEvent } from 'react'
import { FieldError, Input, Label, TextField } from 'react-aria-components'
import { whyWrong, type RuleField } from '../../lib/rules'

interface NumberSettingProps {
  readonly field: RuleField
  readonly value: number
  /** Names what the number is of, where the label alone could be another's. */
  readonly about?: string
  /** Set where the value differs from what it would be otherwise. */
  readonly isOwn?: boolean
  /** Passed on when the field is left or Enter is pressed, instead of with each key: for what holds at once. */
  readonly isLazy?: boolean
  /** Called for values that can be; what cannot be is said beside the field. */
  readonly onChange: (value: number) => void
  /** Told whenever the field becomes wrong or right again. */
  readonly onWrong?: (isWrong: boolean) => void
}

/** A number with its unit. What is typed is checked at once and passed on only when it can hold. */
export function NumberSetting({
  field,
  value,
  about,
  isOwn = false,
  isLazy = false,
  onChange,
  onWrong,
}: NumberSettingProps) {
  const scale = field.isShare ? 100 : 1
  const shown = String(Math.round(value * scale * 1000) / 1000)
  const [draft, setDraft] = useState<{ readonly text: string; readonly of: string } | null>(null)
  // What was typed stands until the value itself changes to something else.
  const text = draft?.of === shown ? draft.text : shown
  const why = text === shown ? undefined : whyWrong(field, text.trim() === '' ? NaN : Number(text) / scale)
  const pass = (next: string) => {
    const number = next.trim() === '' ? NaN : Number(next) / scale
    const isWrong = whyWrong(field, number) !== undefined
    onWrong?.(isWrong)
    if (isWrong || number === value) return
    setDraft({ text: next, of: String(Math.round(number * scale * 1000) / 1000) })
    onChange(number)
  }
  const type = (next: string) => {
    setDraft({ text: next, of: shown })
    if (!isLazy) pass(next)
  }
  const { label, unit } = field
  return (
    <TextField
      className="number-setting"
      data-own={isOwn || undefined}
      aria-label={`${about === undefined ? '' : `${about}: `}${label}${unit === '' ? '' : ` (${unit})`}`}
      isInvalid={why !== undefined}
      inputMode="decimal"
      value={text}
      onChange={type}
      {...(isLazy && {
        onBlur: () => pass(text),
        onKeyDown: ({ key }: KeyboardEvent) => {
          if (key === 'Enter') pass(text)
        },
      })}
    >
      <Label>{label}</Label>
      <Input className="input" />
      <span className="soft" aria-hidden="true">
        {unit}
      </span>
      <FieldError className="error-text">{why}</FieldError>
    </TextField>
  )
}
