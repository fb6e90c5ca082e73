import { setTimeout as sleep } from 'node:timers/promises'
import type { OrphanGroup } from '../../../shared/cleaning'
import type { ProofRow } from '../../../shared/plan'
import type { GatewayPulse, Sample } from '../../../shared/sample'
import { bytesText, countText, SECOND } from '../../../shared/units'
import { endingOf } from '../../plan/clean'
import { lookForOrphans } from '../../plan/orphan-look'
import {
  ask,
  freshSample,
  gatewaysBefore,
  judged,
  placesOf,
  sweptSoFar,
  type CleanPart,
  type CleanPerformer,
} from './part'

/** So long a gateway may take to answer its health check, ms. */
const SETTLE_MS = 20 * SECOND

/** Ages are compared at two moments; so far they may be off, ms. */
const SLACK_MS = 5 * SECOND

/** Looks again: what was to go is gone, and every gateway is as it was before. */
export const prove: CleanPerformer = async part => {
  const before = gatewaysBefore(part)
  const sample = await sampleOnceSettled(part, before)
  const rows = part.cleaning.what === 'orphans' ? await orphanRows(part, sample) : processRows(part, sample)
  return judged(part, [...rows, ...gatewayRows(before, sample.gateways)])
}

/** A gateway may miss one health check while it is busy: the look is repeated for a while, and the last one counts. */
async function sampleOnceSettled(part: CleanPart, before: readonly GatewayPulse[]): Promise<Sample> {
  const until = performance.now() + SETTLE_MS
  for (;;) {
    const sample = await freshSample(part)
    const isSettled = gatewayRows(before, sample.gateways).every(row => row.verdict === 'proven')
    if (isSettled || performance.now() > until) return sample
    part.context.note('Waiting for the gateway to answer')
    await sleep(SECOND, undefined, { signal: part.context.signal })
  }
}

/** Files that became old enough only after the preview are no part of the plan, so the limit of age moves along. */
async function orphanRows(part: CleanPart, { clock }: Sample): Promise<readonly ProofRow[]> {
  const { cleaning } = part
  const { options, asOf } = cleaning
  const sinceMs = Math.max(0, clock.uptimeMs - asOf.uptimeMs)
  const planned = cleaning.groups.filter(group => group.count > 0)
  const { groups } = await ask(part, remote =>
    lookForOrphans(
      remote,
      { ...placesOf(part), minAgeMs: options.minAgeMs + sinceMs + SLACK_MS, families: options.families },
      part.context.signal,
    ),
  )
  const isPlanned = (group: OrphanGroup): boolean => planned.some(one => isSameGroup(one, group))
  const now = groups.filter(isPlanned)
  const left = now.reduce((sum, group) => sum + group.count, 0)
  const swept = sweptSoFar(part)
  const gone = bytesOf(planned) - bytesOf(now)
  const doneWord = options.withUndo ? 'put aside' : 'freed'
  return [
    {
      what: 'Orphaned files that were to go',
      expected: 'none left',
      found: left === 0 ? 'none left' : `${countText(left, 'file')} left`,
      verdict: left === 0 ? 'proven' : 'differs',
    },
    {
      what: options.withUndo ? 'Bytes put aside' : 'Bytes freed',
      expected: bytesText(swept.bytes),
      found: `${bytesText(Math.max(0, gone))} ${doneWord}`,
      // What a resumed run removed before it was cut may not all be counted: more gone than counted is no fault.
      verdict: gone >= swept.bytes ? 'proven' : 'differs',
    },
  ]
}

function isSameGroup(a: OrphanGroup, b: OrphanGroup): boolean {
  return a.folder === b.folder && a.folderBytes === b.folderBytes && a.family === b.family
}

/** All that lies there, whether it may go or not, but for what is too young to tell. */
function bytesOf(groups: readonly OrphanGroup[]): number {
  return groups.reduce(
    (sum, { bytes, kept }) =>
      kept.reduce((more, part) => more + (part.why === 'too-young' ? 0 : part.bytes), sum + bytes),
    0,
  )
}

function processRows({ cleaning }: CleanPart, { processes }: Sample): readonly ProofRow[] {
  const meant = endingOf(cleaning)
  const there = processes.filter(one =>
    meant.some(other => one.pid === other.pid && one.startedAtTicks === other.startedAtTicks),
  )
  const leaked = there.filter(one => one.verdict === 'leaked')
  const spared = there.length - leaked.length
  return [
    {
      what: 'Leaked processes that were to end',
      expected: `none of ${meant.length} runs`,
      found:
        leaked.length > 0
          ? `${leaked.length} of ${meant.length} ${leaked.length === 1 ? 'runs' : 'run'}`
          : spared > 0
            ? `none of ${meant.length} runs but ${spared} that ${spared === 1 ? 'is' : 'are'} not leaked any more`
            : `none of ${meant.length} runs`,
      verdict: leaked.length === 0 ? 'proven' : 'differs',
    },
  ]
}

/** One row for each gateway that ran before or is meant to run. */
function gatewayRows(before: readonly GatewayPulse[], after: readonly GatewayPulse[]): readonly ProofRow[] {
  return before
    .filter(({ pid, isExpected }) => pid !== null || isExpected)
    .map(was => {
      const is = after.find(one => one.stateDir === was.stateDir && one.profile === was.profile)
      return {
        what: `The gateway of profile ${was.profile}`,
        expected: pulseText(was),
        found: is === undefined ? 'not seen' : pulseText(is),
        verdict: verdictOf(was, is),
      }
    })
}

function verdictOf(was: GatewayPulse, is: GatewayPulse | undefined): ProofRow['verdict'] {
  if (is === undefined) return 'unknown'
  if (was.pid !== is.pid || was.startedAtTicks !== is.startedAtTicks) return 'differs'
  if (was.health === is.health || is.health === 'live') return 'proven'
  return is.health === 'unknown' ? 'unknown' : 'differs'
}

function pulseText({ pid, health }: GatewayPulse): string {
  if (pid === null) return 'not running'
  const words = { live: 'live', failing: 'failing its health check', down: 'not answering', unknown: 'health unknown' }
  return `process ${pid}, ${words[health]}`
}
