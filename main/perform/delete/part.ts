import type { Deletion, DeletionItem, DeletionVerb, Traces } from '../../../shared/deletion'
import { AppError, type PublicError, toPublic } from '../../../shared/errors'
import type { Action } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { saysCut } from '../../plan/run'
import type { RemoteClient } from '../../remote/types'
import type { ActionContext, Means, Outcome } from '../types'

/** What one of the eleven steps works with. */
export interface Part {
  readonly nodeId: string
  readonly verb: DeletionVerb
  readonly commands: Extract<Action, { type: 'delete' }>['commands']
  /** What this step takes away: items of the plan with the verdict `goes`, nothing else. */
  readonly items: readonly DeletionItem[]
  readonly deletion: Deletion
  readonly context: ActionContext
  readonly means: Means
}

/** Carries out one of the eleven steps. */
export type VerbPerformer = (part: Part) => Promise<Outcome>

/** The plan's part about the deletion. @throws AppError `bad-input` for plans of another kind. */
export function deletionOf({ plan }: ActionContext): Deletion {
  if (plan.deletion === undefined) throw new AppError('bad-input', 'This plan does not say what it deletes.')
  return plan.deletion
}

/** Those of the named items that go. An item with another verdict is never touched, whatever a step names. */
export function goingItems(deletion: Deletion, ids: readonly string[]): readonly DeletionItem[] {
  return deletion.items.filter(item => item.verdict === 'goes' && ids.includes(item.id))
}

/** Asks the remote program, bounded by the step. */
export function ask<T>({ nodeId, means, context }: Part, work: (remote: RemoteClient) => Promise<T>): Promise<T> {
  return means.remotes.use(nodeId, work, context.signal)
}

/** How one request of a step is bounded. */
export function bounds(
  { context }: Pick<Part, 'context'>,
  limitMs = MINUTE,
): { readonly limitMs: number; readonly signal: AbortSignal } {
  return { limitMs: Math.min(limitMs, context.limitMs), signal: context.signal }
}

/** All that is there of OpenClaw now, without sizes. @throws AppError `node-missing` when the node has no Node.js any more. */
export function freshTraces(part: Part): Promise<Traces> {
  return ask(part, remote => remote.request('traces', { withSizes: false }, bounds(part)))
}

/**
 * A failure of one item, so that the others go on.
 * @throws the failure itself when it concerns the whole step: the line is gone, or the step's time is up.
 */
export function ofOneItem(error: unknown, { context }: Part): PublicError {
  const shown = toPublic(error)
  if (saysCut(shown.code) || context.signal.aborted || shown.code === 'internal') throw error
  return shown
}

/** True when the node has no Node.js that could run the remote program. */
export function isNodeMissing(error: unknown): boolean {
  return error instanceof AppError && error.code === 'node-missing'
}
