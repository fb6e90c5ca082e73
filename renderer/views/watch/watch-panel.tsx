import { useMemo, useState } from 'react'
import { RadioGroup } from 'react-aria-components'
import { Option } from '../../components/controls'
import { Problem } from '../../components/problem'
import { Section } from '../../components/section'
import { Skeleton } from '../../components/skeleton'
import { count, fineBytes } from '../../lib/format'
import { diskSeries, marksFor, memorySeries, processSeries, withGaps } from '../../lib/series'
import { AlertRow } from '../alerts/alert-row'
import { useNodeAlerts } from '../fleet/alert-badge'
import { Chart } from './chart'
import { ChartTable } from './chart-table'
import { NodeWatchSettings } from './node-watch-settings'
import { useFocusOn, useHistory, type History, type Span } from './use-history'

const SPANS: readonly (readonly [Span, string])[] = [
  ['day', 'Day'],
  ['month', 'Month'],
  ['year', 'Year'],
]

/** What watching knows of a node: its alerts, its history in charts, and how it is watched. */
export function WatchPanel({ nodeId }: { readonly nodeId: string }) {
  const [span, setSpan] = useState<Span>('day')
  const history = useHistory(nodeId, span)
  useFocusOn(nodeId)
  return (
    <section className="panel watch-panel" aria-label="Watch">
      <header className="row">
        <h2 className="grow">Watch</h2>
        <RadioGroup
          aria-label="Time shown"
          className="segments"
          orientation="horizontal"
          value={span}
          onChange={wish => setSpan(SPANS.find(([id]) => id === wish)?.[0] ?? 'day')}
        >
          {SPANS.map(([id, words]) => (
            <Option key={id} value={id} className="segment">
              {words}
            </Option>
          ))}
        </RadioGroup>
      </header>
      <NodeAlerts nodeId={nodeId} />
      <Charts history={history} span={span} />
      <NodeWatchSettings nodeId={nodeId} />
    </section>
  )
}

function NodeAlerts({ nodeId }: { readonly nodeId: string }) {
  const alerts = useNodeAlerts(nodeId)
  if (alerts.length === 0) return null
  return (
    <ul className="alert-list" aria-label="Alerts of this node">
      {alerts.map(alert => (
        <AlertRow key={alert.id} alert={alert} isOnNode />
      ))}
    </ul>
  )
}

const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const month = new Intl.DateTimeFormat('en-GB', { month: 'short', year: '2-digit' })
const TIMES: Readonly<Record<Span, (seconds: number) => string>> = {
  day: seconds => hour.format(seconds * 1000),
  month: seconds => day.format(seconds * 1000),
  year: seconds => month.format(seconds * 1000),
}

function Charts({ history, span }: { readonly history: History; readonly span: Span }) {
  const { points, alerts, state, problem } = history
  const charts = useMemo(() => {
    const whole = withGaps(points)
    return { disk: diskSeries(whole), processes: processSeries(whole), memory: memorySeries(whole) }
  }, [points])
  const marks = useMemo(
    () => ({
      disk: marksFor('disk', alerts),
      processes: marksFor('processes', alerts),
      memory: marksFor('memory', alerts),
    }),
    [alerts],
  )
  if (state === 'loading') return <Skeleton count={1} className="stack" />
  if (problem !== null) return <Problem problem={problem} />
  if (points.length === 0)
    return <p className="soft">Nothing was measured yet. The first numbers come with the next look at the node.</p>
  const formatTime = TIMES[span]
  return (
    <>
      <Chart
        title="OpenClaw’s files"
        data={charts.disk}
        isStacked
        alerts={marks.disk}
        height={190}
        format={fineBytes}
        formatTime={formatTime}
      />
      <div className="two-charts">
        <Chart
          title="Processes"
          data={charts.processes}
          isWhole
          alerts={marks.processes}
          height={140}
          format={count}
          formatTime={formatTime}
        />
        <Chart
          title="Memory"
          data={charts.memory}
          alerts={marks.memory}
          height={140}
          format={fineBytes}
          formatTime={formatTime}
        />
      </div>
      <Section title="The same as tables">
        <div className="stack">
          <ChartTable title="OpenClaw’s files" data={charts.disk} format={fineBytes} />
          <ChartTable title="Processes" data={charts.processes} format={count} />
          <ChartTable title="Memory" data={charts.memory} format={fineBytes} />
        </div>
      </Section>
    </>
  )
}
