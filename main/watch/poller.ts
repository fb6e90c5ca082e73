import { AppError } from '../../shared/errors'
import type { Sample, WatchPoint } from '../../shared/sample'
import { MINUTE } from '../../shared/units'
import type { Remotes } from '../remote/types'
import type { Clock } from './clock'
import { pointOf, unseenPoint } from './point'

/** What polling takes. */
export interface PollerOptions {
  readonly clock: Clock
  readonly remotes: Pick<Remotes, 'look' | 'rest'>
  /** State directories that the last survey found on a node. */
  readonly stateDirs: (nodeId: string) => readonly string[]
  /** When the node was last backed up, ms since the epoch; null when never. */
  readonly lastBackupAt: (nodeId: string) => number | null
  /** Takes each point as it comes, with what kept the node from answering. */
  readonly onPoint: (nodeId: string, point: WatchPoint, error: AppError | null) => void
}

/** A poll that takes longer has no use: the node counts as not answering. */
const POLL_LIMIT_MS = MINUTE
const LATE = Symbol('late')

/** Asks nodes how they are, one poll of a node at a time; a second call joins the first. */
export class Poller implements Disposable {
  readonly #underWay = new Map<string, Promise<WatchPoint | null>>()
  /** The last sample of each node: shares of processor time are measured between two. */
  readonly #before = new Map<string, Sample>()
  readonly #stops = new Set<AbortController>()

  constructor(private readonly options: PollerOptions) {}

  /** A node that does not answer is a point too. Null when the poll was given up because watching rests. */
  poll(nodeId: string): Promise<WatchPoint | null> {
    const running = this.#underWay.get(nodeId)
    if (running !== undefined) return running
    const poll = this.#poll(nodeId).finally(() => this.#underWay.delete(nodeId))
    this.#underWay.set(nodeId, poll)
    return poll
  }

  /** Gives up every poll under way: what they would say is not true any more. */
  giveUp(): void {
    for (const stop of this.#stops) stop.abort()
  }

  /** Settles when no poll is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay.values())
  }

  forget(nodeId: string): void {
    this.#before.delete(nodeId)
  }

  async #poll(nodeId: string): Promise<WatchPoint | null> {
    const stop = new AbortController()
    this.#stops.add(stop)
    try {
      const { point, error } = await this.#ask(nodeId, stop)
      if (point !== null) this.options.onPoint(nodeId, point, error)
      return point
    } finally {
      this.#stops.delete(stop)
      // Nothing of ours may stay on the node between two polls. That it did not end in time is no failure of the poll.
      await this.options.remotes.rest(nodeId).catch(() => undefined)
    }
  }

  async #ask(
    nodeId: string,
    stop: AbortController,
  ): Promise<{ readonly point: WatchPoint | null; readonly error: AppError | null }> {
    const { clock, lastBackupAt } = this.options
    const limit = setTimeout(() => stop.abort(LATE), POLL_LIMIT_MS)
    try {
      const sample = await this.#sample(nodeId, stop.signal)
      const before = this.#before.get(nodeId) ?? null
      this.#before.set(nodeId, sample)
      return { point: pointOf(sample, before, clock.now(), lastBackupAt(nodeId)), error: null }
    } catch (cause) {
      const isLate = stop.signal.reason === LATE
      if (stop.signal.aborted && !isLate) return { point: null, error: null }
      const error = isLate ? new AppError('timeout', 'The node did not answer in time.', { cause }) : cause
      if (!(error instanceof AppError)) throw error
      return { point: unseenPoint(clock.now(), error), error }
    } finally {
      clearTimeout(limit)
    }
  }

  #sample(nodeId: string, signal: AbortSignal): Promise<Sample> {
    const extraStateDirs = [...this.options.stateDirs(nodeId)]
    return this.options.remotes.look(
      nodeId,
      remote => remote.request('sample', { extraStateDirs }, { limitMs: POLL_LIMIT_MS, signal }),
      signal,
    )
  }

  [Symbol.dispose](): void {
    this.giveUp()
  }
}
