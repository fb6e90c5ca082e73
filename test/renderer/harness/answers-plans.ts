import type { Command } from '../../../shared/contract'
import type { Plan } from '../../../shared/plan'
import { backupPlan, migratePlan, restorePlan, returnPlan } from './fixture-plans'
import { deletionPlan, quarantinePlan, releasePlan } from './fixture-deletion'
import { simulateCleaning } from './fixture-clean-runs'
import { cleanPlan } from './fixture-cleaning'
import { certificateOf, resumeDeletion, simulateDeletion } from './fixture-deletion-runs'
import { operationOf, operations, putOperation, start } from './fixture-runs'
import { refuse, sleep, type Answers } from './fixture-state'
import { scene } from './scene'

const plans = new Map<string, Plan>()

function keep(plan: Plan): Plan {
  plans.set(plan.id, plan)
  return plan
}

/** Plans and their runs. */
export const planAnswers: Answers<
  Extract<Command, `plans.${string}` | `operations.${string}` | `deletions.${string}`>
> = {
  'plans.backup': async ({ nodeId, options }) => {
    await sleep(40)
    return keep(backupPlan(nodeId, options))
  },
  'plans.restore': async ({ backupId, nodeId, options }) => {
    await sleep(40)
    return keep({ ...restorePlan(nodeId, options, scene.isBlocked), snapshot: backupId })
  },
  'plans.migrate': async ({ options }) => {
    await sleep(40)
    return keep(migratePlan(options))
  },
  'plans.return': () => keep(returnPlan()),
  'plans.delete': async ({ nodeId, options }) => {
    await sleep(40)
    return keep(deletionPlan(nodeId, options))
  },
  'plans.quarantine': async ({ nodeId, days = 7, options }) => {
    await sleep(40)
    return keep(quarantinePlan(nodeId, days, options))
  },
  'plans.release': ({ nodeId }) => keep(releasePlan(nodeId)),
  'plans.clean': async ({ nodeId, what, options }) => {
    await sleep(40)
    return keep(cleanPlan(nodeId, what, options))
  },
  'plans.run': ({ planId, typedName }) => {
    const plan = plans.get(planId) ?? refuse('plan-stale', 'This plan is no longer there.', 'Make it again.')
    if (plan.deletion !== undefined && plan.deletion.confirm !== typedName)
      return refuse('bad-input', 'The name typed is not the name of this node. Nothing was done.')
    plans.delete(planId)
    if (plan.cleaning !== undefined) return start(plan, simulateCleaning)
    return plan.deletion === undefined ? start(plan) : start(plan, simulateDeletion)
  },
  'operations.list': () => [...operations.values()],
  'operations.cancel': ({ operationId }) => {
    putOperation({ ...operationOf(operationId), state: 'cancelled', endedAt: new Date().toISOString() })
  },
  'operations.resume': ({ operationId }) =>
    operationOf(operationId).plan.deletion === undefined
      ? putOperation({ ...operationOf(operationId), state: 'running' })
      : resumeDeletion(operationId),
  'operations.rollBack': ({ operationId }) =>
    putOperation({ ...operationOf(operationId), state: 'returned', endedAt: new Date().toISOString() }),
  'operations.forceStop': () => undefined,
  'deletions.certificate': ({ operationId }) => certificateOf(operationId),
  'deletions.saveCertificate': ({ format }) => `/home/admin/pc-a-deletion.${format === 'markdown' ? 'md' : format}`,
}
