import { expect, test } from 'vitest'
import { planDelete, planQuarantine } from '../../../main/deletion/plan'
import { QuarantineKeeper } from '../../../main/deletion/quarantine'
import type { Operation } from '../../../shared/plan'
import type { Trace } from '../../../shared/deletion'
import { deletionFacts, options, plainTraces, stamp, trace } from './facts'

const since = '2026-11-20T12:00:00.000Z'
const until = '2026-11-27T12:00:00.000Z'
const link = trace('unit', '/home/ada/.config/systemd/user/default.target.wants/openclaw-gateway.service')

/** A keeper over one quarantined node that shows `now` when it is looked at. */
function keeper(now: readonly Trace[], at: string) {
  const plan = planQuarantine(deletionFacts({ found: [...plainTraces(), link] }), 7, options(), stamp)
  const approved: Operation = {
    ...{ id: stamp.id, plan, state: 'done', startedAt: since, endedAt: since, steps: [], proof: [], error: null },
    ...{ snapshots: {}, canReturn: false },
  }
  const ran: string[] = []
  const told: string[] = []
  let looks = 0
  const it = new QuarantineKeeper({
    quarantines: {
      list: () => [{ nodeId: plan.target ?? '', operationId: stamp.id, since, until, options: options() }],
    },
    planner: {
      delete: (_nodeId, chosen) => {
        looks++
        return Promise.resolve(planDelete(deletionFacts({ found: now }), chosen, stamp))
      },
    },
    operations: {
      get: () => approved,
      run: (_planId, { typedName }) => {
        ran.push(typedName)
        return Promise.resolve(approved)
      },
    },
    tell: (_entry, text) => void told.push(text),
    onFailure: error => {
      throw error
    },
    now: () => new Date(at),
  })
  return { it, ran, told, looks: () => looks, nodeId: plan.target ?? '' }
}

test('before its day nothing is looked at; on its day it is deleted if it is as it was approved', async () => {
  const early = keeper(plainTraces(), '2026-11-27T11:59:59.000Z')
  await early.it.lookAtDue()
  expect([early.looks(), early.ran]).toEqual([0, []])
  const due = keeper(plainTraces(), until)
  await due.it.lookAtDue()
  expect(due.ran).toEqual(['pc-a'])
})

test('one that has changed since is kept, and the admin is told once what is different', async () => {
  const due = keeper([...plainTraces(), trace('state', '/home/ada/.openclaw-new')], until)
  await due.it.lookAtDue()
  await due.it.lookAtDue()
  expect(due.ran).toEqual([])
  expect(due.told).toHaveLength(1)
  expect(due.told[0]).toContain('/home/ada/.openclaw-new is new')
  expect(due.it.reason(due.nodeId)).toContain('.openclaw-new')
})

test('one whose state somebody removed meanwhile is kept as well', async () => {
  const due = keeper(
    plainTraces().filter(one => one.kind !== 'state'),
    until,
  )
  await due.it.lookAtDue()
  expect(due.ran).toEqual([])
  expect(due.told[0]).toContain('not there any more')
})
