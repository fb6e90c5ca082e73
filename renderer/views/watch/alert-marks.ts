import uPlot from 'uplot'
import type { Alert } from '../../../shared/watch'
import type { ChartColors } from './chart-colors'

/** Half the height of a mark, in CSS pixels. */
const MARK = 5

/** Draws each alert into the chart: a band for as long as it lasted, a line where it began, its shape at the top. */
export function drawAlerts(plot: uPlot, alerts: readonly Alert[], colors: ChartColors): void {
  const { ctx, bbox } = plot
  const [from, to] = [plot.scales['x']?.min ?? 0, plot.scales['x']?.max ?? 0]
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top - MARK * 2 * uPlot.pxRatio, bbox.width, bbox.height + MARK * 2 * uPlot.pxRatio)
  ctx.clip()
  for (const { level, since, clearedAt } of alerts) {
    const [start, end] = [since / 1000, (clearedAt ?? to * 1000) / 1000]
    if (end < from || start > to) continue
    const left = plot.valToPos(Math.max(start, from), 'x', true)
    const right = plot.valToPos(Math.min(end, to), 'x', true)
    ctx.fillStyle = colors.of(`--${level}`, 0.09)
    ctx.fillRect(left, bbox.top, right - left, bbox.height)
    if (start < from) continue
    ctx.strokeStyle = colors.of(`--${level}`)
    ctx.lineWidth = uPlot.pxRatio
    ctx.setLineDash([3 * uPlot.pxRatio, 3 * uPlot.pxRatio])
    ctx.beginPath()
    ctx.moveTo(left, bbox.top)
    ctx.lineTo(left, bbox.top + bbox.height)
    ctx.stroke()
    ctx.setLineDash([])
    drawShape(ctx, level, { x: left, y: bbox.top - MARK * uPlot.pxRatio }, colors)
  }
  ctx.restore()
}

interface Spot {
  readonly x: number
  readonly y: number
}

/** Triangle for attention, octagon for critical: the same shapes as everywhere. */
function drawShape(ctx: CanvasRenderingContext2D, level: Alert['level'], { x, y }: Spot, colors: ChartColors): void {
  const r = MARK * uPlot.pxRatio
  const corners = level === 'critical' ? 8 : 3
  const turn = level === 'critical' ? Math.PI / 8 : -Math.PI / 2
  ctx.fillStyle = colors.of(`--${level}`)
  ctx.beginPath()
  for (let corner = 0; corner < corners; corner++) {
    const angle = turn + (corner * 2 * Math.PI) / corners
    ctx.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle))
  }
  ctx.fill()
}
