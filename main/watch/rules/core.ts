import type { Output } from '../../../shared/contract'
import { AppError } from '../../../shared/errors'
import type { WatchPoint } from '../../../shared/sample'
import type { Alert, Notice, SnoozeFor, WatchConfig } from '../../../shared/watch'
import type { CoreState } from './state'

export { CoreState, emptyCore } from './state'

/** One sample of one node. */
export interface CoreInput {
  readonly nodeId: string
  readonly nodeLabel: string
  readonly point: WatchPoint
  /** Raw points of the last 24 h, oldest first, without `point`. */
  readonly history: readonly WatchPoint[]
  /** Every watched node, and the version that was last seen of it. */
  readonly fleet: readonly { readonly nodeId: string; readonly version: string | null }[]
}

/** What a step leaves: the state to store, the alerts that changed, and what to tell. */
export interface CoreOutput {
  readonly state: CoreState
  readonly alerts: Alert[]
  readonly notices: Notice[]
}

/** Judges one sample by the node's rules. @throws AppError `bad-input` when the rules are wrong. */
export function step(state: CoreState, _input: CoreInput, _config: WatchConfig, now: number): CoreOutput {
  return { state: { ...state, ranAt: now }, alerts: [], notices: [] }
}

/** Time passing without a sample: snoozes that end, digests that are due, quiet hours that end. */
export function tick(state: CoreState, _config: WatchConfig, now: number): CoreOutput {
  return { state: { ...state, ranAt: now }, alerts: [], notices: [] }
}

/** Makes an alert quiet; null: no longer. @throws AppError `not-found` when no such alert is open. */
export function snooze(state: CoreState, alertId: string, _until: SnoozeFor | null, _now: number): CoreOutput {
  const alert = openAlerts(state).find(one => one.id === alertId)
  if (alert === undefined) throw new AppError('not-found', 'This alert is not open any more.')
  return { state, alerts: [], notices: [] }
}

/** Every open alert, the newest first. */
export function openAlerts(state: CoreState): Alert[] {
  return Object.values(state.nodes)
    .flatMap(node => Object.values(node.tracks).flatMap(({ alert }) => alert ?? []))
    .sort((a, b) => b.since - a.since)
}

/** The state without a node. */
export function forget(state: CoreState, nodeId: string): CoreState {
  const { [nodeId]: _gone, ...nodes } = state.nodes
  return { ...state, nodes }
}

/** What the rules would have said of stored points (oldest first): one entry per incident. `version-behind` needs the fleet and is left out. */
export function wouldFire(
  _points: readonly WatchPoint[],
  _nodeId: string,
  _nodeLabel: string,
  _config: WatchConfig,
): Output<'watch.wouldFire'> {
  return []
}
