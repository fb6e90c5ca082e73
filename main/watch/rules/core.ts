import type { Output } from '../../../shared/contract'
import { AppError } from '../../../shared/errors'
import type { WatchPoint } from '../../../shared/sample'
import type { Alert, Rules, SnoozeFor, WatchConfig } from '../../../shared/watch'
import { rulesFor } from '../config'
import { followClock } from './clock'
import { keepPast, type PastPoint } from './past'
import { isWorse } from './reading'
import { snoozeEnd } from './silence'
import { emptyCore, type CoreState } from './state'
import { Turn, type CoreInput, type CoreOutput } from './turn'

export { keepPast, type PastPoint } from './past'
export { CoreState, emptyCore } from './state'
export type { CoreInput, CoreOutput } from './turn'
export { headline } from './words'

/** Judges one sample by the node's rules. @throws AppError `bad-input` when the rules are wrong. */
export function step(state: CoreState, input: CoreInput, config: WatchConfig, now: number): CoreOutput {
  const turn = new Turn(state, config, now)
  turn.look(input)
  return turn.settle()
}

/** Time passing without a sample: snoozes that end, digests that are due, quiet hours that end, settings that changed. */
export function tick(state: CoreState, config: WatchConfig, now: number): CoreOutput {
  return new Turn(state, config, now).settle()
}

/** Makes an alert quiet; null: no longer. @throws AppError `not-found` when no such alert is open. */
export function snooze(before: CoreState, alertId: string, until: SnoozeFor | null, now: number): CoreOutput {
  const state = followClock(before, now)
  const found = Object.entries(state.nodes).flatMap(([nodeId, node]) =>
    Object.entries(node.tracks).flatMap(([key, track]) =>
      track.alert?.id === alertId ? [{ nodeId, node, key, track, alert: track.alert }] : [],
    ),
  )[0]
  if (found === undefined) throw new AppError('not-found', 'This alert is not open any more.')
  const { nodeId, node, key, track } = found
  const alert = { ...found.alert, snoozedUntil: until === null ? null : snoozeEnd(until, now) }
  const snoozed = { ...track, alert, snoozedValue: until === 'change' ? alert.value : null }
  const nodes = { ...state.nodes, [nodeId]: { ...node, tracks: { ...node.tracks, [key]: snoozed } } }
  const after = { ...state, nodes, ranAt: now }
  const known = new Set(openAlerts(before))
  return { state: after, alerts: openAlerts(after).filter(one => !known.has(one)), notices: [] }
}

/** Every open alert, the newest first. */
export function openAlerts(state: CoreState): Alert[] {
  return Object.values(state.nodes)
    .flatMap(({ tracks }) => Object.values(tracks).flatMap(({ alert }) => alert ?? []))
    .sort((a, b) => b.since - a.since)
}

/** The state without a node. */
export function forget(state: CoreState, nodeId: string): CoreState {
  const { [nodeId]: _gone, ...nodes } = state.nodes
  return { ...state, nodes }
}

type Fired = Output<'watch.wouldFire'>

/**
 * What the rules would have said of stored points (oldest first): one entry per incident, with the words of its worst moment.
 * `version-behind` needs the fleet, and is left out.
 */
export function wouldFire(
  points: readonly WatchPoint[],
  nodeId: string,
  nodeLabel: string,
  config: WatchConfig,
): Fired {
  const fired = new Map<string, Fired[number]>()
  let state = emptyCore()
  let history: PastPoint[] = []
  let rules: Rules | undefined
  for (const point of points) {
    const turn = new Turn(state, config, point.at)
    turn.look({ nodeId, nodeLabel, point, history, fleet: [] }, (rules ??= rulesFor(config, nodeId)))
    const { state: next, alerts } = turn.settle()
    for (const { id, rule, subject, level, since, clearedAt, title } of alerts) {
      const before = fired.get(id)
      const worst = before === undefined || isWorse(level, before.level) ? { level, title } : before
      fired.set(id, { nodeId, rule, subject, level: worst.level, from: since, to: clearedAt, title: worst.title })
    }
    state = next
    history = keepPast(history, point)
  }
  return [...fired.values()]
}
