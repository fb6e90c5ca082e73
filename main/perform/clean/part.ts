import { z } from 'zod'
import type { Cleaning } from '../../../shared/cleaning'
import { AppError } from '../../../shared/errors'
import type { ProofRow } from '../../../shared/plan'
import { GatewayPulse, type Sample } from '../../../shared/sample'
import { MINUTE } from '../../../shared/units'
import type { RemoteClient } from '../../remote/types'
import { done, type ActionContext, type Means, type Outcome } from '../types'

/** What one step of a clean-up works with. */
export interface CleanPart {
  readonly nodeId: string
  /** The run whose files are meant. */
  readonly of: string
  readonly cleaning: Cleaning
  readonly context: ActionContext
  readonly means: Means
}

/** Carries out one step of a clean-up. */
export type CleanPerformer = (part: CleanPart) => Promise<Outcome>

/** What every request about this clean-up looks into. */
export function placesOf({ cleaning }: Pick<CleanPart, 'cleaning'>): { readonly extraStateDirs: string[] } {
  return { extraStateDirs: cleaning.stateDirs ?? [] }
}

/** Asks the remote program, bounded by the step. */
export function ask<T>({ nodeId, means, context }: CleanPart, work: (remote: RemoteClient) => Promise<T>): Promise<T> {
  return means.remotes.use(nodeId, work, context.signal)
}

/** How one request of a step is bounded. */
export function bounds({ context }: Pick<CleanPart, 'context'>, limitMs: number = context.limitMs) {
  return { limitMs: Math.min(limitMs, context.limitMs), signal: context.signal }
}

/** A new look at processes and gateways, without sizes. */
export function freshSample(part: CleanPart): Promise<Sample> {
  return ask(part, remote => remote.request('sample', { ...placesOf(part), withSizes: false }, bounds(part, MINUTE)))
}

const BEFORE = 'clean-before'
const Gateways = z.array(GatewayPulse)

/** Notes how the gateways are before anything is done; a run that goes on keeps what it noted first. */
export async function noteGateways(part: CleanPart): Promise<void> {
  if (part.context.data(BEFORE) !== null) return
  const { gateways } = await freshSample(part)
  part.context.saveData(BEFORE, JSON.stringify(gateways))
}

/** The gateways as they were before the run acted. */
export function gatewaysBefore({ context }: Pick<CleanPart, 'context'>): readonly GatewayPulse[] {
  const json = context.data(BEFORE)
  if (json === null) throw new AppError('internal', 'It was not noted how the gateways were before.')
  return Gateways.parse(JSON.parse(json))
}

/** What a sweep reached, kept for the proof and for a run that goes on. */
export const Swept = z.object({ removed: z.number(), bytes: z.number(), diskBytes: z.number() })
export type Swept = z.infer<typeof Swept>

const SWEPT = 'clean-swept'

/** What the sweep of this run has reached so far. */
export function sweptSoFar({ context }: Pick<CleanPart, 'context'>): Swept {
  const json = context.data(SWEPT)
  return json === null ? { removed: 0, bytes: 0, diskBytes: 0 } : Swept.parse(JSON.parse(json))
}

/** Adds to what the sweep of this run has reached. */
export function noteSwept(part: Pick<CleanPart, 'context'>, more: Swept): Swept {
  const before = sweptSoFar(part)
  const sum = {
    removed: before.removed + more.removed,
    bytes: before.bytes + more.bytes,
    diskBytes: before.diskBytes + more.diskBytes,
  }
  part.context.saveData(SWEPT, JSON.stringify(sum))
  return sum
}

/** Stores rows of a proof, and says whether they hold. */
export function judged({ context }: Pick<CleanPart, 'context'>, rows: readonly ProofRow[]): Outcome {
  context.saveProof([...rows])
  const bad = rows.filter(row => row.verdict === 'differs')
  const unknown = rows.filter(row => row.verdict === 'unknown')
  if (bad.length > 0) {
    const message = `Not proven: ${bad.map(row => `${row.what} (${row.found})`).join('; ')}.`
    return {
      state: 'failed',
      note: `${bad.length} of ${rows.length} rows differ.`,
      error: { code: 'check-failed', message },
    }
  }
  if (unknown.length > 0) return { state: 'unknown', note: `${unknown.length} rows could not be asked.` }
  return done(`${rows.length} of ${rows.length} rows hold.`)
}
