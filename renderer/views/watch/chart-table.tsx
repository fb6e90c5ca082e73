import { clockTime } from '../../lib/format'
import { useNow } from '../../lib/now'
import { thinned, type ChartData } from '../../lib/series'

interface ChartTableProps {
  readonly title: string
  readonly data: ChartData
  readonly format: (value: number) => string
}

/** So many moments are told; between them lie others, which the chart has. */
const ROWS = 25

/** A chart in words: evenly taken moments, the newest first. */
export function ChartTable({ title, data, format }: ChartTableProps) {
  const nowMs = useNow()
  const rows = [...thinned(data.times.length, ROWS)].reverse()
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={title}>
      <table className="table numbers">
        <caption className="visually-hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            {data.series.map(({ id, label }) => (
              <th key={id} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => (
            <tr key={row}>
              <th scope="row">{clockTime(new Date((data.times[row] ?? 0) * 1000).toISOString(), nowMs)}</th>
              {data.series.map(({ id, values }) => {
                const value = values[row]
                return <td key={id}>{value == null ? <span className="unknown">unknown</span> : format(value)}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
