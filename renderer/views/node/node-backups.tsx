import { useMemo } from 'react'
import { openPlan } from '../../actions'
import { Button } from '../../components/controls'
import { Age, Bytes } from '../../components/facts'
import { REASONS } from '../../lib/words'
import { useApp } from '../../store/app'
import { Panel } from './panel'

/** How many of a node's backups its page shows. */
const SHOWN = 6

/** Backups of this node. */
export function NodeBackups({ nodeId }: { readonly nodeId: string }) {
  const backups = useApp(app => app.backups)
  const own = useMemo(() => backups.filter(backup => backup.nodeId === nodeId), [backups, nodeId])
  return (
    <Panel title="Backups">
      {own.length === 0 && <p className="soft">No backup yet.</p>}
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
