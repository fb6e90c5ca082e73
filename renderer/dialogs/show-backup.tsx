import { useEffect, useState } from 'react'
import type { Output } from '../../shared/contract'
import type { PublicError } from '../../shared/errors'
import { call, problemOf } from '../api'
import { Button } from '../components/controls'
import { DialogShell } from '../components/dialog-shell'
import { Bytes } from '../components/facts'
import { Problem } from '../components/problem'
import { Skeleton } from '../components/skeleton'
import { COMPONENTS } from '../lib/words'
import { count, counted, exactTime } from '../lib/format'
import { useApp } from '../store/app'

type Contents = Output<'backups.show'>

interface ShowBackupProps {
  readonly backupId: string
  readonly onClose: () => void
}

/** What is in a backup: names and counts, never values. */
export function ShowBackup({ backupId, onClose }: ShowBackupProps) {
  const summary = useApp(app => app.backups.find(one => one.id === backupId))
  const openDialog = useApp(app => app.openDialog)
  const [contents, setContents] = useState<Contents | null>(null)
  const [problem, setProblem] = useState<PublicError | null>(null)
  useEffect(() => {
    let isGone = false
    call('backups.show', { backupId }).then(
      answer => {
        if (!isGone) setContents(answer)
      },
      (error: unknown) => {
        if (!isGone) setProblem(problemOf(error))
      },
    )
    return () => {
      isGone = true
    }
  }, [backupId])
  if (summary === undefined) return null
  return (
    <DialogShell title={`Backup of ${summary.nodeLabel}`} size="wide" onClose={onClose}>
      <p className="soft">
        Made {exactTime(summary.at)}, OpenClaw {summary.openclawVersion}, {counted(summary.files, 'file')},{' '}
        <Bytes count={summary.bytes} />
      </p>
      {problem !== null && <Problem problem={problem} />}
      {contents === null && problem === null && <Skeleton count={1} className="stack" />}
      {contents !== null && <ContentsTable contents={contents} />}
      <div className="dialog-actions">
        <Button onPress={onClose}>Close</Button>
        <Button look="primary" onPress={() => openDialog({ kind: 'restore-to', backupId })}>
          Restore to…
        </Button>
      </div>
    </DialogShell>
  )
}

function ContentsTable({ contents }: { readonly contents: Contents }) {
  const { inventory, sizes, leftOut, valueNames } = contents
  return (
    <div className="facts" tabIndex={0} role="group" aria-label="Contents">
      <dl>
        <Names title="Agents" names={inventory.agents} />
        <Names title="Channels" names={inventory.channels} />
        <Names title="Cron jobs" names={inventory.cronJobs} />
        <Names title="Credentials" names={inventory.credentials} />
        <Names title="Environment values" names={valueNames} />
        {Object.entries(sizes).map(([component, size]) => (
          <div key={component}>
            <dt>{COMPONENTS[component as keyof typeof COMPONENTS]}</dt>
            <dd>
              {counted(size.files, 'file')}, <Bytes count={size.bytes} />
            </dd>
          </div>
        ))}
        {leftOut.map(({ path, why }) => (
          <div key={path}>
            <dt>Left out</dt>
            <dd>
              <code>{path}</code> — {why}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{names.length === 0 ? 'None' : `${count(names.length)}: ${names.join(', ')}`}</dd>
    </div>
  )
}
