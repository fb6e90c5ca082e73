import { useEffect } from 'react'
import { attempt } from '../actions'
import { Button } from '../components/controls'
import { Skeleton } from '../components/skeleton'
import { dayHeading, exactClock, exactTime } from '../lib/format'
import { useNow } from '../lib/now'
import { useApp } from '../store/app'
import type { AuditEntry } from '../../shared/contract'

/** The audit log: what OCM did, newest first. */
export function Activity() {
  const entries = useApp(app => app.audit)
  const state = useApp(app => app.auditState)
  useEffect(() => {
    if (useApp.getState().auditState === 'unasked') void loadMore()
  }, [])
  return (
    <div className="page">
      <div className="page-body stack">
        <header>
          <h1>Activity</h1>
          <p className="soft">Each line holds the hash of the one before it, so nothing can be taken out unseen.</p>
        </header>
        {entries.length === 0 && state === 'loading' && <Skeleton count={3} className="stack" />}
        {entries.length === 0 && state === 'complete' && <p className="nothing">Nothing has happened yet.</p>}
        <Days entries={entries} />
        {state !== 'complete' && entries.length > 0 && (
          <div className="row centered">
            <Button isDisabled={state === 'loading'} onPress={() => void loadMore()}>
              Load more
            </Button>
          </div>
        )}
        {state === 'failed' && entries.length === 0 && (
          <div className="row centered">
            <Button onPress={() => void loadMore()}>Try again</Button>
          </div>
        )}
      </div>
    </div>
  )
}

async function loadMore(): Promise<void> {
  const app = useApp.getState()
  const last = app.audit.at(-1)
  app.auditAsked()
  const answer = await attempt('audit.list', last === undefined ? {} : { before: last.seq })
  if (answer === undefined) app.auditFailed()
  else app.auditLoaded(answer.value, answer.value.length === 0 || answer.value.some(({ seq }) => seq <= 1))
}

function Days({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const nowMs = useNow()
  const days = new Map<string, AuditEntry[]>()
  for (const entry of entries) {
    const heading = dayHeading(entry.at, nowMs)
    days.set(heading, [...(days.get(heading) ?? []), entry])
  }
  return [...days].map(([heading, members]) => (
    <section key={heading} aria-label={heading}>
      <h2 className="day">{heading}</h2>
      <ol className="lines compact audit">
        {members.map(({ seq, at, text, nodeLabel, hash }) => (
          <li key={seq}>
            <time className="faint" dateTime={at} title={exactTime(at)}>
              {exactClock(at)}
            </time>
            <span className="grow selectable">{text}</span>
            {nodeLabel !== null && <span className="chip">{nodeLabel}</span>}
            <code className="faint" title={`Entry ${seq}, ${hash}`}>
              {hash.slice(0, 8)}
            </code>
          </li>
        ))}
      </ol>
    </section>
  ))
}
