import { expect, test } from 'vitest'
import { Shelf } from '../../../main/plan/shelf'
import { planBackup } from '../../../main/plan/backup'
import { PlanOptions } from '../../../shared/plan'
import { nodeFacts } from '../../helpers/facts'

const made = (id: string) =>
  planBackup(nodeFacts('alpha'), PlanOptions.parse({}), { id, now: new Date('2026-11-01T12:00:00Z') })

test('a plan is handed out once', () => {
  const shelf = new Shelf()
  const plan = shelf.put(made('11111111-1111-4111-8111-111111111111'))
  expect(shelf.take(plan.id)).toEqual(plan)
  expect(() => shelf.take(plan.id)).toThrow(/Plan|used already/)
})

test('a plan with an open decision stays on the shelf', () => {
  const shelf = new Shelf()
  const plan = shelf.put({
    ...made('11111111-1111-4111-8111-111111111111'),
    decisions: [{ id: 'port', title: 'Which port?', detail: '', options: [], chosen: null }],
  })
  expect(() => shelf.take(plan.id)).toThrow(/Which port/)
  expect(() => shelf.take(plan.id)).toThrow(/Which port/)
})
