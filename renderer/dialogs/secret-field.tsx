import { useId, type RefObject } from 'react'

interface SecretFieldProps {
  readonly label: string
  readonly isStored: boolean
  readonly inputRef: RefObject<HTMLInputElement | null>
}

/** A plain input on purpose: a managed text field would keep the secret in React's state. */
export function SecretField({ label, isStored, inputRef }: SecretFieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        ref={inputRef}
        className="input"
        type="password"
        autoComplete="off"
        spellCheck={false}
        maxLength={4096}
        placeholder={isStored ? 'Stored; leave empty to keep it' : ''}
      />
    </div>
  )
}
