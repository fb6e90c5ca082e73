import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleMain } from '../../../build/bundle'
import type { BackupSummary } from '../../../shared/backup'
import type { Operation, Plan } from '../../../shared/plan'
import { isClearing } from '../../../shared/way-back'
import { MINUTE } from '../../../shared/units'
import { startDemoFleet, type DemoFleet } from '../../demo/fleet'
import { startKeyring, useKeyring } from '../../helpers/keyring'
import { decided, homeOf, leftRunning, untilLive } from '../../helpers/nodes'
import { startOcm, type Ocm, type OcmAnswer } from '../../helpers/ocm'
import { until } from '../../helpers/temp'

/** How often the command line is killed in a backup, and in a migration. `OCM_KILLS=15` for a long look. */
const KILLS = Number(process.env['OCM_KILLS'] ?? 4)

let fleet: DemoFleet
let ocm: Ocm
const undo = new AsyncDisposableStack()

beforeAll(async () => {
  await bundleMain({ cli: 'main/cli.ts' })
  undo.use(useKeyring(undo.use(await startKeyring())))
  fleet = undo.use(await startDemoFleet({ count: 2 }))
  ocm = undo.use(startOcm())
  for (const { name, host, port, user, hostFingerprint } of fleet.nodes) {
    const address = ['--host', host, '--port', String(port), '--user', user, '--label', name]
    await run('nodes', 'add', ...address, '--key', fleet.keyPath)
    await run('nodes', 'trust', name, '--fingerprint', hostFingerprint)
  }
  await untilLive(...fleet.nodes)
}, 2 * MINUTE)
afterAll(() => undo.disposeAsync())

async function run(...words: readonly string[]): Promise<OcmAnswer> {
  const answer = await ocm.run(words)
  expect(answer.code, `${words.join(' ')}\n${answer.stderr.slice(-3000)}`).toBe(0)
  return answer
}

/** Starts a command and kills it, without any chance to say goodbye, after so many ms. True when it was still at work. */
async function killAfter(words: readonly string[], ms: number): Promise<boolean> {
  const started = ocm.start(words)
  await Promise.race([started.ended, new Promise(resolve => setTimeout(resolve, ms))])
  started.kill()
  return (await started.ended).code === -1
}

const runs = async (): Promise<readonly Operation[]> => (await run('runs')).json() as readonly Operation[]

/** A remote program ends when the line to it does. */
async function expectNothingLeftRunning(): Promise<void> {
  for (const node of fleet.nodes) await until(() => leftRunning(node).length === 0, 20_000)
}

test(
  `killed ${KILLS} times in a backup: old backups verify, nothing partial is listed, resume ends done`,
  async () => {
    const node = fleet.node('pc-a')
    const startedAt = performance.now()
    const first = (await run('backup', 'pc-a')).json() as Operation
    const wholeMs = performance.now() - startedAt
    const before = homeOf(node)
    let killed = 0
    for (let round = 0; round < KILLS; round++) {
      writeFileSync(join(node.stateDir, 'workspace/new.bin'), randomBytes(500_000))
      if (await killAfter(['backup', 'pc-a', '--components', 'gateway', 'workspaces'], Math.random() * wholeMs))
        killed += 1
    }
    rmSync(join(node.stateDir, 'workspace/new.bin'))
    await expectNothingLeftRunning()
    expect(killed).toBeGreaterThan(0)
    expect(homeOf(node)).toEqual(before)
    const all = await runs()
    expect(all.filter(one => one.state === 'running')).toEqual([])
    const listed = (await run('backups', 'list')).json() as readonly BackupSummary[]
    expect(listed.map(row => row.id)).toContain(first.snapshots['capture'])
    expect(listed.filter(row => row.state !== 'good')).toEqual([])
    for (const { id } of listed) await run('backups', 'verify', id)
    for (const { id } of all.filter(one => one.state === 'interrupted')) {
      expect(((await run('resume', id)).json() as Operation).state).toBe('done')
    }
  },
  (2 + KILLS / 2) * MINUTE,
)

test(
  `killed ${KILLS} times in a migration: rolled back, both machines are as before; resumed, it is proven`,
  async () => {
    const preview = (await run('migrate', 'pc-a', 'pc-b', '--preview')).json() as Plan
    const decisions = Object.entries(decided(preview)).flatMap(([id, option]) => ['--decide', `${id}=${option}`])
    const words = ['migrate', 'pc-a', 'pc-b', ...decisions]
    const before = fleet.nodes.map(homeOf)
    let killed = 0
    let afterMs = FIRST_KILL_MS
    // Later each time, with some chance in it: the first kills hit early steps, whatever the speed of this machine.
    for (let round = 0; killed < KILLS && round < 4 * KILLS; round++) {
      afterMs += KILL_STEP_MS * (0.5 + Math.random())
      const isKilled = await killAfter(words, afterMs)
      const [last] = (await runs()).filter(one => one.plan.kind === 'migrate')
      if (last?.state === 'done') {
        await run('return', last.id)
        break
      }
      if (!isKilled || last === undefined) continue
      await expectNothingLeftRunning()
      if (last.state !== 'interrupted') continue // killed before it began
      killed += 1
      if (isClearing(last)) {
        await expectOnlyForward(last.id)
        await run('return', last.id)
        break
      }
      expect(last.error?.hint).toContain('roll it back')
      await run('roll-back', last.id)
      expect(fleet.nodes.map(homeOf), `killed at ${stepOf(last)}`).toEqual(before)
      await untilLive(...fleet.nodes)
    }
    expect(killed).toBeGreaterThan(0)
    await killAfter(words, afterMs)
    const open = (await runs()).find(one => one.state === 'interrupted' && one.plan.kind === 'migrate')
    const done = (await run(...(open === undefined ? words : ['resume', open.id]))).json() as Operation
    expect(done.state).toBe('done')
    expect(done.proof.map(row => row.verdict)).not.toContain('differs')
  },
  (4 + 2 * KILLS) * MINUTE,
)

/** What the way back takes is going: the run is not rolled back, but taken to its end. */
async function expectOnlyForward(id: string): Promise<void> {
  const refused = await ocm.run(['roll-back', id])
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('safety backup')])
  expect(((await run('resume', id)).json() as Operation).state).toBe('done')
}

/** Planning takes about so long before a migration begins, ms. */
const FIRST_KILL_MS = 800
const KILL_STEP_MS = 700

function stepOf(operation: Operation): string {
  return operation.steps.findLast(step => step.startedAt !== null)?.stepId ?? 'the start'
}
