import { Archive, LockKeyhole, PanelRightClose } from 'lucide-react'
import { openPlan } from '../../actions'
import { Button, IconButton, LinkButton } from '../../components/controls'
import { Age, Bytes } from '../../components/facts'
import { REASONS } from '../../lib/words'
import { offerOnShelf, type Cargo } from '../../lib/offers'
import { useApp } from '../../store/app'
import type { BackupSummary } from '../../../shared/backup'
import { DropSpot, useCarry } from './carry'

/** How many backups the shelf shows; the Backups view has them all. */
const SHOWN = 12

/** The shelf of backups at the right of the board. Closed, it slides in while something is carried. */
export function Shelf({ cargo }: { readonly cargo: Cargo | null }) {
  const isOpen = useApp(app => app.isShelfOpen)
  const isVisiting = !isOpen && cargo?.kind === 'node'
  if (!isOpen && !isVisiting) return null
  return (
    <aside className="shelf" data-visiting={isVisiting || undefined} aria-label="Shelf of backups">
      {isOpen && <ShelfContents />}
      {cargo?.kind === 'node' && (
        <DropSpot
          offer={offerOnShelf(cargo)}
          onDrop={() => void openPlan({ kind: 'backup', nodeId: cargo.node.record.id })}
        />
      )}
    </aside>
  )
}

function ShelfContents() {
  const backups = useApp(app => app.backups)
  const isFailed = useApp(app => app.backupsState === 'failed')
  const toggle = useApp(app => app.toggleShelf)
  const goTo = useApp(app => app.goTo)
  return (
    <>
      <div className="shelf-head">
        <h2 className="grow">Shelf</h2>
        <IconButton icon={PanelRightClose} label="Hide shelf" size="small" onPress={toggle} />
      </div>
      {isFailed ? (
        <ClosedShelf />
      ) : backups.length === 0 ? (
        <EmptyShelf />
      ) : (
        <ul className="shelf-list" aria-label="Recent backups">
          {backups.slice(0, SHOWN).map(backup => (
            <ShelfItem key={backup.id} backup={backup} />
          ))}
        </ul>
      )}
      {backups.length > 0 && (
        <LinkButton onPress={() => goTo({ view: 'backups' })}>
          {backups.length > SHOWN ? `All ${backups.length} backups` : 'Manage backups'}
        </LinkButton>
      )}
    </>
  )
}

function EmptyShelf() {
  return (
    <div className="shelf-empty">
      <Archive size={22} aria-hidden="true" />
      <p>Drag a node here to back it up.</p>
      <p>Then drag the backup onto a node to restore it.</p>
    </div>
  )
}

/** The backups could not be listed: most often, this keychain has no key for them. */
function ClosedShelf() {
  const isLocked = useApp(app => app.backupsProblem?.code === 'key-missing')
  const goTo = useApp(app => app.goTo)
  return (
    <div className="shelf-empty">
      <LockKeyhole size={22} aria-hidden="true" />
      <p>{isLocked ? 'The backups are locked.' : 'The backups could not be listed.'}</p>
      <Button onPress={() => goTo({ view: 'backups' })}>{isLocked ? 'Unlock…' : 'See why'}</Button>
    </div>
  )
}

function ShelfItem({ backup }: { readonly backup: BackupSummary }) {
  const { id, nodeLabel, at, bytes, reason, state, profile } = backup
  const { dragProps, isDragging } = useCarry('backup', id, `backup of ${nodeLabel}`)
  const goTo = useApp(app => app.openDialog)
  return (
    <li>
      <div
        {...dragProps}
        role="group"
        tabIndex={0}
        aria-label={`Backup of ${nodeLabel}`}
        className="shelf-item"
        data-dragging={isDragging || undefined}
      >
        <Archive size={15} aria-hidden="true" />
        <div className="grow">
          <div className="row">
            <LinkButton onPress={() => goTo({ kind: 'show-backup', backupId: id })}>
              <span className="clip">{nodeLabel}</span>
            </LinkButton>
            <span className="grow" />
            {state === 'damaged' && <span className="chip critical">Damaged</span>}
            <span className="faint small-text">
              <Bytes count={bytes} />
            </span>
          </div>
          <p className="faint small-text clip">
            {profile !== 'default' && `Profile ${profile} · `}
            {reason !== 'manual' && `${REASONS[reason]} · `}
            <Age at={at} />
          </p>
        </div>
      </div>
    </li>
  )
}
