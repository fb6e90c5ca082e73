import { BellRing, Play, ShieldCheck } from 'lucide-react'
import { useEffect } from 'react'
import { Button } from '../../components/controls'
import { Skeleton } from '../../components/skeleton'
import { isSnoozed, loudOf, sortAlerts } from '../../lib/alerts'
import { counted } from '../../lib/format'
import { useNow } from '../../lib/now'
import { useApp } from '../../store/app'
import { changeWatching } from '../../watch'
import type { Alert } from '../../../shared/watch'
import { AlertRow } from './alert-row'

interface AlertsProps {
  /** The alert to lead to, from a notification or the tray. */
  readonly here?: string
}

/** Every alert there is: open, quiet and recent. Nothing is only ever told by a notification. */
export function Alerts({ here }: AlertsProps) {
  const alerts = useApp(app => app.alerts)
  const state = useApp(app => app.alertsState)
  const nowMs = useNow()
  const open = sortAlerts(loudOf(alerts, nowMs))
  const isQuiet = (alert: Alert) => alert.state === 'open' && (alert.isMuted || isSnoozed(alert, nowMs))
  const quiet = sortAlerts(alerts.filter(isQuiet))
  const recent = alerts
    .filter(alert => alert.state === 'cleared')
    .sort((a, b) => (b.clearedAt ?? 0) - (a.clearedAt ?? 0))
  const isKnown = here === undefined || alerts.some(({ id }) => id === here)
  useEffect(() => {
    if (here === undefined) return
    const row = document.querySelector<HTMLElement>(`[data-alert="${CSS.escape(here)}"]`)
    row?.scrollIntoView({ block: 'center' })
    row?.focus()
  }, [here, isKnown, state])
  return (
    <div className="page">
      <div className="page-body stack">
        <header className="row page-head">
          <h1 className="grow">Alerts</h1>
          {state === 'ready' && <span className="soft">{summary(open, quiet)}</span>}
        </header>
        <Paused />
        {state === 'loading' && <Skeleton count={3} className="stack" />}
        {state === 'ready' && !isKnown && (
          <p className="callout">That alert is over for more than a week and no longer listed.</p>
        )}
        {state === 'ready' && open.length === 0 && <NothingOpen hasQuiet={quiet.length > 0} />}
        <Group title="Open" alerts={open} here={here} />
        <Group title="Quiet" says="Snoozed or muted. They are measured all the same." alerts={quiet} here={here} />
        <Group title="Recent" says="Over within the last week." alerts={recent} here={here} />
      </div>
    </div>
  )
}

function summary(open: readonly Alert[], quiet: readonly Alert[]): string {
  const critical = open.filter(({ level }) => level === 'critical').length
  const parts = [counted(open.length, 'open', 'open')]
  if (critical > 0) parts.push(`${critical} critical`)
  if (quiet.length > 0) parts.push(`${quiet.length} quiet`)
  return parts.join(', ')
}

interface GroupProps {
  readonly title: string
  readonly says?: string
  readonly alerts: readonly Alert[]
  readonly here: string | undefined
}

function Group({ title, says, alerts, here }: GroupProps) {
  if (alerts.length === 0) return null
  return (
    <section className="stack-small" aria-label={title}>
      <h2 className="alerts-head">
        {title} <span className="faint">{alerts.length}</span>
        {says !== undefined && <span className="soft">{says}</span>}
      </h2>
      <ul className="alert-list" aria-label={`${title} alerts`}>
        {alerts.map(alert => (
          <AlertRow key={alert.id} alert={alert} isHere={alert.id === here} />
        ))}
      </ul>
    </section>
  )
}

function NothingOpen({ hasQuiet }: { readonly hasQuiet: boolean }) {
  const watched = useApp(app => app.watch?.watched)
  const isPaused = useApp(app => app.watch?.isPaused === true)
  return (
    <div className="blank">
      {isPaused ? <BellRing size={24} aria-hidden="true" /> : <ShieldCheck size={24} aria-hidden="true" />}
      <p className="title">{isPaused ? 'No alert is open' : 'Nothing needs you'}</p>
      <p className="soft">
        {isPaused
          ? 'But watching is paused: nothing new would be seen.'
          : watched === undefined
            ? 'The fleet is watched.'
            : `${counted(watched, 'node')} watched.${hasQuiet ? ' What is quiet stands below.' : ''}`}
      </p>
    </div>
  )
}

const PAUSED_WORDS = {
  admin: 'Watching is paused',
  battery: 'Watching is paused on battery',
  sleep: 'Watching goes on when the computer has woken',
} as const

/** While nothing is watched, the list says so first: it may be out of date. */
function Paused() {
  const watch = useApp(app => app.watch)
  if (watch?.pausedBecause == null) return null
  return (
    <div className="callout attention" role="status">
      <div className="grow">
        <p className="title">{PAUSED_WORDS[watch.pausedBecause]}</p>
        <p>What is listed here was found before. Nothing new is found until it goes on.</p>
      </div>
      {watch.pausedBecause === 'admin' && (
        <Button icon={Play} onPress={() => void changeWatching({ isPaused: false })}>
          Resume watching
        </Button>
      )}
    </div>
  )
}
