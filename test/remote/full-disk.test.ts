import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { handleCommit } from '../../remote/commit'
import { handleStage } from '../../remote/stage'
import { handleStaged } from '../../remote/staged'
import { fileFrames, RemoteSession } from '../helpers/remote-context'
import { MOUNT_OBSTACLE, skips } from '../helpers/requirement'
import { SmallDisk } from '../helpers/small-disk'

const MIB = 1024 * 1024

const skipsDisks = skips('staging on a full disk', MOUNT_OBSTACLE)

test.skipIf(skipsDisks)(
  'a full disk is told with what was needed, what came before stays staged, and it goes on when there is room',
  async () => {
    using disk = new SmallDisk(6)
    using session = new RemoteSession()
    const live = join(disk.path, '.openclaw')
    mkdirSync(live)
    const operation = { operationId: randomUUID(), roots: { state: live } }
    const good = fileFrames('media/good', Buffer.alloc(MIB, 1))
    const parts = [0, 1, 2].flatMap(index => fileFrames(`media/${index}`, Buffer.alloc(3 * MIB, index)))
    const tooMuch = session.ask(handleStage, operation, { input: [...good, ...parts] })
    await expect(tooMuch).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/needs 3145728 bytes/) as string,
    })
    const long = session.ask(handleStage, operation, { input: fileFrames('media/long', Buffer.alloc(5 * MIB)) })
    await expect(long).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/needs 5242880 bytes/) as string,
    })
    const { items } = await session.ask(handleStaged, operation)
    expect(items.flatMap(item => item.files).map(file => file.path)).toEqual(['media/good', 'media/0'])
    disk.resize(20)
    await session.ask(handleStage, operation, { input: fileFrames('media/1', 'small now') })
    expect((await session.ask(handleCommit, { ...operation, remove: [] })).result.placed).toBe(3)
    expect(readFileSync(join(live, 'media/1'), 'utf8')).toBe('small now')
  },
)

test.skipIf(skipsDisks)(
  'a root that is a mount point is staged inside itself, since nothing can be renamed across',
  async () => {
    using disk = new SmallDisk(6)
    using session = new RemoteSession()
    const operation = { operationId: randomUUID(), roots: { state: disk.path } }
    await session.ask(handleStage, operation, { input: fileFrames('a/b', 'x') })
    await session.ask(handleCommit, { ...operation, remove: [] })
    expect(readFileSync(join(disk.path, 'a/b'), 'utf8')).toBe('x')
  },
)
