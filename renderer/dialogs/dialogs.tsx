import { useApp } from '../store/app'
import { ForgetNode } from './forget'
import { ImportLocked } from './import-locked'
import { KnownHosts } from './known-hosts'
import { NodeForm } from './node-form'
import { Palette } from './palette'
import { MigrateTo, RestoreOnto, RestoreTo } from './pick'
import { RecoverySheet } from './recovery-sheet'
import { RemoveBackup, RemoveNode } from './remove'
import { ShowBackup } from './show-backup'
import { TestNode } from './test-node'

/** The one dialog that is open, if any. */
export function Dialogs() {
  const dialog = useApp(app => app.dialog)
  const close = useApp(app => app.closeDialog)
  switch (dialog?.kind) {
    case undefined:
      return null
    case 'add-node':
      return <NodeForm nodeId={null} onClose={close} />
    case 'edit-node':
      return <NodeForm key={dialog.nodeId} nodeId={dialog.nodeId} onClose={close} />
    case 'test-node':
      return <TestNode key={dialog.nodeId} nodeId={dialog.nodeId} onClose={close} />
    case 'remove-node':
      return <RemoveNode nodeId={dialog.nodeId} onClose={close} />
    case 'forget-node':
      return <ForgetNode key={dialog.nodeId} nodeId={dialog.nodeId} onClose={close} />
    case 'migrate-to':
      return <MigrateTo nodeId={dialog.nodeId} onClose={close} />
    case 'restore-onto':
      return <RestoreOnto nodeId={dialog.nodeId} onClose={close} />
    case 'restore-to':
      return <RestoreTo backupId={dialog.backupId} onClose={close} />
    case 'remove-backup':
      return <RemoveBackup backupId={dialog.backupId} onClose={close} />
    case 'show-backup':
      return <ShowBackup backupId={dialog.backupId} onClose={close} />
    case 'import-locked':
      return <ImportLocked ticket={dialog.ticket} file={dialog.file} onClose={close} />
    case 'known-hosts':
      return <KnownHosts backTo={dialog.backTo} onClose={close} />
    case 'recovery-sheet':
      return <RecoverySheet onClose={close} />
    case 'palette':
      return <Palette onClose={close} />
  }
}
