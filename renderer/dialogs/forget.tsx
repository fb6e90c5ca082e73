import { useState } from 'react'
import { Button, Field } from '../components/controls'
import { DialogShell } from '../components/dialog-shell'
import { forgetWithoutProof } from '../removal'
import { useApp } from '../store/app'

interface ForgetProps {
  readonly nodeId: string
  readonly onClose: () => void
}

/** Gives up on a machine that does not come back: the record goes, and nothing is proven about the machine. */
export function ForgetNode({ nodeId, onClose }: ForgetProps) {
  const view = useApp(app => app.nodes[nodeId])
  const [typed, setTyped] = useState('')
  if (view === undefined) return null
  const { label } = view.record
  const isRight = typed === label
  const forget = () => {
    onClose()
    void forgetWithoutProof(nodeId)
  }
  return (
    <DialogShell title={`Forget ${label} without proof?`} role="alertdialog" onClose={onClose}>
      <p>
        This is not a deletion. Nothing on {label} is stopped or removed: OpenClaw, its bots and its secrets may still
        be there and may still run.
      </p>
      <p>
        OCM forgets the node and the secrets it kept for it. Its backups stay. The audit log says that nothing was
        proven.
      </p>
      <Field
        label={`Type ${label} to confirm`}
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
        <Button look="danger" isDisabled={!isRight} onPress={forget}>
          Forget without proof
        </Button>
      </div>
    </DialogShell>
  )
}
