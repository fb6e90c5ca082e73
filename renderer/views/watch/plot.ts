import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { ChartData } from '../../lib/series'
import type { Alert } from '../../../shared/watch'
import { drawAlerts } from './alert-marks'
import { chartColors } from './chart-colors'

/** How a chart is drawn. */
export interface PlotOptions {
  readonly host: HTMLElement
  /** Layers on top of each other instead of lines. */
  readonly isStacked: boolean
  /** Counts: the axis has no halves. */
  readonly isWhole: boolean
  readonly height: number
  readonly format: (value: number) => string
  readonly formatTime: (seconds: number) => string
  /** The moment under the pointer; null when it has left. */
  readonly onPoint: (index: number | null) => void
}

/** A chart on the page. */
export interface Plot {
  show(data: ChartData, alerts: readonly Alert[]): void
  /** Puts the cursor at a moment; null takes it away. */
  point(index: number | null): void
  destroy(): void
}

const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

const FONT = '11px system-ui, sans-serif'

/** Draws a chart with uPlot. Colours are those of the theme, also after it changes. */
export function makePlot(options: PlotOptions): Plot {
  const { host } = options
  const colors = chartColors(host)
  let plot: uPlot | null = null
  let shape = ''
  let marks: readonly Alert[] = []
  const make = (data: ChartData): uPlot => {
    const width = Math.max(120, host.clientWidth)
    const made = new uPlot(
      settings(options, data, { width, colors, alerts: () => marks }),
      aligned(data, options),
      host,
    )
    return made
  }
  const resized = new ResizeObserver(() => {
    if (plot !== null && host.clientWidth > 0) plot.setSize({ width: host.clientWidth, height: options.height })
  })
  resized.observe(host)
  const stop = colors.onChange(() => plot?.redraw(false, true))
  return {
    show: (data, alerts) => {
      marks = alerts
      const next = data.series.map(({ id }) => id).join()
      if (plot === null || next !== shape) {
        plot?.destroy()
        shape = next
        plot = make(data)
        return
      }
      plot.setData(aligned(data, options))
    },
    point: index => {
      const time = index === null ? undefined : plot?.data[0][index]
      if (plot === null) return
      const left = time === undefined ? -10 : plot.valToPos(time, 'x')
      plot.setCursor({ left, top: time === undefined ? -10 : 1 }, false)
    },
    destroy: () => {
      stop()
      resized.disconnect()
      plot?.destroy()
    },
  }
}

/** uPlot draws in order: the highest layer comes first, so that the lower ones lie over it. */
function drawn({ series }: ChartData, { isStacked }: PlotOptions): ChartData['series'] {
  return isStacked ? [...series].reverse() : series
}

function aligned(data: ChartData, options: PlotOptions): uPlot.AlignedData {
  return [[...data.times], ...drawn(data, options).map(({ values }) => [...values])]
}

interface Around {
  readonly width: number
  readonly colors: ReturnType<typeof chartColors>
  readonly alerts: () => readonly Alert[]
}

function settings(options: PlotOptions, data: ChartData, { width, colors, alerts }: Around): uPlot.Options {
  const { isStacked, isWhole, height, format, formatTime, onPoint } = options
  const grid = { stroke: () => colors.of('--line'), width: 1 }
  const axis = { stroke: () => colors.of('--text-faint'), font: FONT, grid, ticks: { show: false } }
  return {
    width,
    height,
    legend: { show: false },
    padding: [14, 8, 0, 0],
    cursor: { drag: { x: false, y: false }, y: false, points: { show: !isStacked, size: 6 } },
    scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, Math.max(max, 1) * 1.08] } },
    axes: [
      { ...axis, size: 24, space: 64, values: (_plot, splits) => splits.map(formatTime) },
      { ...axis, size: 58, space: 32, ...(isWhole && { incrs: WHOLE }), values: (_plot, splits) => splits.map(format) },
    ],
    series: [
      {},
      ...drawn(data, options).map(({ label, color, isDashed }): uPlot.Series => ({
        label,
        width: isStacked ? 1 : 1.75,
        points: { show: false },
        stroke: () => colors.of(isStacked ? '--surface' : color),
        ...(isStacked && { fill: () => colors.of(color) }),
        ...(isDashed && { dash: [5, 3] }),
      })),
    ],
    hooks: {
      draw: [plot => drawAlerts(plot, alerts(), colors)],
      setCursor: [plot => onPoint(plot.cursor.idx ?? null)],
    },
  }
}
