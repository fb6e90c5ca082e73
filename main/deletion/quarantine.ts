import { setInterval } from 'node:timers'
import type { Deletion, DeletionOptions, Quarantine } from '../../shared/deletion'
import { AppError, toPublic } from '../../shared/errors'
import type { Operation, Plan } from '../../shared/plan'
import { HOUR, momentText } from '../../shared/units'
import { inventoryChanges, type Change } from './digest'

/** What keeping quarantines takes. */
export interface QuarantineKeeperOptions {
  readonly quarantines: { list(): readonly Quarantine[] }
  readonly planner: { delete(nodeId: string, options: DeletionOptions): Promise<Plan> }
  readonly operations: {
    get(operationId: string): Operation
    run(planId: string, confirmation: { readonly typedName: string }): Promise<Operation>
  }
  /** Tells the admin why a node that was due was not deleted. */
  readonly tell: (entry: Quarantine, text: string) => void
  readonly onFailure: (error: unknown) => void
  readonly now?: () => Date
  /** How often due nodes are looked at, ms. */
  readonly everyMs?: number
}

/** Deletes quarantined nodes once their time has come, if they are as the admin saw them. */
export class QuarantineKeeper implements Disposable {
  readonly #now: () => Date
  /** What the admin was told last of each node: nothing is said twice. */
  readonly #told = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | null = null

  constructor(private readonly options: QuarantineKeeperOptions) {
    this.#now = options.now ?? (() => new Date())
  }

  /** Looks at once, and then every hour. */
  start(): void {
    const look = (): void => void this.lookAtDue().catch(this.options.onFailure)
    this.#timer ??= setInterval(look, this.options.everyMs ?? HOUR).unref()
    look()
  }

  /** Why a due node was kept, as last seen; null when there is nothing to say. */
  reason(nodeId: string): string | null {
    return this.#told.get(nodeId) ?? null
  }

  /** Looks at every node that is due, one after the other. A second call joins the first. */
  lookAtDue(): Promise<void> {
    this.#looking ??= this.#lookAtDue().finally(() => (this.#looking = null))
    return this.#looking
  }

  async #lookAtDue(): Promise<void> {
    const now = this.#now().toISOString()
    for (const entry of this.options.quarantines.list()) {
      if (entry.until <= now) await this.#due(entry)
    }
  }

  async #due(entry: Quarantine): Promise<void> {
    try {
      const plan = await this.options.planner.delete(entry.nodeId, entry.options)
      const approved = this.options.operations.get(entry.operationId).plan.deletion
      const against =
        approved === undefined ? ['what was approved is not known any more'] : reasonsAgainst(plan, approved)
      if (against.length > 0) this.#keep(entry, `It has changed: ${against.join('; ')}.`)
      else await this.options.operations.run(plan.id, { typedName: plan.deletion?.confirm ?? '' })
    } catch (error) {
      if (error instanceof AppError && error.code === 'busy') return // It is looked at again in an hour.
      if (!(error instanceof AppError)) this.options.onFailure(error)
      this.#keep(entry, toPublic(error).message)
    }
  }

  #keep(entry: Quarantine, why: string): void {
    if (this.#told.get(entry.nodeId) === why) return
    this.#told.set(entry.nodeId, why)
    this.options.tell(
      entry,
      `It was due on ${momentText(entry.until)} and was not deleted. ${why} Bring it back, or delete it now.`,
    )
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

function reasonsAgainst(plan: Plan, approved: Deletion): readonly string[] {
  const changes = inventoryChanges(approved.items, plan.deletion?.items ?? []).filter(change => !isExpected(change))
  return [...plan.blockers.map(({ text }) => text), ...changes.map(({ text }) => text)]
}

/** The quarantine itself took the links that enable services, and the running program's own scratch ends with it. */
function isExpected({ change, item }: Change): boolean {
  const isLink = item.kind === 'unit' && /\.(wants|requires|upholds)\//.test(item.path ?? item.name)
  return change === 'gone' && (isLink || item.kind === 'leftover')
}
