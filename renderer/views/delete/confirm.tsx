import { useState } from 'react'
import { Button, Field } from '../../components/controls'
import { DialogShell } from '../../components/dialog-shell'
import { counted } from '../../lib/format'
import { runRemoval } from '../../removal'
import type { Plan } from '../../../shared/plan'

interface ConfirmProps {
  readonly plan: Plan
  readonly onClose: () => void
}

/** Asks for the node's name. Cancel has the focus, and Enter never deletes: only the button does, once the name is right. */
export function ConfirmDeletion({ plan, onClose }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  const { deletion } = plan
  if (deletion === undefined) return null
  const { confirm, options, isWhole, profiles } = deletion
  const isQuarantine = plan.kind === 'quarantine'
  const isRight = typed === confirm
  const run = () => {
    onClose()
    void runRemoval(typed)
  }
  return (
    <DialogShell
      title={isQuarantine ? `Stop ${confirm} now, delete it later?` : `Delete ${confirm}?`}
      role="alertdialog"
      onClose={onClose}
    >
      <p>{isQuarantine ? quarantineWords(plan) : plan.sentence}</p>
      {!isWhole && <p>Only these profiles: {profiles.join(', ')}.</p>}
      {options.waiveBackup && (
        <p className="callout critical">Without a backup: what goes cannot be brought back by OCM.</p>
      )}
      <Field
        label={`Type ${confirm} to confirm`}
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
        <Button look="danger" isDisabled={!isRight} onPress={run}>
          {isQuarantine ? `Stop ${confirm}` : `Delete ${confirm}`}
        </Button>
      </div>
    </DialogShell>
  )
}

function quarantineWords({ steps, sentence }: Plan): string {
  const days = steps.flatMap(({ action }) => (action.type === 'quarantine' ? [action.days] : []))[0]
  return days === undefined
    ? sentence
    : `OpenClaw is stopped and does not start again by itself. After ${counted(days, 'day')} it is deleted. Until then one click brings it back.`
}
