import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { planDelete } from '../../../main/deletion/plan'
import type { Means } from '../../../main/perform/types'
import { Operations } from '../../../main/plan/operations'
import { Shelf } from '../../../main/plan/shelf'
import { openDatabase } from '../../../main/store/database'
import { createJournal } from '../../../main/store/journal'
import { AppError } from '../../../shared/errors'
import type { Action } from '../../../shared/plan'
import { tempFolder, until } from '../../helpers/temp'
import { deletionFacts, options, stamp } from './facts'

test('of six deletions four run side by side, and one that fails touches no other', async () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  const begun: (() => void)[] = []
  const repository: Means['repository'] = () =>
    new Promise((_resolve, reject) => {
      begun.push(() => reject(new AppError('permission-denied', 'The backup could not be read.')))
    })
  await using operations = new Operations({
    ...{ shelf: new Shelf(), journal: createJournal(store), emit: () => undefined, audit: () => undefined },
    means: { repository } as Partial<Means> as Means, // a capture opens it first, and these get no further
    onFailure: error => {
      throw error
    },
    inventory: () => Promise.reject(new Error('these plans rely on nothing')),
    quarantine: () => null,
    isDeleted: () => false,
  })
  const plan = planDelete(deletionFacts(), options(), stamp)
  const part = { nodeId: stamp.id, profile: 'default', components: [], as: 'backup' }
  const action: Action = { type: 'capture', reason: 'deletion', ...part }
  const steps = plan.steps.filter(step => step.id === 'back-up').map(step => ({ ...step, action }))
  const runs = await Promise.all(
    Array.from({ length: 6 }, () =>
      operations.start({ ...plan, id: randomUUID(), target: randomUUID(), relies: {}, steps }),
    ),
  )
  await until(() => begun.length >= 4)
  for (let turn = 0; turn < 20; turn++) await setImmediate()
  expect(begun).toHaveLength(4)
  begun[0]?.()
  await until(() => begun.length === 5)
  for (const { id } of runs.slice(1, 4)) expect(operations.get(id).state).toBe('running')
  for (let next = 1; next < 6; next++) {
    await until(() => begun.length > next)
    begun[next]?.()
  }
  for (const { id } of runs) expect((await operations.settled(id)).state).toBe('failed')
})
