import { attempt } from '../actions'
import { Button } from '../components/controls'
import { DialogShell } from '../components/dialog-shell'
import { useApp } from '../store/app'
import { exactTime } from '../lib/format'
import { ForgetNode } from './forget'
import { TypeName } from './type-name'

interface RemoveNodeProps {
  readonly nodeId: string
  readonly onClose: () => void
}

/** Forgets a node. Nothing changes on it, and the dialog says so. */
export function RemoveNode({ nodeId, onClose }: RemoveNodeProps) {
  const view = useApp(app => app.nodes[nodeId])
  const place = useApp(app => app.place)
  const goTo = useApp(app => app.goTo)
  if (view === undefined) return null
  // What was begun and not proven is not dropped by one click.
  if (view.removal !== null) return <ForgetNode nodeId={nodeId} onClose={onClose} />
  const { label } = view.record
  const remove = async (typedName: string) => {
    const answer = await attempt('nodes.remove', { nodeId, typedName })
    if (answer !== undefined && place.view === 'node') goTo({ view: 'fleet' })
  }
  return (
    <TypeName
      title={`Remove ${label} from OCM?`}
      name={label}
      act="Remove from OCM"
      onConfirm={typed => void remove(typed)}
      onClose={onClose}
    >
      <p>
        This is not a deletion: nothing changes on {label}, and what runs there goes on. OCM forgets the node and the
        secrets it kept for it. Its backups stay on the shelf. The audit log says that nothing was proven.
      </p>
    </TypeName>
  )
}

interface RemoveBackupProps {
  readonly backupId: string
  readonly onClose: () => void
}

/** Deletes a backup from the repository, after a look at what it is. */
export function RemoveBackup({ backupId, onClose }: RemoveBackupProps) {
  const backup = useApp(app => app.backups.find(one => one.id === backupId))
  if (backup === undefined) return null
  const remove = () => {
    onClose()
    void attempt('backups.remove', { backupId })
  }
  return (
    <DialogShell title={`Delete the backup of ${backup.nodeLabel}?`} role="alertdialog" size="small" onClose={onClose}>
      <p>Made {exactTime(backup.at)}. It cannot be brought back. Content that other backups share stays.</p>
      <div className="dialog-actions">
        <Button autoFocus onPress={onClose}>
          Cancel
        </Button>
        <Button look="danger" onPress={remove}>
          Delete backup
        </Button>
      </div>
    </DialogShell>
  )
}
