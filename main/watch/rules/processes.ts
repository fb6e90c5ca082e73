import type { FamilyPoint, ProcessFamily } from '../../../shared/sample'
import { bytesText, countText, MINUTE } from '../../../shared/units'
import { CLEAR_MARGIN } from '../../../shared/watch'
import { graded, levelOf, type Judge, type Reading } from './reading'
import { shareText } from './words'

const NAMES: Readonly<Record<ProcessFamily, readonly [string, string]>> = {
  gateway: ['gateway process', 'gateway processes'],
  'gateway-child': ['helper of the gateway', 'helpers of the gateway'],
  'node-host': ['node host', 'node hosts'],
  'node-run': ['node run process', 'node run processes'],
  command: ['OpenClaw command', 'OpenClaw commands'],
  unknown: ['process that OCM cannot classify', 'processes that OCM cannot classify'],
}

/** A family only grows as a leak does when it grew again and again, not at once as at a start. */
const MIN_CLIMBS = 3

/** More hand-started node hosts than a person starts, older than a command takes. */
export const judgeRunaway: Judge<'runaway-processes'> = ({ seen }, limits) => {
  if (Object.keys(seen.families).length === 0) return null
  const family = seen.families['node-run']
  if (family === undefined) return []
  const value = olderThan(family, limits.olderThanMinutes * MINUTE)
  return [
    {
      subject: 'node-run',
      ...graded(ease => levelOf(value >= limits.criticalCount * ease, value > limits.count * ease)),
      value,
      say: () => ({
        title: `${countText(value, ...NAMES['node-run'])}${family.leaked > 0 ? `, ${family.leaked} leaked` : ''}`,
        text:
          `They run for more than ${limits.olderThanMinutes} min and hold ${bytesText(family.rssBytes)} of memory. ` +
          (family.leaked > 0
            ? 'What started the leaked ones is gone, and nobody answers for them: they can be ended.'
            : 'Something still answers for each of them: look at what starts them.'),
        action: family.leaked > 0 ? 'clean-processes' : 'open',
      }),
    },
  ]
}

/** A point keeps only the oldest ages: when all of those are old, the rest counts too. */
function olderThan({ agesMs, count }: FamilyPoint, limitMs: number): number {
  const old = agesMs.filter(age => age > limitMs).length
  return old === agesMs.length ? count : old
}

/** A family whose count grows, sample after sample, and never falls. */
export const judgeGrowing: Judge<'growing-processes'> = ({ seen, memory }, limits) => {
  if (Object.keys(seen.families).length === 0) return null
  return entries(seen.families).flatMap(([family, { count, leaked }]): Reading[] => {
    const climb = memory.climbs[family] ?? []
    const samples = climb.reduce((total, [, length]) => total + length, 0)
    const grown = count - (climb[0]?.[0] ?? count)
    const isClimb = samples >= limits.over && climb.length > Math.min(MIN_CLIMBS, limits.by)
    if (!isClimb) return []
    return [
      {
        subject: family,
        ...graded(ease => levelOf(false, grown >= limits.by * ease)),
        value: count,
        say: () => ({
          title: `${countText(count, ...NAMES[family])}, and more each time`,
          text: `There were ${grown} fewer ${countText(limits.over, 'sample')} ago, and not one has ended since.`,
          action: leaked > 0 ? 'clean-processes' : 'open',
        }),
      },
    ]
  })
}

/** A family that takes most of the processors or of the memory. Two subjects: `<family> cpu` and `<family> memory`. */
export const judgeLoad: Judge<'process-load'> = ({ seen }, limits) => {
  if (Object.keys(seen.families).length === 0) return null
  return entries(seen.families).flatMap(([family, { count, leaked, cpuShare, rssBytes }]) => {
    const reading = (what: 'cpu' | 'memory', share: number, limit: number, words: string): Reading[] => {
      // Twelve subjects with each sample, and hardly ever one of them is near its limit.
      if (share <= limit * (1 - CLEAR_MARGIN)) return []
      return [
        {
          subject: `${family} ${what}`,
          ...graded(ease => levelOf(false, share > limit * ease)),
          value: share,
          say: () => ({
            title: `${shareText(share)} of ${words} for ${countText(count, ...NAMES[family])}`,
            text: `This is more than ${shareText(limit)}, and was so in every sample for a while.`,
            action: leaked > 0 ? 'clean-processes' : 'open',
          }),
        },
      ]
    }
    const cpu =
      cpuShare === null
        ? [{ subject: `${family} cpu`, isUnknown: true as const }]
        : reading('cpu', cpuShare / seen.cpus, limits.cpuShare, 'the processors')
    return seen.memoryBytes > 0
      ? [...cpu, ...reading('memory', rssBytes / seen.memoryBytes, limits.memoryShare, 'the memory')]
      : cpu
  })
}

function entries(families: Readonly<Partial<Record<ProcessFamily, FamilyPoint>>>): [ProcessFamily, FamilyPoint][] {
  return Object.entries(families) as [ProcessFamily, FamilyPoint][]
}
