import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MIB, MINUTE } from '../../../shared/units'
import { failureOf } from '../../helpers/failure'
import { decided, homeOf, startYard, untilLive, whenStep, type Yard } from '../../helpers/nodes'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { SmallDisk } from '../../helpers/small-disk'
import { tempFolder, type TempFolder } from '../../helpers/temp'

const isSkipped = skips('whole runs on full disks', MOUNT_OBSTACLE)

/** Takes all room but so much. Gone again when disposed. */
function fill(disk: SmallDisk, leftBytes = 0): Disposable {
  const file = join(disk.path, 'filler')
  const { bavail, bsize } = statfsSync(disk.path)
  writeFileSync(file, Buffer.alloc(bavail * bsize - leftBytes))
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) }
}

describe.skipIf(isSkipped)('the disk of a node', () => {
  let yard: Yard
  let disk: SmallDisk
  const undo = new AsyncDisposableStack()
  beforeAll(async () => {
    const folder = undo.use(tempFolder())
    disk = undo.use(new SmallDisk(400, folder.join('pc-b')))
    yard = undo.use(await startYard({ fleetFolder: folder.path }))
    await untilLive(...yard.fleet.nodes)
  })
  afterAll(() => undo.disposeAsync())

  const ids = () => [yard.record('pc-a').id, yard.record('pc-b').id] as const

  test('that is too small is named by the plan, with both numbers and a way out', async () => {
    disk.resize(100)
    const plan = await yard.services.planner.migrate(...ids(), yard.options())
    disk.resize(400)
    const blocker = plan.blockers.find(one => one.code === 'no-space')
    expect(blocker?.text).toMatch(/^pc-b has [\d,]+ MB free; [\d,]+ MB are needed\.$/)
    expect(blocker?.wayOut).toContain('Free space')
    expect(plan.steps).toEqual([])
  })

  test(
    'that fills up while a migration stages is named; both machines are as before, and nothing is left in staging',
    async () => {
      const { planner, operations } = yard.services
      const before = yard.fleet.nodes.map(homeOf)
      const draft = await planner.migrate(...ids(), yard.options())
      const plan = await planner.migrate(...ids(), yard.options({ decisions: decided(draft) }))
      let filler: Disposable | undefined
      using _watch = whenStep(
        yard.services,
        status => status.stepId === 'stage' && status.state === 'running',
        () => (filler = fill(disk, MIB)), // less than the photo of pc-a, enough for a gateway to live on
      )
      const started = await operations.run(plan.id)
      const run = await operations.settled(started.id)
      filler?.[Symbol.dispose]()
      expect(run.state).toBe('failed')
      expect(run.error).toMatchObject({
        code: 'disk-full',
        message: expect.stringMatching(/^The disk of the node is full/) as string,
        hint: expect.stringContaining('Free some space') as string,
      })
      expect(run.steps.find(step => step.stepId === 'stage')?.state).toBe('undone')
      expect(yard.fleet.nodes.map(homeOf)).toEqual(before)
      await untilLive(...yard.fleet.nodes)
    },
    2 * MINUTE,
  )
})

describe.skipIf(isSkipped)('the disk of the admin', () => {
  let folder: TempFolder
  let disk: SmallDisk
  let yard: Yard
  const undo = new AsyncDisposableStack()
  beforeAll(() => {
    folder = undo.use(tempFolder())
  })
  afterAll(() => undo.disposeAsync())

  const id = () => yard.record('pc-a').id
  const plan = () => yard.services.planner.backup(id(), yard.options())
  const backUp = () => plan().then(made => yard.run(made))
  /** Every backup listed is whole. */
  async function expectGood(count: number): Promise<void> {
    const listed = await yard.services.refreshBackups()
    expect(listed.map(row => row.state)).toEqual(Array(count).fill('good'))
    const repository = await yard.services.repository()
    for (const row of listed) expect(await repository.verify(row.id)).toMatchObject({ state: 'good' })
  }

  test(
    'that holds the backups and is full fails a backup by name; older ones stay good and the partial one leaves nothing',
    async () => {
      const dataDir = folder.join('one')
      disk = undo.use(new SmallDisk(12, join(dataDir, 'backups')))
      yard = undo.use(await startYard({ count: 1, dataDir }))
      await untilLive(yard.node('pc-a'))
      expect((await backUp()).error).toBeNull()
      const large = join(yard.node('pc-a').stateDir, 'media/large.bin')
      writeFileSync(large, randomBytes(20 * MIB))
      const run = await backUp()
      expect(run.state).toBe('failed')
      expect(run.error).toMatchObject({
        code: 'disk-full',
        message: 'The disk with the backup folder is full.',
        hint: expect.stringContaining('Free some space') as string,
      })
      expect(run.snapshots).toEqual({})
      expect(readdirSync(join(disk.path, 'tmp'))).toEqual([])
      await expectGood(1)
      rmSync(large)
      expect((await backUp()).error).toBeNull()
      await expectGood(2)
    },
    2 * MINUTE,
  )

  test(
    'that holds all of OCM and is full is named, before a run and amid one; OCM lives on and goes on when there is room',
    async () => {
      const dataDir = folder.join('two')
      disk = undo.use(new SmallDisk(24, dataDir))
      yard = undo.use(await startYard({ count: 1, dataDir }))
      await untilLive(yard.node('pc-a'))
      expect((await backUp()).error).toBeNull()
      const { operations } = yard.services
      const full = {
        code: 'disk-full',
        message: expect.stringMatching(/^The disk with .* is full/) as string,
        hint: expect.stringContaining('Free some space') as string,
      }

      const planned = await plan()
      const filler = fill(disk)
      expect(await failureOf(operations.run(planned.id))).toMatchObject(full)
      expect(operations.holding(id())).toBeNull()
      filler[Symbol.dispose]()
      await expectGood(1)

      let later: Disposable | undefined
      using _watch = whenStep(
        yard.services,
        status => status.stepId === 'capture' && status.state === 'running',
        () => (later = fill(disk)),
      )
      writeFileSync(join(yard.node('pc-a').stateDir, 'media/more.bin'), randomBytes(MIB))
      const run = await backUp()
      expect(run.state).toBe('failed')
      expect(run.error).toMatchObject(full)
      later?.[Symbol.dispose]()
      await expectGood(1)
      expect((await backUp()).error).toBeNull()
      await expectGood(2)
    },
    2 * MINUTE,
  )
})
