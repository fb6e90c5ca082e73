import type { Command } from '../../../shared/contract'
import type { Plan } from '../../../shared/plan'
import { backupPlan, migratePlan, restorePlan, returnPlan } from './fixture-plans'
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
  'plans.delete': () => refuse('plan-blocked', 'Deletions have no fixture.', 'Add one.'),
  'plans.quarantine': () => refuse('plan-blocked', 'Deletions have no fixture.', 'Add one.'),
  'plans.release': () => refuse('plan-blocked', 'Deletions have no fixture.', 'Add one.'),
  'plans.run': ({ planId }) => {
    const plan = plans.get(planId) ?? refuse('plan-stale', 'This plan is no longer there.', 'Make it again.')
    plans.delete(planId)
    return start(plan)
  },
  'operations.list': () => [...operations.values()],
  'operations.cancel': ({ operationId }) => {
    putOperation({ ...operationOf(operationId), state: 'cancelled', endedAt: new Date().toISOString() })
  },
  'operations.resume': ({ operationId }) => putOperation({ ...operationOf(operationId), state: 'running' }),
  'operations.rollBack': ({ operationId }) =>
    putOperation({ ...operationOf(operationId), state: 'returned', endedAt: new Date().toISOString() }),
  'operations.forceStop': () => undefined,
  'deletions.certificate': () => null,
  'deletions.saveCertificate': () => null,
}
