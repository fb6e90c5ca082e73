import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Plan } from '../../../shared/plan'
import { leakOn } from '../../helpers/leak'
import { untilLive } from '../../helpers/nodes'
import { skips } from '../../helpers/requirement'
import { until } from '../../helpers/temp'
import { openRows, startCleanYard, type CleanYard } from './litter'

const skipsLinux = skips('leaked processes', process.platform === 'linux' ? undefined : 'needs /proc')

/** Processes of a plan by pid, with their verdict. */
function verdicts(plan: Plan): ReadonlyMap<number, string> {
  const all = plan.cleaning?.trees.flatMap(tree => tree.processes) ?? []
  return new Map(all.map(({ pid, verdict }) => [pid, verdict]))
}

describe.skipIf(skipsLinux)('leaked processes', () => {
  let yard: CleanYard
  beforeEach(async () => {
    yard = await startCleanYard()
    await untilLive(yard.target)
  })
  afterEach(() => yard[Symbol.asyncDispose]())

  /** A plan for exactly these, once they count as leaked. */
  const planFor = async (pids: readonly number[]): Promise<Plan> => {
    const all = await until(async () => {
      const plan = await yard.plan('processes')
      return pids.every(pid => verdicts(plan).get(pid) === 'leaked') && plan
    }, 40_000)
    const processes = all.cleaning?.trees.flatMap(tree => tree.processes).filter(({ pid }) => pids.includes(pid)) ?? []
    return yard.plan('processes', { processes })
  }

  test('they are asked to end, then made to; the gateway runs on; the proof says so', async () => {
    using kind = await leakOn(yard.target)
    using stubborn = await leakOn(yard.target, { isStubborn: true })
    using spared = await leakOn(yard.target)
    const plan = await planFor([kind.pid, stubborn.pid])
    expect(plan.sentence).toMatch(/^End 2 leaked processes on vps-3/)
    expect(plan.cleaning?.fault?.fixedIn).toBe('2026.9.6')
    const why = plan.cleaning?.trees.flatMap(tree => tree.processes).find(({ pid }) => pid === kind.pid)?.why
    expect(why?.length).toBeGreaterThan(1)

    const operation = await yard.run(plan)
    expect({ state: operation.state, open: openRows(operation), error: operation.error }).toEqual({
      state: 'done',
      open: [],
      error: null,
    })
    expect([kind.isAlive(), stubborn.isAlive(), spared.isAlive()]).toEqual([false, false, true])
    expect(operation.proof.map(row => row.what)).toEqual([
      'Leaked processes that were to end',
      'The gateway of profile default',
    ])
  }, 90_000)

  test('one that ended by itself since the preview is no failure; one under another pid and start is never touched', async () => {
    using first = await leakOn(yard.target)
    using second = await leakOn(yard.target)
    const plan = await planFor([first.pid, second.pid])
    first[Symbol.dispose]()
    await until(() => !first.isAlive())
    const forged = structuredClone(plan)
    for (const tree of forged.cleaning?.trees ?? []) {
      for (const one of tree.processes) if (one.pid === second.pid) one.startedAtTicks -= 1
    }
    for (const one of forged.cleaning?.options.processes ?? []) if (one.pid === second.pid) one.startedAtTicks -= 1
    const started = await yard.services.operations.start(forged)
    const operation = await yard.services.operations.settled(started.id)
    expect({ state: operation.state, open: openRows(operation) }).toEqual({ state: 'done', open: [] })
    expect(second.isAlive()).toBe(true)
  }, 90_000)

  test('what is not leaked is never part of a plan, whatever was chosen', async () => {
    using young = await leakOn(yard.target)
    const plan = await yard.plan('processes')
    const gateway = plan.cleaning?.trees.flatMap(tree => tree.processes).find(({ family }) => family === 'gateway')
    if (gateway === undefined) throw new Error('No gateway seen')
    const { pid, startedAtTicks } = gateway
    const forced = await yard.plan('processes', { processes: [{ pid, startedAtTicks }] })
    expect(forced.blockers.map(({ code }) => code)).toEqual(['nothing-to-clean'])
    expect(forced.notes.join()).toMatch(`Process ${pid} is not leaked`)
    expect(young.isAlive()).toBe(true)
  })
})
