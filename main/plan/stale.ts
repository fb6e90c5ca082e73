import type { DeletionOptions } from '../../shared/deletion'
import { AppError } from '../../shared/errors'
import type { Plan } from '../../shared/plan'
import { inventoryChanges } from '../deletion/digest'
import type { Inventory } from '../deletion/inventory'
import type { NodeFacts } from './facts'

/** How a plan's nodes are looked at again. */
export interface StaleLooks {
  readonly look: (nodeId: string) => Promise<NodeFacts>
  readonly inventory: (nodeId: string, options: DeletionOptions) => Promise<Inventory & { readonly label: string }>
}

/** So many differences are named; the rest is counted. */
const MOST_NAMED = 8

/**
 * Looks at a plan's nodes once more before it runs.
 * @throws AppError `plan-stale` when one changed in what the plan relies on, naming what it is for deletions.
 */
export async function refuseStale(plan: Plan, looks: StaleLooks): Promise<void> {
  for (const [nodeId, digest] of Object.entries(plan.relies)) {
    if (plan.deletion === undefined) await refuseChanged(nodeId, digest, looks)
    else await refuseOtherInventory(nodeId, plan.deletion, looks)
  }
}

async function refuseChanged(nodeId: string, digest: string, { look }: StaleLooks): Promise<void> {
  const facts = await look(nodeId)
  if (facts.digest !== digest) throw stale(facts.record.label, [])
}

async function refuseOtherInventory(
  nodeId: string,
  { items, options, digest }: NonNullable<Plan['deletion']>,
  { inventory }: StaleLooks,
): Promise<void> {
  const now = await inventory(nodeId, options)
  if (now.digest === digest) return
  throw stale(
    now.label,
    inventoryChanges(items, now.items).map(({ text }) => text),
  )
}

function stale(label: string, differences: readonly string[]): AppError {
  const named = differences.slice(0, MOST_NAMED)
  const more = differences.length - named.length
  const list = [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
  return new AppError(
    'plan-stale',
    `${label} has changed since this plan was made${list === '' ? '.' : `: ${list}.`}`,
    { hint: 'Nothing was done. Plan it again to see what is different.' },
  )
}
