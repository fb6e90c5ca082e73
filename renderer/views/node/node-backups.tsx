import { useMemo } from 'react'
import { openPlan } from '../../actions'
import { Button, LinkButton } from '../../components/controls'
import { Age, Bytes } from '../../components/facts'
import { REASONS } from '../../lib/words'
import { useApp } from '../../store/app'
import { Panel } from './panel'

/** How many of a node's backups its page shows. */
const SHOWN = 6

/** "None" is said only once they could be listed. */
function NoneListed() {
  const state = useApp(app => app.backupsState)
  const goTo = useApp(app => app.goTo)
  if (state === 'loading') return null
  if (state === 'ready') return <p className="soft">No backup yet.</p>
  return (
    <p className="row">
      <span className="grow soft">The backups could not be listed.</span>
      <LinkButton onPress={() => goTo({ view: 'backups' })}>See why</LinkButton>
    </p>
  )
}

/** Backups of this node. */
export function NodeBackups({ nodeId }: { readonly nodeId: string }) {
  const backups = useApp(app => app.backups)
  const own = useMemo(() => backups.filter(backup => backup.nodeId === nodeId), [backups, nodeId])
  return (
    <Panel title="Backups">
      {own.length === 0 && <NoneListed />}
      <ul className="lines">
        {own.slice(0, SHOWN).map(({ id, at, bytes, reason }) => (
          <li key={id}>
            <span className="grow clip">
              <Age at={at} /> <span className="faint">{REASONS[reason].toLowerCase()}</span>
            </span>
            <Bytes count={bytes} />
            <Button size="small" look="quiet" onPress={() => void openPlan({ kind: 'restore', backupId: id, nodeId })}>
              Restore…
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
