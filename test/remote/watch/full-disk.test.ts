import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readdirSync, statfsSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { handleSample } from '../../../remote/watch/sample'
import { Sample, type DiskUse } from '../../../shared/sample'
import { LitteredHome } from '../../helpers/littered-home'
import { LoopDisk } from '../../helpers/loop-disk'
import { RemoteSession } from '../../helpers/remote-context'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'

const MIB = 1024 * 1024
const HOUR = 3_600_000
const skipsDisks = skips('clean-ups on a full disk', MOUNT_OBSTACLE)

let home: LitteredHome
let sessions: string
beforeEach(() => {
  home = new LitteredHome()
  sessions = join(home.stateDir, 'agents/full/sessions')
})
afterEach(() => {
  home[Symbol.dispose]()
})

/** Copies of the store as a crash leaves them, until the disk takes no more. Answers how many bytes went onto it. */
function fillWithOrphans(bytesEach: number): number {
  const content = Buffer.alloc(bytesEach, 'x')
  let written = 0
  for (;;) {
    const path = join(sessions, `sessions.json.${randomUUID()}.tmp`)
    try {
      const fd = openSync(path, 'w')
      try {
        for (let at = 0; at < bytesEach;) {
          const more = writeSync(fd, content, at)
          at += more
          written += more
        }
      } finally {
        closeSync(fd)
        const old = (Date.now() - 9 * HOUR) / 1000
        utimesSync(path, old, old)
      }
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC')
      return written
    }
  }
}

async function diskIn(): Promise<DiskUse | undefined> {
  using session = new RemoteSession()
  const { result } = await session.ask(handleSample, { extraStateDirs: [], withSizes: true })
  return Sample.parse(result).disks.find(({ id }) => id === String(statSync(sessions).dev))
}

test.skipIf(skipsDisks)('a disk that is full of orphans is told, and swept without needing any room', async () => {
  using disk = new LoopDisk(sessions, { sizeMib: 24, inodes: 128 })
  writeFileSync(join(sessions, 'sessions.json'), '{"a":1}')
  const before = await diskIn()
  const written = fillWithOrphans(MIB)
  expect(written).toBeGreaterThan(10 * MIB)
  const full = await diskIn()
  expect(full?.path).toBe(disk.path)
  expect(full?.freeBytes).toBeLessThan(MIB)
  const swept = await home.sweep()
  expect(swept.bytes).toBe(written)
  expect(swept.diskBytes).toBeGreaterThanOrEqual(written)
  expect(readdirSync(sessions)).toEqual(['sessions.json'])
  const after = await diskIn()
  // The folder itself stays as large as it once was.
  expect(after?.freeBytes).toBeGreaterThan((before?.freeBytes ?? 0) - 64 * 1024)
  expect(after?.freeInodes).toBe(before?.freeInodes)
})

test.skipIf(skipsDisks)(
  'a disk without room for the folder to put back from loses nothing, and says what is wrong',
  async () => {
    using _disk = new LoopDisk(sessions, { sizeMib: 24, inodes: 128 })
    writeFileSync(join(sessions, 'sessions.json'), '{"a":1}')
    fillWithOrphans(MIB)
    // To the last byte: what is left would be enough for a folder.
    for (let left = 64; statfsSync(sessions).bavail > 0 && left > 0; left -= 1) fillWithOrphans(1024)
    const names = readdirSync(sessions).sort()
    await expect(home.sweep({ undo: true })).rejects.toMatchObject({ code: 'disk-full' })
    expect(readdirSync(sessions).sort()).toEqual(names)
    expect((await home.sweep()).removed).toBe(names.length - 1)
  },
)

test.skipIf(skipsDisks)('a disk that ran out of inodes is told', async () => {
  using _disk = new LoopDisk(sessions, { sizeMib: 24, inodes: 64 })
  writeFileSync(join(sessions, 'sessions.json'), '{"a":1}')
  fillWithOrphans(1)
  const full = await diskIn()
  expect(full?.freeInodes).toBe(0)
  expect(full?.totalInodes).toBeGreaterThan(0)
  expect(full?.freeBytes).toBeGreaterThan(10 * MIB)
  expect((await home.sweep()).removed).toBeGreaterThan(10)
  expect((await diskIn())?.freeInodes).toBeGreaterThan(10)
})
