import type { Input, Output } from '../../shared/contract'
import { AppError } from '../../shared/errors'
import type { WatchPoint } from '../../shared/sample'
import { HOUR, SECOND } from '../../shared/units'
import type {
  Alert,
  Notice,
  NodeWatchChange,
  SnoozeFor,
  WatchConfig,
  WatchConfigChange,
  WatchState,
} from '../../shared/watch'
import { AlertBook, type Change } from './alerts'
import { Announcer } from './announcer'
import { History } from './history'
import { LastPoints } from './last-points'
import { OwnPace } from './own-pace'
import { keepMsOf, pacesOf } from './paces'
import { Pages } from './pages'
import { Power } from './power'
import { Poller } from './poller'
import { Schedule } from './schedule'
import type { WatchServiceOptions } from './service-options'
import { WatchSettings } from './settings'
import type { PowerEvent, Watcher } from './watcher'

/** What has only been counted is stored within so long. */
const STORE_WITHIN_MS = 5 * SECOND

/** Polls the fleet, judges what it tells, and keeps it. */
export class WatchService implements Watcher {
  readonly #book: AlertBook
  readonly #history: History
  readonly #poller: Poller
  readonly #schedule: Schedule
  readonly #settings: WatchSettings
  readonly #pages: Pages
  readonly #announcer: Announcer
  readonly #last = new LastPoints()
  /** The watched nodes with their pace, ms. */
  #paces: ReadonlyMap<string, number> = new Map()
  #isStarted = false
  readonly #power = new Power()
  #focus: string | null = null
  readonly #ownPace = new OwnPace()
  #storing: Disposable | null = null
  #prunedAt = 0
  #isOver = false

  constructor(private readonly options: WatchServiceOptions) {
    const { store, clock } = options
    this.#settings = new WatchSettings(store, options.registry)
    this.#book = new AlertBook(store)
    this.#history = new History(store)
    this.#poller = new Poller({ ...options, onPoint: (...given) => this.#take(...given) })
    this.#announcer = new Announcer(options.emit, options.onFailure)
    this.#pages = new Pages(store, options.registry)
    this.#schedule = new Schedule({
      clock,
      poll: nodeId => (options.mayPoll(nodeId) ? this.#scheduled(nodeId) : Promise.resolve()),
      onBeat: () => this.#guard(() => this.#beat()),
    })
    this.#apply()
  }

  start(): void {
    this.#isStarted = true
    this.options.onStart()
    this.#apply(0)
  }

  state(): WatchState {
    const pausedBecause = this.#power.restsBecause(this.config())
    const watched = [...this.#paces.keys()]
    return {
      isPaused: pausedBecause !== null,
      pausedBecause,
      worst: this.#book.worst(this.options.clock.now()),
      isOffline: this.#last.areUnreachable(watched),
      watched: watched.length,
      nextAt: this.#schedule.nextAt,
    }
  }

  alerts(): Alert[] {
    return this.#book.listed(this.options.clock.now())
  }

  config(): WatchConfig {
    return this.#settings.get()
  }

  async checkNow(nodeId: string | null): Promise<void> {
    if (nodeId !== null) {
      await this.pollOnce(nodeId)
      return
    }
    const nodes = [...this.#paces.keys()].filter(id => this.options.mayPoll(id))
    for (const id of nodes) this.#ownPace.askedFor(id)
    await Promise.all(nodes.map(id => this.#schedule.inTurn(() => this.#poll(id))))
  }

  async pollOnce(nodeId: string): Promise<WatchPoint> {
    this.options.registry.get(nodeId)
    this.#ownPace.askedFor(nodeId)
    const point = await this.#poller.poll(nodeId)
    if (point === null) throw new AppError('aborted', 'The poll was given up.', { hint: 'Check again.' })
    return point
  }

  settled(): Promise<void> {
    return this.#poller.settled()
  }

  snooze(alertId: string, until: SnoozeFor | null): Alert {
    const { alert, notices } = this.#book.snooze(alertId, until, this.options.clock.now())
    this.#tell({ alerts: [alert], notices: [...notices] })
    return alert
  }

  setConfig(change: WatchConfigChange): WatchConfig {
    return this.#changed(this.#settings.change(change))
  }

  setNode(nodeId: string, change: NodeWatchChange): WatchConfig {
    return this.#changed(this.#settings.changeNode(nodeId, change))
  }

  focus(nodeId: string | null): void {
    if (this.#focus === nodeId) return
    this.#focus = nodeId
    this.#apply()
  }

  power(event: PowerEvent): void {
    this.#power.note(event)
    if (event === 'suspend' || event === 'resume') {
      // Whatever was open is dead after a sleep, also where nobody told that it began.
      this.#poller.giveUp()
      this.#schedule.rest()
    }
    this.#apply()
  }

  onNotice(listener: (notice: Notice) => void): Disposable {
    return this.#announcer.onNotice(listener)
  }

  history(nodeId: string, span: Input<'watch.history'>['span']): Output<'watch.history'> {
    this.options.registry.get(nodeId)
    this.#history.flush()
    return this.#pages.history(nodeId, span, this.options.clock.now())
  }

  async wouldFire({ nodeId, rules }: Input<'watch.wouldFire'>): Promise<Output<'watch.wouldFire'>> {
    const config = this.#settings.withRules(nodeId, rules)
    this.#history.flush()
    return this.#pages.wouldFire(nodeId === null ? [...this.#paces.keys()] : [nodeId], config, this.options.clock.now())
  }

  /** For how long a connection to the node that nobody uses is to be kept, ms. */
  keepMs(nodeId: string): number {
    const everyMs = this.#paces.get(nodeId)
    return everyMs === undefined || !this.#isStarted ? 0 : keepMsOf(everyMs)
  }

  /** Open alerts alone. */
  open(): Alert[] {
    return this.#book.open()
  }

  /** Whether the node answered the last time it was asked. */
  isSeen(nodeId: string): boolean {
    return this.#last.isSeen(nodeId)
  }

  /** A node came, or its name changed. */
  noteNode(nodeId: string): void {
    if (!this.#paces.has(nodeId)) this.#apply()
  }

  /** Forgets a node that left the list; its rows went with its record. */
  forget(nodeId: string): void {
    this.#last.forget(nodeId)
    this.#ownPace.forget(nodeId)
    this.#history.forget(nodeId)
    this.#poller.forget(nodeId)
    this.#book.forget(nodeId)
    if (this.#focus === nodeId) this.#focus = null
    if (nodeId in this.config().nodes) this.#changed(this.#settings.forget(nodeId))
    else this.#apply()
    this.#announcer.alerts(this.alerts())
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#schedule[Symbol.dispose]()
    this.#poller[Symbol.dispose]()
    this.#storing?.[Symbol.dispose]()
    this.#guard(() => this.#flush())
  }

  #scheduled(nodeId: string): Promise<void> {
    const everyMs = pacesOf(this.config(), [nodeId], null).get(nodeId)
    if (everyMs !== undefined && nodeId === this.#focus) this.#ownPace.begin(nodeId, everyMs, this.options.clock.now())
    else this.#ownPace.askedFor(nodeId)
    return this.#poll(nodeId)
  }

  async #poll(nodeId: string): Promise<void> {
    await this.#poller.poll(nodeId).catch(this.options.onFailure)
  }

  #take(nodeId: string, point: WatchPoint, error: AppError | null): void {
    const label = this.#isOver ? null : this.#labelOf(nodeId)
    if (label === null) return // It was removed while it was asked.
    const now = this.options.clock.now()
    this.#last.note(nodeId, point)
    const change = this.#ownPace.counts(nodeId, now) ? this.#judge(nodeId, label, point, now) : null
    this.options.emit('pointAdded', { nodeId, point })
    if (change !== null) this.#tell(change)
    this.options.afterPoint(nodeId, point, error)
  }

  /** Keeps the point, and asks the rules. */
  #judge(nodeId: string, nodeLabel: string, point: WatchPoint, now: number): Change {
    const history = this.#history.past(nodeId, now)
    this.#history.add(nodeId, point)
    this.#storing ??= this.options.clock.after(STORE_WITHIN_MS, () => this.#guard(() => this.#flush()))
    const fleet = this.#last.versionsOf([...this.#paces.keys()])
    return this.#book.step({ nodeId, nodeLabel, point, history, fleet }, this.config(), now)
  }

  #labelOf(nodeId: string): string | null {
    try {
      return this.options.registry.get(nodeId).label
    } catch {
      return null
    }
  }

  #beat(): void {
    const now = this.options.clock.now()
    this.#tell(this.#book.tick(this.config(), now))
    if (Math.abs(now - this.#prunedAt) < HOUR) return
    this.#prunedAt = now
    this.options.store.prune(now)
  }

  #flush(): void {
    this.#storing = null
    this.options.store.transaction(() => {
      this.#history.flush()
      this.#book.flush()
    })
  }

  #tell({ alerts, notices }: Change): void {
    if (alerts.length > 0) this.#announcer.alerts(this.alerts())
    this.#announcer.state(this.state())
    this.#announcer.notices(notices)
  }

  #changed(config: WatchConfig): WatchConfig {
    this.options.emit('watchConfigChanged', config)
    this.#apply()
    this.#tell(this.#book.tick(config, this.options.clock.now())) // What is muted or off now is so at once.
    return config
  }

  /** Brings the schedule in line with what is set, and with what the machine told. */
  #apply(jitterMs?: number): void {
    const nodeIds = this.options.registry.list().map(({ id }) => id)
    this.#paces = pacesOf(this.config(), nodeIds, this.#focus)
    this.#schedule.set(this.#paces)
    if (!this.#isStarted || this.#power.restsBecause(this.config()) !== null || this.#isOver) this.#schedule.rest()
    else this.#schedule.resume(jitterMs)
    this.#announcer.state(this.state())
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.options.onFailure(error)
    }
  }
}
