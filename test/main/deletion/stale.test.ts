import { expect, test } from 'vitest'
import { inventoryOf } from '../../../main/deletion/inventory'
import { planDelete } from '../../../main/deletion/plan'
import { refuseStale } from '../../../main/plan/stale'
import type { Trace } from '../../../shared/deletion'
import { failureOf } from '../../helpers/failure'
import { deletionFacts, options, plainTraces, stamp, STATE, trace } from './facts'

const plan = planDelete(deletionFacts(), options(), stamp)

/** Runs the last look of the plan against a node that shows this now. */
const lookAt = (found: readonly Trace[]): Promise<void> =>
  refuseStale(plan, {
    look: () => Promise.reject(new Error('a deletion goes by its inventory')),
    inventory: (_nodeId, chosen) =>
      Promise.resolve({ ...inventoryOf(deletionFacts({ found }), chosen), label: 'pc-a' }),
  })

test('a node as the preview showed it, but for its processes, is not stale', async () => {
  await lookAt(plainTraces().filter(one => one.kind !== 'process'))
})

test('a node that changed is refused with what is new, gone or judged otherwise', async () => {
  const now = plainTraces()
    .filter(one => one.kind !== 'unit')
    .map(one => (one.kind === 'state' ? { ...one, refusal: 'There is a link on the way.' } : one))
  const error = await failureOf(lookAt([...now, trace('leftover', '/home/ada/.cache/openclaw')]))
  expect(error.code).toBe('plan-stale')
  expect(error.message).toContain('/home/ada/.cache/openclaw is new')
  expect(error.message).toContain('openclaw-gateway.service is not there any more')
  expect(error.message).toContain(`${STATE}: goes before, refused now`)
})

test('of many differences only some are named, and the rest is counted', async () => {
  const many = Array.from({ length: 20 }, (_, index) => trace('leftover', `/home/ada/.cache/openclaw-${index}`))
  expect((await failureOf(lookAt([...plainTraces(), ...many]))).message).toContain('and 12 more')
})
