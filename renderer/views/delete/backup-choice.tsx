import { RadioGroup } from 'react-aria-components'
import { Checkbox, Option } from '../../components/controls'
import { Age } from '../../components/facts'
import { chooseRemoval } from '../../removal'
import { useApp } from '../../store/app'
import type { Deletion } from '../../../shared/deletion'

/** The backup before the deletion. Going without one is a choice of its own, which says what it means. */
export function BackupChoice({ deletion }: { readonly deletion: Deletion }) {
  const { options, lastBackup } = deletion
  const showBackup = useApp(app => app.openDialog)
  return (
    <div className="stack-small">
      <p className="soft">
        Last good backup:{' '}
        {lastBackup === null ? (
          <span className="none">none</span>
        ) : (
          <button
            type="button"
            className="link inline"
            onClick={() => showBackup({ kind: 'show-backup', backupId: lastBackup.id })}
          >
            <Age at={lastBackup.at} />
          </button>
        )}
      </p>
      <RadioGroup
        className="cards two-cards"
        aria-label="Backup"
        value={options.waiveBackup ? 'without' : 'with'}
        onChange={wish => void chooseRemoval({ waiveBackup: wish === 'without' })}
      >
        <Option value="with" className="option-card">
          <span className="option-dot" />
          <span>
            <span className="title">Back up first</span>
            <span className="soft block">
              A full backup in OCM, read back and verified. If it fails, nothing is deleted.
            </span>
          </span>
        </Option>
        <Option value="without" className="option-card">
          <span className="option-dot" />
          <span>
            <span className="title">Delete without a backup</span>
            <span className="soft block">
              What goes cannot be brought back by OCM. That you chose this stands in the audit log.
            </span>
          </span>
        </Option>
      </RadioGroup>
      <Checkbox
        isSelected={options.keepCopyOnNode}
        isDisabled={options.waiveBackup}
        onChange={wish => void chooseRemoval({ keepCopyOnNode: wish })}
      >
        <span>
          Also keep a copy of the configuration on the node, under <code>/tmp/openclaw-backup-…</code>
          <span className="soft"> · it holds secrets, and stays there until you remove it</span>
        </span>
      </Checkbox>
    </div>
  )
}
