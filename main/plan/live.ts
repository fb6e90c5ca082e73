import { AppError } from '../../shared/errors'
import type { Operation, Plan } from '../../shared/plan'

/** A run under way. */
export interface Live {
  operation: Operation
  readonly cancel: AbortController
  /** A new one for each time a person forces a stop: it counts for the step that runs, not for later ones. */
  force: AbortController
  settled: Promise<void>
}

/** The runs under way, by id, and the nodes they hold. */
export class LiveRuns implements Iterable<Live> {
  readonly #live = new Map<string, Live>()
  /** Nodes that a run of another node changes for a moment, with that run. */
  readonly #borrowed = new Map<string, string>()

  get(operationId: string): Live | undefined {
    return this.#live.get(operationId)
  }

  /** @throws AppError `not-found` when it is not under way. */
  running(operationId: string): Live {
    const live = this.get(operationId)
    if (live?.operation.state !== 'running') throw new AppError('not-found', 'This run is not under way.')
    return live
  }

  /** Takes the nodes of a run for it. */
  hold(operation: Operation): Live {
    const live: Live = {
      operation,
      cancel: new AbortController(),
      force: new AbortController(),
      settled: Promise.resolve(),
    }
    this.#live.set(operation.id, live)
    return live
  }

  release(live: Live): void {
    this.#live.delete(live.operation.id)
  }

  /** The run that holds a node, if any. */
  holding(nodeId: string): string | null {
    for (const { operation } of this) {
      if (operation.state === 'running' && nodesOf(operation.plan).includes(nodeId)) return operation.id
    }
    return null
  }

  /**
   * Keeps runs off a node while the run of another one changes something small on it. Null when a run has it.
   * The result is to be disposed as soon as that is done.
   */
  borrow(nodeId: string, operationId: string): Disposable | null {
    if (this.holding(nodeId) !== null || this.#borrowed.has(nodeId)) return null
    this.#borrowed.set(nodeId, operationId)
    return { [Symbol.dispose]: () => void this.#borrowed.delete(nodeId) }
  }

  /** @throws AppError `busy` when a node of the plan is part of another run. */
  refuseBusy(plan: Pick<Plan, 'source' | 'target'>): void {
    for (const nodeId of nodesOf(plan)) {
      const holder = this.holding(nodeId) ?? this.#borrowed.get(nodeId) ?? null
      if (holder === null) continue
      const running = this.get(holder)?.operation.plan.sentence ?? 'another run'
      throw new AppError('busy', `This node is part of a run under way: ${running}`, {
        hint: 'Wait for it, or cancel it.',
      })
    }
  }

  [Symbol.iterator](): Iterator<Live> {
    return this.#live.values()
  }
}

/** The nodes a plan holds while it runs. */
export function nodesOf(plan: Pick<Plan, 'source' | 'target'>): readonly string[] {
  return [plan.source, plan.target].filter(nodeId => nodeId !== null)
}
