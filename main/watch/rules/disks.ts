import type { DiskUse } from '../../../shared/sample'
import { bytesText, countText, HOUR, MINUTE } from '../../../shared/units'
import { CLEAR_MARGIN, type AlertAction } from '../../../shared/watch'
import { orphanTotals } from './orphans'
import type { Moment } from './past'
import { courseOf, type Course } from './pace'
import {
  graded,
  levelOf,
  MAX_SUBJECTS,
  type Judge,
  type Reading,
  type Readings,
  type SeenView,
  type Unknown,
} from './reading'
import { hoursText, MEGABYTE, shareText, shown } from './words'

/** What goes on by and large, and what began just now. */
const LONG_MS = 3 * HOUR
const SHORT_MS = 30 * MINUTE
/** Orphans are named when they are more than this share of what is used. */
const TELLING_SHARE = 0.05

/**
 * When the disk will be full. The pace of the last hours warns. What began half an hour ago may end as soon, and counts only
 * for critical, where waiting to be sure would be too late.
 */
export const judgeForecast: Judge<'disk-forecast'> = (view, limits) =>
  eachDisk(view, disk => {
    const share = disk.freeBytes / disk.totalBytes
    // Most disks have room, and need no reckoning.
    if (share >= Math.max(limits.freeShare, limits.criticalFreeShare) / (1 - CLEAR_MARGIN)) return null
    const past = view.past(LONG_MS)
    const long = courseOf(past, freeOf(disk), { windowMs: LONG_MS, minSpanMs: HOUR })
    const short = courseOf(past, freeOf(disk), { windowMs: SHORT_MS, minSpanMs: SHORT_MS / 2 })
    if (long === null && short === null) return { subject: disk.path, isUnknown: true }
    const levelsAt = (steady: number, fastest: number): Pick<Reading, 'raise' | 'hold'> =>
      graded(ease =>
        levelOf(
          hoursLeft(disk, fastest) < limits.criticalHours / ease && share < limits.criticalFreeShare / ease,
          hoursLeft(disk, steady) < limits.hours / ease && share < limits.freeShare / ease,
        ),
      )
    // A disk that is not even then in danger needs no closer reckoning.
    const worst = fillingBy(long, course => course.atLeast)
    if (
      levelsAt(
        worst,
        Math.max(
          worst,
          fillingBy(short, course => course.atLeast),
        ),
      ).hold === 'fine'
    )
      return null
    const steady = fillingBy(long, course => course.perHour())
    const fastest = Math.max(
      steady,
      fillingBy(short, course => course.perHour()),
    )
    const levels = levelsAt(steady, fastest)
    const pace = levels.hold === 'critical' ? fastest : steady
    const hours = hoursLeft(disk, pace)
    return {
      subject: disk.path,
      ...levels,
      value: hours,
      say: () => ({
        title: `${named(view, disk, 'Full')} in ${hoursText(hours)}${orphansIn(view, disk)}`,
        text: `${bytesText(disk.freeBytes)} are free at ${shown(disk.path)}, and ${bytesText(pace)} more are used each hour.`,
        action: actionFor(view, disk),
      }),
    }
  })

function hoursLeft({ freeBytes }: DiskUse, pace: number): number {
  return pace > 0 ? freeBytes / pace : Infinity
}

/** Bytes more used each hour: free ones shrink as the disk fills. Nothing where no pace is known. */
function fillingBy(course: Course | null, freePerHour: (course: Course) => number): number {
  return course === null ? 0 : Math.max(0, -freePerHour(course))
}

/** What was free of a disk. Of another size it is another disk in the same place, or one that was enlarged. */
function freeOf({ path, totalBytes }: DiskUse): (moment: Moment) => number | null {
  return ({ seen }) => seen.disks.find(disk => disk.path === path && disk.totalBytes === totalBytes)?.freeBytes ?? null
}

/** A net for what no forecast sees: shares, and a floor where the disk is larger than that by far. */
export const judgeFull: Judge<'disk-full'> = (view, limits) =>
  eachDisk(view, disk => {
    const used = 1 - disk.freeBytes / disk.totalBytes
    const floor = limits.floorMegabytes * MEGABYTE
    const isBelowFloor = (ease: number): boolean => disk.totalBytes > 2 * floor && disk.freeBytes < floor / ease
    return {
      subject: disk.path,
      ...graded(ease => levelOf(used > limits.criticalShare * ease || isBelowFloor(ease), used > limits.share * ease)),
      value: used,
      say: () => ({
        title: `${named(view, disk, 'Disk')} ${shareText(used)} full${orphansIn(view, disk)}`,
        text: `${bytesText(disk.freeBytes)} of ${bytesText(disk.totalBytes)} are free at ${shown(disk.path)}.`,
        action: actionFor(view, disk),
      }),
    }
  })

/** Files too many rather than too large. */
export const judgeInodes: Judge<'inodes'> = (view, limits) =>
  eachDisk(view, disk => {
    if (disk.totalInodes <= 0) return null
    const used = 1 - disk.freeInodes / disk.totalInodes
    const orphans = orphanTotals(view.seen.orphans).files
    return {
      subject: disk.path,
      ...graded(ease => levelOf(used > limits.criticalShare * ease, used > limits.share * ease)),
      value: used,
      say: () => ({
        title: `${named(view, disk, 'Disk')} out of inodes soon: ${shareText(used)} used`,
        text: `Only ${countText(disk.freeInodes, 'more file')} can be made at ${shown(disk.path)}, however small.`,
        action: orphans > TELLING_SHARE * (disk.totalInodes - disk.freeInodes) ? 'clean-orphans' : 'open',
      }),
    }
  })

function eachDisk({ seen }: SeenView, judge: (disk: DiskUse) => Reading | Unknown | null): Readings {
  if (seen.disks.length === 0) return null
  const disks = seen.disks.filter(({ totalBytes }) => totalBytes > 0).slice(0, MAX_SUBJECTS)
  return disks.flatMap(disk => judge(disk) ?? [])
}

/** How a title begins: with the place, where there are several. */
function named({ seen }: SeenView, { path }: DiskUse, word: string): string {
  return seen.disks.length > 1 ? `${shown(path)} ${word === 'Disk' ? 'is' : word.toLowerCase()}` : word
}

function areTelling({ seen }: SeenView, { totalBytes, freeBytes }: DiskUse): boolean {
  return orphanTotals(seen.orphans).bytes > TELLING_SHARE * (totalBytes - freeBytes)
}

function orphansIn(view: SeenView, disk: DiskUse): string {
  return areTelling(view, disk) ? `: ${bytesText(orphanTotals(view.seen.orphans).bytes)} orphans` : ''
}

function actionFor(view: SeenView, disk: DiskUse): AlertAction {
  return areTelling(view, disk) ? 'clean-orphans' : 'open'
}
