import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../main/store/database'
import { createJournal } from '../../../main/store/journal'
import { PlanOptions, type Operation, type StepStatus } from '../../../shared/plan'
import { failureOf } from '../../helpers/failure'
import { tempFolder } from '../../helpers/temp'

const status = (stepId: string, state: StepStatus['state'] = 'waiting'): StepStatus => ({
  stepId,
  state,
  startedAt: null,
  endedAt: null,
  note: '',
  error: null,
  progress: null,
})

function operation(startedAt: string): Operation {
  const nodeId = randomUUID()
  return {
    id: randomUUID(),
    state: 'running',
    startedAt,
    endedAt: null,
    steps: [status('stop'), status('start')],
    proof: [],
    error: null,
    snapshots: {},
    canReturn: false,
    plan: {
      id: randomUUID(),
      kind: 'backup',
      sentence: 'Back up atlas.',
      createdAt: startedAt,
      source: nodeId,
      target: null,
      snapshot: null,
      relies: { [nodeId]: 'digest' },
      options: PlanOptions.parse({}),
      carried: [],
      leftOut: [],
      rewrites: [],
      decisions: [],
      differences: [],
      blockers: [],
      notes: [],
      wayBack: '',
      steps: ['stop', 'start'].map(id => ({
        id,
        title: id,
        detail: '',
        action: { type: 'record' as const, what: id },
        probe: '',
        isCritical: true,
        limitMs: 1000,
      })),
    },
  }
}

test('a run comes back as it was left, whoever opens the folder next', () => {
  using folder = tempFolder()
  const run = operation('2026-01-01T00:00:00.000Z')
  const store = openDatabase(folder.path)
  const journal = createJournal(store)
  journal.begin(run)
  journal.saveStep(run.id, status('start', 'failed'))
  journal.saveStep(run.id, status('stop', 'done'))
  store[Symbol.dispose]()

  using again = openDatabase(folder.path)
  const later = createJournal(again)
  expect(later.get(run.id)).toEqual({ ...run, steps: [status('stop', 'done'), status('start', 'failed')] })
  later.save({ ...later.get(run.id), state: 'interrupted' })
  expect(later.get(run.id).state).toBe('interrupted')
})

test('runs are listed newest first, and one from another version is left out', async () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  const journal = createJournal(store)
  const [old, young] = [operation('2026-01-01T00:00:00.000Z'), operation('2026-02-01T00:00:00.000Z')]
  journal.begin(old)
  journal.begin(young)
  expect(journal.list().map(run => run.id)).toEqual([young.id, old.id])
  store.run('UPDATE operations SET json = ? WHERE id = ?', '{"plan":"of another kind"}', young.id)
  expect(journal.list().map(run => run.id)).toEqual([old.id])
  expect((await failureOf(() => journal.get(young.id))).code).toBe('database-damaged')
})

test('a run begins once, and an unknown one cannot be saved', async () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  const journal = createJournal(store)
  const run = operation('2026-01-01T00:00:00.000Z')
  expect((await failureOf(() => journal.save(run))).code).toBe('not-found')
  expect((await failureOf(() => journal.get(run.id))).code).toBe('not-found')
  journal.begin(run)
  journal.saveStep(run.id, status('stop', 'done'))
  expect((await failureOf(() => journal.begin(run))).code).toBe('bad-input')
  expect(journal.get(run.id).steps[0]?.state).toBe('done')
})
