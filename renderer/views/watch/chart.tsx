import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { exactTime } from '../../lib/format'
import { stacked, type ChartData } from '../../lib/series'
import type { Alert } from '../../../shared/watch'
import { makePlot, type Plot } from './plot'

interface ChartProps {
  readonly title: string
  readonly data: ChartData
  readonly isStacked?: boolean
  readonly isWhole?: boolean
  readonly alerts: readonly Alert[]
  readonly height: number
  readonly format: (value: number) => string
  readonly formatTime: (seconds: number) => string
}

/** A chart over time. What is under the pointer is read out beside the names; by keyboard it is a slider over the moments. */
export function Chart({
  title,
  data,
  isStacked = false,
  isWhole = false,
  alerts,
  height,
  format,
  formatTime,
}: ChartProps) {
  const [at, setAt] = useState<number | null>(null)
  const { host, plot } = usePlot({ data, isStacked, isWhole, alerts, height, format, formatTime }, setAt)
  const last = data.times.length - 1
  const shown = at === null ? last : Math.min(at, last)
  const move = (index: number) => {
    const next = Math.max(0, Math.min(last, index))
    plot.current?.point(next)
    setAt(next)
  }
  const onKey = (event: KeyboardEvent) => {
    const page = Math.max(2, Math.round(last / 24))
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: page, PageDown: -page }[event.key]
    if (event.key === 'Home') move(0)
    else if (event.key === 'End') move(last)
    else if (step !== undefined) move(shown + step)
    else return
    event.preventDefault()
  }
  return (
    <figure className="chart">
      <figcaption className="row chart-title">
        <span className="grow">{title}</span>
        <time className="faint small-text">{momentOf(data, shown)}</time>
      </figcaption>
      <div
        className="chart-plot"
        role="slider"
        tabIndex={0}
        aria-label={`${title}, moment`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={shown}
        aria-valuetext={`${momentOf(data, shown)}: ${wordsOf(data, shown, format)}`}
        onKeyDown={onKey}
        onBlur={() => {
          plot.current?.point(null)
          setAt(null)
        }}
      >
        <div ref={host} aria-hidden="true" />
      </div>
      <ul className="legend" aria-hidden="true">
        {[...data.series].reverse().map(({ id, label, color, isDashed, values }) => (
          <li key={id}>
            <svg className="swatch" viewBox="0 0 12 12">
              {isStacked ? (
                <rect width="12" height="12" rx="3" fill={`var(${color})`} />
              ) : (
                <path
                  d="M0 6h12"
                  stroke={`var(${color})`}
                  strokeWidth="2.5"
                  {...(isDashed && { strokeDasharray: '4 2.5' })}
                />
              )}
            </svg>
            <span>{label}</span>
            <span className="legend-value">{valueWords(values[shown], format)}</span>
          </li>
        ))}
      </ul>
    </figure>
  )
}

function usePlot(props: Omit<ChartProps, 'title'>, onPoint: (index: number | null) => void) {
  const { data, alerts, height, format, formatTime, isStacked = false, isWhole = false } = props
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot | null>(null)
  useEffect(() => {
    if (host.current === null) return undefined
    const made = makePlot({ host: host.current, isStacked, isWhole, height, format, formatTime, onPoint })
    plot.current = made
    return () => {
      plot.current = null
      made.destroy()
    }
  }, [isStacked, isWhole, height, format, formatTime, onPoint])
  useEffect(() => {
    plot.current?.show(isStacked ? stacked(data) : data, alerts)
  }, [data, alerts, isStacked, isWhole, height, format, formatTime, onPoint])
  return { host, plot }
}

function momentOf({ times }: ChartData, index: number): string {
  const time = times[index]
  return time === undefined ? '' : exactTime(new Date(time * 1000).toISOString())
}

function valueWords(value: number | null | undefined, format: (value: number) => string): string {
  return value == null ? 'unknown' : format(value)
}

function wordsOf({ series }: ChartData, index: number, format: (value: number) => string): string {
  return series.map(({ label, values }) => `${label} ${valueWords(values[index], format)}`).join(', ')
}
