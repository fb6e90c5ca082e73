/**
 * Rules count samples at each node's own pace. While its page is open a node is asked more often: what comes in between is
 * shown, and neither kept nor judged.
 */
export class OwnPace {
  readonly #countedAt = new Map<string, number>()
  readonly #between = new Set<string>()

  /** A poll begins that nobody asked for by name. One for each whole multiple of the pace (ms) counts. */
  begin(nodeId: string, everyMs: number, now: number): void {
    const beat = (at: number): number => Math.floor(at / everyMs)
    const countedAt = this.#countedAt.get(nodeId)
    if (countedAt !== undefined && beat(countedAt) === beat(now)) this.#between.add(nodeId)
    else this.#between.delete(nodeId)
  }

  /** Whatever is under way for the node counts: somebody asked for it. */
  askedFor(nodeId: string): void {
    this.#between.delete(nodeId)
  }

  /** Whether the sample that came just now counts. */
  counts(nodeId: string, now: number): boolean {
    if (this.#between.delete(nodeId)) return false
    this.#countedAt.set(nodeId, now)
    return true
  }

  /** Forgets a node that left the list. */
  forget(nodeId: string): void {
    this.#countedAt.delete(nodeId)
    this.#between.delete(nodeId)
  }
}
