import { describe, expect, test } from 'vitest'
import type { NodeView } from '../../../shared/contract'
import { DeletionOptions } from '../../../shared/deletion'
import type { Operation, Plan, ProofRow, StepStatus } from '../../../shared/plan'
import type { ServiceFacts } from '../../../shared/survey'
import { cleaningWords, isProvenGone, leftOf, serviceOf } from '../../../renderer/lib/deletion'
import { isPastReturn } from '../../../shared/way-back'
import { removalWords } from '../../../renderer/lib/removal-words'
import { outcomeWords } from '../../../renderer/lib/run'

const row = (what: string, verdict: ProofRow['verdict']): ProofRow => ({
  what,
  expected: 'absent',
  found: verdict === 'proven' ? 'absent' : 'there',
  verdict,
})

const status = (stepId: string, state: StepStatus['state']): StepStatus => ({
  stepId,
  state,
  startedAt: null,
  endedAt: null,
  note: '',
  error: null,
  progress: null,
})

const VERBS = ['stop', 'release-bots', 'remove-state', 'verify'] as const

function deletion(state: Operation['state'], proof: ProofRow[], steps: StepStatus[] = []): Operation {
  const plan: Plan = {
    id: '00000000-0000-4000-8000-000000000001',
    kind: 'delete',
    sentence: '',
    createdAt: '2026-11-21T09:00:00.000Z',
    source: null,
    target: null,
    snapshot: null,
    relies: {},
    options: { components: [], mode: 'move', profile: 'default', set: {}, decisions: {}, force: false },
    carried: [],
    leftOut: [],
    rewrites: [],
    decisions: [],
    differences: [],
    blockers: [],
    notes: [],
    steps: VERBS.map(verb => ({
      id: verb,
      title: verb,
      detail: '',
      action: { type: 'delete', nodeId: '00000000-0000-4000-8000-000000000002', verb, items: [], commands: [] },
      probe: '',
      isCritical: false,
      limitMs: 1000,
    })),
    wayBack: '',
    noReturnFrom: 'release-bots',
  }
  return {
    id: '00000000-0000-4000-8000-000000000003',
    plan,
    state,
    startedAt: '2026-11-21T09:00:00.000Z',
    endedAt: null,
    steps,
    proof,
    error: null,
    snapshots: {},
    canReturn: false,
  }
}

describe('deleted', () => {
  test.each<[Operation['state'], ProofRow[], string]>([
    ['done', [row('a', 'proven'), row('b', 'proven')], 'Deleted, nothing remains'],
    ['done', [row('a', 'proven'), row('b', 'unknown')], 'Finished, not proven'],
    ['done', [row('a', 'differs')], 'Finished, not proven'],
    ['done', [], 'Finished, not proven'],
    ['running', [row('a', 'proven')], 'Running'],
    ['cleaning-up', [row('a', 'proven'), row('b', 'unknown'), row('c', 'differs')], 'Cleaning up: 2 things left'],
    ['cleaning-up', [row('a', 'proven'), row('b', 'unknown')], 'Cleaning up: 1 thing left'],
    ['cleaning-up', [row('a', 'proven')], 'Cleaning up: not verified yet'],
    ['interrupted', [row('a', 'proven')], 'Interrupted'],
  ])('%s with %j is called %s', (state, proof, words) => {
    const operation = deletion(state, proof)
    expect(outcomeWords(operation)).toBe(words)
    expect(isProvenGone(operation)).toBe(words.startsWith('Deleted'))
  })

  test('a deletion that leaves something as planned never says that nothing remains', () => {
    const whole = deletion('done', [row('a', 'proven')])
    const section = {
      ...{ options: DeletionOptions.parse({}), confirm: 'pc-a', profiles: ['work'], isWhole: false, items: [] },
      ...{ notSeen: [], bots: [], peers: [], byHand: [], lastBackup: null, digest: '' },
    }
    expect(outcomeWords({ ...whole, plan: { ...whole.plan, deletion: section } })).toBe(
      'Gone as planned, the rest stays',
    )
  })

  test('what is unknown counts as left', () => {
    const operation = deletion('cleaning-up', [row('a', 'proven'), row('b', 'unknown')])
    expect(leftOf(operation).map(({ what }) => what)).toEqual(['b'])
    expect(cleaningWords(operation)).toContain('1 thing left')
  })
})

test('a scheduled task is told with what the last look knew of it', () => {
  const task = '\\OpenClaw Gateway'
  const service = { name: 'OpenClaw Gateway', manager: 'task-scheduler', path: task } as ServiceFacts
  const view = { survey: { profiles: [{ services: [service] }] } } as unknown as NodeView
  const item = { name: 'scheduled task OpenClaw Gateway', path: null }
  expect(serviceOf(view, item)).toBeUndefined()
  expect(serviceOf(view, { ...item, task })).toBe(service)
})

test('the way back is open until the bots are being released', () => {
  const waiting = VERBS.slice(1).map(verb => status(verb, 'waiting'))
  expect(isPastReturn(deletion('interrupted', [], [status('stop', 'done'), ...waiting]))).toBe(false)
  const begun = deletion('interrupted', [], [status('stop', 'done'), status('release-bots', 'unknown')])
  expect(isPastReturn(begun)).toBe(true)
})

describe('a node on its way out', () => {
  const removal = { operationId: '00000000-0000-4000-8000-000000000003', of: 11, until: null, remains: [] }
  const nowMs = Date.parse('2026-11-21T09:00:00.000Z')

  test('says which step it is at', () => {
    expect(removalWords({ ...removal, state: 'cleaning-up', step: 8 }, nowMs)).toBe('Cleaning up, step 8 of 11')
    expect(removalWords({ ...removal, state: 'running', step: 2 }, nowMs)).toBe('Deletion runs, step 2 of 11')
    expect(removalWords({ ...removal, state: 'cleaning-up', step: null }, nowMs)).toBe('Cleaning up')
  })

  test('says until when it waits', () => {
    const until = '2026-11-28T09:00:00.000Z'
    expect(removalWords({ ...removal, state: 'quarantined', step: null, until }, nowMs)).toBe(
      'Quarantined until 28 Nov 2026',
    )
  })
})
