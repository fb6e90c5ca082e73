import { Trash2, Undo2 } from 'lucide-react'
import { attempt, openPlan } from '../../actions'
import { Button } from '../../components/controls'
import { removalWords } from '../../lib/removal-words'
import { counted } from '../../lib/format'
import { useNow } from '../../lib/now'
import { whyNoRemoval } from '../../lib/offers'
import { openRemoval } from '../../removal'
import { useApp } from '../../store/app'
import type { NodeView } from '../../../shared/contract'
import { Panel } from './panel'

/** How far a node is on its way out, on its page, with what can be done about it. */
export function RemovalState({ view }: { readonly view: NodeView }) {
  const goTo = useApp(app => app.goTo)
  const openDialog = useApp(app => app.openDialog)
  const nowMs = useNow()
  const { removal, record } = view
  const isInterrupted = useApp(app => app.operations[removal?.operationId ?? '']?.state === 'interrupted')
  if (removal === null) return null
  const { state, operationId, remains } = removal
  const isAway = view.reach === 'offline' || view.reach === 'blocked'
  const retry = async () => {
    const answer = await attempt('operations.resume', { operationId })
    if (answer !== undefined) goTo({ view: 'operation', id: operationId })
  }
  return (
    <section className={`callout ${state === 'running' ? '' : 'attention'}`} aria-label="Deletion">
      <div className="grow stack-small">
        <p className="title">{removalWords(removal, nowMs)}</p>
        {state === 'quarantined' && <p>OpenClaw is stopped. Until then nothing is removed.</p>}
        {state === 'quarantined' && remains.map(why => <p key={why}>{why}</p>)}
        {state !== 'quarantined' && remains.length > 0 && (
          <>
            <p>{counted(remains.length, 'thing')} left at the last look:</p>
            <ul className="remains">
              {remains.map(what => (
                <li key={what}>
                  <code>{what}</code>
                </li>
              ))}
            </ul>
          </>
        )}
        <div className="row wrap">
          {state === 'quarantined' && (
            <>
              <Button icon={Undo2} onPress={() => void openPlan({ kind: 'release', nodeId: record.id })}>
                Bring back…
              </Button>
              <Button onPress={() => void openRemoval([record.id])}>Delete now…</Button>
            </>
          )}
          {state === 'cleaning-up' && (
            <Button look="primary" onPress={() => void retry()}>
              {isInterrupted ? 'Resume' : 'Retry what is left'}
            </Button>
          )}
          <Button onPress={() => goTo({ view: 'operation', id: operationId })}>Show run</Button>
          {isAway && state !== 'running' && (
            <Button onPress={() => openDialog({ kind: 'forget-node', nodeId: record.id })}>
              Forget without proof…
            </Button>
          )}
        </div>
      </div>
    </section>
  )
}

/** Where a node page leads to the preview of the node's deletion. */
export function RemovalPanel({ view }: { readonly view: NodeView }) {
  const { id, label } = view.record
  const whyNot = whyNoRemoval(view)
  return (
    <Panel title="Delete">
      <p className="soft">
        Stops OpenClaw on {label}, removes everything of it and proves that nothing remains. First you see what would
        go.
      </p>
      <div className="row">
        <Button icon={Trash2} isDisabled={whyNot !== undefined} onPress={() => void openRemoval([id])}>
          Delete {label}…
        </Button>
        {whyNot !== undefined && <span className="soft">{whyNot}</span>}
      </div>
    </Panel>
  )
}
