import { useEffect, useState } from 'react'
import type { Component } from '../../shared/components'
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
        <Sizes sizes={sizes} />
        {leftOut.length > 0 && (
          <div>
            <dt>Left out</dt>
            <dd>
              {leftOut.map(({ path, why }) => (
                <p key={path}>
                  <code>{path}</code> <span className="soft">{why}</span>
                </p>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </div>
  )
}

/** Files and sizes, in the one order components have everywhere. */
function Sizes({ sizes }: { readonly sizes: Contents['sizes'] }) {
  const present = (Object.keys(COMPONENTS) as Component[]).flatMap(component => {
    const size = sizes[component]
    return size === undefined ? [] : [{ component, size }]
  })
  return (
    <div>
      <dt>Files</dt>
      <dd>
        {present.map(({ component, size }) => (
          <p key={component} className="row">
            <span className="grow">{COMPONENTS[component]}</span>
            <span className="soft">{counted(size.files, 'file')}</span>
            <span className="carried-size">
              <Bytes count={size.bytes} />
            </span>
          </p>
        ))}
      </dd>
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
