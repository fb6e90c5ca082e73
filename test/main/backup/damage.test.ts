import { build } from 'esbuild'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRepository } from '../../../main/backup/repository'
import type { Repository } from '../../../main/backup/types'
import { CHUNK_BYTES, type BackupSummary } from '../../../shared/backup'
import { AppError } from '../../../shared/errors'
import { MINUTE } from '../../../shared/units'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { backUp, keyStore, quietLog, temporaryFolder, temporaryRepository, type Source } from './helpers'

const ROUNDS_KILLED = 20
const ROUNDS_FLIPPED = 50
let bundle = ''

beforeAll(async () => {
  bundle = join(await mkdtemp(join(tmpdir(), 'ocm-backup-child-')), 'child.mjs')
  const entryPoints = [join(import.meta.dirname, 'child.ts')]
  await build({ entryPoints, outfile: bundle, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })
})
afterAll(() => rm(join(bundle, '..'), { recursive: true, force: true }))

test(
  `a writer killed at ${ROUNDS_KILLED} random moments loses nothing that was finished and lists nothing that was not`,
  async () => {
    await using folder = await temporaryFolder()
    const keys = keyStore()
    const path = join(folder.path, 'backups')
    await using repository = await openRepository({ folder: path, keys, log: quietLog() })
    await backUp(repository, [{ path: 'first', content: randomBytes(10_000) }])
    const finished = new Set((await repository.list()).map(({ id }) => id))
    for (let round = 0; round < ROUNDS_KILLED; round++) {
      const child = spawn(process.execPath, ['--no-warnings', bundle, 'write', path, keys.value ?? ''])
      const seen = createInterface({ input: child.stdout })
      const begun = new Set<string>()
      seen.on('line', line => {
        const [word, id = ''] = line.split(' ')
        if (word === 'finished') finished.add(id)
        else begun.add(id)
      })
      await once(seen, 'line')
      // A random moment is the point here: long enough for anything from the first put to the third backup.
      await new Promise(resolve => setTimeout(resolve, randomInt(0, 150)))
      child.kill('SIGKILL')
      await once(child, 'close')
      const listed = await repository.list()
      const ids = new Set(listed.map(({ id }) => id))
      for (const id of finished) expect(ids).toContain(id)
      // The rename may have happened just before the kill, then the child had no time to say so; but never more than that.
      for (const { id, state } of listed) {
        expect(finished.has(id) || begun.has(id)).toBe(true)
        expect(state).not.toBe('damaged')
        expect(await repository.verify(id)).toMatchObject({ state: 'good' })
        finished.add(id)
      }
    }
    await backUp(repository, [{ path: 'last', content: randomBytes(10_000) }])
    expect(await readdir(join(path, 'tmp'))).toEqual([])
    console.log(`${finished.size} backups finished in ${ROUNDS_KILLED} rounds, all good`)
  },
  3 * MINUTE,
)

test('a pack that is damaged, and mended, while its folder is open is seen as it is', async () => {
  await using ground = await temporaryRepository()
  const { id } = await backUp(ground.repository, [{ path: 'a', content: randomBytes(10_000) }])
  const [name = ''] = await readdir(join(ground.folder, 'packs'))
  const path = join(ground.folder, 'packs', name)
  const whole = await readFile(path)
  expect(await ground.repository.verify(id)).toMatchObject({ state: 'good', problem: null })
  // The last byte belongs to no content.
  for (const at of [0, whole.length - 1]) {
    const flipped = Buffer.from(whole)
    flipped.writeUInt8((flipped[at] ?? 0) ^ 1, at)
    await writeFile(path, flipped)
    const problem = expect.stringContaining('head of a pack is damaged') as string
    expect(await ground.repository.verify(id)).toMatchObject({ state: 'damaged', problem })
    await writeFile(path, whole)
    expect(await ground.repository.verify(id)).toMatchObject({ state: 'good', problem: null })
  }
})

const SHARED: Source = { path: 'shared', content: randomBytes(30_000) }
const only = (name: string): Source => ({ path: name, content: randomBytes(50_000) })

async function contentOf(repository: Repository, id: string, source: Source): Promise<boolean> {
  const reader = await repository.open(id)
  const file = reader.manifest.files.find(({ path }) => path === source.path)
  if (file === undefined) return false
  return reader.content(file).then(
    content => content.equals(source.content),
    () => false,
  )
}

test(
  `one flipped bit is found, named, and costs one file at most (${ROUNDS_FLIPPED} random places)`,
  async () => {
    await using ground = await temporaryRepository()
    const sources = [SHARED, only('a'), only('b'), only('c')]
    const other = [SHARED, only('d')]
    const ids = [(await backUp(ground.repository, sources)).id, (await backUp(ground.repository, other)).id]
    const places: string[] = []
    for (const folder of ['packs', 'snapshots']) {
      for (const name of await readdir(join(ground.folder, folder))) places.push(join(ground.folder, folder, name))
    }
    for (let round = 0; round < ROUNDS_FLIPPED; round++) {
      const path = places[round % places.length] ?? ''
      const whole = await readFile(path)
      const flipped = Buffer.from(whole)
      const at = randomInt(flipped.length)
      flipped.writeUInt8((flipped[at] ?? 0) ^ (1 << randomInt(8)), at)
      await writeFile(path, flipped)
      const where = `${path} byte ${at} of ${flipped.length}`
      await using repository = await openRepository({ folder: ground.folder, keys: ground.keys, log: quietLog() })
      const listed = await repository.list()
      expect(listed.map(({ id }) => id).sort(), where).toEqual([...ids].sort())
      if (path.endsWith('.check')) {
        // Only a note of the last verification: without it the backup counts as unverified, and a new one writes it anew.
        expect(
          listed.filter(({ state }) => state === 'unverified'),
          where,
        ).toHaveLength(1)
        for (const id of ids) expect(await repository.verify(id), where).toMatchObject({ state: 'good' })
        continue
      }
      const results: BackupSummary[] = []
      for (const id of ids) results.push(await repository.verify(id))
      const damaged = results.filter(({ state }) => state === 'damaged')
      expect(damaged.length, where).toBeGreaterThan(0)
      const after = await repository.list()
      for (const one of damaged) expect(after.find(({ id }) => id === one.id)?.problem, where).toBe(one.problem)
      await expectLittleLost(repository, { path, where, damaged, ids, contents: [sources, other] })
      await writeFile(path, whole)
      for (const id of ids) expect(await repository.verify(id), where).toMatchObject({ state: 'good', problem: null })
    }
  },
  3 * MINUTE,
)

interface Loss {
  readonly path: string
  readonly where: string
  readonly damaged: readonly BackupSummary[]
  readonly ids: readonly string[]
  readonly contents: readonly (readonly Source[])[]
}

/** In a pack: at most one chunk is gone, and its file is named. In a manifest: only that snapshot is touched. */
async function expectLittleLost(repository: Repository, loss: Loss): Promise<void> {
  const { path, where, damaged, ids, contents } = loss
  const lost = new Set<string>()
  for (const [number, id] of ids.entries()) {
    if (path.includes(id)) continue
    for (const source of contents[number] ?? []) {
      if (await contentOf(repository, id, source)) continue
      lost.add(source.path)
      expect(damaged.find(one => one.id === id)?.problem, where).toContain(`state/${source.path}`)
    }
  }
  expect(lost.size, where).toBeLessThanOrEqual(path.endsWith('.pack') ? 1 : 0)
  if (path.endsWith('.manifest'))
    expect(
      damaged.map(({ id }) => path.includes(id)),
      where,
    ).toEqual([true])
}

test('damaged content is stored anew by the next backup, which makes the older one whole', async () => {
  await using ground = await temporaryRepository()
  const { id } = await backUp(ground.repository, [SHARED])
  const [name = ''] = await readdir(join(ground.folder, 'packs'))
  const path = join(ground.folder, 'packs', name)
  const bytes = await readFile(path)
  bytes.writeUInt8((bytes[5000] ?? 0) ^ 1, 5000)
  await writeFile(path, bytes)
  expect(await ground.repository.verify(id)).toMatchObject({ state: 'damaged', problem: /state\/shared/ })
  await using again = await openRepository({ folder: ground.folder, keys: ground.keys, log: quietLog() })
  await backUp(again, [SHARED])
  expect(await contentOf(again, id, SHARED)).toBe(true)
})

test('a missing pack is named by the list and by the check; snapshots that do not need it stay good', async () => {
  await using ground = await temporaryRepository()
  const first = await backUp(ground.repository, [only('a')])
  const [name = ''] = await readdir(join(ground.folder, 'packs'))
  const second = await backUp(ground.repository, [only('b')])
  await rm(join(ground.folder, 'packs', name))
  const states = new Map((await ground.repository.list()).map(({ id, state }) => [id, state]))
  expect(states.get(first.id)).toBe('damaged')
  expect(states.get(second.id)).toBe('good')
  expect(await ground.repository.verify(first.id)).toMatchObject({ state: 'damaged', problem: /state\/a/ })
  expect(await ground.repository.verify(second.id)).toMatchObject({ state: 'good' })
})

test('a damaged recovery key is found by a check and written anew', async () => {
  await using ground = await temporaryRepository()
  const { id } = await backUp(ground.repository, [SHARED])
  const path = join(ground.folder, 'keys/recovery.age')
  await writeFile(path, (await readFile(path)).fill(0, 200, 210))
  await writeFile(join(ground.folder, 'repository.json'), '{')
  const log = quietLog()
  await using again = await openRepository({ folder: ground.folder, keys: ground.keys, log })
  expect(await again.verify(id)).toMatchObject({ state: 'good' })
  expect(log.lines).toEqual(['The file that the recovery phrase opens was damaged; it was written anew.'])
  expect(JSON.parse(await readFile(join(ground.folder, 'repository.json'), 'utf8'))).toMatchObject({ format: 1 })
})

test.skipIf(skips('a full disk under the backups', MOUNT_OBSTACLE))(
  'a full disk is told as such, cleans up after itself, and leaves older backups good',
  async () => {
    await using folder = await temporaryFolder()
    const mount = join(folder.path, 'small')
    await mkdir(mount)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', mount])
    try {
      await using repository = await openRepository({ folder: mount, keys: keyStore(), log: quietLog() })
      const { id } = await backUp(repository, [{ path: 'fits', content: randomBytes(1_000_000) }])
      const tooMuch = backUp(repository, [{ path: 'too much', content: randomBytes(20_000_000) }])
      const error: unknown = await tooMuch.then(
        () => null,
        (cause: unknown) => cause,
      )
      expect(error).toBeInstanceOf(AppError)
      expect(error).toMatchObject({ code: 'disk-full', hint: /Free some space/ })
      expect(await readdir(join(mount, 'tmp'))).toEqual([])
      const { bavail, bsize } = await statfs(mount)
      expect(bavail * bsize).toBeGreaterThan(6_000_000)
      expect((await repository.list()).map(one => one.id)).toEqual([id])
      expect(await repository.verify(id)).toMatchObject({ state: 'good' })
      expect((await backUp(repository, [{ path: 'fits too', content: randomBytes(100_000) }])).state).toBe('good')
    } finally {
      execFileSync('umount', [mount])
    }
  },
)

test(
  '1 GB in large and small chunks runs fast, in memory that stays flat',
  async () => {
    await using folder = await temporaryFolder()
    const words = ['--no-warnings', '--expose-gc', bundle, 'measure', join(folder.path, 'backups')]
    const output = execFileSync(process.execPath, words, { encoding: 'utf8' })
    const {
      storingMs = 0,
      finishingMs = 0,
      cpuMs = 0,
      grownBytes = 0,
      warmBytes = 0,
    } = JSON.parse(output) as Record<string, number>
    const megabytes = (256 * CHUNK_BYTES + 5000 * 2000) / 1e6
    const rate = (milliseconds: number) => `${Math.round(megabytes / (milliseconds / 1000))} MB/s`
    const wall = `stored in ${Math.round(storingMs)} ms, proved in ${Math.round(finishingMs)} ms`
    const rates = `${rate(storingMs + finishingMs)} of wall time, ${rate(cpuMs)} of processor time`
    const memory = `memory grew by ${Math.round(warmBytes / 1e6)} MB at 256 MiB and ${Math.round(grownBytes / 1e6)} MB in all`
    console.log(`${wall}: ${rates}, ${memory}`)
    // V8 frees buffers late, about 100 MB behind, whoever makes them. What leaked would be ten times this.
    expect(grownBytes).toBeLessThan(200_000_000)
    // Processor time, since the machine may be busy; hashing the content is in it too.
    expect(megabytes / (cpuMs / 1000)).toBeGreaterThan(100)
  },
  2 * MINUTE,
)
