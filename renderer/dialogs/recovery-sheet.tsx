import { FileKey2 } from 'lucide-react'
import { attempt } from '../actions'
import { Button } from '../components/controls'
import { DialogShell } from '../components/dialog-shell'

/** Offered once, after the first backup. Later is fine: the Backups view goes on offering it. */
export function RecoverySheet({ onClose }: { readonly onClose: () => void }) {
  const save = async () => {
    const answer = await attempt('backups.saveRecoverySheet')
    if (answer?.value) onClose()
  }
  return (
    <DialogShell title="Your first backup is there. Save its recovery sheet?" onClose={onClose}>
      <p>
        Backups are encrypted with a key in this computer’s keychain. If this computer is lost, only the recovery sheet
        opens them.
      </p>
      <p className="soft">It is one page of text. Print it, or keep it where this computer is not.</p>
      <div className="dialog-actions">
        <Button onPress={onClose}>Later</Button>
        <Button look="primary" icon={FileKey2} onPress={() => void save()}>
          Save recovery sheet
        </Button>
      </div>
    </DialogShell>
  )
}
