import { Archive, Bell, History, KeyRound, LayoutGrid, Pause, Settings as Gear, type LucideIcon } from 'lucide-react'
import { Button } from 'react-aria-components'
import { loudOf } from '../lib/alerts'
import { progressOf } from '../lib/run'
import { counted, span } from '../lib/format'
import { useLiveNow, useNow } from '../lib/now'
import { useApp } from '../store/app'
import type { Place } from '../store/window'
import type { Operation, OperationState } from '../../shared/plan'
import { shortTitle } from '../lib/run'

/** Navigation, what runs at the moment, and whether the keychain is in order. */
export function Sidebar() {
  const nodeCount = useApp(app => app.order.length)
  const backupCount = useApp(app => app.backups.length)
  const alerts = loudOf(
    useApp(app => app.alerts),
    useNow(),
  )
  return (
    <aside className="sidebar" aria-label="Sidebar">
      <div className="brand">
        <Mark />
        <span>OCM</span>
      </div>
      <nav aria-label="Main" className="nav">
        <NavItem to={{ view: 'fleet' }} icon={LayoutGrid} label="Fleet" count={nodeCount} />
        <NavItem
          to={{ view: 'alerts' }}
          icon={Bell}
          label="Alerts"
          count={alerts.length}
          critical={alerts.filter(({ level }) => level === 'critical').length}
        />
        <NavItem to={{ view: 'backups' }} icon={Archive} label="Backups" count={backupCount} />
        <NavItem to={{ view: 'activity' }} icon={History} label="Activity" />
        <NavItem to={{ view: 'settings' }} icon={Gear} label="Settings" />
      </nav>
      <div className="grow" />
      <Running />
      <Foot />
    </aside>
  )
}

/** The sign of OCM: one card carried onto another. */
export function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
      <rect
        x="1"
        y="6"
        width="12"
        height="13"
        rx="3"
        fill="none"
        stroke="var(--text-faint)"
        strokeWidth="1.6"
        strokeDasharray="2.6 2"
      />
      <rect x="8" y="3" width="13" height="13" rx="3" fill="var(--accent)" />
      <path
        d="M11.6 9.5h5m0 0-2-2m2 2-2 2"
        stroke="var(--on-accent)"
        strokeWidth="1.6"
        fill="none"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

interface NavItemProps {
  readonly to: Place
  readonly icon: LucideIcon
  readonly label: string
  readonly count?: number
  /** How many of them are critical; set where the number wants an eye. */
  readonly critical?: number
}

/** Places that belong under another's entry. */
const UNDER: Partial<Record<Place['view'], Place['view']>> = { node: 'fleet', alert: 'alerts' }

function NavItem({ to, icon: Icon, label, count, critical }: NavItemProps) {
  const isHere = useApp(app => app.place.view === to.view || UNDER[app.place.view] === to.view)
  const goTo = useApp(app => app.goTo)
  return (
    <Button className="nav-item" {...(isHere && { 'aria-current': 'page' as const })} onPress={() => goTo(to)}>
      <Icon size={16} aria-hidden="true" />
      <span className="grow">{label}</span>
      {count !== undefined && count > 0 && (
        <span
          className={`nav-count ${critical === undefined ? '' : critical > 0 ? 'badge critical' : 'badge attention'}`}
        >
          {count}
          {critical !== undefined && critical > 0 && <span className="visually-hidden">, {critical} critical</span>}
        </span>
      )}
    </Button>
  )
}

/** Runs that want an eye: under way, or waiting for a person to go on with them. */
const ACTIVE: ReadonlySet<OperationState> = new Set(['running', 'interrupted', 'cleaning-up'])

function Running() {
  const operations = useApp(app => app.operations)
  const active = Object.values(operations).filter(({ state }) => ACTIVE.has(state))
  if (active.length === 0) return null
  return (
    <section aria-label="Running" className="runs">
      {active.slice(0, 4).map(operation => (
        <RunningItem key={operation.id} operation={operation} />
      ))}
    </section>
  )
}

const HALTED = { interrupted: 'Interrupted', 'cleaning-up': 'Cleaning up' } as const

function RunningItem({ operation }: { readonly operation: Operation }) {
  const goTo = useApp(app => app.goTo)
  const nodes = useApp(app => app.nodes)
  const nowMs = useLiveNow()
  const share = progressOf(operation)
  const { state } = operation
  return (
    <Button className="run-item" onPress={() => goTo({ view: 'operation', id: operation.id })}>
      <span className="row">
        <span className="grow clip">{shortTitle(operation.plan, nodes)}</span>
        <span className="faint">
          {state in HALTED
            ? HALTED[state as keyof typeof HALTED]
            : span(Math.max(0, nowMs - Date.parse(operation.startedAt)))}
        </span>
      </span>
      <span className={`bar ${state in HALTED ? 'attention' : ''}`}>
        <span style={{ width: `${Math.round(share * 100)}%` }} />
      </span>
    </Button>
  )
}

function Foot() {
  const info = useApp(app => app.info)
  if (info === null) return <div className="foot" />
  const { keychain, isDemo } = info
  const words = { ok: 'Keychain in order', locked: 'Keychain locked', absent: 'No keychain' }[keychain.state]
  return (
    <div className="foot">
      {isDemo && <span className="chip accent">Demo fleet</span>}
      <Watching />
      <span className={`keychain ${keychain.state}`} title={keychain.text}>
        <KeyRound size={14} aria-hidden="true" />
        {words}
      </span>
    </div>
  )
}

const PAUSED_WORDS = { admin: 'Watching is paused', battery: 'Paused on battery', sleep: 'Watching wakes up' } as const

/** Whether the fleet is watched: a silent list means something only then. */
function Watching() {
  const watch = useApp(app => app.watch)
  if (watch === null) return null
  if (watch.pausedBecause === null)
    return (
      <span className="keychain">
        <Bell size={14} aria-hidden="true" />
        {watch.watched === 0 ? 'Nothing to watch' : `${counted(watch.watched, 'node')} watched`}
      </span>
    )
  return (
    <span className="keychain locked">
      <Pause size={14} aria-hidden="true" />
      {PAUSED_WORDS[watch.pausedBecause]}
    </span>
  )
}
