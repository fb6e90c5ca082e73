/** What a run brings beside files, and its way back, on demo machines over ssh. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { valueOf } from '../../../shared/survey'
import type { Plan } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { decided, startYard, untilLive, whenStep, type Yard } from '../../helpers/nodes'

let yard: Yard
beforeAll(async () => {
  yard = await startYard()
  await untilLive(yard.node('pc-a'), yard.node('pc-b'))
}, MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())

const target = () => yard.record('pc-b').id

async function setLinger(verb: 'enable-linger' | 'disable-linger'): Promise<void> {
  await yard.services.pool.use(target(), connection => connection.exec(['loginctl', verb, 'anna'], { limitMs: MINUTE }))
}

async function hasLinger(): Promise<boolean | undefined> {
  return valueOf((await yard.services.fleet.look(target())).survey.linger)
}

async function plan(): Promise<Plan> {
  const { planner } = yard.services
  const from = yard.record('pc-a').id
  const draft = await planner.migrate(from, target(), yard.options())
  return planner.migrate(from, target(), yard.options({ decisions: decided(draft) }))
}

async function runCancelledAt(made: Plan, at: string, before?: (stepId: string) => Promise<void>) {
  const { operations } = yard.services
  using _first = whenStep(
    yard.services,
    ({ stepId, state }) => stepId === 'stage' && state === 'running',
    () => void before?.('stage'),
  )
  using _then = whenStep(
    yard.services,
    ({ stepId, state }) => stepId === at && state === 'running',
    id => operations.cancel(id),
  )
  return await operations.settled((await operations.start(made)).id)
}

test('linger that a failed run switched on is off again', { timeout: 2 * MINUTE }, async () => {
  await setLinger('disable-linger')
  expect(await hasLinger()).toBe(false)
  const run = await runCancelledAt(await plan(), 'service')
  expect(run.state).toBe('cancelled')
  expect(run.made).toEqual(['linger'])
  expect(run.steps.find(step => step.stepId === 'linger')?.state).toBe('undone')
  expect(await hasLinger()).toBe(false)
  await untilLive(yard.node('pc-a'), yard.node('pc-b'))
})

test('linger that was switched on by somebody else meanwhile stays', { timeout: 2 * MINUTE }, async () => {
  const run = await runCancelledAt(await plan(), 'service', () => setLinger('enable-linger'))
  expect(run.state).toBe('cancelled')
  expect(run.made).toBeUndefined()
  expect(await hasLinger()).toBe(true)
  await untilLive(yard.node('pc-a'), yard.node('pc-b'))
})

test('a return switches off what its run switched on', { timeout: 3 * MINUTE }, async () => {
  await setLinger('disable-linger')
  const run = await yard.run(await plan())
  expect(run.error).toBeNull()
  expect(await hasLinger()).toBe(true)
  const back = await yard.run(await yard.services.planner.goBack(yard.services.operations.get(run.id)))
  expect(back.error).toBeNull()
  expect(await hasLinger()).toBe(false)
  await untilLive(yard.node('pc-a'), yard.node('pc-b'))
})
