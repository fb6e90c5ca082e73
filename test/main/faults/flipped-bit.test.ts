import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Operation } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { homeOf, startYard, untilLive } from '../../helpers/nodes'

test(
  'a flipped bit in a pack is found by the restore, which names the file and places nothing; other backups come back',
  async () => {
    await using yard = await startYard({ count: 1 })
    const { planner, backupDir } = yard.services
    const node = yard.node('pc-a')
    const { id } = yard.record('pc-a')
    await untilLive(node)
    const backUp = async (): Promise<string> =>
      (await yard.run(await planner.backup(id, yard.options()))).snapshots['capture'] ?? ''
    const restore = async (backup: string): Promise<Operation> =>
      yard.run(await planner.restore(backup, id, yard.options()))
    const packs = () => readdirSync(join(backupDir, 'packs'), { recursive: true, encoding: 'utf8' })

    const first = await backUp()
    const earlier = packs()
    const large = join(node.stateDir, 'media/large.bin')
    writeFileSync(large, randomBytes(500_000))
    const second = await backUp()
    rmSync(large)
    const pack = join(backupDir, 'packs', packs().find(name => name.endsWith('.pack') && !earlier.includes(name)) ?? '')
    const bytes = readFileSync(pack)
    const middle = bytes.length >> 1 // most of the pack is the large file
    bytes[middle] = (bytes[middle] ?? 0) ^ 0b100
    writeFileSync(pack, bytes)

    const before = homeOf(node)
    const broken = await restore(second)
    expect(broken.state).toBe('failed')
    expect(broken.error).toMatchObject({
      code: 'backup-damaged',
      message: expect.stringContaining('media/large.bin') as string,
      hint: expect.any(String) as string,
    })
    expect(homeOf(node)).toEqual(before)
    await untilLive(node)
    const good = await restore(first)
    expect(good.error).toBeNull()
    expect(good.state).toBe('done')
  },
  2 * MINUTE,
)
