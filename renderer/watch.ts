import { attempt } from './actions'
import { useApp } from './store/app'
import { PLAIN_NODE_WATCH } from './watch-defaults'
import type { Sent } from '../shared/contract'
import type { Alert, NodeWatch, RuleId, SnoozeFor } from '../shared/watch'

/** How one node is watched. */
export function nodeWatchOf(nodeId: string): NodeWatch {
  return useApp.getState().watchConfig?.nodes[nodeId] ?? PLAIN_NODE_WATCH
}

/** Sets what holds for all; the answer is the truth. True when main took it. */
export async function changeWatching(change: Sent<'watch.setConfig'>): Promise<boolean> {
  const answer = await attempt('watch.setConfig', change)
  if (answer !== undefined) useApp.getState().watchConfigChanged(answer.value)
  return answer !== undefined
}

/** Sets what holds for one node. True when main took it. */
export async function changeNodeWatch(nodeId: string, watch: Partial<NodeWatch>): Promise<boolean> {
  const answer = await attempt('watch.setNode', { nodeId, watch })
  if (answer !== undefined) useApp.getState().watchConfigChanged(answer.value)
  return answer !== undefined
}

/** Puts an alert off; null lets it speak again. */
export async function snooze({ id }: Alert, until: SnoozeFor | null): Promise<void> {
  const answer = await attempt('watch.snooze', { alertId: id, until })
  if (answer === undefined) return
  const { alerts, alertsLoaded } = useApp.getState()
  alertsLoaded(alerts.map(one => (one.id === id ? answer.value : one)))
}

/** This list with the entry in or out. */
export function toggled<T>(list: readonly T[], entry: T, isIn: boolean): T[] {
  const others = list.filter(one => one !== entry)
  return isIn ? [...others, entry] : others
}

/** Mutes a rule on one node, or lets it speak again. It is measured all the same. */
export async function muteRule(nodeId: string, rule: RuleId, isMuted: boolean): Promise<void> {
  await changeNodeWatch(nodeId, { mutedRules: toggled(nodeWatchOf(nodeId).mutedRules, rule, isMuted) })
}

/** Asks the nodes now: one, or all. */
export async function pollNow(nodeId: string | null): Promise<void> {
  await attempt('watch.checkNow', { nodeId })
}
