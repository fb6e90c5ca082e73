import { uidOf } from './commands'
import { Outcomes } from './outcomes'
import type { VerbPerformer } from './part'
import { removeItems } from './removal'

/** Removes state directories, chosen workspaces, caches, logs and temporary files, each by the guard of the node. */
export const removeState: VerbPerformer = async part => {
  const outcomes = new Outcomes(part)
  await removeItems(part, await uidOf(part), part.items, outcomes)
  return outcomes.summary('No directory of OpenClaw is left.')
}
