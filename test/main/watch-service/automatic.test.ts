import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Automatic } from '../../../shared/watch'
import { FakeClock } from '../../helpers/fake-clock'
import { leakOn } from '../../helpers/leak'
import { isLive, untilLive, whenStep } from '../../helpers/nodes'
import { skips, unlessLinux } from '../../helpers/requirement'
import { until } from '../../helpers/temp'
import { litter, orphansIn, sessionsOf, startCleanYard, type CleanYard } from '../clean/litter'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let clock: FakeClock
let yard: CleanYard
let folder: string
beforeEach(async () => {
  clock = new FakeClock()
  yard = await startCleanYard(clock)
  folder = sessionsOf(yard.target)
  await untilLive(yard.target)
  for (const { id } of yard.services.registry.list()) {
    yard.services.watcher.setNode(id, { isWatched: id === yard.nodeId, rules: { orphans: { raiseAfter: 1 } } })
  }
})
afterEach(() => yard[Symbol.asyncDispose]())

const ON: Automatic = { isOn: true, everyHours: 1, stoppedBecause: null }

/** Polls, and waits for a clean-up that came of it. */
async function poll(): Promise<void> {
  clock.advance(MINUTE)
  await yard.services.watcher.pollOnce(yard.nodeId)
  await yard.services.automatic.consider(yard.nodeId)
}

const runs = () => yard.services.operations.list()
const audit = () => yard.services.audit.list().map(({ what }) => what)

/** Begins to watch, without a poll of its own. */
function startWatching(): void {
  yard.services.watcher.start()
  yard.services.watcher.setConfig({ everySeconds: 86_400 })
}

test('off unless it is switched on', async () => {
  startWatching()
  litter(folder, 150)
  await poll()
  await poll()
  expect(yard.services.watcher.alerts()).toMatchObject([{ rule: 'orphans', action: 'clean-orphans' }])
  expect(runs()).toEqual([])
})

test('an alert is cleaned up by the same plan and executor, at most once in the interval, and told in the audit log', async () => {
  startWatching()
  yard.services.watcher.setNode(yard.nodeId, { automatic: { orphans: ON } })
  litter(folder, 150)
  await poll()
  expect(runs()).toMatchObject([{ state: 'done', plan: { kind: 'clean' } }])
  expect(orphansIn(folder)).toEqual([])
  expect(audit().slice(0, 3)).toEqual(['clean done', 'clean started', 'automatic clean-up'])
  litter(folder, 150)
  await poll()
  await poll()
  expect(runs()).toHaveLength(1)
  expect(orphansIn(folder)).toHaveLength(150)
  await yard.reopen()
  startWatching()
  await poll()
  expect(runs()).toHaveLength(1)
  clock.advance(HOUR)
  await poll()
  expect(runs()).toHaveLength(2)
  expect(orphansIn(folder)).toEqual([])
})

test.skipIf(skips('leaked processes that are ended by themselves', unlessLinux('it needs /proc')))(
  'leaked processes are ended as well, and the gateway runs on',
  async () => {
    startWatching()
    using first = await leakOn(yard.target)
    using second = await leakOn(yard.target)
    const verdicts = async (): Promise<readonly string[]> => {
      const { cleaning } = await yard.plan('processes')
      const all = cleaning?.trees.flatMap(tree => tree.processes) ?? []
      return all.filter(({ pid }) => pid === first.pid || pid === second.pid).map(({ verdict }) => verdict)
    }
    await until(async () => (await verdicts()).join() === 'leaked,leaked', 60_000)
    yard.services.watcher.setNode(yard.nodeId, {
      rules: { 'runaway-processes': { count: 1, olderThanMinutes: 0.5, raiseAfter: 1 } },
      automatic: { processes: ON },
    })
    await until(async () => {
      await poll()
      return runs().length > 0
    }, 60_000)
    expect(runs()).toMatchObject([{ state: 'done', plan: { kind: 'clean', cleaning: { what: 'processes' } } }])
    expect([first.isAlive(), second.isAlive()]).toEqual([false, false])
    expect(await isLive(yard.target)).toBe(true)
    expect(audit().slice(0, 3)).toEqual(['clean done', 'clean started', 'automatic clean-up'])
  },
  150_000,
)

test('two runs that fail one after the other switch it off, with the reason', async () => {
  startWatching()
  yard.services.watcher.setNode(yard.nodeId, { automatic: { orphans: ON } })
  litter(folder, 150)
  const own = () => yard.services.watcher.config().nodes[yard.nodeId]?.automatic.orphans
  const failOnce = async (): Promise<void> => {
    using _cut = whenStep(
      yard.services,
      status => status.stepId === 'sweep' && status.state === 'running',
      () => void yard.target.fault('offline'),
    )
    await poll()
    await yard.target.heal()
  }
  await failOnce()
  expect(runs()).toMatchObject([{ state: 'interrupted' }])
  expect(own()).toEqual(ON)
  clock.advance(HOUR)
  await failOnce()
  expect(runs().map(({ state }) => state)).toEqual(['interrupted', 'interrupted'])
  expect(own()).toMatchObject({ isOn: false })
  expect(own()?.stoppedBecause).toMatch(/failed 2 times in a row/)
  expect(audit()[0]).toBe('automatic clean-up off')
  clock.advance(HOUR)
  await poll()
  expect(runs()).toHaveLength(2)
  yard.services.watcher.setNode(yard.nodeId, { automatic: { orphans: ON } })
  expect(own()?.stoppedBecause).toBeNull()
  await until(() => orphansIn(folder).length === 150)
}, 60_000)
