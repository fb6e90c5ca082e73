import { describe, expect, test } from 'vitest'
import { runSteps, undoSteps, waiting, type Perform, type RunOptions } from '../../../main/plan/run'
import { AppError } from '../../../shared/errors'
import type { Action, Step, StepStatus } from '../../../shared/plan'
import { SECOND } from '../../../shared/units'

const record = (what: string): Action => ({ type: 'record', what })

function step(id: string, change: Partial<Step> = {}): Step {
  return {
    id,
    title: id,
    detail: '',
    action: record(id),
    probe: '',
    isCritical: true,
    limitMs: 10 * SECOND,
    undo: record(`undo ${id}`),
    ...change,
  }
}

/** Runs steps with what each action does, and keeps the order of acts and the last status of each step. */
async function play(
  steps: readonly Step[],
  acts: Record<string, (signal: AbortSignal) => ReturnType<Perform>>,
  options: Partial<RunOptions> = {},
) {
  const order: string[] = []
  const statuses = new Map<string, StepStatus>(steps.map(one => [one.id, waiting(one)]))
  const perform: Perform = (action, _step, signal) => {
    const what = action.type === 'record' ? action.what : action.type
    order.push(what)
    return acts[what]?.(signal) ?? Promise.resolve({ state: 'done', note: 'ok' })
  }
  const engine = {
    steps,
    before: [],
    perform,
    cancel: new AbortController().signal,
    announce: (status: StepStatus) => void statuses.set(status.stepId, status),
    now: () => new Date(0),
    ...options,
  }
  const ending = await runSteps(engine)
  return { ending, order, statuses, engine }
}

const failing = (): ReturnType<Perform> => Promise.resolve({ state: 'failed', note: 'no' })

describe('a run of steps', () => {
  test('goes through all steps in order and is done when each is proven', async () => {
    const { ending, order } = await play([step('a'), step('b'), step('c')], {})
    expect(ending).toBe('done')
    expect(order).toEqual(['a', 'b', 'c'])
  })

  test('ends at the first critical step that is not proven, and touches nothing after it', async () => {
    const { ending, order, statuses } = await play([step('a'), step('b'), step('c')], { b: failing })
    expect(ending).toBe('failed')
    expect(order).toEqual(['a', 'b'])
    expect(statuses.get('c')?.state).toBe('waiting')
  })

  test('goes on after a step that is not critical', async () => {
    const { ending, order } = await play([step('a', { isCritical: false }), step('b')], { a: failing })
    expect(ending).toBe('done')
    expect(order).toEqual(['a', 'b'])
  })

  test('treats "could not ask" of a critical step as an end, never as done', async () => {
    const { ending } = await play([step('a'), step('b')], {
      a: () => Promise.resolve({ state: 'unknown', note: '' }),
    })
    expect(ending).toBe('failed')
  })

  test('calls a lost line a cut, so that the run can go on later', async () => {
    const { ending, statuses } = await play([step('a'), step('b')], {
      b: () => Promise.reject(new AppError('connection-lost', 'The line dropped')),
    })
    expect(ending).toBe('cut')
    expect(statuses.get('b')?.state).toBe('unknown')
  })

  test('passes over what was done before when it is resumed', async () => {
    const steps = [step('a'), step('b')]
    const before = steps.map(one => ({
      ...waiting(one),
      state: one.id === 'a' ? ('done' as const) : ('unknown' as const),
    }))
    const { order } = await play(steps, {}, { before })
    expect(order).toEqual(['b'])
  })

  test('obeys cancel between steps, not within one that changes a node', async () => {
    const cancel = new AbortController()
    const { ending, order } = await play(
      [step('a'), step('b')],
      {
        a: async signal => {
          cancel.abort()
          await Promise.resolve()
          return { state: signal.aborted ? 'failed' : 'done', note: '' }
        },
      },
      { cancel: cancel.signal },
    )
    expect(ending).toBe('cancelled')
    expect(order).toEqual(['a'])
  })

  test('cuts a reading step short on cancel', async () => {
    const cancel = new AbortController()
    const capture: Action = {
      type: 'capture',
      nodeId: '00000000-0000-4000-8000-000000000000',
      profile: 'default',
      components: [],
      reason: 'manual',
      as: 'capture',
    }
    const { ending } = await play(
      [step('a', { action: capture })],
      {
        capture: signal =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new AppError('aborted', 'Cancelled')))
            cancel.abort()
          }),
      },
      { cancel: cancel.signal },
    )
    expect(ending).toBe('cancelled')
  })

  test('ends a step at its limit and says so', async () => {
    const { ending, statuses } = await play([step('a', { limitMs: 5 })], {
      a: signal => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
    })
    expect(ending).toBe('failed')
    expect(statuses.get('a')?.error?.code).toBe('timeout')
  })
})

describe('the way back', () => {
  test('takes back begun steps in reverse order, the failed one included', async () => {
    const steps = [step('a'), step('b'), step('c')]
    const { statuses, engine, order } = await play(steps, { b: failing })
    order.length = 0
    const open = await undoSteps({ ...engine, before: [...statuses.values()] })
    expect(order).toEqual(['undo b', 'undo a'])
    expect(open).toEqual([])
    expect(statuses.get('a')?.state).toBe('undone')
  })

  test('tries every undo even if one fails, and names what is open', async () => {
    const steps = [step('a'), step('b'), step('c')]
    const { statuses, engine, order } = await play(steps, { c: failing, 'undo b': failing })
    order.length = 0
    const open = await undoSteps({ ...engine, before: [...statuses.values()] })
    expect(order).toEqual(['undo c', 'undo b', 'undo a'])
    expect(open).toEqual(['b'])
    expect(statuses.get('b')?.state).toBe('done')
  })
})
