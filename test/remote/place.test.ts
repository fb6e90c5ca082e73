import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { zstdCompressSync } from 'node:zlib'
import { expect } from 'vitest'
import { CHUNK_BYTES } from '../../shared/backup'
import { ChunkEncoding } from '../../shared/stream'
import { handleCommit } from '../../remote/commit'
import { handleEditStaged } from '../../remote/edit-staged'
import { handleFinish } from '../../remote/finish'
import type { Input } from '../../remote/handler'
import { handleRollBack } from '../../remote/roll-back'
import { handleStage } from '../../remote/stage'
import { handleStaged } from '../../remote/staged'
import { test, testOfBytes } from '../helpers/posix'
import { fileFrames, RemoteSession, sha256 } from '../helpers/remote-context'
import { TempFolder } from '../helpers/temp-folder'
import { namesIn, treeOf } from '../helpers/tree'

/** A node's folder with a live state directory in it, and one operation on it. */
class Bench implements Disposable {
  readonly folder = new TempFolder()
  readonly session = new RemoteSession()
  readonly live = join(this.folder.path, 'home/.openclaw')
  readonly operation = { operationId: randomUUID(), roots: { state: this.live } as Record<string, string> }

  constructor(withState = true) {
    mkdirSync(withState ? this.live : join(this.folder.path, 'home'), { recursive: true })
  }

  write(path: string, content: string): void {
    this.folder.write(`home/.openclaw/${path}`, content)
  }

  read(path: string): string {
    return readFileSync(join(this.live, path), 'utf8')
  }

  stage(...frames: readonly Input[][]) {
    return this.session.ask(handleStage, this.operation, { input: frames.flat() })
  }

  async staged() {
    const { result, items } = await this.session.ask(handleStaged, this.operation)
    return { phase: result.phase, files: items.flatMap(item => item.files) }
  }

  async commit(remove: readonly string[] = []) {
    const { result } = await this.session.ask(handleCommit, {
      ...this.operation,
      remove: remove.map(path => ({ root: 'state', path })),
    })
    return result
  }

  rollBack() {
    return this.session.ask(handleRollBack, this.operation)
  }

  finish() {
    return this.session.ask(handleFinish, this.operation)
  }

  [Symbol.dispose](): void {
    this.session[Symbol.dispose]()
    this.folder[Symbol.dispose]()
  }
}

const folderFrame = (path: string, header: Record<string, unknown> = {}): Input[] => [
  {
    item: { root: 'state', path, kind: 'folder', mode: 0o755, mtimeMs: 0, size: 0, sha256: '', chunks: [], ...header },
  },
]
const linkFrame = (path: string, target: string): Input[] => [
  { item: { root: 'state', path, kind: 'link', mode: 0o777, mtimeMs: 0, size: 0, sha256: '', chunks: [], target } },
]

test('staging changes nothing live, commit puts everything in place, finish leaves nothing behind', async () => {
  using bench = new Bench()
  bench.write('openclaw.json', 'old')
  bench.write('media/kept', 'kept')
  const before = treeOf(bench.live)
  const { result } = await bench.stage(
    fileFrames('openclaw.json', 'new'),
    fileFrames('agents/main/sessions/a.jsonl', 'line'),
    folderFrame('media/empty'),
    linkFrame('workspace/link', '../media'),
  )
  expect(result).toEqual({ files: 4, bytes: 7 })
  expect(treeOf(bench.live)).toEqual(before)
  const staging = namesIn(join(bench.live, '..')).find(name => name.startsWith('.ocm-')) ?? ''
  expect(statSync(join(bench.live, '..', staging)).mode & 0o777).toBe(0o700)
  expect(await bench.commit()).toEqual({ placed: 3, setAside: 1 })
  expect(bench.read('openclaw.json')).toBe('new')
  expect(bench.read('agents/main/sessions/a.jsonl')).toBe('line')
  expect(bench.read('media/kept')).toBe('kept')
  expect(lstatSync(join(bench.live, 'workspace/link')).isSymbolicLink()).toBe(true)
  expect(statSync(join(bench.live, 'media/empty')).isDirectory()).toBe(true)
  expect((await bench.staged()).phase).toBe('committed')
  await bench.finish()
  expect(namesIn(join(bench.live, '..'))).toEqual(['.openclaw'])
  expect((await bench.staged()).phase).toBe('none')
})

test('roll-back brings back exactly what was there, even after the new set-up ran', async () => {
  using bench = new Bench()
  bench.write('openclaw.json', 'old')
  bench.write('agents/main/agent/models.json', 'old models')
  bench.write('wasfile', 'file')
  bench.write('wasfolder/inside', 'inside')
  bench.write('state/openclaw.sqlite', 'old database')
  bench.write('state/openclaw.sqlite-wal', 'old log')
  bench.write('state/openclaw.sqlite-shm', 'old index')
  bench.write('gone/with/all', 'x')
  symlinkSync('openclaw.json', join(bench.live, 'link'))
  chmodSync(join(bench.live, 'agents'), 0o750)
  const before = treeOf(bench.live)
  await bench.stage(
    fileFrames('openclaw.json', 'new'),
    folderFrame('agents'),
    fileFrames('agents/main/agent/models.json', 'new models'),
    fileFrames('agents/second/agent/models.json', 'second'),
    fileFrames('wasfile/now/folder', 'x'),
    fileFrames('wasfolder', 'now a file'),
    fileFrames('state/openclaw.sqlite', 'new database'),
    fileFrames('link', 'now a file'),
  )
  expect(await bench.commit(['gone/with/all', 'gone', 'never-there'])).toEqual({ placed: 7, setAside: 9 })
  expect(namesIn(join(bench.live, 'state'))).toEqual(['openclaw.sqlite'])
  expect(statSync(join(bench.live, 'agents')).mode & 0o777).toBe(0o700)
  expect(bench.read('openclaw.json')).toBe('new')
  expect(bench.read('wasfile/now/folder')).toBe('x')
  expect(readdirSync(bench.live)).not.toContain('gone')
  // What the new gateway may do meanwhile: write into its files, start a log, make something anew.
  bench.write('openclaw.json', 'changed by the new gateway')
  bench.write('state/openclaw.sqlite-wal', 'log of the new database')
  bench.write('gone/again', 'x')
  bench.write('agents/second/sessions/a.jsonl', 'x')
  expect((await bench.rollBack()).result.restored).toBe(9)
  expect(treeOf(bench.live)).toEqual(before)
  expect((await bench.rollBack()).result.restored).toBe(0)
  expect(treeOf(bench.live)).toEqual(before)
  expect((await bench.staged()).phase).toBe('rolled-back')
  await expect(bench.commit()).rejects.toMatchObject({ code: 'bad-input' })
  await bench.finish()
  expect(namesIn(join(bench.live, '..'))).toEqual(['.openclaw'])
})

test('a root that is not there yet is made, and is gone again after a roll-back', async () => {
  using bench = new Bench(false)
  bench.operation.roots['workspace:main'] = join(bench.folder.path, 'srv/a b/workspace')
  const before = treeOf(bench.folder.path)
  await bench.stage(
    fileFrames('openclaw.json', 'new'),
    fileFrames('scripts/run.sh', '#!/bin/sh', { root: 'workspace:main', mode: 0o4755 }),
    fileFrames('AGENTS.md', 'x', { root: 'workspace:main', mode: 0o644 }),
    fileFrames('skills/run.sh', '#!/bin/sh', { mode: 0o755 }),
  )
  await bench.commit()
  expect(bench.read('openclaw.json')).toBe('new')
  expect(statSync(bench.live).mode & 0o777).toBe(0o700)
  const workspace = join(bench.folder.path, 'srv/a b/workspace')
  expect(statSync(join(workspace, 'scripts/run.sh')).mode & 0o7777).toBe(0o755)
  expect(statSync(join(workspace, 'AGENTS.md')).mode & 0o777).toBe(0o644)
  expect(statSync(join(bench.live, 'skills/run.sh')).mode & 0o777).toBe(0o700)
  expect(statSync(join(bench.live, 'skills')).mode & 0o777).toBe(0o700)
  expect(statSync(join(bench.live, 'openclaw.json')).mode & 0o777).toBe(0o600)
  expect(statSync(join(bench.live, 'openclaw.json')).mtimeMs).toBe(1_700_000_000_000)
  await bench.rollBack()
  await bench.finish()
  expect(treeOf(bench.folder.path)).toEqual(before)
})

test('long and packed files arrive whole', async () => {
  using bench = new Bench()
  const content = Buffer.alloc(CHUNK_BYTES * 5 + 1)
  for (let at = 0; at < content.length; at += 4096) content.writeUInt32LE(at, at > content.length - 4 ? at - 4 : at)
  const frames = fileFrames('media/long', content).map(frame =>
    'chunk' in frame ? { chunk: { encoding: ChunkEncoding.zstd, bytes: zstdCompressSync(frame.chunk.bytes) } } : frame,
  )
  await bench.stage(frames)
  await bench.commit()
  expect(sha256(readFileSync(join(bench.live, 'media/long')))).toBe(sha256(content))
})

test.each<[string, () => Input[]]>([
  [
    'a chunk that is not what its hash says',
    () => fileFrames('a', 'content', { chunks: [sha256(Buffer.from('other'))] }),
  ],
  ['a file that is not what its hash says', () => fileFrames('a', 'content', { sha256: sha256(Buffer.from('other')) })],
  ['a file that ends too early', () => fileFrames('a', 'content').slice(0, 1)],
  ['a file of another size', () => fileFrames('a', 'content', { size: 3 })],
  ['too many chunks', () => [...fileFrames('a', 'content'), ...fileFrames('a', 'content').slice(1)]],
  [
    'damaged packing',
    () => [
      ...fileFrames('a', 'content').slice(0, 1),
      { chunk: { encoding: ChunkEncoding.zstd, bytes: Buffer.from('no') } },
    ],
  ],
  ['content without a file', () => fileFrames('a', 'content').slice(1)],
])('%s is refused, and nothing of it stays', async (_what, frames) => {
  using bench = new Bench()
  await expect(bench.stage(fileFrames('good', 'good'), frames())).rejects.toMatchObject({ code: 'bad-answer' })
  const { files } = await bench.staged()
  expect(files.map(file => file.path).filter(path => path !== 'good')).toEqual([])
  await bench.commit()
  expect(readdirSync(bench.live)).not.toContain('a')
})

test.each(['../out', '/etc/out', 'a/../../out', 'a//b', '', '.', 'a/./b', 'a\0b'])(
  'the path %j is refused',
  async path => {
    using bench = new Bench()
    await expect(bench.stage(fileFrames(path, 'x'))).rejects.toMatchObject({ code: 'bad-input' })
    expect(namesIn(bench.folder.path)).toEqual(['home'])
  },
)

test('a link that came with the set-up is not written through', async () => {
  using bench = new Bench()
  mkdirSync(join(bench.folder.path, 'outside'))
  await bench.stage(linkFrame('door', join(bench.folder.path, 'outside')), fileFrames('door/file', 'x'))
  await bench.commit()
  expect(namesIn(join(bench.folder.path, 'outside'))).toEqual([])
  expect(bench.read('door/file')).toBe('x')
})

test('a live link that leads out of the root is refused before anything changes', async () => {
  using bench = new Bench()
  bench.write('openclaw.json', 'old')
  mkdirSync(join(bench.folder.path, 'outside'))
  symlinkSync(join(bench.folder.path, 'outside'), join(bench.live, 'workspace'))
  const before = treeOf(bench.live)
  await bench.stage(fileFrames('openclaw.json', 'new'), fileFrames('workspace/AGENTS.md', 'x'))
  await expect(bench.commit()).rejects.toMatchObject({ code: 'guard-refused' })
  await expect(bench.commit(['workspace/a'])).rejects.toMatchObject({ code: 'guard-refused' })
  expect(treeOf(bench.live)).toEqual(before)
})

test('what is staged already is listed, so a cut transfer goes on where it was', async () => {
  using bench = new Bench()
  const cut = async function* (): AsyncGenerator<Input> {
    yield* fileFrames('one', '1')
    yield* fileFrames('odd \n name', '2')
    yield fileFrames('three', '3')[0] as Input
    await Promise.reject(new Error('the line was cut'))
  }
  await expect(bench.session.ask(handleStage, bench.operation, { input: cut() })).rejects.toThrow('the line was cut')
  const { phase, files } = await bench.staged()
  expect(phase).toBe('staging')
  expect(files).toEqual([
    { root: 'state', path: 'one', sha256: sha256(Buffer.from('1')) },
    { root: 'state', path: 'odd \n name', sha256: sha256(Buffer.from('2')) },
  ])
  await bench.stage(fileFrames('three', '3'), fileFrames('one', 'another one'))
  expect(await bench.commit()).toEqual({ placed: 3, setAside: 0 })
  expect(bench.read('one')).toBe('another one')
  expect(bench.read('three')).toBe('3')
})

test('what does not look as it was staged is not placed, but told', async () => {
  using bench = new Bench()
  await bench.stage(fileFrames('one', '1'), fileFrames('two', '2'))
  const staging = namesIn(join(bench.live, '..')).find(name => name.startsWith('.ocm-')) ?? ''
  writeFileSync(join(bench.live, '..', staging, 'new/two'), 'something else')
  await expect(bench.commit()).rejects.toMatchObject({ code: 'file-changed' })
  expect((await bench.staged()).files.map(file => file.path)).toEqual(['one'])
  await bench.stage(fileFrames('two', '2'))
  expect(await bench.commit()).toEqual({ placed: 2, setAside: 0 })
})

test('a file may become a folder, and a folder a file, while things are staged', async () => {
  using bench = new Bench()
  await bench.stage(fileFrames('a', 'file'), fileFrames('b/c', 'inside'))
  await bench.stage(fileFrames('a/b', 'inside'), fileFrames('b', 'file'))
  await bench.commit()
  expect(treeOf(bench.live).map(line => line.split(' ')[0])).toEqual(['a/', 'a/b', 'b'])
})

testOfBytes('names that are no UTF-8 are placed byte by byte', async () => {
  using bench = new Bench()
  const bytes = Buffer.from([0x61, 0x2f, 0xff, 0x0a])
  await bench.stage(fileFrames('a/\uFFFD\n', 'x', { pathBytes: bytes.toString('base64') }))
  expect((await bench.staged()).files[0]?.pathBytes).toBe(bytes.toString('base64'))
  await bench.commit()
  expect(readFileSync(Buffer.concat([Buffer.from(`${bench.live}/`), bytes]), 'utf8')).toBe('x')
  await bench.rollBack()
  expect(treeOf(bench.live)).toEqual([])
})

test('a commit that meets an obstacle takes itself back and can be tried again', async () => {
  using bench = new Bench()
  bench.write('openclaw.json', 'old')
  bench.write('zz/file', 'old')
  await bench.stage(fileFrames('openclaw.json', 'new'), fileFrames('zz/file', 'new'))
  const before = treeOf(bench.live)
  const staging = namesIn(join(bench.live, '..')).find(name => name.startsWith('.ocm-')) ?? ''
  const obstacle = join(bench.live, '..', staging, 'old/zz')
  writeFileSync(obstacle, 'a file where a folder is needed')
  await expect(bench.commit()).rejects.toMatchObject({ name: 'AppError' })
  expect(treeOf(bench.live)).toEqual(before)
  expect((await bench.staged()).phase).toBe('staging')
  rmSync(obstacle)
  await bench.commit()
  expect(bench.read('zz/file')).toBe('new')
})

test('a staged database is rewritten in one transaction, on path borders only, and keeps its journal mode', async () => {
  using bench = new Bench()
  const source = join(bench.folder.path, 'source.sqlite')
  {
    using database = new DatabaseSync(source)
    database.exec(`PRAGMA journal_mode=WAL;
      CREATE TABLE cron_jobs (store_key TEXT, job_id TEXT, PRIMARY KEY (store_key, job_id));
      INSERT INTO cron_jobs VALUES ('/home/al/.openclaw/cron/jobs.json', 'a'), ('/home/al/.openclaw-x/cron/jobs.json', 'b');
      CREATE TABLE cron_grants (store_key TEXT, job_id TEXT, FOREIGN KEY (store_key, job_id) REFERENCES cron_jobs);
      INSERT INTO cron_grants VALUES ('/home/al/.openclaw/cron/jobs.json', 'a');
      CREATE TABLE device_identities (identity_key TEXT); INSERT INTO device_identities VALUES ('one'), ('two')`)
  }
  await bench.stage(fileFrames('state/openclaw.sqlite', readFileSync(source), { kind: 'sqlite' }))
  const { result } = await bench.session.ask(handleEditStaged, {
    ...bench.operation,
    file: { root: 'state', path: 'state/openclaw.sqlite' },
    edits: [
      {
        op: 'replace-prefix',
        table: 'cron_jobs',
        column: 'store_key',
        from: '/home/al/.openclaw',
        to: "/srv/it's b/.openclaw",
      },
      {
        op: 'replace-prefix',
        table: 'cron_grants',
        column: 'store_key',
        from: '/home/al/.openclaw',
        to: "/srv/it's b/.openclaw",
      },
      { op: 'replace-prefix', table: 'cron_job_scratch', column: 'store_key', from: '/home/al/.openclaw', to: '/b' },
      { op: 'delete-where', table: 'device_identities', column: 'identity_key', equals: 'one' },
      { op: 'delete-rows', table: 'device_identities' },
    ],
  })
  expect(result.rows).toEqual([1, 1, null, 1, 1])
  expect((await bench.staged()).files).toHaveLength(1)
  await bench.commit()
  expect(namesIn(join(bench.live, 'state'))).toEqual(['openclaw.sqlite'])
  using database = new DatabaseSync(join(bench.live, 'state/openclaw.sqlite'))
  expect(
    database
      .prepare('SELECT store_key FROM cron_jobs ORDER BY job_id')
      .all()
      .map(row => row['store_key']),
  ).toEqual(["/srv/it's b/.openclaw/cron/jobs.json", '/home/al/.openclaw-x/cron/jobs.json'])
  expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
})

test('an edit that fails changes nothing, and the file has to be sent again', async () => {
  using bench = new Bench()
  await bench.stage(fileFrames('state/openclaw.sqlite', 'no database at all', { kind: 'sqlite' }))
  const edit = bench.session.ask(handleEditStaged, {
    ...bench.operation,
    file: { root: 'state', path: 'state/openclaw.sqlite' },
    edits: [{ op: 'delete-rows', table: 'x' }],
  })
  await expect(edit).rejects.toMatchObject({ code: 'command-failed' })
  expect((await bench.staged()).files).toEqual([])
})

test('five thousand small files are staged and placed in seconds', async () => {
  using bench = new Bench()
  const frames = Array.from({ length: 5000 }, (_, index) =>
    fileFrames(`agents/main/sessions/${index}.jsonl`, `line ${index}`),
  )
  bench.write('agents/main/sessions/17.jsonl', 'old')
  const started = performance.now()
  await bench.stage(...frames)
  await bench.commit()
  expect(performance.now() - started).toBeLessThan(30_000)
  expect(bench.read('agents/main/sessions/17.jsonl')).toBe('line 17')
}, 60_000)
