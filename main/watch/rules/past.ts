import type { DiskUse, FileUse, NodeClock } from '../../../shared/sample'
import { HOUR, MINUTE } from '../../../shared/units'

/** What the rules read of a point that is past. Every `WatchPoint` is one. */
export interface PastPoint {
  readonly at: number
  readonly seen: {
    readonly clock: Pick<NodeClock, 'uptimeMs' | 'bootId'>
    readonly disks: readonly Pick<DiskUse, 'path' | 'totalBytes' | 'freeBytes'>[]
    readonly sizes: Readonly<Partial<Record<string, Pick<FileUse, 'bytes'>>>>
  } | null
}

/** A point that was seen, and how long ago it was by the clock that cannot jump. ms */
export interface Moment {
  readonly agoMs: number
  readonly seen: NonNullable<PastPoint['seen']>
}

/** How far back the rules look. */
const DAY = 24 * HOUR
/** Older than this, one point in {@link COARSE} is enough. */
const FINE = HOUR
const COARSE = 10 * MINUTE
const MAX_POINTS = 600

/**
 * The history that the rules need, one point later: who polls a fleet keeps this in memory instead of a day of whole points.
 * An hour of every point and a day of every tenth minute, of each only what is read.
 */
export function keepPast(past: readonly PastPoint[], point: PastPoint): PastPoint[] {
  const kept: PastPoint[] = []
  let before = -1
  for (const one of past) {
    const age = point.at - one.at
    if (age <= FINE || (age <= DAY && isAnotherStep(before, one.at))) kept.push(one)
    before = one.at
  }
  const slimmed = slim(point)
  if (slimmed !== null) kept.push(slimmed)
  return kept.length > MAX_POINTS ? kept.slice(-MAX_POINTS) : kept
}

function isAnotherStep(before: number, at: number): boolean {
  return Math.floor(at / COARSE) !== Math.floor(before / COARSE)
}

function slim({ at, seen }: PastPoint): PastPoint | null {
  if (seen === null) return null
  const clock = { uptimeMs: seen.clock.uptimeMs, bootId: seen.clock.bootId }
  const disks = seen.disks.map(({ path, totalBytes, freeBytes }) => ({ path, totalBytes, freeBytes }))
  const sizes = Object.fromEntries(
    Object.entries(seen.sizes).map(([family, use]) => [family, { bytes: use?.bytes ?? 0 }]),
  )
  return { at, seen: { clock, disks, sizes } }
}

/**
 * What was seen within `windowMs`, newest first and the given point first. Between two points of one boot the node's time since boot counts, so
 * that neither clock's jump makes a pace; between two boots the admin's clock has to do. What is out of order is left out.
 */
export function timeline(history: readonly PastPoint[], point: PastPoint, windowMs: number): Moment[] {
  if (point.seen === null) return []
  const moments: Moment[] = [{ agoMs: 0, seen: point.seen }]
  let later = { at: point.at, seen: point.seen }
  let agoMs = 0
  for (let index = history.length - 1; index >= 0; index--) {
    const { at, seen } = history[index] ?? point
    if (seen === null) continue
    const isSameBoot = seen.clock.bootId === later.seen.clock.bootId
    const gapMs = isSameBoot ? later.seen.clock.uptimeMs - seen.clock.uptimeMs : later.at - at
    if (gapMs <= 0) continue
    agoMs += gapMs
    if (agoMs > windowMs) break
    moments.push({ agoMs, seen })
    later = { at, seen }
  }
  return moments
}
