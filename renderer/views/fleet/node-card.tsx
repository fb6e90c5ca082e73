import { ShieldCheck } from 'lucide-react'
import { useState, type KeyboardEvent } from 'react'
import { openPlan } from '../../actions'
import { LinkButton } from '../../components/controls'
import { Age, AsOf, Fact, UsageBar } from '../../components/facts'
import { ConditionGlyph } from '../../components/glyph'
import { worstOf } from '../../lib/alerts'
import { count, counted } from '../../lib/format'
import { valueOf } from '../../lib/known'
import { countsOf, diskShareOf, isStale, stateOf, versionOf, worseOf } from '../../lib/node-state'
import { offerOnNode, type Cargo } from '../../lib/offers'
import { useApp } from '../../store/app'
import type { NodeView } from '../../../shared/contract'
import type { Alert } from '../../../shared/watch'
import { AlertBadge, useNodeAlerts } from './alert-badge'
import { Attention } from './attention'
import { DropSpot, useCarry } from './carry'
import { NodeMenu } from './node-menu'
import { bytesText } from '../../../shared/units'

interface NodeCardProps {
  readonly view: NodeView
  readonly cargo: Cargo | null
}

/** One node: a card in the grid, a row in the list (the same parts, laid out by CSS). The whole of it can be carried. */
export function NodeCard({ view, cargo }: NodeCardProps) {
  const { record } = view
  const [isMenuOpen, setIsMenuOpen] = useState(false)
  const { dragProps, isDragging } = useCarry('node', record.id, record.label)
  const { word } = stateOf(view)
  const alerts = useNodeAlerts(record.id)
  const isSelected = useApp(app => app.selected.includes(record.id))
  const toggleSelected = useApp(app => app.toggleSelected)
  const isSource = cargo?.kind === 'node' && cargo.node.record.id === record.id
  return (
    <li className="card-slot">
      <div
        {...dragProps}
        role="group"
        tabIndex={0}
        aria-label={`${record.label}, ${word}${alertWords(alerts)}${isSelected ? ', selected' : ''}`}
        className="card"
        data-dragging={isDragging || isSource || undefined}
        data-node={record.id}
        data-selected={isSelected || undefined}
        onClick={event => {
          if (event.ctrlKey || event.metaKey) toggleSelected(record.id)
        }}
        onKeyDown={event => onCardKey(event, () => setIsMenuOpen(true))}
        onContextMenu={event => {
          event.preventDefault()
          setIsMenuOpen(true)
        }}
      >
        <CardHead
          view={view}
          alerts={alerts}
          menu={<NodeMenu view={view} isOpen={isMenuOpen} onOpenChange={setIsMenuOpen} />}
        />
        <Disk view={view} />
        <Counts view={view} />
        <LastBackup view={view} />
        <Attention view={view} alerts={alerts} />
      </div>
      {cargo !== null && !isSource && <NodeDrop view={view} cargo={cargo} />}
    </li>
  )
}

function NodeDrop({ view, cargo }: { readonly view: NodeView; readonly cargo: Cargo }) {
  const target = view.record.id
  const onDrop = () => {
    if (cargo.kind === 'node') void openPlan({ kind: 'migrate', source: cargo.node.record.id, target })
    else void openPlan({ kind: 'restore', backupId: cargo.backup.id, nodeId: target })
  }
  return <DropSpot offer={offerOnNode(cargo, view)} onDrop={onDrop} />
}

/** The menu key opens the menu; arrows walk from card to card. */
function onCardKey(event: KeyboardEvent<HTMLElement>, openMenu: () => void): void {
  if (event.target !== event.currentTarget) return
  if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
    event.preventDefault()
    openMenu()
    return
  }
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  event.preventDefault()
  const cards = [...document.querySelectorAll<HTMLElement>('.card[data-node]')]
  cards[cards.indexOf(event.currentTarget) + step]?.focus()
}

interface CardHeadProps {
  readonly view: NodeView
  readonly alerts: readonly Alert[]
  readonly menu: React.ReactNode
}

/** For the name of a card: what a sighted person sees as a badge. */
const alertWords = (alerts: readonly Alert[]): string =>
  alerts.length === 0 ? '' : `, ${counted(alerts.length, 'alert')}`

function CardHead({ view, alerts, menu }: CardHeadProps) {
  const goTo = useApp(app => app.goTo)
  const { record, survey, reach } = view
  const { condition, word } = stateOf(view)
  return (
    <div className="card-head">
      <ConditionGlyph condition={worseOf(condition, worstOf(alerts))} />
      <div className="grow card-title">
        <div className="row card-name">
          <LinkButton onPress={() => goTo({ view: 'node', id: record.id })} aria-label={`Open ${record.label}`}>
            <span className="clip">{record.label}</span>
          </LinkButton>
          {record.isProtected && (
            <span className="badge" title="Protected: nothing is placed on it">
              <ShieldCheck size={14} aria-hidden="true" />
              <span className="visually-hidden">Protected</span>
            </span>
          )}
          {record.isDemo && <span className="chip accent">Demo</span>}
          <AlertBadge alerts={alerts} />
        </div>
        <div className="clip card-sub">
          <span className={`state-word ${condition}`}>{reach === 'looking' ? 'Checking…' : word}</span>
          {survey !== null && versionOf(view) !== word && (
            <>
              <span className="dot">·</span>
              <span>{versionOf(view)}</span>
            </>
          )}
          {survey !== null && isStale(view) && (
            <>
              <span className="dot">·</span>
              <AsOf at={survey.at} />
            </>
          )}
        </div>
      </div>
      {menu}
    </div>
  )
}

function Disk({ view }: { readonly view: NodeView }) {
  const share = diskShareOf(view)
  const disk = view.survey === null ? undefined : valueOf(view.survey.disk)
  return (
    <div className="card-disk">
      {share === undefined || disk === undefined ? (
        <>
          <div className="bar unknown-bar" aria-hidden="true" />
          <span className="unknown">disk unknown</span>
        </>
      ) : (
        <>
          <UsageBar share={share} label={`Disk of ${view.record.label}`} />
          <span>{bytesText(disk.freeBytes)} free</span>
        </>
      )}
    </div>
  )
}

function Counts({ view }: { readonly view: NodeView }) {
  const counts = countsOf(view)
  return (
    <dl className="card-counts">
      <Count name="Agents" fact={counts.agents} />
      <Count name="Cron jobs" fact={counts.cron} />
      <Count name="Channels" fact={counts.channels} />
    </dl>
  )
}

function Count({ name, fact }: { readonly name: string; readonly fact: ReturnType<typeof countsOf>['agents'] }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Fact fact={fact}>{count}</Fact>
      </dd>
    </div>
  )
}

function LastBackup({ view }: { readonly view: NodeView }) {
  const { lastBackup } = view
  const isListed = useApp(app => app.backupsState !== 'failed')
  if (lastBackup === null)
    return (
      <p className="card-backup faint">
        {isListed ? 'No backup yet' : <span className="unknown">backups unknown</span>}
      </p>
    )
  return (
    <p className="card-backup">
      <span className="card-backup-verb">Backed up </span>
      <Age at={lastBackup.at} />
      {lastBackup.state === 'good' && ', verified'}
      {lastBackup.state === 'damaged' && <span className="damage">, damaged</span>}
    </p>
  )
}
