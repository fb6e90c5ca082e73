import { countText, MINUTE } from '../../../shared/units'
import type { Alert, Level, Notice, WatchConfig } from '../../../shared/watch'
import { isQuiet } from './silence'
import type { CoreState, Waiting } from './state'
import { headline } from './words'

type Outbox = CoreState['outbox']

/** More notices than the limit within this time are a storm. */
const STORM_MS = 10 * MINUTE
/** How long a digest waits for what comes with it. */
const GATHER_MS = MINUTE
/** So many findings a digest spells out. */
const SHOWN = 3

/** An alert to be told, and the worst level that was told of it before. */
export interface News {
  readonly alert: Alert
  readonly told: Level
}

/** What becomes of news: some are told now, the rest waits in the outbox. */
export interface Told {
  readonly outbox: Outbox
  readonly notices: readonly Notice[]
}

/** Takes in news: each is told at once, held for the quiet hours, or folded when there were too many. */
export function tell(before: Outbox, news: readonly News[], config: WatchConfig, now: number): Told {
  const isHush = isQuiet(config, now)
  const notices: Notice[] = []
  const outbox = { ...before, sentAt: before.sentAt.filter(at => now - at < STORM_MS) }
  for (const one of news) {
    const { id: alertId, level } = one.alert
    // One that waits already got worse; what is held for quiet hours and gets critical was told by then.
    outbox.folded = outbox.folded.filter(waiting => waiting.alertId !== alertId)
    if (isHush && level !== 'critical') outbox.held.push({ alertId, level })
    else if (outbox.folded.length > 0 || outbox.sentAt.length >= config.stormLimit) {
      outbox.folded.push({ alertId, level })
      outbox.dueAt = Math.min(dueAt(outbox, level, now), outbox.dueAt ?? Infinity)
    } else {
      notices.push(single(one, now))
      outbox.sentAt = [...outbox.sentAt, now]
    }
  }
  return { outbox, notices }
}

/** A critical finding waits a minute for others; one that is not, ten minutes after the last digest. */
function dueAt({ lastDigestAt }: Outbox, level: Level, now: number): number {
  const isPausing = level !== 'critical' && lastDigestAt !== null
  return Math.max(now + GATHER_MS, isPausing ? lastDigestAt + STORM_MS : 0)
}

/** Tells what waited long enough. What `newsOf` answers null for is over or silenced by now, and waits no longer. */
export function flush(
  outbox: Outbox,
  newsOf: (alertId: string) => News | null,
  config: WatchConfig,
  now: number,
): Told {
  const isHush = isQuiet(config, now)
  const isLive = ({ alertId }: Waiting): boolean => newsOf(alertId) !== null
  const mustWait = ({ alertId }: Waiting): boolean => isHush && newsOf(alertId)?.alert.level !== 'critical'
  const folded = outbox.folded.filter(isLive)
  const isDue = outbox.dueAt !== null && now >= outbox.dueAt
  const due = [...outbox.held.filter(isLive), ...(isDue ? folded : [])]
  const news = due.filter(one => !mustWait(one)).flatMap(({ alertId }) => newsOf(alertId) ?? [])
  const staying = isDue ? [] : folded
  return {
    outbox: {
      held: due.filter(mustWait),
      folded: staying,
      dueAt: staying.length > 0 ? outbox.dueAt : null,
      sentAt: news.length === 1 ? [...outbox.sentAt, now] : outbox.sentAt,
      lastDigestAt: news.length > 1 ? now : outbox.lastDigestAt,
    },
    notices: digest(news, now),
  }
}

function single({ alert, told }: News, at: number): Notice {
  const { level, text, action, id } = alert
  const kind = told === 'fine' ? 'raised' : 'escalated'
  return { kind, at, level, title: headline(alert), body: text, alertIds: [id], action }
}

/** Many findings in one notice, the worst first. One alone needs no digest. */
function digest(news: readonly News[], at: number): Notice[] {
  const [first] = news
  if (first === undefined) return []
  if (news.length === 1) return [single(first, at)]
  const { critical = [], attention = [] } = Object.groupBy(
    news.map(({ alert }) => alert),
    ({ level }) => level,
  )
  const alerts = [...critical, ...attention]
  const nodes = new Set(alerts.map(({ nodeId }) => nodeId)).size
  const findings = countText(alerts.length, 'finding')
  const more = alerts.length > SHOWN ? [`and ${alerts.length - SHOWN} more`] : []
  return [
    {
      kind: 'digest',
      at,
      level: critical.length > 0 ? 'critical' : 'attention',
      title: nodes === 1 ? `${first.alert.nodeLabel}: ${findings}` : `${findings} on ${nodes} nodes`,
      body: [...alerts.slice(0, SHOWN).map(headline), ...more].join('\n'),
      alertIds: alerts.map(({ id }) => id),
      action: 'open',
    },
  ]
}
