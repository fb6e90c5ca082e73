import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Means } from '../../../main/perform/types'
import { Operations } from '../../../main/plan/operations'
import { resumed } from '../../../main/plan/resume'
import { waiting } from '../../../main/plan/run'
import { Shelf } from '../../../main/plan/shelf'
import { openDatabase } from '../../../main/store/database'
import { createJournal, type Journal } from '../../../main/store/journal'
import { AppError } from '../../../shared/errors'
import { PlanOptions, type Action, type Operation, type Plan, type Step } from '../../../shared/plan'
import { SECOND } from '../../../shared/units'
import { tempFolder } from '../../helpers/temp'

const nodeId = '22222222-2222-4222-8222-222222222222'

function step(id: string, action: Action, undo?: Action): Step {
  const words = { title: id, detail: '', probe: '', isCritical: true, limitMs: 10 * SECOND }
  return { id, action, ...words, ...(undo === undefined ? {} : { undo }) }
}

function planOf(steps: Step[], change: Partial<Plan> = {}): Plan {
  return {
    ...{ id: randomUUID(), kind: 'migrate', sentence: 'Carry it.', createdAt: new Date(0).toISOString() },
    ...{ source: null, target: null, snapshot: null, relies: {}, options: PlanOptions.parse({}), carried: [] },
    ...{ leftOut: [], rewrites: [], decisions: [], differences: [], blockers: [], notes: [], steps, wayBack: '' },
    ...change,
  }
}

const record = (what: string): Action => ({ type: 'record', what })
const means = {} as Means // no step of these plans reaches for a node

function start(wrap: (journal: Journal) => Journal = journal => journal) {
  const folder = tempFolder()
  const store = openDatabase(folder.path)
  const failures: unknown[] = []
  const journal = wrap(createJournal(store))
  const operations = new Operations({
    ...{ shelf: new Shelf(), journal, means, emit: () => undefined, audit: () => undefined },
    onFailure: error => failures.push(error),
    inventory: () => Promise.reject(new Error('no plan here deletes')),
    quarantine: () => null,
    isDeleted: () => false,
  })
  const end = async (): Promise<void> => {
    await operations[Symbol.asyncDispose]()
    store[Symbol.dispose]()
    folder[Symbol.dispose]()
  }
  return { operations, failures, [Symbol.asyncDispose]: end }
}

test('a plan of fifty thousand differences is written whole only when a run begins and ends, not with each step', async () => {
  let whole = 0
  await using run = start(journal => ({
    ...journal,
    begin: operation => {
      whole++
      journal.begin(operation)
    },
    save: operation => {
      whole++
      journal.save(operation)
    },
  }))
  const difference = { component: 'workspaces' as const, change: 'added' as const, bytes: 1 }
  const differences = Array.from({ length: 50_000 }, (_, number) => ({
    ...difference,
    path: `workspace/file-${number}`,
  }))
  const steps = Array.from({ length: 15 }, (_, number) => step(`step-${number}`, record('x')))
  const started = await run.operations.start(planOf(steps, { differences }))
  const ended = await run.operations.settled(started.id)
  expect(ended.state).toBe('done')
  expect(ended.steps.every(one => one.state === 'done')).toBe(true)
  expect(whole).toBe(2)
})

test('where the journal cannot be written any more, going forward ends and the way back is still taken to its end', async () => {
  let isFull = false
  const refuse = <T>(write: () => T): T => {
    if (isFull) throw new AppError('disk-full', 'No room')
    return write()
  }
  await using run = start(journal => ({
    ...journal,
    save: operation => refuse(() => journal.save(operation)),
    saveData: (...words) => refuse(() => journal.saveData(...words)),
    saveStep: (id, status) => {
      if (status.stepId === 'b') isFull = true
      refuse(() => journal.saveStep(id, status))
    },
  }))
  const steps = ['a', 'b', 'c'].map(id => step(id, record(id), record(`undo ${id}`)))
  const started = await run.operations.start(planOf(steps))
  await run.operations.settled(started.id)
  expect(run.failures.length).toBeGreaterThan(0)
  expect(run.operations.holding(nodeId)).toBeNull()
  isFull = false
  const [left] = run.operations.list()
  // What the journal does not know is shown as it was, and not as a run that never ends.
  expect(left).toMatchObject({ state: 'failed', error: { code: 'disk-full' } })
  expect(left?.steps.find(one => one.stepId === 'c')?.state).toBe('skipped')
})

const service = (verb: 'stop' | 'start'): Action => ({
  type: 'service',
  nodeId,
  verb,
  profile: 'default',
  commands: [],
})
const capture = (as: string): Action => ({
  ...{ type: 'capture', nodeId, profile: 'default', components: [], reason: 'migration', as },
})
const place = (verb: 'stage' | 'commit'): Action => ({
  ...{ type: 'place', nodeId, verb, profile: 'default', snapshot: 'step:final' },
})

/** A migration interrupted in the given step; those before it are done. */
function interruptedAt(stepId: string): Operation {
  const steps = [
    step('capture', capture('capture')),
    step('stop-source', service('stop')),
    step('final', capture('final')),
    step('stage', place('stage')),
    step('commit', place('commit')),
    step('start', service('start')),
    step('health', record('health')),
  ]
  const at = steps.findIndex(one => one.id === stepId)
  const states = steps.map((one, index) => ({
    ...waiting(one),
    state: index < at ? ('done' as const) : index === at ? ('unknown' as const) : ('waiting' as const),
  }))
  const [first, second] = [randomUUID(), randomUUID()]
  return {
    ...{ id: randomUUID(), plan: planOf(steps), state: 'interrupted', startedAt: new Date(0).toISOString() },
    ...{ endedAt: null, steps: states, proof: [], error: null, canReturn: false },
    snapshots: at > 2 ? { capture: first, final: second } : { capture: first },
  }
}

const doneIn = (operation: Operation) => operation.steps.filter(one => one.state === 'done').map(one => one.stepId)

test('a run resumed before its files are in place stops the source again and captures it anew: it may have run meanwhile', () => {
  const again = resumed(interruptedAt('stage'))
  expect(doneIn(again)).toEqual(['capture'])
  // The earlier one is kept under another name, so that it can give way once the new one is good.
  expect(Object.keys(again.snapshots)).toEqual(['capture', 'final~'])
  const once = { ...interruptedAt('stage'), snapshots: { ...again.snapshots, final: randomUUID() } }
  expect(Object.keys(resumed(once).snapshots)).toEqual(['capture', 'final~', 'final~~'])
})

test('a run resumed with its files in place stops the source again, and captures and stages nothing', () => {
  const again = resumed(interruptedAt('commit'))
  expect(doneIn(again)).toEqual(['capture', 'final', 'stage'])
  expect(Object.keys(again.snapshots)).toEqual(['capture', 'final'])
})

test('a run resumed after the target was started stops nothing', () => {
  expect(doneIn(resumed(interruptedAt('health')))).toEqual([
    'capture',
    'stop-source',
    'final',
    'stage',
    'commit',
    'start',
  ])
})
