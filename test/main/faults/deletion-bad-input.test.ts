import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DeletionOptions } from '../../../shared/deletion'
import { PlanOptions } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { failureOf } from '../../helpers/failure'
import { homeOf, isLive } from '../../helpers/nodes'
import { leftOn, startVictim, type Victim } from '../../helpers/victim'

let victim: Victim
beforeEach(async () => {
  victim = await startVictim()
}, MINUTE)
afterEach(() => victim[Symbol.asyncDispose]())

const LONG = { timeout: 2 * MINUTE }

test('an unknown node and a second deletion of one that is gone are refused', LONG, async () => {
  const { deletionPlanner, operations } = victim.services
  const nobody = deletionPlanner.delete('00000000-0000-4000-8000-000000000009', DeletionOptions.parse({}))
  expect((await failureOf(nobody)).code).toBe('not-found')
  const plan = await victim.plan({ waiveBackup: true })
  expect((await victim.run(plan)).state).toBe('done')
  expect((await failureOf(victim.plan())).code).toBe('not-found')
  expect((await failureOf(operations.start(plan))).code).toBe('not-found')
  expect(operations.list()).toHaveLength(1)
})

test('a node that a backup reads is not deleted meanwhile, and the refusal says what runs', LONG, async () => {
  const { deletionPlanner, planner, operations } = victim.services
  const ready = await deletionPlanner.delete(victim.nodeId, DeletionOptions.parse({}))
  const backup = await operations.start(await planner.backup(victim.nodeId, PlanOptions.parse({})))
  for (const attempt of [victim.plan(), operations.run(ready.id, { typedName: 'victim' })]) {
    const { code, message } = await failureOf(attempt)
    expect(code).toBe('busy')
    expect(message).toContain(backup.plan.sentence)
  }
  expect((await operations.settled(backup.id)).state).toBe('done')
  expect(await isLive(victim.node)).toBe(true)
})

test('a node that was protected since its preview is not touched', LONG, async () => {
  const { registry, operations } = victim.services
  const plan = await victim.plan()
  registry.setProtected(victim.nodeId, true)
  const before = homeOf(victim.node)
  expect((await failureOf(operations.run(plan.id, { typedName: 'victim' }))).code).toBe('protected')
  expect(operations.list()).toEqual([])
  expect(homeOf(victim.node)).toEqual(before)
})

test('a name with shell characters is a name and nothing else, from the preview to the certificate', LONG, async () => {
  const { registry, operations, certificates } = victim.services
  const mark = join(victim.dataDir, 'obeyed')
  const label = `v'; touch ${mark}; $(touch ${mark}) \`x\` "&|`.slice(0, 64)
  const { host, port, user, auth } = registry.get(victim.nodeId)
  registry.edit(victim.nodeId, { label, host, port, user, auth })
  const plan = await victim.plan()
  expect(plan.deletion?.confirm).toBe(label)
  const run = await operations.settled((await operations.run(plan.id, { typedName: label })).id)
  expect(run).toMatchObject({ state: 'done', error: null })
  expect(certificates.get(run.id)?.node.label).toBe(label)
  expect(existsSync(mark)).toBe(false)
  expect(leftOn(victim.node)).toEqual([])
})

test(
  'an address that answers with another host key is not deleted: nothing is asked of it, and nothing begins',
  LONG,
  async () => {
    const { services, node } = victim
    const ready = await victim.plan()
    const before = homeOf(node)
    await node.fault('change-host-key')
    services.remotes.drop(victim.nodeId) // the line of before is gone; the next one is new
    services.pool.drop(victim.nodeId)
    expect((await failureOf(victim.plan())).code).toBe('host-key-changed')
    expect((await failureOf(services.operations.start(ready))).code).toBe('host-key-changed')
    expect(services.operations.list()).toEqual([])
    expect(homeOf(node)).toEqual(before)
    expect(await isLive(node)).toBe(true)
    expect((await services.fleet.view(victim.nodeId)).reach).toBe('blocked')
  },
)
