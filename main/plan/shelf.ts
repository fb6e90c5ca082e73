import { AppError } from '../../shared/errors'
import type { Plan } from '../../shared/plan'
import { refuseOtherName } from '../nodes/typed-name'

/** Plans nobody ran are forgotten beyond this many, oldest first. */
const MOST_PLANS = 50

/** Keeps plans that were shown, and hands each out once. */
export class Shelf {
  readonly #plans = new Map<string, Plan>()

  /** Keeps a plan for a later run. */
  put(plan: Plan): Plan {
    this.#plans.set(plan.id, plan)
    const [oldest] = this.#plans.keys()
    if (this.#plans.size > MOST_PLANS && oldest !== undefined) this.#plans.delete(oldest)
    return plan
  }

  /**
   * Hands the plan out; a second call for it fails.
   * @throws AppError `plan-stale` when it is not there, `plan-blocked` when it cannot run as it is.
   */
  take(planId: string): Plan {
    const plan = this.#plans.get(planId)
    if (plan === undefined) {
      throw new AppError('plan-stale', 'This plan was used already, or OCM was started anew since.', {
        hint: 'Plan it again.',
      })
    }
    refuseBlocked(plan)
    this.#plans.delete(planId)
    return plan
  }
}

/** @throws AppError `plan-blocked` naming the first thing in the way. */
export function refuseBlocked(plan: Plan): void {
  const [blocker] = plan.blockers
  if (blocker !== undefined) throw new AppError('plan-blocked', blocker.text, { hint: blocker.wayOut })
  const open = plan.decisions.find(decision => decision.chosen === null)
  if (open !== undefined) {
    throw new AppError('plan-blocked', `Still to decide: ${open.title}`, {
      hint: open.options.map(option => option.label).join(' · '),
    })
  }
}

/**
 * A plan that deletes runs only once its node's name was typed, letter by letter.
 * @throws AppError `bad-input`.
 */
export function refuseUnconfirmed({ deletion, kind }: Plan, typedName: string | undefined): void {
  if (kind !== 'delete' && kind !== 'quarantine') return
  refuseOtherName(typedName, deletion?.confirm)
}
