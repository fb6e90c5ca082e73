import { useState } from 'react'
import { Button, Field } from '../components/controls'
import { DialogShell } from '../components/dialog-shell'

interface TypeNameProps {
  readonly title: string
  /** What has to be typed, letter by letter. */
  readonly name: string
  /** What the button says. */
  readonly act: string
  readonly onConfirm: (typed: string) => void
  readonly onClose: () => void
  readonly children: React.ReactNode
}

/**
 * Asks for a node's name before what is not taken back. Cancel has the focus, and Enter never acts: only the button does,
 * once the name is right.
 */
export function TypeName({ title, name, act, onConfirm, onClose, children }: TypeNameProps) {
  const [typed, setTyped] = useState('')
  const isRight = typed === name
  return (
    <DialogShell title={title} role="alertdialog" onClose={onClose}>
      {children}
      <Field
        label={`Type ${name} to confirm`}
        value={typed}
        onChange={setTyped}
        autoComplete="off"
        spellCheck="false"
        {...(typed !== '' && !isRight && { help: 'Not the name yet: it has to match letter by letter.' })}
      />
      <div className="dialog-actions">
        <Button autoFocus onPress={onClose}>
          Cancel
        </Button>
        <Button
          look="danger"
          isDisabled={!isRight}
          onPress={() => {
            onClose()
            onConfirm(typed)
          }}
        >
          {act}
        </Button>
      </div>
    </DialogShell>
  )
}
