import { AppError } from '../../shared/errors'
import type { Services } from '../services'
import { refuseOtherName } from './typed-name'

/**
 * Takes a node off the list without any proof; nothing changes on the machine. Whoever asks, and whether the machine answers
 * or not: its name has to be typed, since what runs there runs on unseen.
 * @throws AppError `not-found`, `bad-input` for another name, `protected`, `busy` while it is part of a run.
 */
export async function forget(
  { registry, secrets, operations, pool, remotes, audit }: Services,
  nodeId: string,
  typedName: string | undefined,
): Promise<void> {
  const { label } = registry.get(nodeId)
  refuseOtherName(typedName, label)
  refuseHeld(operations, nodeId)
  const deletion = operations.unfinishedDeletion(nodeId)
  registry.remove(nodeId)
  remotes.drop(nodeId)
  pool.drop(nodeId)
  await secrets.clearAll(nodeId)
  const left = deletion === null ? '' : ' A deletion of it was not over: something of OpenClaw may run on.'
  audit.append({
    what: 'node forgotten without proof',
    nodeId,
    nodeLabel: label,
    text: `${label} was taken off the list WITHOUT PROOF; nothing was changed or checked on the machine.${left}`,
  })
}

/** @throws AppError `busy` while the node is part of a run. */
export function refuseHeld(operations: Pick<Services['operations'], 'holding'>, nodeId: string): void {
  if (operations.holding(nodeId) === null) return
  throw new AppError('busy', 'This node is part of a run under way.', { hint: 'Wait for it, or cancel it.' })
}
