import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createServices } from '../../../main/services'
import type { Plan } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { failureOf } from '../../helpers/failure'
import { decided, homeOf, isLive, PROGRAM_FILE, startYard, untilLive, type Yard } from '../../helpers/nodes'

let yard: Yard
beforeAll(async () => {
  yard = await startYard()
  await untilLive(source(), target())
}, 2 * MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())

const source = () => yard.node('pc-a')
const target = () => yard.node('pc-b')
const configOf = (node: ReturnType<typeof source>) => join(node.stateDir, 'openclaw.json')
const ids = () => [yard.record('pc-a').id, yard.record('pc-b').id] as const

async function migration(change: Parameters<Yard['options']>[0] = {}): Promise<Plan> {
  const [from, to] = ids()
  const draft = await yard.services.planner.migrate(from, to, yard.options(change))
  return yard.services.planner.migrate(from, to, yard.options({ ...change, decisions: decided(draft) }))
}

/** What a person can act on: a sentence, and the next step. */
async function refusal(work: Promise<unknown>, code: string): Promise<string> {
  const error = await failureOf(work)
  expect(error.code).toBe(code)
  expect(error.hint).toBeTruthy()
  return error.message
}

test(
  'a plan is refused as stale once a node changed in what it relies on, and nothing is touched',
  async () => {
    const { planner, operations } = yard.services
    const plan = await planner.backup(ids()[0], yard.options())
    const config = readFileSync(configOf(source()), 'utf8')
    writeFileSync(configOf(source()), config.replace("mail: { name: 'Mail'", "post: { name: 'Post'"))
    const message = await refusal(operations.run(plan.id), 'plan-stale')
    expect(message).toContain('pc-a has changed')
    writeFileSync(configOf(source()), config)
    expect(operations.list()).toEqual([])
    expect(await refusal(operations.run(plan.id), 'plan-stale')).toContain('used already')
  },
  MINUTE,
)

test(
  'an undecided question and an unknown plan are refused',
  async () => {
    const { planner, operations } = yard.services
    const open = await planner.migrate(...ids(), yard.options())
    expect(open.decisions.some(decision => decision.chosen === null)).toBe(true)
    expect(await refusal(operations.run(open.id), 'plan-blocked')).toContain('Still to decide')
    await refusal(operations.run('00000000-0000-4000-8000-000000000000'), 'plan-stale')
  },
  MINUTE,
)

test(
  'a second run on a node is refused while the first is under way, and its plan can be used afterwards',
  async () => {
    const { planner, operations } = yard.services
    const [first, second] = [
      await planner.backup(ids()[0], yard.options()),
      await planner.backup(ids()[0], yard.options()),
    ]
    const running = await operations.run(first.id)
    expect(await refusal(operations.run(second.id), 'busy')).toContain('part of a run under way')
    expect((await operations.settled(running.id)).state).toBe('done')
    expect((await yard.run(second)).state).toBe('done')
  },
  MINUTE,
)

test('a second OCM on the same data folder is told who holds it', async () => {
  const { dataDir } = yard
  const other = createServices({ dataDir, programFile: PROGRAM_FILE, isDemo: true, console: false, keychain: null })
  expect(await refusal(other, 'data-folder-in-use')).toContain(`process ${process.pid}`)
})

test(
  'a migration from a broken configuration is refused with the line where it is broken',
  async () => {
    const config = readFileSync(configOf(source()), 'utf8')
    writeFileSync(configOf(source()), '{\n  "gateway": {\n    "port": 1,\n  }\n  "agents": {}\n}\n')
    const broken = await yard.services.planner.migrate(...ids(), yard.options())
    writeFileSync(configOf(source()), config)
    const blocker = broken.blockers.find(one => one.code === 'config-invalid')
    expect(blocker?.text).toMatch(/[Ll]ine 5/)
    expect(blocker?.wayOut).toContain('restore its last backup')
    expect(broken.steps).toEqual([])
    await refusal(yard.services.operations.run(broken.id), 'plan-blocked')
  },
  2 * MINUTE,
)

test(
  'a clone gets a gateway token and an identity of its own, its channels are off, and the source is only read',
  async () => {
    const before = homeOf(source())
    const config = readFileSync(configOf(source()), 'utf8')
    const token = /token: '(\w+)'/.exec(config)?.[1] ?? ''
    const plan = await migration({ mode: 'clone' })
    const run = await yard.run(plan)
    expect(run.error).toBeNull()
    expect(run.state).toBe('done')
    expect(homeOf(source())).toEqual(before)
    expect(await isLive(source())).toBe(true)
    const copy = readFileSync(configOf(target()), 'utf8')
    expect(copy).not.toContain(token)
    expect(copy).toMatch(/token: '[^']{20,}'/)
    expect(copy).toMatch(/telegram: \{\s*enabled: false/)
    expect(copy).toContain('three weekends')
    const { survey } = await yard.services.fleet.survey(ids()[1])
    const [profile] = survey?.profiles ?? []
    expect(profile?.channels).toMatchObject({ state: 'known' })
    if (profile?.channels.state === 'known') expect(profile.channels.value.every(one => !one.isEnabled)).toBe(true)
    expect(existsSync(join(target().stateDir, 'devices/paired.json'))).toBe(false)
  },
  2 * MINUTE,
)
