import { LockKeyhole } from 'lucide-react'
import { call } from '../api'
import { PhraseForm } from '../dialogs/phrase-form'
import { useApp } from '../store/app'

/** The backup folder is there, but this keychain has no key for it: a new computer, or an entry that is gone. */
export function LockedBackups() {
  const folder = useApp(app => app.info?.backupDir)
  const notify = useApp(app => app.notify)
  return (
    <section className="panel locked" aria-labelledby="locked-backups">
      <h2 id="locked-backups" className="row">
        <LockKeyhole size={16} aria-hidden="true" />
        The backups are locked
      </h2>
      <p className="soft">
        The keychain of this computer has no key for the backup folder {folder !== undefined && <code>{folder}</code>}.
        That is so on a new computer, or when the entry was removed. The recovery phrase opens the folder and puts a key
        into the keychain. Nothing is lost until then.
      </p>
      <PhraseForm
        verb="Unlock backups"
        send={phrase => call('backups.unlock', { phrase })}
        onDone={() => notify({ tone: 'fine', title: 'The backups are unlocked', text: '' })}
      />
    </section>
  )
}
