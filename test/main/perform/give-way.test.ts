import { expect, test } from 'vitest'
import { lockForWriting } from '../../../main/backup/lock'
import { giveWay } from '../../../main/perform/give-way'
import type { ActionContext } from '../../../main/perform/types'
import type { Repository } from '../../../main/backup/types'
import type { Action } from '../../../shared/plan'
import { manifestOf, metaOf, temporaryRepository } from '../backup/helpers'

const action: Extract<Action, { type: 'capture' }> = {
  ...{ type: 'capture', nodeId: metaOf().nodeId, profile: 'default', components: [], as: 'final' },
  ...{ reason: 'migration', replaces: 'capture' },
}

async function backUp(repository: Repository): Promise<string> {
  const meta = metaOf({ reason: 'migration' })
  await using writer = await repository.begin(meta)
  return (await writer.finish(manifestOf(meta, []))).id
}

/** What a run knows of its snapshots, as far as giving way asks for it. */
function runWith(snapshots: Record<string, string>) {
  const known = new Map(Object.entries(snapshots))
  const context = { snapshots: known, dropSnapshot: (as: string) => void known.delete(as) } as Partial<ActionContext>
  return { known, context: context as ActionContext }
}

const listed = async (repository: Repository) => (await repository.list()).map(row => row.id).sort()

test('once the last one is good, the first and those of earlier tries go; all others stay', async () => {
  await using ground = await temporaryRepository()
  const { repository } = ground
  const ids = { safety: '', capture: '', 'final~': '', 'final~~': '', final: '', 'finally~': '' }
  for (const name of Object.keys(ids)) ids[name as keyof typeof ids] = await backUp(repository)
  const run = runWith(ids)
  expect(await giveWay(action, run.context, repository)).toBe('')
  expect([...run.known.keys()]).toEqual(['safety', 'final', 'finally~'])
  expect(await listed(repository)).toEqual([ids.safety, ids.final, ids['finally~']].sort())
})

test('one that is gone already is forgotten: that is how a crash half-way is made up for', async () => {
  await using ground = await temporaryRepository()
  const [capture, final] = [await backUp(ground.repository), await backUp(ground.repository)]
  await ground.repository.remove(capture)
  const run = runWith({ capture, final })
  expect(await giveWay(action, run.context, ground.repository)).toBe('')
  expect([...run.known.keys()]).toEqual(['final'])
})

test('while another backup is being written it stays, the run goes on and says so', async () => {
  await using ground = await temporaryRepository()
  const [capture, final] = [await backUp(ground.repository), await backUp(ground.repository)]
  const run = runWith({ capture, final })
  {
    using _lock = lockForWriting(ground.folder)
    expect(await giveWay(action, run.context, ground.repository)).toContain('still listed')
  }
  expect([...run.known.keys()]).toEqual(['capture', 'final'])
  expect(await listed(ground.repository)).toEqual([capture, final].sort())
})

test('a safety backup gives way to nothing', async () => {
  await using ground = await temporaryRepository()
  const [first, safety] = [await backUp(ground.repository), await backUp(ground.repository)]
  const run = runWith({ 'safety~': first, safety })
  const taken = { ...action, as: 'safety', reason: 'safety' as const }
  expect(await giveWay(taken, run.context, ground.repository)).toBe('')
  expect(await listed(ground.repository)).toEqual([first, safety].sort())
})
