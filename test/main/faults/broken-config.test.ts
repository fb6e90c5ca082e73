import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operation } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { failureOf } from '../../helpers/failure'
import { decided, isLive, startYard, untilLive, type Yard } from '../../helpers/nodes'
import { until } from '../../helpers/temp'

/** Cut off in the middle, with a comment and a trailing comma, so that no byte of it may be tidied. */
const BROKEN = '{\n  // late in the evening\n  "gateway": { "port": 1, },\n  "agents": { "defaults": \n'

let yard: Yard
beforeAll(async () => {
  yard = await startYard()
  await untilLive(...yard.fleet.nodes)
}, MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())

const node = (name: string) => yard.node(name)
const id = (name: string) => yard.record(name).id
const config = (name: string) => join(node(name).stateDir, 'openclaw.json')
const read = (name: string) => readFileSync(config(name), 'utf8')
const backUp = async (name: string): Promise<Operation> =>
  yard.run(await yard.services.planner.backup(id(name), yard.options()))

test(
  'a backup with a broken openclaw.json is brought back byte for byte, says so before, and its gateway stays stopped',
  async () => {
    const { planner, fleet } = yard.services
    const good = read('pc-b')
    const goodBackup = (await backUp('pc-b')).snapshots['capture'] ?? ''
    writeFileSync(config('pc-b'), BROKEN)
    const view = await fleet.survey(id('pc-b'))
    expect(view.survey?.profiles[0]?.config).toMatchObject({ state: 'known', value: { isValid: false } })
    expect(view.survey?.warnings.map(one => one.code)).toContain('config-broken')
    const made = await backUp('pc-b')
    expect(made.error).toBeNull()
    writeFileSync(config('pc-b'), good)

    const plan = await planner.restore(made.snapshots['capture'] ?? '', id('pc-b'), yard.options())
    expect(plan.notes.join('\n')).toMatch(/configuration in this backup is broken.*openclaw\.json.*[Ll]ine \d/)
    expect(plan.steps.map(step => step.id)).not.toContain('start')
    const run = await yard.run(plan)
    expect(run.error).toBeNull()
    expect(run.state).toBe('done')
    expect(read('pc-b')).toBe(BROKEN)
    expect(await isLive(node('pc-b'))).toBe(false)

    const back = await yard.run(await planner.restore(goodBackup, id('pc-b'), yard.options()))
    expect(back.error).toBeNull()
    expect(read('pc-b')).toBe(good)
    await untilLive(node('pc-b'))

    // Its paths would have to be rewritten for another machine, and that cannot be done.
    const elsewhere = await failureOf(planner.restore(made.snapshots['capture'] ?? '', id('pc-a'), yard.options()))
    expect(elsewhere).toMatchObject({ code: 'config-invalid', message: expect.stringMatching(/[Ll]ine \d/) as string })
    expect(elsewhere.hint).toBeTruthy()
  },
  3 * MINUTE,
)

test(
  'a return brings a broken openclaw.json of the target back byte for byte, and the source runs again',
  async () => {
    const { planner, operations } = yard.services
    const good = read('pc-b')
    writeFileSync(config('pc-b'), BROKEN)
    const draft = await planner.migrate(id('pc-a'), id('pc-b'), yard.options())
    const options = yard.options({ decisions: decided(draft) })
    const moved = await yard.run(await planner.migrate(id('pc-a'), id('pc-b'), options))
    expect(moved.error).toBeNull()
    expect(await isLive(node('pc-a'))).toBe(false)
    const plan = await planner.goBack(operations.get(moved.id))
    expect(plan.notes.join('\n')).toContain('was broken before the run')
    const back = await yard.run(plan)
    expect(back.error).toBeNull()
    expect(back.state).toBe('done')
    expect(read('pc-b')).toBe(BROKEN)
    await until(() => isLive(node('pc-a')), 30_000)
    writeFileSync(config('pc-b'), good)
  },
  3 * MINUTE,
)
