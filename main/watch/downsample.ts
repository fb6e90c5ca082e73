import { ProcessFamily, type FamilyPoint, type WatchPoint } from '../../shared/sample'
import { MINUTE } from '../../shared/units'

type Seen = NonNullable<WatchPoint['seen']>
type SeenPoint = WatchPoint & { readonly seen: Seen }

/**
 * Merges points into one for each `spanMs` of the wall clock (ms), oldest first; `at` is where the span begins. Points that
 * stand for as long or longer already stay as they are. What lies on disks is as it was at the end, processes are the most there
 * were, processor shares the mean. A span most of which was not seen is not seen.
 */
export function merge(points: readonly WatchPoint[], spanMs: number): WatchPoint[] {
  const isMerged = ({ spanMs: own }: WatchPoint): boolean => own >= spanMs
  const sorted = points.toSorted((a, b) => a.at - b.at)
  const spans = Map.groupBy(
    sorted.filter(point => !isMerged(point)),
    ({ at }) => Math.floor(at / spanMs),
  )
  const merged = [...spans].map(([index, group]) => mergeOne(group, index * spanMs, spanMs))
  return [...sorted.filter(isMerged), ...merged].sort((a, b) => a.at - b.at)
}

function mergeOne(group: readonly WatchPoint[], at: number, spanMs: number): WatchPoint {
  const weights = new Map<WatchPoint['reach'], number>()
  for (const point of group) weights.set(point.reach, (weights.get(point.reach) ?? 0) + weightOf(point))
  const [reach] = [...weights].reduce((most, one) => (one[1] > most[1] ? one : most))
  const seen = group.filter((point): point is SeenPoint => point.seen !== null)
  const last = seen.at(-1)
  if (reach !== 'seen' || last === undefined) return { at, reach, spanMs, seen: null }
  return {
    at,
    reach,
    spanMs,
    seen: {
      ...last.seen,
      version: lastKnown(seen, one => one.version),
      families: mergeFamilies(seen),
      disks: lastKnown(seen, one => (one.disks.length > 0 ? one.disks : null)) ?? [],
      orphans: lastKnown(seen, one => (one.sizes.orphans === undefined ? null : one.orphans)) ?? [],
      // What could not be counted at the end is as it was when it could.
      sizes: Object.assign({}, ...seen.map(point => point.seen.sizes)) as Seen['sizes'],
    },
  }
}

function lastKnown<T>(points: readonly SeenPoint[], pick: (seen: Seen) => T | null): T | null {
  return points.reduce<T | null>((known, { seen }) => pick(seen) ?? known, null)
}

function mergeFamilies(points: readonly SeenPoint[]): Seen['families'] {
  return Object.fromEntries(
    ProcessFamily.options.flatMap(family => {
      const all = points.flatMap(point => {
        const one = point.seen.families[family]
        return one === undefined ? [] : [{ ...one, weight: weightOf(point) }]
      })
      const [first] = all
      return first === undefined ? [] : [[family, mergeFamily([first, ...all.slice(1)])]]
    }),
  )
}

type Weighed = FamilyPoint & { readonly weight: number }

function mergeFamily(all: readonly [Weighed, ...Weighed[]]): FamilyPoint {
  const most = all.reduce((a, b) => (b.count > a.count ? b : a))
  const shares = all.filter(one => one.cpuShare !== null)
  const weight = shares.reduce((sum, one) => sum + one.weight, 0)
  return {
    count: most.count,
    agesMs: most.agesMs,
    leaked: Math.max(...all.map(({ leaked }) => leaked)),
    rssBytes: Math.max(...all.map(({ rssBytes }) => rssBytes)),
    cpuShare:
      weight === 0 ? null : shares.reduce((sum, { cpuShare, weight: own }) => sum + (cpuShare ?? 0) * own, 0) / weight,
  }
}

/** How long a point stands for; a raw one as long as polls usually are apart. ms */
function weightOf({ spanMs }: WatchPoint): number {
  return Math.max(spanMs, MINUTE)
}
