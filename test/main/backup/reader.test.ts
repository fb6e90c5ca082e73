import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { lstat, mkdtemp, readFile, readlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openRepository } from '../../../main/backup/repository'
import type { SnapshotFile } from '../../../shared/backup'
import { backUp, fileOf, manifestOf, metaOf, putContent, temporaryRepository, type Source } from './helpers'

const READER = join(import.meta.dirname, '../../../docs/restore-without-ocm.mjs')

/** Runs the reader alone, as a process without any package in reach. */
function read(words: readonly string[], phrase: string): Promise<{ code: number | null; output: string }> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [READER, ...words], { cwd: tmpdir() })
    let output = ''
    child.stdout.on('data', (piece: Buffer) => (output += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (output += piece.toString()))
    child.on('close', code => resolve({ code, output }))
    child.stdin.end(`${phrase}\n`)
  })
}

const phraseIn = (sheet: string): string => /Recovery phrase +(\S+)/.exec(sheet)?.[1] ?? ''

async function database(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'ocm-reader-'))
  const path = join(folder, 'state.sqlite')
  using db = new DatabaseSync(path)
  db.exec("CREATE TABLE cron_jobs (name TEXT); INSERT INTO cron_jobs VALUES ('daily')")
  return await readFile(path)
}

const ALL_SOURCES: readonly Source[] = [
  {
    path: 'openclaw.json',
    content: Buffer.from('{}'),
    changes: { mode: 0o640, stamp: '2:1790000000000000001:1790000000000000002:42' },
  },
  { path: 'empty', content: Buffer.alloc(0), changes: { mode: 0o600 } },
  { path: 'deep/er/big.bin', content: randomBytes(10_000_001), changes: { mode: 0o755 } },
  { path: 'same.bin', content: Buffer.from('text '.repeat(1_000_000)) },
  { path: 'copy.bin', content: Buffer.from('text '.repeat(1_000_000)) },
  { path: `it's "odd"\n$HOME ünï`, content: Buffer.from('odd') },
  {
    path: 'bad-\ufffd',
    content: Buffer.from('bytes'),
    changes: { pathBytes: Buffer.from('bad-\xff', 'latin1').toString('base64') },
  },
  { path: 'notes.md', content: Buffer.from('outside'), changes: { root: 'workspace:main' } },
  { path: 'auth-profiles.json', content: Buffer.from('{}'), changes: { root: 'agent:main', component: 'credentials' } },
]

/** Windows knows neither such characters in names nor, like macOS, names that are not UTF-8. */
const isPossibleHere = ({ path, changes }: Source): boolean =>
  (process.platform === 'linux' || changes?.pathBytes === undefined) &&
  (process.platform !== 'win32' || !/["\n]/.test(path))
const SOURCES = ALL_SOURCES.filter(isPossibleHere)

const entry = (changes: Partial<SnapshotFile>): SnapshotFile => ({
  ...fileOf({ path: '', content: Buffer.alloc(0) }),
  sha256: '',
  chunks: [],
  ...changes,
})

test('the reader alone, with the phrase from the sheet, restores names, links, modes, times and content', async () => {
  await using ground = await temporaryRepository()
  await backUp(ground.repository, [{ path: 'older', content: randomBytes(5000) }, ...SOURCES.slice(2, 3)])
  const sqlite: Source = { path: 'state/openclaw.sqlite', content: await database(), changes: { kind: 'sqlite' } }
  const all: readonly Source[] = [...SOURCES, sqlite]
  const meta = metaOf()
  await using writer = await ground.repository.begin(meta)
  for (const { content } of all) await putContent(writer, content)
  const extra = [
    entry({ path: 'locked', kind: 'folder', mode: 0o500 }),
    entry({ path: 'locked/inside', kind: 'folder', mode: 0o700 }),
    entry({ path: 'link', kind: 'link', target: 'deep/er/../er/big.bin' }),
    entry({ path: 'dangling', kind: 'link', target: '/nowhere/at all' }),
  ]
  await writer.finish(manifestOf(meta, [...extra, ...all.map(fileOf)]))
  const phrase = phraseIn(await ground.repository.recoverySheet())
  const listing = await read([ground.folder, 'list'], phrase)
  expect(listing.output).toContain(`${meta.id} ${meta.at} pc-a ${all.length} files`)

  const out = join(ground.folder, '..', 'out')
  const result = await read([ground.folder, meta.id, out], phrase.toLowerCase())
  expect(result).toMatchObject({ code: 0 })
  for (const { path, content, changes } of all) {
    const folder = join(out, (changes?.root ?? 'state').replace(':', '-'))
    const name = changes?.pathBytes === undefined ? Buffer.from(path) : Buffer.from(changes.pathBytes, 'base64')
    const target = Buffer.concat([Buffer.from(`${folder}/`), name])
    expect((await readFile(target)).equals(content), path).toBe(true)
    const { mode, mtimeMs } = await lstat(target)
    if (process.platform !== 'win32') expect(mode & 0o777, path).toBe(changes?.mode ?? 0o600)
    expect(mtimeMs).toBe(1_790_000_000_000)
  }
  if (process.platform !== 'win32') expect((await lstat(join(out, 'state/locked'))).mode & 0o777).toBe(0o500)
  expect(await readlink(join(out, 'state/link'))).toBe('deep/er/../er/big.bin')
  expect(await readlink(join(out, 'state/dangling'))).toBe('/nowhere/at all')
  using db = new DatabaseSync(join(out, 'state/state/openclaw.sqlite'))
  expect(db.prepare('SELECT name FROM cron_jobs').all()).toEqual([{ name: 'daily' }])
  expect((await readFile(join(out, 'manifest.json'), 'utf8')).includes('value-of-a-variable')).toBe(true)
})

test('an unpacked export is a repository the reader reads', async () => {
  await using ground = await temporaryRepository()
  const { id } = await backUp(ground.repository, SOURCES.slice(0, 6))
  const file = join(ground.folder, '..', 'export.tar')
  await ground.repository.exportTo(id, file)
  const unpacked = await mkdtemp(join(ground.folder, '..', 'unpacked-'))
  await promisify(execFile)('tar', ['-xf', file, '-C', unpacked])
  const out = join(ground.folder, '..', 'out')
  const phrase = phraseIn(await ground.repository.recoverySheet())
  expect(await read([unpacked, id, out], phrase)).toMatchObject({ code: 0 })
  expect((await readFile(join(out, 'state/deep/er/big.bin'))).equals(SOURCES[2]?.content ?? Buffer.alloc(0))).toBe(true)
  await using opened = await openRepository({ folder: ground.folder, keys: ground.keys, log: console })
  expect(await opened.verify(id)).toMatchObject({ state: 'good' })
})

test('the reader refuses a wrong phrase', async () => {
  await using ground = await temporaryRepository()
  const { id } = await backUp(ground.repository, SOURCES.slice(0, 1))
  const result = await read(
    [ground.folder, id, join(ground.folder, '..', 'out')],
    'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF',
  )
  expect(result).toEqual({ code: 1, output: 'This recovery phrase does not open these backups.\n' })
})
