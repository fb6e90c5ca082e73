import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import PQueue from 'p-queue'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleMain } from '../../../build/bundle'
import { DeletionVerb } from '../../../shared/deletion'
import { AppError } from '../../../shared/errors'
import type { Operation, Plan } from '../../../shared/plan'
import { MINUTE, SECOND } from '../../../shared/units'
import { startKeyring, useKeyring } from '../../helpers/keyring'
import { homeOf, isLive, PROGRAM_FILE, whenStep } from '../../helpers/nodes'
import { until } from '../../helpers/temp'
import { leftOn, programPath } from '../../helpers/victim'
import { CAN_MOUNT, endStubborn, FAULTS, startStage, type Fault, type Stage } from './deletion-faults'

/** So many machines are deleted at once: most of the time each waits for a process or a line. */
const SIDE_BY_SIDE = 4

/** A command that hangs is given up so soon, ms; the real limits are longer. A resume has it too, on a machine that may be busy. */
const HANG_LIMIT_MS = 8 * SECOND

/** After these the proof was made; what comes later is not the deletion's to know. */
const AFTER_PROOF: ReadonlySet<string> = new Set(['update-registry', 'record'])

const STEPS = DeletionVerb.options
/** All of them; `OCM_MATRIX="verify / "` for those whose name has that in it. */
const CASES = STEPS.flatMap(step =>
  FAULTS.filter(fault => fault.needsDisk !== true || CAN_MOUNT).map(fault => ({ step, fault })),
).filter(({ step, fault }) => `${step} / ${fault.name}`.includes(process.env['OCM_MATRIX'] ?? ''))
if (!CAN_MOUNT) console.log('Not run: a full disk, since only root can mount a small file system.')

const undo = new AsyncDisposableStack()
beforeAll(async () => {
  undo.use(useKeyring(undo.use(await startKeyring())))
  await bundleMain({ 'deletion-child': 'test/main/faults/deletion-child.ts' })
}, MINUTE)
afterAll(() => undo.disposeAsync())

test(
  `${STEPS.length} steps x ${FAULTS.length} faults: proven clean after a resume, or put back; never a false "deleted"`,
  async () => {
    const queue = new PQueue({ concurrency: SIDE_BY_SIDE - 1 })
    // Those share the keychain, which has one place for the key of the backups.
    const kills = new PQueue({ concurrency: 1 })
    const startedAt = performance.now()
    const results = await Promise.all(
      CASES.map(one => (one.fault.killAfterMs === undefined ? queue : kills).add(() => attempt(one))),
    )
    const bad = results.filter(result => result.problem !== null)
    const first = Map.groupBy(results, result => result.state)
    const counts = [...first].map(([state, some]) => `${some.length} ${state}`).join(', ')
    const seconds = Math.round((performance.now() - startedAt) / SECOND)
    console.log(
      `Fault matrix: ${results.length} combinations in ${seconds} s; first end: ${counts}; ${bad.length} wrong.`,
    )
    expect(bad.map(({ name, problem }) => `${name}: ${problem ?? ''}`)).toEqual([])
  },
  15 * MINUTE,
)

interface Case {
  readonly step: DeletionVerb
  readonly fault: Fault
}

interface CaseResult {
  readonly name: string
  /** How the run ended before it was resumed. */
  readonly state: string
  readonly problem: string | null
}

async function attempt({ step, fault }: Case): Promise<CaseResult> {
  const name = `${step} / ${fault.name}`
  let state = 'not run'
  try {
    await using stage = await startStage(fault)
    try {
      await fault.prepare?.(stage)
      const plan = withStandIns(await stage.victim.plan(), stage, { step, fault })
      const before = homeOf(stage.victim.node)
      const run =
        fault.killAfterMs === undefined
          ? await runInto(stage, plan, { step, fault })
          : await kill(stage, plan, step, fault.killAfterMs)
      state = run.state
      await expectHonest(run, stage, { step, before })
      await stage.heal()
      const last = await toTheEnd(run, stage)
      expectProven(last, stage, { step, fault })
    } finally {
      await endStubborn(stage)
    }
    return { name, state, problem: null }
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { name, state, problem: text.slice(0, 1500) }
  }
}

/** A package manager that takes no time, and a limit that a hanging command meets soon. */
function withStandIns(plan: Plan, { victim, folder }: Stage, { step, fault }: Case): Plan {
  const manager = join(folder, 'bin/manager')
  const root = programPath(victim.node)
  const program = join(victim.node.home, '.npm-global/bin/openclaw')
  const lines = [`chmod 755 '${dirname(root)}'`, `rm -rf -- '${root}' '${program}'`]
  writeFileSync(manager, `#!/bin/sh\n${lines.join('\n')}\n`)
  chmodSync(manager, 0o755)
  const items = plan.deletion?.items.map(item => (item.kind === 'package' ? { ...item, uninstall: [manager] } : item))
  const steps = plan.steps.map(one =>
    one.id === step && fault.isForOneStep === true ? { ...one, limitMs: HANG_LIMIT_MS } : one,
  )
  return {
    ...plan,
    steps,
    ...(plan.deletion === undefined ? {} : { deletion: { ...plan.deletion, items: items ?? [] } }),
  }
}

/** Runs with a fault that begins with the step. */
async function runInto(stage: Stage, plan: Plan, { step, fault }: Case): Promise<Operation> {
  const { services } = stage.victim
  let injected: Promise<unknown> = Promise.resolve()
  using _begin = whenStep(
    services,
    status => status.stepId === step && status.state === 'running',
    () => void (injected = Promise.resolve(fault.inject(stage))),
  )
  using _end = whenStep(
    services,
    status => fault.isForOneStep === true && status.stepId === step && status.state !== 'running',
    () => void stage.heal(),
  )
  const run = await stage.victim.run(plan)
  await injected
  return run
}

/** Runs in a process of its own, which is killed by SIGKILL at the step; then the app is opened anew. */
async function kill(stage: Stage, plan: Plan, step: string, afterMs: number): Promise<Operation> {
  const { victim } = stage
  await victim.close()
  const planFile = join(dirname(victim.dataDir), 'plan.json')
  writeFileSync(planFile, JSON.stringify(plan))
  const words = [victim.dataDir, planFile, PROGRAM_FILE, step, String(afterMs)]
  const child = spawn(process.execPath, ['--no-warnings', resolve('out/main/deletion-child.js'), ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()))
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (signal !== 'SIGKILL') throw new Error(`The child ended by itself: ${said.slice(-1000)}`)
  const { operations } = await victim.reopen()
  const [run] = operations.list()
  if (run === undefined) throw new Error('The run is not in the journal.')
  return run
}

/** Whatever happened: nothing is called deleted that is there, and what is left is said and still in the list. */
async function expectHonest(
  run: Operation,
  { victim }: Stage,
  { step, before }: { readonly step: string; readonly before: readonly string[] },
): Promise<void> {
  const { node, nodeId, services } = victim
  const isListed = services.registry.list().some(record => record.id === nodeId)
  const left = leftOn(node)
  switch (run.state) {
    case 'done':
      if (!AFTER_PROOF.has(step)) expect(left, 'called done').toEqual([])
      expect(isListed).toBe(false)
      return
    case 'failed':
      // Before the point of no return: as it was, and running.
      expect(isListed).toBe(true)
      expect(homeOf(node)).toEqual(before)
      await until(() => isLive(node), 30_000)
      return
    case 'interrupted':
      expect(isListed).toBe(true)
      expect(run.error?.hint).toBeTruthy()
      return
    case 'cleaning-up': {
      const isForgotten = run.steps.some(({ stepId, state }) => stepId === 'update-registry' && state !== 'waiting')
      expect(isListed || isForgotten).toBe(true)
      expect(run.error?.message).toBeTruthy()
      const proof = run.proof.filter(row => row.verdict !== 'proven').map(row => `${row.what} ${row.found}`)
      const verified = run.steps.find(status => status.stepId === 'verify')?.state
      // Where the witness got to speak, it names each thing that is there.
      if (verified === 'failed' && left.length > 0) {
        const said = proof.join('\n')
        for (const thing of left) expect(said, `${thing} is left`).toContain(thing.split(' ').at(-1))
      }
      return
    }
    default:
      throw new Error(`ended as ${run.state}`)
  }
}

async function toTheEnd(run: Operation, { victim }: Stage): Promise<Operation> {
  if (run.state === 'done') return run
  if (run.state === 'failed') return victim.run(await victim.plan())
  const { operations } = victim.services
  try {
    return await victim.resume(run.id)
  } catch (error) {
    // It was on its way back, which could not be taken to its end while the fault was there.
    if (!(error instanceof AppError) || error.code !== 'bad-input') throw error
    const back = await operations.settled(operations.rollBack(run.id).id)
    expect(back.state).toBe('returned')
    await until(() => isLive(victim.node), 30_000)
    return victim.run(await victim.plan())
  }
}

function expectProven(run: Operation, { victim }: Stage, { step, fault }: Case): void {
  const { services, node, nodeId } = victim
  const open = run.steps.flatMap(({ stepId, state, error }) =>
    error === null ? [] : [`${stepId} ${state}: ${error.message}`],
  )
  const ending = `${run.state} ${open.join(' | ')}`
  expect(ending, ending).toMatch(/^done /)
  expect(run.proof.filter(row => row.verdict !== 'proven')).toEqual([])
  expect(services.registry.list().some(record => record.id === nodeId)).toBe(false)
  const cameLater = AFTER_PROOF.has(step) && /unit|TERM/.test(fault.name)
  if (!cameLater) expect(leftOn(node)).toEqual([])
}
