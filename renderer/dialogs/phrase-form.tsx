import { useId, useRef, useState, type SyntheticEvent } from 'react'
import type { PublicError } from '../../shared/errors'
import { problemOf } from '../api'
import { Button, Checkbox } from '../components/controls'
import { Problem } from '../components/problem'

interface PhraseFormProps {
  /** What the button does, e.g. "Unlock". */
  readonly verb: string
  /** Sends the phrase to main, once. What it throws is shown, and the phrase can be corrected. */
  readonly send: (phrase: string) => Promise<void>
  readonly onDone: () => void
  readonly onCancel?: () => void
}

/** Asks for a recovery phrase. It stands in a plain input and goes to main only: React's state never holds it. */
export function PhraseForm({ verb, send, onDone, onCancel }: PhraseFormProps) {
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const [isShown, setIsShown] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [problem, setProblem] = useState<PublicError | null>(null)
  const open = async (): Promise<void> => {
    // Kept at hand: an opened folder takes this form off the page before the answer is here.
    const field = input.current
    if (field === null || field.value.trim() === '') return
    setIsBusy(true)
    setProblem(null)
    try {
      await send(field.value)
      field.value = ''
      onDone()
    } catch (error) {
      setProblem(problemOf(error))
      setIsBusy(false)
      field.focus()
    }
  }
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault()
    void open()
  }
  return (
    <form className="form" onSubmit={onSubmit}>
      <div className="field">
        <label htmlFor={id}>Recovery phrase</label>
        <input
          id={id}
          ref={input}
          className="input mono"
          type={isShown ? 'text' : 'password'}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={256}
          required
          autoFocus={onCancel !== undefined}
          aria-describedby={`${id}-help`}
        />
        <span id={`${id}-help`} className="help">
          Six groups of five letters and digits, from the recovery sheet. Dashes, spaces and capitals do not matter.
        </span>
      </div>
      <Checkbox isSelected={isShown} onChange={setIsShown}>
        Show what I type
      </Checkbox>
      {problem !== null && <Problem problem={problem} />}
      <div className="dialog-actions">
        {onCancel !== undefined && <Button onPress={onCancel}>Cancel</Button>}
        <Button type="submit" look="primary" isDisabled={isBusy}>
          {isBusy ? 'Opening…' : verb}
        </Button>
      </div>
    </form>
  )
}
