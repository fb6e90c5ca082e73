import { attempt, openPlan, replan, startPlan } from './actions'
import { counted } from './lib/format'
import { shortTitle } from './lib/run'
import { useApp } from './store/app'
import type { RemovalChoices } from './store/window'

/** Opens the preview of deleting these nodes, one after the other; each gets a run of its own. Nothing starts. */
export async function openRemoval(nodeIds: readonly string[]): Promise<void> {
  const [first, ...rest] = nodeIds
  if (first === undefined) return
  const app = useApp.getState()
  app.clearSelected()
  app.removalQueued(rest)
  await openPlan({ kind: 'remove', nodeId: first })
}

/** What a drop of this node means: all that are selected when it is one of them. */
export function carriedWith(nodeId: string, selected: readonly string[]): readonly string[] {
  return selected.includes(nodeId) ? selected : [nodeId]
}

/** Makes the preview anew with another choice. */
export async function chooseRemoval(change: RemovalChoices): Promise<void> {
  await replan({ removal: { ...useApp.getState().choices.removal, ...change } })
}

/** Starts the deletion on the sheet. Then the next preview opens, or the run is shown. A refusal stays on the sheet. */
export async function runRemoval(typedName: string): Promise<void> {
  const { plan, nodes, removalQueue } = useApp.getState()
  const operation = await startPlan(typedName)
  if (operation === undefined || plan === null) return
  const app = useApp.getState()
  if (removalQueue.length > 0) {
    app.notify({ tone: 'fine', title: `Started: ${shortTitle(plan, nodes)}`, text: 'It goes on beside this plan.' })
    app.planClosed()
    return nextRemoval()
  }
  app.goTo({ view: 'operation', id: operation.id })
  app.planClosed()
}

/** Leaves the node on the sheet as it is and goes on to the next. */
export async function nextRemoval(): Promise<void> {
  const [next, ...rest] = useApp.getState().removalQueue
  if (next === undefined) return
  useApp.getState().removalQueued(rest)
  await openPlan({ kind: 'remove', nodeId: next })
}

/** Forgets the record of a node without any proof. Nothing changes on the machine. */
export async function forgetWithoutProof(nodeId: string, typedName: string): Promise<void> {
  const label = useApp.getState().nodes[nodeId]?.record.label ?? ''
  const answer = await attempt('nodes.remove', { nodeId, typedName })
  if (answer === undefined) return
  const app = useApp.getState()
  app.notify({ tone: 'attention', title: `OCM has forgotten ${label}`, text: 'What is on the machine is not known.' })
  const rest = app.removalQueue
  app.planClosed()
  if (rest.length > 0) await nextRemoval()
  else app.goTo({ view: 'fleet' })
}

/** "2 more nodes after this one", or nothing. */
export function queueWords(count: number): string {
  return count === 0 ? '' : `${counted(count, 'more node')} after this one`
}
