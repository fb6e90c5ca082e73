import {
  Archive,
  ArchiveRestore,
  EllipsisVertical,
  FileKey2,
  FileText,
  ShieldCheck,
  Trash2,
  Upload,
  type LucideIcon,
} from 'lucide-react'
import { useState } from 'react'
import { Input, Menu, MenuItem, MenuTrigger, Popover, SearchField, Separator } from 'react-aria-components'
import { attempt } from '../actions'
import { loadBackups } from '../connect'
import { Button, IconButton, LinkButton } from '../components/controls'
import { Age, Bytes } from '../components/facts'
import { Problem } from '../components/problem'
import { Skeleton } from '../components/skeleton'
import { counted, exactTime } from '../lib/format'
import { REASONS } from '../lib/words'
import { useApp } from '../store/app'
import type { BackupSummary } from '../../shared/backup'
import type { PublicError } from '../../shared/errors'
import { LockedBackups } from './locked-backups'

/** All backups: what they are, whether they are whole, and what can be done with them. */
export function Backups() {
  const backups = useApp(app => app.backups)
  const state = useApp(app => app.backupsState)
  const problem = useApp(app => app.backupsProblem)
  const [search, setSearch] = useState('')
  const shown = backups.filter(one =>
    `${one.nodeLabel} ${REASONS[one.reason]} ${one.profile}`.toLowerCase().includes(search.toLowerCase()),
  )
  const stored = backups.reduce((sum, { storedBytes }) => sum + storedBytes, 0)
  return (
    <div className="page">
      <div className="page-body stack">
        <header className="row page-head">
          <h1 className="grow">Backups</h1>
          {backups.length > 0 && (
            <>
              <span className="soft">
                {counted(backups.length, 'backup')}, <Bytes count={stored} /> stored
              </span>
              <SearchField aria-label="Filter backups" className="filter" value={search} onChange={setSearch}>
                <Input className="input plain" placeholder="Filter" />
              </SearchField>
            </>
          )}
        </header>
        <RecoverySheetOffer />
        {state === 'loading' && <Skeleton count={3} className="stack" />}
        {problem !== null && <NotListed problem={problem} />}
        {state === 'ready' && backups.length === 0 && <NoBackups />}
        {shown.length > 0 && (
          <ul className="backup-list" aria-label="Backups">
            {shown.map(backup => (
              <BackupRow key={backup.id} backup={backup} />
            ))}
          </ul>
        )}
        {backups.length > 0 && shown.length === 0 && <p className="nothing">No backup matches “{search}”.</p>}
      </div>
    </div>
  )
}

function NotListed({ problem }: { readonly problem: PublicError }) {
  if (problem.code === 'key-missing') return <LockedBackups />
  return (
    <Problem problem={problem}>
      <Button onPress={() => void loadBackups()}>Try again</Button>
    </Problem>
  )
}

/** Offered once there is something to recover and no sheet yet. */
function RecoverySheetOffer() {
  const isMissing = useApp(app => app.info !== null && !app.info.hasRecoverySheet && app.backups.length > 0)
  if (!isMissing) return null
  return (
    <div className="callout accent" role="region" aria-label="Recovery sheet">
      <FileKey2 size={18} aria-hidden="true" />
      <div className="grow">
        <p className="title">Save the recovery sheet</p>
        <p>
          Backups are encrypted with a key in your keychain. If this computer is lost, only the sheet opens them. Print
          it, or keep it somewhere else.
        </p>
      </div>
      <Button onPress={() => void attempt('backups.saveRecoverySheet')}>Save recovery sheet</Button>
    </div>
  )
}

function NoBackups() {
  const goTo = useApp(app => app.goTo)
  return (
    <div className="blank">
      <Archive size={26} aria-hidden="true" />
      <h2>No backup yet</h2>
      <p className="soft">Drag a node onto the shelf, or choose Back up in its menu.</p>
      <Button onPress={() => goTo({ view: 'fleet' })}>Go to the fleet</Button>
    </div>
  )
}

const STATES = {
  good: { words: 'Verified', tone: 'fine' },
  unverified: { words: 'Not verified', tone: '' },
  damaged: { words: 'Damaged', tone: 'critical' },
} as const

function BackupRow({ backup }: { readonly backup: BackupSummary }) {
  const openDialog = useApp(app => app.openDialog)
  const { id, nodeLabel, at, reason, openclawVersion, files, bytes, storedBytes, state, verifiedAt, problem, profile } =
    backup
  const isDemo = useApp(app => app.nodes[backup.nodeId]?.record.isDemo === true)
  const { words, tone } = STATES[state]
  return (
    <li className="backup-row">
      <Archive size={17} aria-hidden="true" />
      <div className="grow">
        <div className="row">
          <LinkButton onPress={() => openDialog({ kind: 'show-backup', backupId: id })}>{nodeLabel}</LinkButton>
          {profile !== 'default' && <span className="chip">Profile {profile}</span>}
          {isDemo && <span className="chip accent">Demo</span>}
          <span className={`chip ${tone}`} title={verifiedAt === null ? '' : `Verified ${exactTime(verifiedAt)}`}>
            {words}
          </span>
        </div>
        <p className="soft clip small-text">
          <Age at={at} />
          <span className="dot">·</span>
          {REASONS[reason]}
          <span className="dot">·</span>OpenClaw {openclawVersion}
          <span className="dot">·</span>
          {counted(files, 'file')}, <Bytes count={bytes} />
          <span className="dot">·</span>
          <Bytes count={storedBytes} /> new
        </p>
        {problem !== null && <p className="damage selectable">{problem}</p>}
      </div>
      <Button
        size="small"
        icon={ArchiveRestore}
        aria-label={`Restore to…: backup of ${nodeLabel}`}
        onPress={() => openDialog({ kind: 'restore-to', backupId: id })}
      >
        Restore to…
      </Button>
      <BackupMenu backup={backup} />
    </li>
  )
}

function BackupMenu({ backup }: { readonly backup: BackupSummary }) {
  const openDialog = useApp(app => app.openDialog)
  const notify = useApp(app => app.notify)
  const { id: backupId, nodeLabel } = backup
  const verify = async () => {
    const answer = await attempt('backups.verify', { backupId })
    if (answer === undefined) return
    const { state, problem } = answer.value
    if (state === 'good') notify({ tone: 'fine', title: `The backup of ${nodeLabel} is whole`, text: '' })
    else notify({ tone: 'critical', title: `The backup of ${nodeLabel} is damaged`, text: problem ?? '' })
  }
  const exportFile = async () => {
    const answer = await attempt('backups.exportFile', { backupId })
    if (answer?.value) notify({ tone: 'fine', title: 'Backup exported', text: answer.value })
  }
  return (
    <MenuTrigger>
      <IconButton icon={EllipsisVertical} label={`Actions for the backup of ${nodeLabel}`} size="small" />
      <Popover className="popover" placement="bottom end" offset={4}>
        <Menu className="menu" aria-label={`Actions for the backup of ${nodeLabel}`}>
          <Item icon={FileText} text="Contents" onAction={() => openDialog({ kind: 'show-backup', backupId })} />
          <Item icon={ShieldCheck} text="Verify" onAction={() => void verify()} />
          <Item icon={Upload} text="Export…" onAction={() => void exportFile()} />
          <Separator className="menu-line" />
          <Item icon={Trash2} text="Delete…" onAction={() => openDialog({ kind: 'remove-backup', backupId })} />
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}

interface ItemProps {
  readonly icon: LucideIcon
  readonly text: string
  readonly onAction: () => void
}

function Item({ icon: Icon, text, onAction }: ItemProps) {
  return (
    <MenuItem className="menu-item" textValue={text} onAction={onAction}>
      <Icon size={15} aria-hidden="true" />
      {text}
    </MenuItem>
  )
}
