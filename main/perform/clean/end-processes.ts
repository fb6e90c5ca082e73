import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../shared/errors'
import type { WatchedProcess } from '../../../shared/sample'
import { countText, MINUTE, SECOND } from '../../../shared/units'
import { endingOf } from '../../plan/clean'
import { done, type Outcome } from '../types'
import { ask, bounds, freshSample, noteGateways, type CleanPart, type CleanPerformer } from './part'

/** A process that is asked to end gets so long before it is ended, ms. */
const PATIENCE_MS = 10 * SECOND

/** The kernel needs a moment to clear away what was killed, ms. */
const CLEARING_MS = 5 * SECOND

const LOOK_EVERY_MS = 250

/** A look so old says nothing any more about who is leaked, ms. */
const FRESH_MS = SECOND

type Meant = Pick<WatchedProcess, 'pid' | 'startedAtTicks'>

/**
 * Ends the plan's leaked processes by pid and start time: asked first, made to after 10 s. Each is looked at again right
 * before its signal, and only those still leaked get it.
 */
export const endLeaked: CleanPerformer = async part => {
  await noteGateways(part)
  const chosen = endingOf(part.cleaning)
  const refused = new Set<number>()
  for (const [signal, patienceMs] of [['SIGTERM', PATIENCE_MS] as const, ['SIGKILL', CLEARING_MS] as const]) {
    const asked = await signalLeaked(part, chosen, signal, refused)
    if (asked === 0) break
    await untilGone(part, chosen, patienceMs)
  }
  const leaked = await stillLeaked(part, chosen)
  return leaked.length === 0 ? ended(part, chosen) : notEnded(leaked, refused)
}

/** Signals those that are still leaked. @returns how many. */
async function signalLeaked(
  part: CleanPart,
  chosen: readonly Meant[],
  signal: 'SIGTERM' | 'SIGKILL',
  refused: Set<number>,
): Promise<number> {
  let leaked = await stillLeaked(part, chosen)
  let lookedAt = performance.now()
  if (leaked.length === 0) return 0
  const verb = signal === 'SIGTERM' ? 'Asking to end' : 'Ending by force'
  part.context.note(`${verb}: ${countText(leaked.length, 'process', 'processes')}`)
  for (const { pid, startedAtTicks } of leaked) {
    if (performance.now() - lookedAt > FRESH_MS) {
      leaked = await stillLeaked(part, chosen)
      lookedAt = performance.now()
    }
    if (!leaked.some(one => isSame(one, { pid, startedAtTicks }))) continue
    try {
      await ask(part, remote => remote.request('kill', { pid, startedAtTicks, signal }, bounds(part, MINUTE)))
    } catch (error) {
      // What may not be ended is told at the end; the others are still to be asked.
      if (!(error instanceof AppError) || error.code !== 'permission-denied') throw error
      refused.add(pid)
    }
  }
  return leaked.length
}

/** Those of the processes that a new look still calls leaked. */
export async function stillLeaked(part: CleanPart, meant: readonly Meant[]): Promise<readonly WatchedProcess[]> {
  const { processes } = await freshSample(part)
  return processes.filter(one => one.verdict === 'leaked' && meant.some(other => isSame(one, other)))
}

/** Waits until none of these processes is there any more, or the time is up. */
async function untilGone(part: CleanPart, meant: readonly Meant[], limitMs: number): Promise<void> {
  const until = performance.now() + limitMs
  while (performance.now() < until) {
    const { processes } = await ask(part, remote => remote.request('processes', {}, bounds(part, MINUTE)))
    if (!processes.some(one => meant.some(other => isSame(one, other)))) return
    await sleep(LOOK_EVERY_MS, undefined, { signal: part.context.signal })
  }
}

function isSame(a: Meant, b: Meant): boolean {
  return a.pid === b.pid && a.startedAtTicks === b.startedAtTicks
}

async function ended(part: CleanPart, chosen: readonly WatchedProcess[]): Promise<Outcome> {
  const { processes } = await ask(part, remote => remote.request('processes', {}, bounds(part, MINUTE)))
  const spared = chosen.filter(one => processes.some(other => isSame(one, other)))
  const gone = `${countText(chosen.length - spared.length, 'process', 'processes')} ended.`
  if (spared.length === 0) return done(gone)
  return done(`${gone} Left alone, as no longer leaked: ${spared.map(({ pid }) => pid).join(', ')}.`)
}

function notEnded(leaked: readonly WatchedProcess[], refused: ReadonlySet<number>): Outcome {
  const names = leaked.map(({ pid }) => `process ${pid}${refused.has(pid) ? ' (not permitted)' : ''}`).join(', ')
  const note = `Still there: ${names}.`
  const code = leaked.some(({ pid }) => refused.has(pid)) ? 'permission-denied' : 'check-failed'
  return {
    state: 'failed',
    note,
    error: { code, message: note, hint: 'End them on the node as their own user or as root, then look again.' },
  }
}
