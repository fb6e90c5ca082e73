import { call } from '../api'
import { DialogShell } from '../components/dialog-shell'
import { useApp } from '../store/app'
import { PhraseForm } from './phrase-form'

interface ImportLockedProps {
  readonly ticket: string
  readonly file: string
  readonly onClose: () => void
}

/** A backup file of another backup folder opens with the phrase of that folder. */
export function ImportLocked({ ticket, file, onClose }: ImportLockedProps) {
  const notify = useApp(app => app.notify)
  const send = async (phrase: string) => {
    const { nodeLabel } = await call('backups.importLocked', { ticket, phrase })
    notify({ tone: 'fine', title: `The backup of ${nodeLabel} is imported`, text: '' })
  }
  return (
    <DialogShell title="This backup is from another folder" onClose={onClose}>
      <p>
        The recovery sheet of that folder opens <code>{file}</code>. From then on it is kept with the key of your own
        backups.
      </p>
      <PhraseForm verb="Import backup" send={send} onDone={onClose} onCancel={onClose} />
    </DialogShell>
  )
}
