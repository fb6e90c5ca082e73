import { randomUUID } from 'node:crypto'
import type { CleanOptions, OrphanGroup } from '../../shared/cleaning'
import { AppError } from '../../shared/errors'
import type { Operation, Plan } from '../../shared/plan'
import { OrphanFamily, ORPHAN_FLOOR_AGE_MS } from '../../shared/sample'
import { MINUTE } from '../../shared/units'
import type { CleanKind } from '../../shared/watch'
import type { Remotes } from '../remote/types'
import { planOrphans, planProcesses, planPutBack, stateDirsOf } from './clean'
import type { NodeFacts } from './facts'
import { lookForOrphans, type OrphanLook } from './orphan-look'
import type { Shelf } from './shelf'

/** What planning clean-ups reads from. */
export interface CleanPlannerOptions {
  readonly shelf: Shelf
  readonly remotes: Remotes
  look(nodeId: string): Promise<NodeFacts>
  readonly now?: () => Date
}

/** Makes the plans that clean up, and their way back. Changes nothing anywhere. */
export class CleanPlanner {
  constructor(private readonly options: CleanPlannerOptions) {}

  /** @throws AppError when the node cannot be read, `bad-input` for options that no clean-up takes. */
  async clean(nodeId: string, what: CleanKind, options: CleanOptions): Promise<Plan> {
    if (what === 'orphans' && options.families.length === 0) {
      throw new AppError('bad-input', 'Choose at least one kind of orphaned file.')
    }
    const node = await this.options.look(nodeId)
    if (what === 'orphans') return this.#keep(planOrphans(await this.#orphans(node, options), options, this.#stamp()))
    const sample = await this.options.remotes.use(nodeId, remote =>
      remote.request('sample', { extraStateDirs: stateDirsOf(node), withSizes: false }, { limitMs: MINUTE }),
    )
    return this.#keep(planProcesses({ node, sample }, options, this.#stamp()))
  }

  /**
   * The way back of a clean-up with undo.
   * @throws AppError `bad-input` when there is nothing to put back (any more).
   */
  async putBack(operation: Operation): Promise<Plan> {
    const { plan, canReturn } = operation
    if (plan.kind !== 'clean' || plan.target === null) throw new AppError('bad-input', 'This run was no clean-up.')
    if (!canReturn) {
      const hint =
        plan.cleaning?.options.withUndo === true ? 'It was put back or purged already.' : 'It ran without undo.'
      throw new AppError('bad-input', 'This clean-up has nothing that could be put back.', { hint })
    }
    return this.#keep(planPutBack(operation, await this.options.look(plan.target), this.#stamp()))
  }

  /**
   * The newest orphan of a folder where the live store is missing or broken: it may be the only copy.
   * @throws AppError `not-found` when there is none, or the store is there.
   */
  async newestOrphan(
    nodeId: string,
    folder: string,
  ): Promise<OrphanGroup & { newest: NonNullable<OrphanGroup['newest']> }> {
    const node = await this.options.look(nodeId)
    const { groups } = await this.#orphans(node, { minAgeMs: ORPHAN_FLOOR_AGE_MS, families: OrphanFamily.options })
    const found = groups.find(group => group.folder === folder && group.newest !== null)
    if (found === undefined || found.newest === null) {
      throw new AppError('not-found', 'No orphan to fetch: the live store is there, or the folder has none.', {
        hint: 'Plan the clean-up again to see how it is now.',
      })
    }
    return { ...found, newest: found.newest }
  }

  async #orphans(
    node: NodeFacts,
    { minAgeMs, families }: Pick<CleanOptions, 'minAgeMs' | 'families'>,
  ): Promise<OrphanLook & { readonly node: NodeFacts }> {
    const extraStateDirs = stateDirsOf(node)
    const look = await this.options.remotes.use(node.record.id, remote =>
      lookForOrphans(remote, { extraStateDirs, minAgeMs, families }),
    )
    return { node, ...look }
  }

  #stamp(): { id: string; now: Date } {
    return { id: randomUUID(), now: this.options.now?.() ?? new Date() }
  }

  #keep(plan: Plan): Plan {
    return this.options.shelf.put(plan)
  }
}
