import { AppError } from '../../shared/errors'
import type { Action } from '../../shared/plan'
import type { Repository } from '../backup/types'
import type { ActionContext } from './types'

/** Under which name a run keeps the snapshot of a capture that it makes once more. */
export function formerName(as: string): string {
  return `${as}~`
}

/**
 * Removes the snapshots of this run that a later capture of the same node replaces, so that a move leaves one. Called once
 * that one is good. A run knows a snapshot until it is gone: a crash in between is made up for when it goes on. What cannot
 * be removed now (another backup is being written) stays, as a good backup that is one too many.
 * @returns What to tell about it; empty when all went.
 */
export async function giveWay(
  action: Extract<Action, { type: 'capture' }>,
  context: ActionContext,
  repository: Repository,
): Promise<string> {
  if (action.reason !== 'migration') return ''
  let problem = ''
  for (const [as, id] of context.snapshots) {
    if (as !== action.replaces && !isFormer(as, action.as)) continue
    try {
      await repository.remove(id)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code !== 'backup-missing') {
        problem = ` The earlier one is still listed: ${error.message}`
        continue
      }
    }
    context.dropSnapshot(as)
  }
  return problem
}

function isFormer(name: string, as: string): boolean {
  return name.startsWith(formerName(as)) && /^~+$/.test(name.slice(as.length))
}
