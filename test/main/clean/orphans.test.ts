import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UNDO_PREFIX } from '../../../shared/cleaning'
import { FakeClock } from '../../helpers/fake-clock'
import { failureOf } from '../../helpers/failure'
import { untilLive, whenStep } from '../../helpers/nodes'
import { fetchNewest } from './fetch'
import { litter, openRows, orphansIn, sessionsOf, startCleanYard, type CleanYard } from './litter'

let yard: CleanYard
let folder: string
let clock: FakeClock
beforeEach(async () => {
  clock = new FakeClock()
  yard = await startCleanYard(clock)
  folder = sessionsOf(yard.target)
  await untilLive(yard.target)
})
afterEach(() => yard[Symbol.asyncDispose]())

test('orphans go, the live store and everything else stays, and the proof says so', async () => {
  litter(folder, 40)
  const young = litter(folder, 2, { ageMs: 20 * 60_000 })
  const before = orphansIn(folder).length
  const live = readFileSync(join(folder, 'sessions.json'))
  const plan = await yard.plan('orphans')
  expect(plan).toMatchObject({ kind: 'clean', target: yard.nodeId, blockers: [] })
  expect(plan.steps.map(step => step.id)).toEqual(['sweep', 'prove'])
  expect(plan.cleaning?.groups).toMatchObject([{ folder, family: 'session-store', count: before - 2 }])
  expect(plan.cleaning?.fault?.fixedIn).toBe('2026.8.1')
  expect(orphansIn(folder)).toHaveLength(before)

  const operation = await yard.run(plan)
  expect({ state: operation.state, open: openRows(operation), error: operation.error }).toEqual({
    state: 'done',
    open: [],
    error: null,
  })
  expect(operation.proof.map(row => row.what)).toEqual([
    'Orphaned files that were to go',
    'Bytes freed',
    'The gateway of profile default',
  ])
  expect(orphansIn(folder).sort()).toEqual(young.map(path => path.slice(folder.length + 1)).sort())
  expect(readFileSync(join(folder, 'sessions.json'))).toEqual(live)
  expect(operation.canReturn).toBe(false)
  const audit = yard.services.audit.list().map(entry => entry.what)
  expect(audit.slice(0, 2)).toEqual(['clean done', 'clean started'])
})

test('with undo they are put aside, and put back as they were', async () => {
  litter(folder, 10)
  const before = orphansIn(folder).sort()
  const operation = await yard.run(await yard.plan('orphans', { withUndo: true }))
  expect({ state: operation.state, open: openRows(operation) }).toEqual({ state: 'done', open: [] })
  expect(orphansIn(folder)).toEqual([])
  expect(orphansIn(join(folder, `${UNDO_PREFIX}${operation.id}`)).sort()).toEqual(before)
  expect(operation.canReturn).toBe(true)

  const back = await yard.run(await yard.services.planner.goBack(operation))
  expect({ state: back.state, open: openRows(back) }).toEqual({ state: 'done', open: [] })
  expect(orphansIn(folder).sort()).toEqual(before)
  expect(existsSync(join(folder, `${UNDO_PREFIX}${operation.id}`))).toBe(false)
  expect(yard.services.operations.get(operation.id).canReturn).toBe(false)
  const again = await failureOf(yard.services.planner.goBack(yard.services.operations.get(operation.id)))
  expect(again.code).toBe('bad-input')
})

test('what was put aside is purged a day later, through a run of its own, and not before', async () => {
  litter(folder, 5)
  const operation = await yard.run(await yard.plan('orphans', { withUndo: true }))
  const bin = join(folder, `${UNDO_PREFIX}${operation.id}`)
  await yard.services.watcher.pollOnce(yard.nodeId)
  clock.advance(23 * 3_600_000)
  await yard.services.undoKeeper.lookAtDue()
  expect(orphansIn(bin)).toHaveLength(5)
  clock.advance(2 * 3_600_000)
  await yard.services.undoKeeper.lookAtDue()
  expect(existsSync(bin)).toBe(false)
  const [purge] = yard.services.operations.list()
  expect(purge).toMatchObject({ state: 'done', plan: { kind: 'clean' } })
  expect(purge?.plan.sentence).toMatch(/Remove for good/)
  expect(yard.services.operations.get(operation.id).canReturn).toBe(false)
  await yard.services.undoKeeper.lookAtDue()
  expect(yard.services.operations.list()).toHaveLength(2)
})

test('a file that changed since the preview stays, and so does what came later', async () => {
  const [changed = ''] = litter(folder, 1)
  const count = orphansIn(folder).length
  const plan = await yard.plan('orphans')
  writeFileSync(changed, 'somebody writes it after all')
  const [late = ''] = litter(folder, 1, { ageMs: 60_000 })
  const operation = await yard.run(plan)
  expect({ state: operation.state, open: openRows(operation) }).toEqual({ state: 'done', open: [] })
  expect(readFileSync(changed, 'utf8')).toBe('somebody writes it after all')
  expect(existsSync(late)).toBe(true)
  expect(orphansIn(folder)).toHaveLength(2)
  expect(plan.cleaning?.groups[0]?.count).toBe(count)
  expect(operation.steps[0]?.note).toMatch(/2 files stayed/)
})

test('a missing or broken live store: nothing is touched, and the newest orphan can be fetched', async () => {
  const [newest = ''] = litter(folder, 1, { bytes: 5_000_000, ageMs: 3_700_000 })
  const before = orphansIn(folder).length
  writeFileSync(join(folder, 'sessions.json'), '')
  const plan = await yard.plan('orphans')
  expect(plan.blockers.map(blocker => blocker.code)).toEqual(['nothing-to-clean'])
  expect(plan.notes.join('\n')).toMatch(/may be the only copy/)
  expect((await failureOf(yard.run(plan))).code).toBe('plan-blocked')
  expect(orphansIn(folder)).toHaveLength(before)

  const copy = await fetchNewest(yard, folder)
  expect(copy).toEqual(readFileSync(newest))
  writeFileSync(join(folder, 'sessions.json'), '{}')
  expect((await failureOf(fetchNewest(yard, folder))).code).toBe('not-found')
})

test('cancelled in the middle: what was put aside comes back', async () => {
  litter(folder, 30_000, { bytes: 1 })
  const before = orphansIn(folder).sort()
  const plan = await yard.plan('orphans', { withUndo: true })
  using _cancel = whenStep(
    yard.services,
    status => status.stepId === 'sweep' && (status.progress?.doneFiles ?? 0) > 0,
    id => yard.services.operations.cancel(id),
  )
  const operation = await yard.run(plan)
  expect(operation.state).toBe('cancelled')
  expect(operation.steps.find(({ stepId }) => stepId === 'sweep')?.state).toBe('undone')
  const reached = yard.services.operations.get(operation.id).steps[0]?.error?.message ?? ''
  const [, count = ''] = /^Cancelled: ([\d,]+) files/.exec(reached) ?? []
  expect(Number(count.replaceAll(',', ''))).toBeGreaterThan(0)
  expect(Number(count.replaceAll(',', ''))).toBeLessThan(30_000)
  expect(orphansIn(folder).sort()).toEqual(before)
}, 60_000)

test('a plan is stale once the set-up changed, and nothing is done', async () => {
  litter(folder, 3)
  const before = orphansIn(folder).length
  const plan = await yard.plan('orphans')
  writeFileSync(join(yard.target.stateDir, 'openclaw.json'), '{ gateway: { port: 1 } }')
  expect((await failureOf(yard.run(plan))).code).toBe('plan-stale')
  expect(orphansIn(folder)).toHaveLength(before)
})

test('a node whose clock jumped since the preview is refused', async () => {
  litter(folder, 3)
  const before = orphansIn(folder).length
  const plan = await yard.plan('orphans')
  if (plan.cleaning === undefined) throw new Error('No clean-up')
  const { asOf } = plan.cleaning
  const jumped = { ...plan, cleaning: { ...plan.cleaning, asOf: { ...asOf, wallMs: asOf.wallMs - 86_400_000 } } }
  const started = await yard.services.operations.start(jumped)
  const operation = await yard.services.operations.settled(started.id)
  expect(operation).toMatchObject({ state: 'failed', error: { code: 'plan-stale' } })
  expect(operation.error?.message).toMatch(/clock of the machine went forward/)
  expect(orphansIn(folder)).toHaveLength(before)
})

test('an orphan that is open in a process stays', async () => {
  const [held = '', free = ''] = litter(folder, 2)
  const handle = openSync(held, 'r')
  const holder = spawn('sleep', ['60'], { stdio: [handle, 'ignore', 'ignore'] })
  closeSync(handle)
  try {
    const operation = await yard.run(await yard.plan('orphans'))
    expect({ state: operation.state, open: openRows(operation) }).toEqual({ state: 'done', open: [] })
    expect({ held: existsSync(held), free: existsSync(free) }).toEqual({ held: true, free: false })
  } finally {
    holder.kill()
  }
})

test('ages come from the node: a limit of two days leaves what is younger', async () => {
  const young = litter(folder, 4)
  const [old = ''] = litter(folder, 1)
  const at = new Date(Date.now() - 72 * 3_600_000)
  utimesSync(old, at, at)
  const operation = await yard.run(await yard.plan('orphans', { minAgeMs: 48 * 3_600_000 }))
  expect({ state: operation.state, open: openRows(operation) }).toEqual({ state: 'done', open: [] })
  expect(existsSync(old)).toBe(false)
  expect(young.every(path => existsSync(path))).toBe(true)
})
