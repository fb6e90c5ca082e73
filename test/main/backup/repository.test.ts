import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openRepository, unlockWithPhrase } from '../../../main/backup/repository'
import { AppError } from '../../../shared/errors'
import {
  backUp,
  chunksOf,
  fileOf,
  keyStore,
  manifestOf,
  metaOf,
  putContent,
  quietLog,
  temporaryFolder,
  temporaryRepository,
} from './helpers'

const code = (error: unknown) => (error instanceof AppError ? error.code : String(error))
const codeOf = (work: Promise<unknown>) => work.then(() => 'nothing thrown', code)

const SMALL = { path: 'openclaw.json', content: Buffer.from('{ "gateway": { "port": 18789 } }') }
const LARGE = { path: 'agents/main/big.jsonl', content: randomBytes(9 * 1024 * 1024 + 17) }
const EMPTY = { path: 'empty', content: Buffer.alloc(0) }

/** Every file under a folder. */
async function filesUnder(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

test('what was backed up is listed as good and comes back byte for byte', async () => {
  await using ground = await temporaryRepository()
  const summary = await backUp(ground.repository, [SMALL, LARGE, EMPTY])
  expect(await ground.repository.list()).toEqual([summary])
  expect(summary).toMatchObject({ state: 'good', files: 3, bytes: SMALL.content.length + LARGE.content.length })
  const reader = await ground.repository.open(summary.id)
  for (const source of [SMALL, LARGE, EMPTY]) {
    const file = reader.manifest.files.find(one => one.path === source.path)
    expect(file).toBeDefined()
    if (file !== undefined) expect((await reader.content(file)).equals(source.content)).toBe(true)
  }
  expect(reader.manifest.verify).toEqual({ files: 3, bytes: summary.bytes, chunks: 4 })
})

test('a second repository object on the same folder and keychain reads what the first wrote', async () => {
  await using ground = await temporaryRepository()
  const { id } = await backUp(ground.repository, [SMALL])
  await using again = await openRepository({ folder: ground.folder, keys: ground.keys, log: quietLog() })
  const reader = await again.open(id)
  expect(reader.manifest.values[0]?.value).toBe('value-of-a-variable')
  expect(await again.verify(id)).toMatchObject({ state: 'good', problem: null })
})

test('unchanged content is stored once across snapshots', async () => {
  await using ground = await temporaryRepository()
  const first = await backUp(ground.repository, [SMALL, LARGE])
  const second = await backUp(ground.repository, [SMALL, LARGE, { path: 'new', content: randomBytes(1000) }])
  const third = await backUp(ground.repository, [SMALL, LARGE])
  expect(first.storedBytes).toBeGreaterThan(LARGE.content.length)
  expect(second.storedBytes).toBeLessThan(3000)
  expect(third.storedBytes).toBe(0)
  expect(await readdir(join(ground.folder, 'packs'))).toHaveLength(2)
  console.log(`stored: first ${first.storedBytes}, second ${second.storedBytes}, third ${third.storedBytes} bytes`)
})

test('removing a snapshot keeps the packs that others need and removes the rest', async () => {
  await using ground = await temporaryRepository()
  const first = await backUp(ground.repository, [SMALL, LARGE])
  const second = await backUp(ground.repository, [SMALL, { path: 'new', content: randomBytes(1000) }])
  await ground.repository.remove(first.id)
  expect(await ground.repository.list()).toEqual([second])
  expect(await readdir(join(ground.folder, 'packs'))).toHaveLength(2)
  expect(await ground.repository.verify(second.id)).toMatchObject({ state: 'good' })
  await ground.repository.remove(second.id)
  expect(await readdir(join(ground.folder, 'packs'))).toEqual([])
  expect(await readdir(join(ground.folder, 'snapshots'))).toEqual([])
})

test('a writer that is dropped leaves nothing', async () => {
  await using ground = await temporaryRepository()
  {
    await using writer = await ground.repository.begin(metaOf())
    await putContent(writer, LARGE.content)
  }
  expect(await readdir(join(ground.folder, 'tmp'))).toEqual([])
  expect(await readdir(join(ground.folder, 'packs'))).toEqual([])
  expect(await ground.repository.list()).toEqual([])
})

test('two writers at once: the second is told that the first is busy, and may begin when it is done', async () => {
  await using ground = await temporaryRepository()
  await using other = await openRepository({ folder: ground.folder, keys: ground.keys, log: quietLog() })
  const writer = await ground.repository.begin(metaOf())
  expect(await codeOf(other.begin(metaOf()))).toBe('busy')
  expect(await codeOf(other.remove(metaOf().id))).toBe('busy')
  await writer[Symbol.asyncDispose]()
  expect((await backUp(other, [SMALL])).state).toBe('good')
})

test('a manifest that names content which was never stored is refused', async () => {
  await using ground = await temporaryRepository()
  const meta = metaOf()
  await using writer = await ground.repository.begin(meta)
  expect(await codeOf(writer.finish(manifestOf(meta, [fileOf(SMALL)])))).toBe('bad-input')
  expect(await ground.repository.list()).toEqual([])
})

test('overlapping puts of the same and of other chunks all arrive', async () => {
  await using ground = await temporaryRepository()
  const sources = Array.from({ length: 40 }, (_, number) => ({
    path: `file-${number}`,
    content: randomBytes(400_000 + number),
  }))
  const meta = metaOf()
  await using writer = await ground.repository.begin(meta)
  await Promise.all([...sources, ...sources].map(({ content }) => putContent(writer, content)))
  await writer.finish(manifestOf(meta, sources.map(fileOf)))
  expect(await ground.repository.verify(meta.id)).toMatchObject({ state: 'good', problem: null })
})

test('nothing that was given is in clear in any file or name, not even while writing', async () => {
  await using ground = await temporaryRepository()
  const marker = 'MARKER-of-the-plain-text'
  const content = Buffer.from(`${marker} `.repeat(500_000))
  const meta = metaOf({ nodeLabel: marker })
  const noise = Buffer.concat([Buffer.from(marker), randomBytes(5_000_000)])
  const search = async () => {
    for (const path of await filesUnder(ground.folder)) {
      expect(path).not.toContain('MARKER')
      expect((await readFile(path)).includes('MARKER')).toBe(false)
    }
  }
  await using writer = await ground.repository.begin(meta)
  for (const chunk of [...chunksOf(content), ...chunksOf(noise)]) {
    await writer.put(chunk.sha256, { encoding: 0, bytes: chunk.plain }, chunk.plain.length)
    await search()
  }
  expect((await readdir(join(ground.folder, 'tmp'))).length).toBe(1)
  const files = [fileOf({ path: `${marker}/a`, content }), fileOf({ path: `${marker}/b`, content: noise })]
  await writer.finish(manifestOf(meta, files))
  await search()
  if (process.platform !== 'win32') {
    for (const path of await filesUnder(ground.folder)) {
      if (!path.endsWith('writer.lock')) expect((await stat(path)).mode & 0o077, path).toBe(0)
    }
  }
})

test('without its identity the folder says that the key is missing, and the phrase on the sheet opens it', async () => {
  await using ground = await temporaryRepository()
  const { id } = await backUp(ground.repository, [SMALL])
  const sheet = await ground.repository.recoverySheet()
  const phrase = /Recovery phrase +(\S+)/.exec(sheet)?.[1] ?? ''
  expect(phrase).toMatch(/^([0-9A-Z]{5}-){5}[0-9A-Z]{5}$/)
  const keys = keyStore()
  const options = { folder: ground.folder, keys, log: quietLog() }
  expect(await codeOf(openRepository(options))).toBe('key-missing')
  expect(await codeOf(unlockWithPhrase(options, 'not a phrase'))).toBe('bad-input')
  expect(
    await codeOf(
      unlockWithPhrase(
        options,
        phrase.replace(/^./, one => (one === 'A' ? 'B' : 'A')),
      ),
    ),
  ).toBe('bad-input')
  await using unlocked = await unlockWithPhrase(options, ` ${phrase.toLowerCase().replaceAll('-', ' ')}\n`)
  expect((await unlocked.list()).map(one => one.id)).toEqual([id])
  await using reopened = await openRepository(options)
  expect(await reopened.verify(id)).toMatchObject({ state: 'good' })
  expect(await reopened.recoverySheet()).toBe(sheet)
})

test('the phrase of another folder is refused', async () => {
  await using ground = await temporaryRepository()
  await using other = await temporaryRepository()
  await backUp(ground.repository, [SMALL])
  const phrase = /Recovery phrase +(\S+)/.exec(await other.repository.recoverySheet())?.[1] ?? ''
  const options = { folder: ground.folder, keys: keyStore(), log: quietLog() }
  expect(await codeOf(unlockWithPhrase(options, phrase))).toBe('credential-refused')
})

test('two OCMs that open an empty folder at once agree on its key', async () => {
  await using folder = await temporaryFolder()
  const keys = keyStore()
  const options = { folder: join(folder.path, 'new'), keys, log: quietLog() }
  const opened = await Promise.all([openRepository(options), openRepository(options)])
  await using first = opened[0]
  await using second = opened[1]
  const { id } = await backUp(first, [SMALL])
  expect(await second.verify(id)).toMatchObject({ state: 'good' })
})

test('an export goes into another repository with the phrase, and into its own without', async () => {
  await using ground = await temporaryRepository()
  await using target = await temporaryRepository()
  await backUp(ground.repository, [LARGE])
  const { id } = await backUp(ground.repository, [SMALL, LARGE])
  const file = join(ground.folder, '..', 'export.ocm')
  await ground.repository.exportTo(id, file)
  expect(await codeOf(target.repository.importFrom(file))).toBe('key-missing')
  const phrase = /Recovery phrase +(\S+)/.exec(await ground.repository.recoverySheet())?.[1] ?? ''
  expect(await target.repository.importFrom(file, phrase)).toMatchObject({ id, state: 'good', reason: 'import' })
  expect(await target.repository.verify(id)).toMatchObject({ state: 'good' })
  await ground.repository.remove(id)
  await ground.repository.importFrom(file)
  const reader = await ground.repository.open(id)
  const [first] = reader.manifest.files
  if (first !== undefined) expect((await reader.content(first)).equals(SMALL.content)).toBe(true)
})

test('an import makes a backup whole whose pack is gone', async () => {
  await using ground = await temporaryRepository()
  const { id } = await backUp(ground.repository, [SMALL, LARGE])
  const file = join(ground.folder, '..', 'export.ocm')
  await ground.repository.exportTo(id, file)
  await rm(join(ground.folder, 'packs'), { recursive: true })
  await using again = await openRepository({ folder: ground.folder, keys: ground.keys, log: quietLog() })
  expect((await again.list())[0]).toMatchObject({ id, state: 'damaged' })
  await again.importFrom(file)
  expect(await again.verify(id)).toMatchObject({ state: 'good' })
})

test('a backup that is not there says so', async () => {
  await using ground = await temporaryRepository()
  expect(await codeOf(ground.repository.open(metaOf().id))).toBe('backup-missing')
  expect(await codeOf(ground.repository.verify(metaOf().id))).toBe('backup-missing')
  expect(await codeOf(ground.repository.importFrom(join(ground.folder, 'absent')))).toBe('not-found')
  expect(await codeOf(ground.repository.importFrom(join(ground.folder, 'repository.json')))).toBe('bad-input')
})
