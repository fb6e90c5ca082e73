import { ArrowRight } from 'lucide-react'
import { Button as AriaButton } from 'react-aria-components'
import { openPlan } from '../actions'
import { Button } from '../components/controls'
import { DialogShell } from '../components/dialog-shell'
import { Age, Bytes } from '../components/facts'
import { ConditionGlyph } from '../components/glyph'
import { stateOf, versionOf } from '../lib/node-state'
import { REASONS } from '../lib/words'
import { offerOnNode, type Cargo, type Offer } from '../lib/offers'
import { useApp } from '../store/app'
import type { PlanRequest } from '../store/window'
import type { NodeView } from '../../shared/contract'

interface ByNode {
  readonly nodeId: string
  readonly onClose: () => void
}

/** The menu's way to what dragging a node onto a node does. */
export function MigrateTo({ nodeId, onClose }: ByNode) {
  const node = useApp(app => app.nodes[nodeId])
  if (node === undefined) return null
  const toRequest = (target: string): PlanRequest => ({ kind: 'migrate', source: nodeId, target })
  return (
    <PickNode
      title={`Migrate ${node.record.label} to…`}
      cargo={{ kind: 'node', node }}
      toRequest={toRequest}
      onClose={onClose}
    />
  )
}

interface ByBackup {
  readonly backupId: string
  readonly onClose: () => void
}

/** The menu's way to what dragging a backup onto a node does. */
export function RestoreTo({ backupId, onClose }: ByBackup) {
  const backup = useApp(app => app.backups.find(one => one.id === backupId))
  if (backup === undefined) return null
  const toRequest = (nodeId: string): PlanRequest => ({ kind: 'restore', backupId, nodeId })
  return (
    <PickNode
      title={`Restore the backup of ${backup.nodeLabel} to…`}
      cargo={{ kind: 'backup', backup }}
      toRequest={toRequest}
      onClose={onClose}
    />
  )
}

interface PickNodeProps {
  readonly title: string
  readonly cargo: Cargo
  readonly toRequest: (nodeId: string) => PlanRequest
  readonly onClose: () => void
}

function PickNode({ title, cargo, toRequest, onClose }: PickNodeProps) {
  const nodes = useApp(app => app.nodes)
  const order = useApp(app => app.order)
  const offers = order
    .flatMap(id => nodes[id] ?? [])
    .filter(view => cargo.kind !== 'node' || view.record.id !== cargo.node.record.id)
    .map(view => ({ view, offer: offerOnNode(cargo, view) }))
    .sort((a, b) => Number(b.offer.can) - Number(a.offer.can))
  const choose = (view: NodeView) => {
    onClose()
    void openPlan(toRequest(view.record.id))
  }
  return (
    <DialogShell title={title} onClose={onClose}>
      <p className="soft">Choosing one only opens a plan. Nothing starts.</p>
      <ul className="pick-list">
        {offers.map(({ view, offer }) => (
          <li key={view.record.id}>
            <Choice offer={offer} onPress={() => choose(view)}>
              <ConditionGlyph condition={stateOf(view).condition} />
              <span className="grow clip" aria-hidden={offer.can}>
                {view.record.label}
              </span>
              <span className="soft">{offer.can ? versionOf(view) : offer.why}</span>
            </Choice>
          </li>
        ))}
      </ul>
      <div className="dialog-actions">
        <Button onPress={onClose}>Cancel</Button>
      </div>
    </DialogShell>
  )
}

interface ChoiceProps {
  readonly offer: Offer
  readonly onPress: () => void
  readonly children: React.ReactNode
}

function Choice({ offer, onPress, children }: ChoiceProps) {
  return (
    <AriaButton className="pick" isDisabled={!offer.can} onPress={onPress}>
      {offer.can && <span className="visually-hidden">{offer.label}</span>}
      {children}
      {offer.can && <ArrowRight size={15} aria-hidden="true" />}
    </AriaButton>
  )
}

function NoBackups() {
  const isListed = useApp(app => app.backupsState !== 'failed')
  return (
    <p className="soft">
      {isListed
        ? 'There is no backup yet. Back up a node first.'
        : 'The backups could not be listed. See Backups for why.'}
    </p>
  )
}

/** Picks which backup to put onto a node; its own come first. */
export function RestoreOnto({ nodeId, onClose }: ByNode) {
  const node = useApp(app => app.nodes[nodeId])
  const backups = useApp(app => app.backups)
  if (node === undefined) return null
  const own = (id: string) => Number(id === nodeId)
  const offers = [...backups]
    .sort((a, b) => own(b.nodeId) - own(a.nodeId) || b.at.localeCompare(a.at))
    .map(backup => ({ backup, offer: offerOnNode({ kind: 'backup', backup }, node) }))
  return (
    <DialogShell title={`Restore onto ${node.record.label}`} onClose={onClose}>
      {offers.length === 0 ? (
        <NoBackups />
      ) : (
        <ul className="pick-list">
          {offers.map(({ backup, offer }) => (
            <li key={backup.id}>
              <Choice
                offer={offer}
                onPress={() => {
                  onClose()
                  void openPlan({ kind: 'restore', backupId: backup.id, nodeId })
                }}
              >
                <span className="grow clip" aria-hidden={offer.can}>
                  {backup.nodeLabel}
                </span>
                <span className="soft">
                  {offer.can ? (
                    <>
                      {backup.state === 'damaged' && <span className="damage">Damaged · </span>}
                      {backup.profile !== 'default' && `Profile ${backup.profile} · `}
                      {backup.reason !== 'manual' && `${REASONS[backup.reason]} · `}
                      <Age at={backup.at} /> · <Bytes count={backup.bytes} />
                    </>
                  ) : (
                    offer.why
                  )}
                </span>
              </Choice>
            </li>
          ))}
        </ul>
      )}
      <div className="dialog-actions">
        <Button onPress={onClose}>Cancel</Button>
      </div>
    </DialogShell>
  )
}
