import type { OrphanFamily, OrphanUse } from '../../../shared/sample'
import { bytesText, countText } from '../../../shared/units'
import { graded, levelOf, type Judge } from './reading'
import { MEGABYTE, spanText } from './words'

const NAMES: Readonly<Record<OrphanFamily, string>> = {
  'session-store': 'half-written copies of the session store',
  'json-temp': 'half-written JSON files',
  'usage-cache': 'half-written usage caches',
  tombstone: 'transcripts that were put aside',
  'transcript-lock': 'locks of transcripts',
  'backup-temp': 'half archives',
  'cron-temp': 'half-written cron files',
  'replace-temp': 'half-written replacements',
  'prompt-blob': 'half-written prompts',
  'config-temp': 'half-written configurations',
}

/** Each reset of a session leaves one on purpose: how many there are tells nothing, only how large they are. */
const LEFT_ON_PURPOSE: OrphanFamily = 'tombstone'

/** Files that OpenClaw left half-way, by their number and their size. */
export const judgeOrphans: Judge<'orphans'> = ({ seen }, limits) => {
  if (seen.sizes.orphans === undefined) return null
  const { bytes } = orphanTotals(seen.orphans)
  const count = orphanTotals(seen.orphans.filter(({ family }) => family !== LEFT_ON_PURPOSE)).files
  return [
    {
      subject: '',
      ...graded(ease =>
        levelOf(
          count > limits.criticalCount * ease || bytes > limits.criticalMegabytes * MEGABYTE * ease,
          count > limits.count * ease || bytes > limits.megabytes * MEGABYTE * ease,
        ),
      ),
      value: bytes,
      say: () => ({
        title: `${bytesText(bytes)} of orphaned files`,
        text: textOf(seen.orphans),
        action: 'clean-orphans',
      }),
    },
  ]
}

/** All orphans together, by the length of the files. */
export function orphanTotals(orphans: readonly OrphanUse[]): { bytes: number; files: number } {
  return orphans.reduce((total, { bytes, files }) => ({ bytes: total.bytes + bytes, files: total.files + files }), {
    bytes: 0,
    files: 0,
  })
}

function textOf(orphans: readonly OrphanUse[]): string {
  const worst = orphans.toSorted((a, b) => b.bytes - a.bytes)[0]
  if (worst === undefined) return ''
  const which = `${orphans.length > 1 ? 'Most' : 'All'} are ${NAMES[worst.family]}`
  const oldest = Math.max(...orphans.map(({ oldestAgeMs }) => oldestAgeMs))
  return `${countText(orphanTotals(orphans).files, 'file')}. ${which}; the oldest was left ${spanText(oldest)} ago.`
}
