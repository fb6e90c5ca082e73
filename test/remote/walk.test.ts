import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import { CHUNK_BYTES, type SnapshotFile } from '../../shared/backup'
import { Component } from '../../shared/components'
import { handleHash } from '../../remote/hash'
import { handleRead } from '../../remote/read'
import { handleRelease } from '../../remote/release'
import { handleWalk } from '../../remote/walk'
import { test, testOfBytes } from '../helpers/posix'
import { RemoteSession, sha256 } from '../helpers/remote-context'
import { TempFolder } from '../helpers/temp-folder'

const ALL = [...Component.options]

async function walk(session: RemoteSession, roots: Record<string, string>, components: Component[] = ALL) {
  const { result, items } = await session.ask(handleWalk, { roots, components, withHashes: true, hasRecord: false })
  const files = items.flatMap(item => item.files)
  return { result, files, byPath: new Map(files.map(file => [file.path, file])) }
}

async function readAll(session: RemoteSession, roots: Record<string, string>, file: SnapshotFile) {
  const { root, path, pathBytes } = file
  const chunks = file.chunks.map((_digest, index) => index)
  const asked = {
    root,
    path,
    ...(pathBytes === undefined ? {} : { pathBytes }),
    isSqlite: file.kind === 'sqlite',
    chunks,
  }
  const answer = await session.ask(handleRead, { roots, files: [asked] })
  return { ...answer, content: Buffer.concat(answer.chunks) }
}

test('lists files with hashes, modes and times, and reads them back as they are', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  const roots = { state: folder.path }
  folder.write('openclaw.json', '{}', 0o640)
  folder.write('.env', '')
  const long = Buffer.alloc(CHUNK_BYTES * 2 + 17, 'long line ')
  folder.write('media/long.bin', long)
  utimesSync(join(folder.path, 'openclaw.json'), 1_700_000_000, 1_700_000_000)
  const { byPath, result } = await walk(session, roots)
  expect(byPath.get('openclaw.json')).toMatchObject({
    root: 'state',
    path: 'openclaw.json',
    component: 'gateway',
    kind: 'file',
    mode: 0o640,
    mtimeMs: 1_700_000_000_000,
    size: 2,
    sha256: sha256(Buffer.from('{}')),
    chunks: [sha256(Buffer.from('{}'))],
  })
  expect(byPath.get('.env')).toMatchObject({ size: 0, sha256: sha256(Buffer.alloc(0)), chunks: [] })
  const found = byPath.get('media/long.bin')
  expect(found).toMatchObject({ size: long.length, sha256: sha256(long) })
  expect(found?.chunks).toEqual(
    [0, 1, 2].map(index => sha256(long.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES))),
  )
  expect(result.bytes).toBe(long.length + 2)
  if (found === undefined) return
  const { content, items } = await readAll(session, roots, found)
  expect(content.equals(long)).toBe(true)
  expect(items.flatMap(item => item.chunks)).toEqual(found.chunks)
  expect(items.some(item => item.isChanged)).toBe(false)
})

testOfBytes('takes names with newlines, quotes and bytes that are no UTF-8', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  const roots = { state: folder.path }
  folder.write('media/a\nb "c" \'d\' $e`', 'odd')
  const bytes = Buffer.from([0x6d, 0x65, 0x64, 0x69, 0x61, 0x2f, 0xff, 0xfe, 0x2e, 0x78])
  writeFileSync(Buffer.concat([Buffer.from(`${folder.path}/`), bytes]), 'bytes')
  const { files, byPath } = await walk(session, roots)
  expect(byPath.get('media/a\nb "c" \'d\' $e`')?.sha256).toBe(sha256(Buffer.from('odd')))
  const other = files.find(file => file.pathBytes !== undefined)
  expect(other?.pathBytes).toBe(bytes.toString('base64'))
  if (other === undefined) return
  expect((await readAll(session, roots, other)).content.toString()).toBe('bytes')
})

test('never follows links: loops end, and what is behind a link is told as left out', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  folder.write('workspace/real.md', 'x')
  symlinkSync('..', join(folder.path, 'workspace/loop'))
  symlinkSync('/etc', join(folder.path, 'workspace/out'))
  symlinkSync('missing', join(folder.path, 'workspace/broken'))
  const { files, byPath, result } = await walk(session, { state: folder.path })
  expect(files).toHaveLength(5)
  expect(byPath.get('workspace/loop')).toMatchObject({ kind: 'link', target: '..', size: 0, chunks: [] })
  expect(byPath.get('workspace/broken')).toMatchObject({ kind: 'link', target: 'missing' })
  expect(result.leftOut.map(({ path }) => path)).toEqual(['workspace/out'])
})

test('sockets and pipes are left out and do not block', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  folder.write('media/a', 'x')
  const server = createServer().listen(join(folder.path, 'media/live'))
  await once(server, 'listening')
  const { byPath, result } = await walk(session, { state: folder.path })
  server.close()
  expect([...byPath.keys()].sort()).toEqual(['media', 'media/a'])
  expect(result.leftOut).toEqual([{ path: 'media/live', why: 'A socket, pipe or device', bytes: 0 }])
})

test('unreadable files are named and the walk goes on', async () => {
  using folder = new TempFolder()
  folder.write('openclaw.json', '{}')
  folder.write('credentials/locked.json', 'secret')
  folder.write('memory/closed/inside', 'x')
  chmodSync(join(folder.path, 'credentials/locked.json'), 0)
  chmodSync(join(folder.path, 'memory/closed'), 0)
  const { result, files } = await asUnprivileged(folder.path)
  chmodSync(join(folder.path, 'memory/closed'), 0o700)
  expect(result.unreadable).toEqual([
    { root: 'state', path: 'credentials/locked.json', why: 'No permission' },
    { root: 'state', path: 'memory/closed', why: 'No permission' },
  ])
  expect(files).toContain('openclaw.json')
})

/** Root can read everything, so the walk runs as `nobody` when the tests run as root. */
async function asUnprivileged(path: string): Promise<{ result: { unreadable: { path: string }[] }; files: string[] }> {
  if (process.getuid?.() === 0) {
    for (const entry of ['', ...readdirSync(path, { recursive: true, encoding: 'utf8' })])
      chownSync(join(path, entry), 65534, 65534)
    process.seteuid?.(65534)
  }
  try {
    using session = new RemoteSession()
    const { result, files } = await walk(session, { state: path })
    result.unreadable.sort((one, other) => one.path.localeCompare(other.path))
    return { result, files: files.map(file => file.path) }
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0)
  }
}

test('a workspace that lies in the state directory, or belongs to two agents, is walked once', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  folder.write('openclaw.json', '{}')
  const workspace = join(folder.path, 'workspace')
  folder.write('workspace/AGENTS.md', 'x')
  folder.write('workspace/.git/config', '[core]')
  const { files } = await walk(session, { state: folder.path, 'workspace:main': workspace, 'workspace:two': workspace })
  expect(files.filter(file => file.path.endsWith('AGENTS.md')).map(file => file.root)).toEqual(['workspace:main'])
  expect(files.some(file => file.path === '.git/config')).toBe(true)
})

test('a state directory inside a workspace is not part of that workspace', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  folder.write('.openclaw/openclaw.json', '{}')
  folder.write('notes.md', 'x')
  const roots = { state: join(folder.path, '.openclaw'), 'workspace:main': folder.path }
  const { files } = await walk(session, roots)
  expect(files.map(file => `${file.root} ${file.path}`)).toEqual(['state openclaw.json', 'workspace:main notes.md'])
})

test('of a home only the file that belongs to OpenClaw is looked at', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  folder.write('.config/openclaw/gateway.env', 'A=1')
  folder.write('.config/other/secret', 'x')
  folder.write('.ssh/id_ed25519', 'x')
  folder.write('notes', 'x')
  const { files, result } = await walk(session, { home: folder.path })
  expect(files.map(file => `${file.component} ${file.path}`)).toEqual(['environment .config/openclaw/gateway.env'])
  expect(result.leftOut).toEqual([])
})

test('only what is asked for is listed, and orphans are one line however many they are', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  folder.write('openclaw.json', '{}')
  folder.write('workspace/AGENTS.md', 'x')
  for (let index = 0; index < 20; index += 1) folder.write(`agents/main/sessions/sessions.json.${index}.tmp`, '12345')
  folder.write('cache/a/b', '123')
  const { files, result } = await walk(session, { state: folder.path }, ['gateway', 'sessions'])
  expect(files.map(file => file.path)).toEqual(['openclaw.json', 'agents/main/sessions'])
  expect(result.leftOut.find(({ path }) => path === '**/*.tmp')).toMatchObject({ bytes: 100 })
  expect(result.leftOut.find(({ path }) => path === 'cache')).toMatchObject({ bytes: 3 })
})

test('a file that changes between walk and read is told as changed, and one that is gone too', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  const roots = { state: folder.path }
  folder.write('media/short', Buffer.alloc(CHUNK_BYTES * 2, 1))
  folder.write('media/gone', 'x')
  const { byPath } = await walk(session, roots)
  const short = byPath.get('media/short')
  const gone = byPath.get('media/gone')
  if (short === undefined || gone === undefined) throw new Error('not listed')
  folder.write('media/short', Buffer.alloc(CHUNK_BYTES, 2))
  rmSync(join(folder.path, 'media/gone'))
  const first = await readAll(session, roots, short)
  expect(first.items.at(-1)?.isChanged).toBe(true)
  expect(first.items.flatMap(item => item.chunks)).toEqual([sha256(Buffer.alloc(CHUNK_BYTES, 2))])
  expect((await readAll(session, roots, gone)).items).toEqual([{ index: 0, chunks: [], isChanged: true }])
  const hashed = await session.ask(handleHash, { roots, files: [short, gone] })
  const [again, missing] = hashed.items.flatMap(item => item.files)
  expect(again).toMatchObject({ index: 0, size: CHUNK_BYTES, sha256: sha256(Buffer.alloc(CHUNK_BYTES, 2)) })
  expect(missing).toMatchObject({ index: 1, sha256: null })
})

test('a file that is written to while it is read is told as moving or as what it was', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  const path = folder.write('media/growing', Buffer.alloc(CHUNK_BYTES * 3, 1))
  const writer = setInterval(() => appendFileSync(path, 'more'), 1)
  const { byPath } = await walk(session, { state: folder.path })
  clearInterval(writer)
  expect(byPath.get('media/growing')?.isMoving).toBe(true)
})

test('what is swapped for a link after the walk is not read through it', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  const roots = { state: folder.path }
  folder.write('media/in/file', 'mine')
  const { byPath } = await walk(session, roots)
  const file = byPath.get('media/in/file')
  if (file === undefined) throw new Error('not listed')
  rmSync(join(folder.path, 'media/in'), { recursive: true })
  mkdirSync(join(folder.path, 'elsewhere'))
  writeFileSync(join(folder.path, 'elsewhere/file'), 'other')
  symlinkSync(join(folder.path, 'elsewhere'), join(folder.path, 'media/in'))
  await expect(readAll(session, roots, file)).rejects.toMatchObject({ code: 'guard-refused' })
})

const WRITER = `
const { DatabaseSync } = require('node:sqlite')
const database = new DatabaseSync(process.argv[1])
database.exec('PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, text TEXT)')
const insert = database.prepare('INSERT INTO log (text) VALUES (?)')
const until = Date.now() + 60000
for (let index = 0; Date.now() < until; index += 1) {
  database.exec('BEGIN'); for (let row = 0; row < 50; row += 1) insert.run('x'.repeat(2000)); database.exec('COMMIT')
  if (index === 20) process.stdout.write('busy')
}`

test('two databases that are written to all the time are copied whole and consistent', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  const roots = { state: folder.path }
  const paths = ['state/openclaw.sqlite', 'agents/main/agent/openclaw-agent.sqlite']
  const writers = paths.map(path => {
    folder.write(path, '')
    return spawn(process.execPath, ['-e', WRITER, join(folder.path, path)], { stdio: ['ignore', 'pipe', 'ignore'] })
  })
  try {
    await Promise.all(writers.map(({ stdout }) => once(stdout, 'data')))
    const { byPath, result } = await walk(session, roots)
    expect(result.unreadable).toEqual([])
    for (const path of paths) {
      const found = byPath.get(path)
      expect(found?.kind).toBe('sqlite')
      if (found === undefined) continue
      const { content, items } = await readAll(session, roots, found)
      expect(sha256(content)).toBe(found.sha256)
      expect(items.some(item => item.isChanged)).toBe(false)
      const copy = folder.write(`copy-of-${path.length}`, content)
      using database = new DatabaseSync(copy)
      expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
      expect(database.prepare('SELECT count(*) % 50 AS rest, count(*) > 1000 AS many FROM log').get()).toEqual({
        rest: 0,
        many: 1,
      })
    }
    await session.ask(handleRelease, {})
    expect(session.session.copies.size).toBe(0)
  } finally {
    for (const writer of writers) {
      writer.kill('SIGKILL')
      await once(writer, 'exit')
    }
  }
  expect(
    readdirSync(tmpdir()).filter(name => name.includes(`-${process.pid}-`) && name.startsWith('.ocm-copy-')),
  ).toEqual([])
}, 60_000)

test('a database at rest is read as it stands, and nothing is left beside it', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  const roots = { state: folder.path }
  mkdirSync(join(folder.path, 'state'))
  const path = join(folder.path, 'state/openclaw.sqlite')
  {
    using database = new DatabaseSync(path)
    database.exec('PRAGMA journal_mode=WAL; CREATE TABLE a (b); INSERT INTO a VALUES (1)')
  }
  const { byPath } = await walk(session, roots)
  expect(readdirSync(join(folder.path, 'state'))).toEqual(['openclaw.sqlite'])
  const file = byPath.get('state/openclaw.sqlite')
  if (file === undefined) throw new Error('not listed')
  expect((await readAll(session, roots, file)).items.at(-1)?.isChanged).toBe(false)
  using database = new DatabaseSync(path)
  database.exec('INSERT INTO a VALUES (2)')
  expect((await readAll(session, roots, file)).items.at(-1)?.isChanged).toBe(true)
})

test('copies left by a killed program are swept, those of a living one are kept', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  const uid = process.getuid?.() ?? 0
  const dead = join(tmpdir(), `.ocm-copy-${uid}-${child.pid}-abc`)
  const alive = join(tmpdir(), `.ocm-copy-${uid}-${process.ppid}-abc`)
  mkdirSync(dead)
  mkdirSync(alive)
  await walk(session, { state: folder.path })
  const left = readdirSync(tmpdir())
  rmSync(alive, { recursive: true })
  expect(left).not.toContain(dead.split('/').at(-1))
  expect(left).toContain(alive.split('/').at(-1))
})

test('a cancel ends the walk', async () => {
  using folder = new TempFolder()
  using session = new RemoteSession()
  // Many more than one batch: what is left after the first one takes longer than the walk goes on without a look around.
  for (let index = 0; index < 3000; index += 1) folder.write(`media/${index}`, Buffer.alloc(10_000))
  const controller = new AbortController()
  const asked = session.ask(
    handleWalk,
    { roots: { state: folder.path }, components: ALL, withHashes: true, hasRecord: false },
    { signal: controller.signal, onItem: () => controller.abort(new Error('enough')) },
  )
  await expect(asked).rejects.toThrow('enough')
})
