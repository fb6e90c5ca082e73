import { HOUR, MINUTE } from '../../../shared/units'
import type { Alert } from '../../../shared/watch'

const DAY = 24 * HOUR

/** What watching counts and bills in: bytes per megabyte. */
export const MEGABYTE = 1_000_000

/** A span that goes on, in steps that do not change with every poll: `10 min`, `3 h`, `12 days`. */
export function spanText(ms: number): string {
  if (ms < HOUR)
    return `${Math.max(1, ms < 10 * MINUTE ? Math.floor(ms / MINUTE) : Math.floor(ms / MINUTE / 5) * 5)} min`
  return ms < 2 * DAY ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / DAY)} days`
}

/** Hours to come, no finer than one knows them: `about 5 h`. */
export function hoursText(hours: number): string {
  if (hours < 1) return 'less than an hour'
  return hours < 48 ? `about ${Math.round(hours)} h` : `about ${Math.round(hours / 24)} days`
}

/** A share of 1: `93 %`. */
export function shareText(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** A title as a sentence about its node: `pc-b full in about 5 h: 51 GB orphans`, `pc-b: 51 GB of orphaned files`. */
export function headline({ nodeLabel, title }: Pick<Alert, 'nodeLabel' | 'title'>): string {
  const isPlainWord = /^(?!No )[A-Z][a-z]+ /.test(title)
  return isPlainWord ? `${nodeLabel} ${title.charAt(0).toLowerCase()}${title.slice(1)}` : `${nodeLabel}: ${title}`
}

const MAX_SHOWN = 80

/** A node's own word (a path, a profile) for display: on one line, and not endless. */
export function shown(word: string): string {
  const line = word.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ')
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN - 1)}…` : line
}
