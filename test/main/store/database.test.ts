import { build } from 'esbuild'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonOf, openDatabase } from '../../../main/store/database'
import { MIGRATIONS } from '../../../main/store/migrations'
import { failureOf } from '../../helpers/failure'
import { tempFolder, type TempFolder } from '../../helpers/temp'

/** Another process that opens the folder, says so, and keeps it open. */
async function startHolder(folder: TempFolder) {
  const script = folder.join('holder.mjs')
  await build({
    stdin: {
      contents: `import { openDatabase } from './main/store/database'
        globalThis.store = openDatabase(process.argv[2]); console.log('open'); setInterval(() => {}, 1000)`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
  })
  const child = spawn(process.execPath, [script, folder.join('data')], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return {
    pid: child.pid ?? 0,
    kill: async (signal: NodeJS.Signals) => {
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    },
  }
}

test('a second OCM on the same folder is refused and told who holds it; a killed holder leaves nothing behind', async () => {
  using folder = tempFolder()
  const holder = await startHolder(folder)
  const failure = await failureOf(() => openDatabase(folder.join('data')))
  expect(failure).toMatchObject({
    code: 'data-folder-in-use',
    message: expect.stringContaining(String(holder.pid)) as string,
  })
  await holder.kill('SIGKILL')
  using store = openDatabase(folder.join('data'))
  expect(store.dataDir).toBe(folder.join('data'))
})

test('who may wait gets the folder when the other leaves', async () => {
  using folder = tempFolder()
  const holder = await startHolder(folder)
  setTimeout(() => void holder.kill('SIGTERM'), 50)
  const opening = new Promise<void>((resolve, reject) => {
    setTimeout(() => {
      try {
        openDatabase(folder.join('data'), { wait: 10_000 })[Symbol.dispose]()
        resolve()
      } catch (error) {
        reject(error instanceof Error ? error : new Error('not an error'))
      }
    }, 60)
  })
  await opening
})

test('even the same process opens a folder once', async () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  expect((await failureOf(() => openDatabase(folder.path))).code).toBe('data-folder-in-use')
  store[Symbol.dispose]()
  openDatabase(folder.path)[Symbol.dispose]()
})

test('a new database has every table, belongs to its owner alone, and syncs fully', () => {
  using folder = tempFolder()
  using store = openDatabase(folder.join('new', 'data'))
  const names = store.all(z.object({ name: z.string() }), "SELECT name FROM sqlite_master WHERE type = 'table'")
  expect(names.map(row => row.name)).toEqual(
    expect.arrayContaining([
      'nodes',
      'host_keys',
      'settings',
      'surveys',
      'operations',
      'steps',
      'backups_index',
      'audit',
    ]),
  )
  if (process.platform !== 'win32') {
    expect(statSync(folder.join('new', 'data', 'ocm.sqlite')).mode & 0o777).toBe(0o600)
    expect(statSync(folder.join('new', 'data')).mode & 0o777).toBe(0o700)
  }
  expect(store.all(z.object({ synchronous: z.number() }), 'PRAGMA synchronous')).toEqual([{ synchronous: 2 }])
  expect(store.all(z.object({ journal_mode: z.string() }), 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
})

test('a migration keeps a copy of what was there before', () => {
  using folder = tempFolder()
  const before = openDatabase(folder.path)
  before.run("INSERT INTO settings VALUES ('theme', '\"dark\"')")
  before[Symbol.dispose]()
  using next = openDatabase(folder.path, { migrations: [...MIGRATIONS, 'ALTER TABLE settings ADD COLUMN note TEXT'] })
  expect(next.all(z.object({ value: z.string(), note: z.null() }), 'SELECT value, note FROM settings')).toHaveLength(1)
  const copy = new DatabaseSync(folder.join(`ocm.sqlite.v${MIGRATIONS.length}.bak`), { readOnly: true })
  expect(copy.prepare('SELECT * FROM settings').all()).toEqual([{ key: 'theme', value: '"dark"' }])
  copy.close()
  expect(existsSync(folder.join('ocm.sqlite.v0.bak'))).toBe(false)
})

test('a migration that fails changes nothing', async () => {
  using folder = tempFolder()
  openDatabase(folder.path)[Symbol.dispose]()
  const broken = [...MIGRATIONS, 'CREATE TABLE extra (a TEXT); INSERT INTO nowhere VALUES (1)']
  expect((await failureOf(() => openDatabase(folder.path, { migrations: broken }))).code).toBe('database-damaged')
  using store = openDatabase(folder.path)
  expect(store.all(z.object({ name: z.string() }), "SELECT name FROM sqlite_master WHERE name = 'extra'")).toEqual([])
})

test('a database of a newer OCM is left alone', async () => {
  using folder = tempFolder()
  openDatabase(folder.path, { migrations: [...MIGRATIONS, 'CREATE TABLE later (a TEXT)'] })[Symbol.dispose]()
  expect(await failureOf(() => openDatabase(folder.path))).toMatchObject({
    code: 'database-damaged',
    hint: expect.stringContaining('Update OCM') as string,
  })
})

test('a damaged file is named and never deleted', async () => {
  using folder = tempFolder()
  const garbage = 'this is no database '.repeat(500)
  writeFileSync(folder.join('ocm.sqlite'), garbage)
  const failure = await failureOf(() => openDatabase(folder.path))
  expect(failure).toMatchObject({ code: 'database-damaged', hint: expect.stringContaining('ocm.sqlite') as string })
  expect(readFileSync(folder.join('ocm.sqlite'), 'utf8')).toBe(garbage)
})

test('a database with a torn page is found at opening', async () => {
  using folder = tempFolder()
  const store = openDatabase(folder.path)
  for (let index = 0; index < 2000; index++) {
    store.run('INSERT INTO settings VALUES (?, ?)', `key ${index}`, '"x"'.repeat(20))
  }
  store[Symbol.dispose]()
  const bytes = readFileSync(folder.join('ocm.sqlite'))
  bytes.fill(0xff, bytes.length - 3 * 4096)
  writeFileSync(folder.join('ocm.sqlite'), bytes)
  expect((await failureOf(() => openDatabase(folder.path))).code).toBe('database-damaged')
})

test('a transaction is stored whole or not at all', () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  expect(() =>
    store.transaction(() => {
      store.run("INSERT INTO settings VALUES ('a', '1')")
      throw new Error('half way')
    }),
  ).toThrow('half way')
  expect(store.all(z.object({}), 'SELECT * FROM settings')).toEqual([])
})

test('a transaction inside another is part of it', () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  expect(() =>
    store.transaction(() => {
      store.transaction(() => store.run("INSERT INTO settings VALUES ('a', '1')"))
      throw new Error('the outer one fails')
    }),
  ).toThrow('outer')
  expect(store.all(z.object({}), 'SELECT * FROM settings')).toEqual([])
})

test('a row that does not fit its shape is damage, not a crash', async () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  store.run("INSERT INTO settings VALUES ('a', 'no json')")
  const shape = z.object({ value: jsonOf(z.number()) })
  expect((await failureOf(() => store.all(shape, 'SELECT value FROM settings'))).code).toBe('database-damaged')
})
