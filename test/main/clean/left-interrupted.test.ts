import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createJournal } from '../../../main/store/journal'
import { UNDO_KEEP_MS, UNDO_PREFIX } from '../../../shared/cleaning'
import type { Operation } from '../../../shared/plan'
import { HOUR, MINUTE } from '../../../shared/units'
import { FakeClock } from '../../helpers/fake-clock'
import { failureOf } from '../../helpers/failure'
import { leftRunning, untilLive, whenStep } from '../../helpers/nodes'
import { until } from '../../helpers/temp'
import { litter, orphansIn, sessionsOf, startCleanYard, type CleanYard } from './litter'

const FILES = 20_000

let yard: CleanYard
let folder: string
let clock: FakeClock
beforeEach(async () => {
  clock = new FakeClock()
  yard = await startCleanYard(clock)
  folder = sessionsOf(yard.target)
  await untilLive(yard.target)
  litter(folder, FILES, { bytes: 1 })
})
afterEach(() => yard[Symbol.asyncDispose]())

/** A clean-up with undo whose line is cut while files are put aside. The machine can be reached again. */
async function cutSweep(): Promise<Operation> {
  const plan = await yard.plan('orphans', { withUndo: true })
  using _cut = whenStep(
    yard.services,
    status => status.stepId === 'sweep' && (status.progress?.doneFiles ?? 0) > 0,
    () => void yard.target.fault('offline'),
  )
  const operation = await yard.run(plan)
  expect(operation).toMatchObject({ state: 'interrupted', canReturn: false })
  await yard.target.heal()
  await until(() => leftRunning(yard.target).length === 0, 20_000)
  return operation
}

const binOf = ({ id }: Operation): string => join(folder, `${UNDO_PREFIX}${id}`)
const audit = () => yard.services.audit.list().map(({ what }) => what)

/** Lets time pass, makes sure that the machine answers, and looks for what is due. */
async function lookAfter(ms: number): Promise<void> {
  clock.advance(ms)
  await yard.services.watcher.pollOnce(yard.nodeId)
  await yard.services.undoKeeper.lookAtDue()
}

test(
  'an interrupted clean-up that nobody goes on with keeps what it put aside for a day, then it is purged and over',
  async () => {
    const { operations } = yard.services
    const cut = await cutSweep()
    const aside = orphansIn(binOf(cut)).length
    const left = orphansIn(folder).length
    expect(aside).toBeGreaterThan(0)
    expect(left).toBeGreaterThan(0)
    expect(Date.parse(cut.keptUntil ?? '')).toBe(Date.parse(cut.endedAt ?? '') + UNDO_KEEP_MS)

    await lookAfter(23 * HOUR)
    expect(orphansIn(binOf(cut))).toHaveLength(aside)
    expect(operations.list()).toHaveLength(1)

    await lookAfter(2 * HOUR)
    expect(existsSync(binOf(cut))).toBe(false)
    expect(orphansIn(folder)).toHaveLength(left)
    expect(operations.list()[0]).toMatchObject({ state: 'done', plan: { kind: 'clean' } })
    const over = operations.get(cut.id)
    expect(over).toMatchObject({ state: 'failed', canReturn: false })
    expect(over.error?.message).toMatch(/removed for good/)
    expect(over.keptUntil).toBeUndefined()
    expect(over.steps.map(({ state }) => state)).toEqual(['unknown', 'skipped'])
    expect(audit().slice(0, 5)).toEqual([
      'clean failed',
      'clean done',
      'clean started',
      'clean interrupted',
      'clean started',
    ])
    for (const act of [() => operations.resume(cut.id), () => operations.rollBack(cut.id)])
      expect((await failureOf(act)).code).toBe('bad-input')
    await lookAfter(25 * HOUR)
    expect(operations.list()).toHaveLength(2)
  },
  2 * MINUTE,
)

test(
  'one that OCM left by ending counts from the last moment a file may have been put aside',
  async () => {
    const cut = await cutSweep()
    const [sweep] = cut.steps
    const { keptUntil: _none, ...rest } = cut
    const asKilled = cut.steps.map(status => (status === sweep ? { ...status, state: 'running' as const } : status))
    createJournal(yard.services.store).save({
      ...rest,
      ...{ state: 'running', endedAt: null, error: null },
      steps: asKilled.map(status => ({ ...status, endedAt: null, error: null })),
    })
    const { operations } = await yard.reopen()
    const found = operations.get(cut.id)
    expect(found.state).toBe('interrupted')
    const limitMs = cut.plan.steps[0]?.limitMs ?? 0
    expect(Date.parse(found.keptUntil ?? '')).toBe(Date.parse(sweep?.startedAt ?? '') + limitMs + UNDO_KEEP_MS)
    await lookAfter(24 * HOUR)
    expect(existsSync(binOf(cut))).toBe(true)
    await lookAfter(limitMs + HOUR)
    expect(existsSync(binOf(cut))).toBe(false)
    expect(operations.get(cut.id).state).toBe('failed')
  },
  2 * MINUTE,
)

test(
  'what was asked back is not purged, however long its way back is cut',
  async () => {
    const { operations } = yard.services
    const cut = await cutSweep()
    const aside = orphansIn(binOf(cut)).length
    await yard.target.fault('offline')
    const still = await operations.settled(operations.rollBack(cut.id).id)
    expect(still.state).toBe('interrupted')
    expect(still.keptUntil).toBeUndefined()
    await yard.target.heal()
    await yard.reopen()
    await lookAfter(48 * HOUR)
    expect(orphansIn(binOf(cut))).toHaveLength(aside)
    const back = await yard.services.operations.settled(yard.services.operations.rollBack(cut.id).id)
    expect(back.state).toBe('returned')
    expect(existsSync(binOf(cut))).toBe(false)
    expect(orphansIn(folder).length).toBeGreaterThanOrEqual(FILES)
  },
  2 * MINUTE,
)

test(
  'one that was resumed in time is kept for a day from its own end',
  async () => {
    const { operations } = yard.services
    const cut = await cutSweep()
    const done = await operations.settled(operations.resume(cut.id).id)
    expect(done).toMatchObject({ state: 'done', canReturn: true })
    expect(Date.parse(done.keptUntil ?? '')).toBe(Date.parse(done.endedAt ?? '') + UNDO_KEEP_MS)
    expect(orphansIn(binOf(cut)).length).toBeGreaterThanOrEqual(FILES)
    await lookAfter(25 * HOUR)
    expect(existsSync(binOf(cut))).toBe(false)
    expect(operations.get(cut.id)).toMatchObject({ state: 'done', canReturn: false })
  },
  2 * MINUTE,
)
