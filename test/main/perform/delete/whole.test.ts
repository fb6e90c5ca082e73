import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE } from '../../../../shared/units'
import { homeOf } from '../../../helpers/nodes'
import { leftOn, startVictim, type Victim } from '../../../helpers/victim'

let victim: Victim
beforeAll(async () => {
  victim = await startVictim()
}, MINUTE)
afterAll(() => victim[Symbol.asyncDispose]())

test('a preview changes nothing on the machine, though its login shell calls npm', { timeout: MINUTE }, async () => {
  const { node } = victim
  for (const file of ['.profile', '.bash_profile']) appendFileSync(join(node.home, file), 'npm prefix --global >&2\n')
  const before = homeOf(node)
  const plan = await victim.plan()
  expect(plan.deletion?.items.length).toBeGreaterThan(5)
  expect(homeOf(node)).toEqual(before)
})

test(
  'a machine is deleted completely: eleven steps, a proof for each item, and the record goes last',
  { timeout: MINUTE },
  async () => {
    const { services, node, nodeId } = victim
    const before = leftOn(node)
    expect(before.length).toBeGreaterThan(5)
    const run = await victim.run(await victim.plan())
    expect(run.error).toBeNull()
    expect(run.state).toBe('done')
    expect(run.steps.map(step => [step.stepId, step.state])).toEqual(
      ['stop', 'disable', 'back-up', 'release-bots', 'clear-sessions', 'uninstall', 'remove-state', 'remove-units']
        .map(id => [id, 'done'])
        .concat(['verify', 'update-registry', 'record'].map(id => [id, 'done'])),
    )
    expect(leftOn(node)).toEqual([])
    expect(run.proof.filter(row => row.verdict !== 'proven')).toEqual([])
    const going = run.plan.deletion?.items.filter(item => item.verdict === 'goes') ?? []
    for (const { name } of going) expect(run.proof.map(row => row.what)).toContain(name)
    expect(services.registry.list()).toEqual([])
    expect(Object.keys(run.snapshots)).toEqual(['deletion:default'])
    const [backup] = await (await services.repository()).list()
    expect(backup).toMatchObject({ nodeId, reason: 'deletion', state: 'good' })
  },
)
