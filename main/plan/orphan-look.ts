import type { OrphanGroup } from '../../shared/cleaning'
import type { SentParams } from '../../shared/protocol'
import type { NodeClock } from '../../shared/sample'
import { MINUTE } from '../../shared/units'
import type { RemoteClient } from '../remote/types'

/** What lies half-written on a node. */
export interface OrphanLook {
  readonly clock: NodeClock
  readonly groups: readonly OrphanGroup[]
  readonly notRead: readonly string[]
}

/** A folder may hold hundreds of thousands of files. */
const LOOK_LIMIT_MS = 5 * MINUTE

/** Asks what a sweep would take, and collects the answer. */
export async function lookForOrphans(
  remote: RemoteClient,
  params: SentParams<'orphans'>,
  signal?: AbortSignal,
): Promise<OrphanLook> {
  const groups: OrphanGroup[] = []
  const { clock, notRead } = await remote.request('orphans', params, {
    limitMs: LOOK_LIMIT_MS,
    ...(signal === undefined ? {} : { signal }),
    onItem: item => void groups.push(...item.groups),
  })
  return { clock, groups, notRead }
}
