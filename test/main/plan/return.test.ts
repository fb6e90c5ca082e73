import { expect, test } from 'vitest'
import { planMigrate } from '../../../main/plan/migrate'
import { planReturn } from '../../../main/plan/return'
import { waiting } from '../../../main/plan/run'
import { PlanOptions, type Operation, type Plan } from '../../../shared/plan'
import { gatewayUnit, nodeFacts, profileFacts } from '../../helpers/facts'

const stamp = { id: '11111111-1111-4111-8111-111111111111', now: new Date('2026-11-01T12:00:00Z') }
const safety = '33333333-3333-4333-8333-333333333333'

function finished(change: Partial<Operation> = {}): Operation {
  const plan = planMigrate(
    {
      source: nodeFacts('alpha'),
      target: nodeFacts('gamma', { survey: { profiles: [] } }),
      texts: new Map([['openclaw.json', '{}']]),
      takenPorts: new Map(),
      foreignBots: new Map(),
    },
    PlanOptions.parse({}),
    stamp,
  )
  return {
    ...{ id: stamp.id, plan, state: 'done', startedAt: stamp.now.toISOString(), endedAt: null },
    ...{ steps: plan.steps.map(waiting), proof: [], error: null, snapshots: { safety }, canReturn: true },
    ...change,
  }
}

function back(operation: Operation, services = [gatewayUnit()], others: readonly string[] = []): Plan {
  const profiles = [{ ...profileFacts(), services }, ...others.map(name => ({ ...profileFacts(), name }))]
  const target = nodeFacts('gamma', { survey: { profiles } })
  return planReturn(
    { operation, source: nodeFacts('alpha'), target, wasRunning: false, formerPort: null, wasBroken: false },
    stamp,
  )
}

const ids = ({ steps }: Plan): string[] => steps.map(step => step.id)

test('takes away neither linger nor OpenClaw that were there before', () => {
  const plan = back(finished())
  expect(ids(plan)).toContain('sweep')
  expect(ids(plan)).not.toContain('linger-off')
  expect(ids(plan)).not.toContain('uninstall')
})

test('takes away what the run made, after all that needs it, and says so', () => {
  const plan = back(finished({ made: ['linger', 'openclaw'] }))
  expect(ids(plan).slice(-3)).toEqual(['sweep', 'linger-off', 'uninstall'])
  expect(plan.notes.join()).toContain('removed with npm')
})

test.each([
  ['another profile', [gatewayUnit()], ['rescue']],
  ['a node host', [gatewayUnit(), gatewayUnit({ kind: 'node-host', name: 'openclaw-node.service' })], []],
])('leaves an installed OpenClaw that %s uses by now, and says so', (_what, services, others) => {
  const plan = back(finished({ made: ['openclaw'] }), services, others)
  expect(ids(plan)).not.toContain('uninstall')
  expect(plan.notes.join()).toContain('stays on gamma')
})
