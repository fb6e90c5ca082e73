import type { FileFamily, ProcessFamily, WatchPoint } from '../../shared/sample'
import type { Alert, RuleId } from '../../shared/watch'

/** One line (or layer) of a chart. */
export interface Series {
  readonly id: string
  readonly label: string
  /** The token of its colour. */
  readonly color: string
  readonly isDashed: boolean
  /** One value for each time; null where nothing is known. */
  readonly values: readonly (number | null)[]
}

/** A chart as numbers. `times` in s since the epoch, ascending. */
export interface ChartData {
  readonly times: readonly number[]
  readonly series: readonly Series[]
}

/** The layers of the disk chart, from the bottom. */
const LAYERS: readonly (readonly [FileFamily, string])[] = [
  ['workspaces', 'Workspaces'],
  ['databases', 'Databases'],
  ['sessions', 'Sessions'],
  ['media', 'Media'],
  ['logs', 'Logs'],
  ['other', 'Other'],
  ['orphans', 'Orphans'],
]

const timesOf = (points: readonly WatchPoint[]): number[] => points.map(({ at }) => at / 1000)

/** Bytes by kind, by the length of the files, as alerts count them; kinds that never had any are left out. */
export function diskSeries(points: readonly WatchPoint[]): ChartData {
  const series = LAYERS.flatMap(([family, label]) => {
    const values = points.map(({ seen }) => (seen === null ? null : (seen.sizes[family]?.bytes ?? null)))
    if (!values.some(value => value !== null && value > 0)) return []
    return [{ id: family, label, color: `--chart-${family}`, isDashed: false, values }]
  })
  return { times: timesOf(points), series }
}

/** Families as a person thinks of them. */
const GROUPS: readonly {
  readonly id: string
  readonly label: string
  readonly color: string
  readonly families: readonly ProcessFamily[]
}[] = [
  { id: 'gateway', label: 'Gateway', color: '--chart-sessions', families: ['gateway', 'gateway-child'] },
  { id: 'node-hosts', label: 'Node hosts', color: '--chart-media', families: ['node-host', 'node-run'] },
  { id: 'others', label: 'Others', color: '--chart-logs', families: ['command', 'unknown'] },
]

type Measure = 'count' | 'leaked' | 'rssBytes'

/** The sum over some families at one moment; null when the node was not seen. */
function measured({ seen }: WatchPoint, families: readonly ProcessFamily[], measure: Measure): number | null {
  if (seen === null) return null
  return families.reduce((sum, family) => sum + (seen.families[family]?.[measure] ?? 0), 0)
}

function groupSeries(points: readonly WatchPoint[], measure: Measure): Series[] {
  return GROUPS.flatMap(({ id, label, color, families }) => {
    const values = points.map(point => measured(point, families, measure))
    const isAlways = id === 'gateway'
    return isAlways || values.some(value => value !== null && value > 0)
      ? [{ id, label, color, isDashed: false, values }]
      : []
  })
}

/** How many processes there are, and how many of them are leaked. */
export function processSeries(points: readonly WatchPoint[]): ChartData {
  const all = GROUPS.flatMap(({ families }) => families)
  const leaked = points.map(point => measured(point, all, 'leaked'))
  const extra = leaked.some(value => value !== null && value > 0)
    ? [{ id: 'leaked', label: 'Leaked', color: '--chart-orphans', isDashed: true, values: leaked }]
    : []
  return { times: timesOf(points), series: [...groupSeries(points, 'count'), ...extra] }
}

/** Memory held by each family. */
export function memorySeries(points: readonly WatchPoint[]): ChartData {
  return { times: timesOf(points), series: groupSeries(points, 'rssBytes') }
}

/** Each layer on top of those below it, for drawing. Unknown parts count as nothing where anything is known. */
export function stacked({ times, series }: ChartData): ChartData {
  const sums = times.map(() => 0)
  const known = times.map((_, index) => series.some(({ values }) => values[index] != null))
  return {
    times,
    series: series.map(one => ({
      ...one,
      values: times.map((_, index) => {
        if (known[index] !== true) return null
        return (sums[index] = (sums[index] ?? 0) + (one.values[index] ?? 0))
      }),
    })),
  }
}

/** Which chart an alert is drawn into. */
export type ChartKind = 'disk' | 'processes' | 'memory'

const CHART_OF: Partial<Record<RuleId, readonly ChartKind[]>> = {
  orphans: ['disk'],
  'disk-growth': ['disk'],
  'disk-forecast': ['disk'],
  'disk-full': ['disk'],
  inodes: ['disk'],
  'backup-overdue': [],
  'version-behind': [],
  'host-key': [],
  'process-load': ['processes', 'memory'],
}

/** The alerts that belong into a chart: its own rules, and for processes what happened to the gateway and the node. */
export function marksFor(kind: ChartKind, alerts: readonly Alert[]): readonly Alert[] {
  return alerts.filter(({ rule }) => (CHART_OF[rule] ?? ['processes']).includes(kind))
}

/** The index of the moment nearest to a time, in s; -1 when there is none. */
export function nearest(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length - 1]
  if (high < 0) return -1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) <= time) low = middle
    else high = middle
  }
  return Math.abs((times[low] ?? 0) - time) <= Math.abs((times[high] ?? 0) - time) ? low : high
}

/** At most so many moments of all, evenly taken, the last one included: for the table. */
export function thinned(length: number, most: number): readonly number[] {
  if (length <= most) return Array.from({ length }, (_, index) => index)
  return Array.from({ length: most }, (_, index) => Math.round((index * (length - 1)) / (most - 1)))
}

/** Longer silences than so many usual steps are gaps. */
const GAP_STEPS = 5

/** The points with an unknown moment wherever nothing was measured for long, so that no line bridges it. */
export function withGaps(points: readonly WatchPoint[]): readonly WatchPoint[] {
  const steps = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? at))
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1] ?? 0
  return points.flatMap((point, index) => {
    const before = points[index - 1]
    if (before === undefined || point.at - before.at <= usual * GAP_STEPS) return [point]
    return [{ at: before.at + usual, reach: 'unreachable', spanMs: 0, seen: null } as const, point]
  })
}
