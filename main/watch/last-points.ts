import type { WatchPoint } from '../../shared/sample'

/** The last point of each node. */
export class LastPoints {
  readonly #points = new Map<string, WatchPoint>()

  note(nodeId: string, point: WatchPoint): void {
    this.#points.set(nodeId, point)
  }

  /** Forgets a node that left the list. */
  forget(nodeId: string): void {
    this.#points.delete(nodeId)
  }

  /** Whether the node answered the last time it was asked. */
  isSeen(nodeId: string): boolean {
    return this.#points.get(nodeId)?.reach === 'seen'
  }

  /** Whether none of these nodes could be reached; false where there are none, or one was not asked yet. */
  areUnreachable(nodeIds: readonly string[]): boolean {
    return nodeIds.length > 0 && nodeIds.every(nodeId => this.#points.get(nodeId)?.reach === 'unreachable')
  }

  /** OpenClaw's version on each of these nodes; null where it is not known. */
  versionsOf(nodeIds: readonly string[]): { nodeId: string; version: string | null }[] {
    return nodeIds.map(nodeId => ({ nodeId, version: this.#points.get(nodeId)?.seen?.version ?? null }))
  }
}
