import PQueue from 'p-queue'
import { MINUTE, SECOND } from '../../shared/units'
import type { Clock } from './clock'

/** What the schedule drives. */
export interface ScheduleOptions {
  readonly clock: Clock
  /** Polls one node; never called again for a node before it has settled. Never rejects. */
  readonly poll: (nodeId: string) => Promise<unknown>
  /** At every beat, polls or not; at least once a minute. */
  readonly onBeat: () => void
}

/** So many nodes are asked side by side: the answers of a large fleet that come all at once only get in each other's way. */
const SIDE_BY_SIDE = 16

/** The wall clock is looked at again at least so often: it may have been set meanwhile. ms */
const LONGEST_NAP_MS = MINUTE

/** After a sleep the nodes are asked within so long, each at a moment of its own. ms */
const JITTER_MS = 5 * SECOND

interface Entry {
  everyMs: number
  dueAt: number
  isRunning: boolean
}

/**
 * Polls each node at its pace. Paces are aligned to the wall clock, so that nodes of the same pace share their beat and a
 * laptop wakes once for all. A poll that outlasts its interval skips beats.
 */
export class Schedule implements Disposable {
  readonly #entries = new Map<string, Entry>()
  readonly #queue = new PQueue({ concurrency: SIDE_BY_SIDE })
  #timer: Disposable | null = null
  #isResting = true
  /** Counts the rests: what waited for its turn before one is not wanted after it. */
  #spell = 0
  #isOver = false

  constructor(private readonly options: ScheduleOptions) {}

  /** When the next node is due, ms since the epoch; null while nothing is. */
  get nextAt(): number | null {
    if (this.#isResting || this.#entries.size === 0) return null
    return Math.min(...[...this.#entries.values()].map(entry => entry.dueAt))
  }

  /** Sets which nodes are polled, and at which pace (ms). A new one is due at once. */
  set(paces: ReadonlyMap<string, number>): void {
    const now = this.options.clock.now()
    for (const nodeId of [...this.#entries.keys()]) if (!paces.has(nodeId)) this.#entries.delete(nodeId)
    for (const [nodeId, everyMs] of paces) {
      const entry = this.#entries.get(nodeId)
      if (entry === undefined) this.#entries.set(nodeId, { everyMs, dueAt: now, isRunning: false })
      else if (entry.everyMs !== everyMs) Object.assign(entry, { everyMs, dueAt: nextBeat(now, everyMs) })
    }
    this.#arm()
  }

  /** Polls no more until {@link resume}. What is under way goes on; what waits for its turn does not come to it. */
  rest(): void {
    if (!this.#isResting) this.#spell++
    this.#isResting = true
    this.#disarm()
  }

  /** Polls again: every node soon, and no two at the same moment. */
  resume(jitterMs = JITTER_MS): void {
    if (!this.#isResting) return
    this.#isResting = false
    const now = this.options.clock.now()
    for (const entry of this.#entries.values()) entry.dueAt = now + Math.floor(this.options.clock.random() * jitterMs)
    this.#arm()
  }

  /**
   * Runs `work` when few enough polls are under way, those of the schedule among them. Not at all when a rest begins
   * first; it settles all the same.
   */
  async inTurn(work: () => Promise<unknown>): Promise<void> {
    const spell = this.#spell
    await this.#queue.add(async () => {
      if (this.#spell === spell && !this.#isOver) await work()
    })
  }

  #arm(): void {
    this.#disarm()
    const { nextAt } = this
    if (this.#isOver || this.#isResting) return
    const waitMs = nextAt === null ? LONGEST_NAP_MS : nextAt - this.options.clock.now()
    this.#timer = this.options.clock.after(Math.min(Math.max(waitMs, 0), LONGEST_NAP_MS), () => this.#beat())
  }

  #disarm(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = null
  }

  #beat(): void {
    const now = this.options.clock.now()
    for (const [nodeId, entry] of this.#entries) {
      const isDue = entry.dueAt <= now
      // Set back, the clock would let a node wait for as long as it was set back.
      const isFarOff = entry.dueAt - now > entry.everyMs
      if (isDue || isFarOff) entry.dueAt = nextBeat(now, entry.everyMs)
      if (isDue && !entry.isRunning) this.#run(nodeId, entry)
    }
    this.options.onBeat()
    this.#arm()
  }

  #run(nodeId: string, entry: Entry): void {
    entry.isRunning = true
    void this.#queue.add(async () => {
      // Taken off the list while it waited for its turn.
      if (this.#entries.get(nodeId) === entry && !this.#isResting) await this.options.poll(nodeId)
      entry.isRunning = false
    })
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.rest()
  }
}

/** The first moment after `now` that is a whole multiple of the pace since the epoch: whole minutes for whole minutes. */
export function nextBeat(now: number, everyMs: number): number {
  return (Math.floor(now / everyMs) + 1) * everyMs
}
