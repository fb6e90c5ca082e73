import type { WatchPoint } from '../../../shared/sample'
import type { Alert, Notice, Rules, WatchConfig } from '../../../shared/watch'
import { isRuleOn, rulesFor } from '../config'
import { followClock } from './clock'
import { judgeAll } from './judges'
import { remember } from './memory'
import { flush, tell, type News } from './outbox'
import type { PastPoint } from './past'
import { isWorse, type Reading, type Readings } from './reading'
import { isCooling, isMuted, isSilent } from './silence'
import type { CoreState, NodeState, Track } from './state'
import { advance, cleared, emptyTrack } from './track'

/** One sample of one node. */
export interface CoreInput {
  readonly nodeId: string
  readonly nodeLabel: string
  readonly point: WatchPoint
  /** Points of the last 24 h, oldest first, without `point`: all of them, or those that `keepPast` keeps. */
  readonly history: readonly PastPoint[]
  /** Every watched node, and the version that was last seen of it. */
  readonly fleet: readonly { readonly nodeId: string; readonly version: string | null }[]
}

/** What a step leaves: the state to store, the alerts that changed, and what to tell. */
export interface CoreOutput {
  readonly state: CoreState
  readonly alerts: Alert[]
  readonly notices: Notice[]
}

/** One turn of the core: what changes is kept in the turn, never in the state it began from. */
export class Turn {
  private state: CoreState
  private readonly ended: Alert[] = []

  constructor(
    private readonly before: CoreState,
    private readonly config: WatchConfig,
    private readonly now: number,
  ) {
    this.state = { ...followClock(before, now), ranAt: now }
  }

  /**
   * Judges one sample, by `rules` where they were read before.
   * @throws AppError `bad-input` when the node's rules are wrong.
   */
  look({ nodeId, nodeLabel, point, history, fleet }: CoreInput, rules: Rules = rulesFor(this.config, nodeId)): void {
    const { now } = this
    const weight = weightOf(point, this.config, nodeId)
    const versions = versionsOf(this.state.versions, fleet, now)
    const old = this.state.nodes[nodeId]
    const memory = remember(old?.memory, point.seen, rules, weight, now)
    const all = judgeAll({ point, memory, versions, now }, history, rules)
    const before = old?.tracks ?? {}
    const tracks = { ...before }
    const known = Map.groupBy(Object.values(before), track => track.rule)
    for (const [rule, readings] of all) {
      for (const [subject, reading] of withSilent(readings, known.get(rule) ?? [])) {
        const key = `${rule} ${subject}`
        if (tracks[key] === undefined && reading.raise === 'fine') continue
        const look = { nodeId, nodeLabel, weight, now, serial: this.state.incidents }
        const track = advance(tracks[key] ?? emptyTrack(rule, subject), reading, rules[rule], look)
        if (track.alert !== null && (tracks[key]?.alert ?? null) === null) this.state.incidents += 1
        tracks[key] = track
      }
    }
    this.state = { ...this.state, versions, nodes: { ...this.state.nodes, [nodeId]: { memory, tracks } } }
  }

  /** What time and settings do to every alert; then what there is to tell. */
  settle(): CoreOutput {
    this.eachTrack((track, nodeId) => this.settled(track, nodeId))
    const open = new Map<string, News>()
    for (const { alert, told } of this.tracks()) {
      if (alert !== null && !isSilent(alert, this.config)) open.set(alert.id, { alert, told })
    }
    const late = flush(this.state.outbox, id => open.get(id) ?? null, this.config, this.now)
    const lateIds = new Set(late.notices.flatMap(({ alertIds }) => alertIds))
    const fresh = tell(late.outbox, this.news(open, lateIds, late.outbox), this.config, this.now)
    const notices = [...late.notices, ...fresh.notices]
    const told = new Set(notices.flatMap(({ alertIds }) => alertIds))
    if (told.size > 0) this.eachTrack(track => withTold(track, told))
    this.state = { ...this.state, outbox: fresh.outbox }
    return { state: this.state, alerts: [...this.ended, ...this.changed()], notices }
  }

  /** What is worse than anybody was told, or will be; critical first. */
  private news(
    open: ReadonlyMap<string, News>,
    justTold: ReadonlySet<string>,
    { held, folded }: CoreState['outbox'],
  ): News[] {
    const waiting = new Map([...held, ...folded].map(({ alertId, level }) => [alertId, level]))
    const news = [...this.tracks()].flatMap(track => {
      const one = track.alert === null ? undefined : open.get(track.alert.id)
      if (one === undefined || justTold.has(one.alert.id) || isCooling(track, this.now)) return []
      const { level, id } = one.alert
      return isWorse(level, one.told) && isWorse(level, waiting.get(id) ?? 'fine') ? [one] : []
    })
    const { critical = [], attention = [] } = Object.groupBy(news, ({ alert }) => alert.level)
    return [...critical, ...attention]
  }

  /** One track after time passed: an alert whose rule was switched off ends, a snooze that is over is told anew. */
  private settled(track: Track, nodeId: string): Track | null {
    const { config, now } = this
    const isWatched = config.nodes[nodeId]?.isWatched !== false && isRuleOn(config, nodeId, track.rule)
    const next = isWatched ? track : cleared(track, now, 0)
    if (next.alert === null) return isWorthKeeping(next, now) ? next : null
    if (next.alert.state === 'cleared') {
      this.ended.push(next.alert)
      return { ...next, alert: null }
    }
    const { alert } = next
    const muted = isMuted(config, nodeId, next.rule)
    const isAwake = typeof alert.snoozedUntil === 'number' && now >= alert.snoozedUntil
    if (!isAwake && muted === alert.isMuted) return next
    const woken = { ...alert, isMuted: muted, snoozedUntil: isAwake ? null : alert.snoozedUntil }
    return { ...next, alert: woken, told: isAwake ? 'fine' : next.told }
  }

  /** Changes tracks (null: away). A node none of whose tracks changes keeps its object. */
  private eachTrack(change: (track: Track, nodeId: string) => Track | null): void {
    const nodes = Object.entries(this.state.nodes).map(([nodeId, node]): [string, NodeState] => {
      const tracks = Object.entries(node.tracks).flatMap(([key, track]): [string, Track][] => {
        const next = change(track, nodeId)
        return next === null ? [] : [[key, next]]
      })
      const isSame =
        tracks.length === Object.keys(node.tracks).length && tracks.every(([key, track]) => track === node.tracks[key])
      return [nodeId, isSame ? node : { ...node, tracks: Object.fromEntries(tracks) }]
    })
    this.state = { ...this.state, nodes: Object.fromEntries(nodes) }
  }

  private *tracks(): Generator<Track> {
    for (const { tracks } of Object.values(this.state.nodes)) yield* Object.values(tracks)
  }

  /** Open alerts that are not what they were. */
  private changed(): Alert[] {
    return Object.entries(this.state.nodes).flatMap(([nodeId, node]) => {
      const before = this.before.nodes[nodeId]
      if (before === node) return []
      return Object.entries(node.tracks).flatMap(([key, { alert }]) =>
        alert === null || alert === before?.tracks[key]?.alert ? [] : [alert],
      )
    })
  }
}

/** Readings by subject. What is known of and was not mentioned is fine; what is unknown is left out. */
function withSilent(readings: Readings, known: readonly Track[]): Iterable<readonly [string, Reading]> {
  if (readings === null) return []
  // Mostly all is well and was so before: then nothing comes of it.
  if (known.length === 0 && readings.every(one => 'isUnknown' in one || one.raise === 'fine')) return []
  const bySubject = new Map<string, Reading>(known.map(({ subject }) => [subject, fineReading(subject)]))
  for (const reading of readings) {
    if ('isUnknown' in reading) bySubject.delete(reading.subject)
    else bySubject.set(reading.subject, reading)
  }
  return bySubject
}

function fineReading(subject: string): Reading {
  const say = () => ({ title: '', text: '', action: 'open' as const })
  return { subject, raise: 'fine', hold: 'fine', value: 0, say }
}

function withTold(track: Track, told: ReadonlySet<string>): Track {
  const { alert } = track
  return alert !== null && told.has(alert.id) ? { ...track, told: alert.level } : track
}

/** Whether a track without an open incident still matters. */
function isWorthKeeping({ up, cooling }: Track, now: number): boolean {
  return up.attention > 0 || (cooling !== null && now < cooling.until)
}

/** For how many polls a point stands. */
function weightOf({ spanMs }: WatchPoint, config: WatchConfig, nodeId: string): number {
  const seconds = config.nodes[nodeId]?.everySeconds ?? config.everySeconds
  return Math.max(1, Math.round(spanMs / 1000 / seconds))
}

const VERSION = /^\d+(\.\d+)*(-[\w.-]+)?$/

/** The fleet's versions, and when each was first seen. */
function versionsOf(old: CoreState['versions'], fleet: CoreInput['fleet'], now: number): CoreState['versions'] {
  const present = new Set(fleet.flatMap(({ version }) => (version !== null && VERSION.test(version) ? version : [])))
  return Object.fromEntries([...present].map(version => [version, old[version] ?? now]))
}
