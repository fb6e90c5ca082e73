import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operation, Plan } from '../../../shared/plan'
import { MINUTE, SECOND } from '../../../shared/units'
import { failureOf } from '../../helpers/failure'
import { decided, homeOf, isLive, leftRunning, startYard, untilLive, whenStep, type Yard } from '../../helpers/nodes'
import { until } from '../../helpers/temp'

// One pair of machines; each test leaves both as it found them, or the next one would fail.
let yard: Yard
let before: { readonly source: readonly string[]; readonly target: readonly string[] }

beforeAll(async () => {
  yard = await startYard()
  await untilLive(source(), target())
  before = { source: homeOf(source()), target: homeOf(target()) }
}, MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())

const source = () => yard.node('pc-a')
const target = () => yard.node('pc-b')

async function plan(change: Parameters<Yard['options']>[0] = {}): Promise<Plan> {
  const { planner } = yard.services
  const [from, to] = [yard.record('pc-a').id, yard.record('pc-b').id]
  const draft = await planner.migrate(from, to, yard.options(change))
  return planner.migrate(from, to, yard.options({ ...change, decisions: decided(draft) }))
}

async function expectAsBefore(): Promise<void> {
  expect(homeOf(target())).toEqual(before.target)
  expect(homeOf(source())).toEqual(before.source)
  await untilLive(source(), target())
  await until(() => leftRunning(target()).length === 0 || yard.services.remotes.drop(yard.record('pc-b').id), 10_000)
}

/** Runs a plan, with something that happens when a step is at a point. */
async function runUntil(
  made: Plan,
  stepId: string,
  act: (operationId: string) => unknown,
  note = /^/,
): Promise<Operation> {
  const { services } = yard
  using _watch = whenStep(
    services,
    status => status.stepId === stepId && status.state === 'running' && note.test(status.note),
    act,
  )
  const started = await services.operations.start(made)
  return await services.operations.settled(started.id)
}

const stateOf = (operation: Operation, stepId: string) => operation.steps.find(step => step.stepId === stepId)?.state

test(
  'a line cut while files are put in place leaves the target whole; rolling back restores every byte',
  async () => {
    const { operations } = yard.services
    const cut = await runUntil(await plan(), 'commit', () => void target().fault('offline'))
    expect(cut.state).toBe('interrupted')
    expect(cut.error?.hint).toBeTruthy()
    expect(cut.canReturn).toBe(false)
    const name = (line: string) => line.split(' ')[0] ?? ''
    const names = homeOf(target()).map(name)
    const isOld = before.target.map(name).every(one => names.includes(one))
    const isNew = names.some(one => one.includes('workspace-mail/MEMORY.md') && one.startsWith('.openclaw/'))
    expect(isOld || isNew).toBe(true)
    const early = operations.rollBack(cut.id)
    expect((await operations.settled(early.id)).state).toBe('interrupted')
    expect((await failureOf(() => operations.resume(cut.id))).message).toContain('on its way back')
    await target().heal()
    const back = await operations.settled(operations.rollBack(cut.id).id)
    expect(back.state).toBe('returned')
    await expectAsBefore()
  },
  3 * MINUTE,
)

test(
  'a gateway that does not come up healthy brings the former state and the former gateways back by itself',
  async () => {
    const program = join(target().home, '.npm-global/lib/node_modules/openclaw/dist/index.js')
    const good = readFileSync(program, 'utf8')
    writeFileSync(program, good.replace('isKnown ? 200 : 404', `config.agents.entries?.mail ? 500 : 200`))
    const made = await plan()
    const steps = made.steps.map(step => (step.id === 'health' ? { ...step, limitMs: 8 * SECOND } : step))
    const run = await runUntil({ ...made, steps }, 'none', () => undefined)
    writeFileSync(program, good)
    expect(run.state).toBe('failed')
    expect(run.error?.message).toContain('did not come up healthy')
    expect(run.error?.hint).toContain('journalctl')
    expect(stateOf(run, 'health')).toBe('failed')
    for (const id of ['stop-source', 'stop-target', 'commit', 'service', 'start'])
      expect([id, stateOf(run, id)]).toEqual([id, 'undone'])
    await expectAsBefore()
    const refused = await failureOf(() => yard.services.operations.resume(run.id))
    expect(refused.hint).toContain('Plan it again')
  },
  3 * MINUTE,
)

for (const at of ['capture', 'stage', 'validate']) {
  test(`cancel during the step "${at}" ends with both machines as before`, { timeout: 3 * MINUTE }, async () => {
    const run = await runUntil(await plan(), at, id => yard.services.operations.cancel(id))
    expect(run.state).toBe('cancelled')
    expect(run.error).toBeNull()
    await expectAsBefore()
  })
}

test(
  'a line cut while files are sent interrupts the run; resumed, it ends done and proven',
  async () => {
    const { operations } = yard.services
    const made = await plan()
    const cut = await runUntil(made, 'stage', () => void target().fault('offline'), /Sending/)
    expect(cut.state).toBe('interrupted')
    expect(cut.error?.code).toMatch(/connection/)
    expect(cut.error?.hint).toBeTruthy()
    await target().heal()
    const done = await operations.settled(operations.resume(cut.id).id)
    expect(done.error).toBeNull()
    expect(done.state).toBe('done')
    expect(done.proof.map(row => row.verdict)).not.toContain('differs')
    expect(await isLive(target(), Number(made.decisions[0]?.chosen?.split(':')[1]))).toBe(true)
    expect(await isLive(source())).toBe(false)
  },
  3 * MINUTE,
)

test(
  'a finished run is neither resumed nor rolled back, but returned from: everything is as before',
  async () => {
    const { operations, planner } = yard.services
    const [last] = operations.list()
    const id = last?.id ?? ''
    for (const refused of [() => operations.resume(id), () => operations.rollBack(id)]) {
      expect(await failureOf(refused)).toMatchObject({
        code: 'bad-input',
        hint: expect.stringContaining('safety backup') as string,
      })
    }
    const back = await yard.run(await planner.goBack(operations.get(id)))
    expect(back.error).toBeNull()
    expect(back.state).toBe('done')
    await untilLive(source(), target())
    // Databases come back with the same rows in another layout; the unit, with the same port. Empty folders may stay.
    const files = (lines: readonly string[]) => lines.filter(line => !/\.sqlite|systemd|\/ \d+$|^projects/.test(line))
    expect(files(homeOf(target()))).toEqual(files(before.target))
    expect(homeOf(source())).toEqual(before.source)
  },
  3 * MINUTE,
)

test(
  'cancelled while it clears up, a run goes on to its end: what its way back takes is going',
  {
    timeout: 3 * MINUTE,
  },
  async () => {
    const { operations, planner } = yard.services
    const run = await runUntil(await plan(), 'finish', id => operations.cancel(id))
    expect(run.error).toBeNull()
    expect(run.state).toBe('done')
    expect(stateOf(run, 'tidy')).toBe('done')
    expect((await yard.run(await planner.goBack(operations.get(run.id)))).state).toBe('done')
    await untilLive(source(), target())
  },
)

test('a line cut while it clears up leaves one way, forward', { timeout: 3 * MINUTE }, async () => {
  const { operations } = yard.services
  const cut = await runUntil(await plan(), 'tidy', () => void target().fault('offline'))
  expect(cut.state).toBe('interrupted')
  expect(cut.error?.hint).toMatch(/in place.*resume/)
  expect((await failureOf(() => operations.rollBack(cut.id))).hint).toContain('safety backup')
  await target().heal()
  expect((await operations.settled(operations.resume(cut.id).id)).state).toBe('done')
})
