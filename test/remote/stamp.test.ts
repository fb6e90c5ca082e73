import { readFileSync, renameSync, statfsSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { Component } from '../../shared/components'
import type { WalkedFile } from '../../shared/protocol'
import { handleWalk } from '../../remote/walk'
import { testOfBytes as test } from '../helpers/posix'
import { RemoteSession, sha256 } from '../helpers/remote-context'
import { TempFolder } from '../helpers/temp-folder'

const HOUR_MS = 3_600_000
/** Whole seconds can be set back exactly. */
const TIME_S = 1_700_000_000

// Only the clock is a fake: it says that the files of a test were written an hour ago.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR_MS }))
afterEach(() => void vi.useRealTimers())

/** Walks a state folder, with what an earlier walk noted. */
async function walk(folder: TempFolder, earlier?: ReadonlyMap<string, WalkedFile>) {
  using session = new RemoteSession()
  const { items } = await session.ask(
    handleWalk,
    {
      roots: { state: folder.path },
      components: [...Component.options],
      withHashes: true,
      hasRecord: earlier !== undefined,
    },
    earlier === undefined ? {} : { input: [{ item: { files: [...earlier.values()].filter(({ stamp }) => stamp) } }] },
  )
  return new Map(items.flatMap(({ files }) => files).map(file => [file.path, file]))
}

function twoFiles(): TempFolder {
  const folder = new TempFolder()
  for (const [name, content] of [['a', 'first content'] as const, ['b', 'other content'] as const]) {
    const path = folder.write(`agents/main/sessions/${name}.jsonl`, content)
    utimesSync(path, TIME_S, TIME_S)
  }
  return folder
}

const A = 'agents/main/sessions/a.jsonl'
const B = 'agents/main/sessions/b.jsonl'

test('a first walk hashes everything; the next one only names what still looks the same', async () => {
  using folder = twoFiles()
  const first = await walk(folder)
  expect(first.get(A)).toMatchObject({ sha256: sha256(Buffer.from('first content')) })
  expect([...first.values()].filter(({ isAsRecorded }) => isAsRecorded)).toEqual([])
  const second = await walk(folder, first)
  const { stamp, size, mode, mtimeMs } = first.get(A) as WalkedFile
  expect(stamp).toMatch(/^13:\d+:\d+:\d+$/)
  expect(second.get(A)).toMatchObject({ isAsRecorded: true, sha256: '', chunks: [], stamp, size, mode, mtimeMs })
})

test('content that changed under the same size with its time set back is hashed: ctime tells', async () => {
  using folder = twoFiles()
  const first = await walk(folder)
  const path = join(folder.path, A)
  const before = statSync(path, { bigint: true })
  writeFileSync(path, 'other letters')
  utimesSync(path, TIME_S, TIME_S)
  const after = statSync(path, { bigint: true })
  expect([after.ino, after.size, after.mtimeNs]).toEqual([before.ino, before.size, before.mtimeNs])
  const second = await walk(folder, first)
  expect(second.get(A)).toMatchObject({ size: 13, sha256: sha256(Buffer.from('other letters')) })
  expect(second.get(A)?.isAsRecorded).toBeUndefined()
  expect(second.get(B)?.isAsRecorded).toBe(true)
})

test('another file under the same name is hashed, however alike it looks', async () => {
  using folder = twoFiles()
  const first = await walk(folder)
  renameSync(join(folder.path, B), join(folder.path, A))
  expect((await walk(folder, first)).get(A)).toMatchObject({ sha256: sha256(Buffer.from('other content')) })
})

test('a file that changed just before it was hashed gets no stamp: a later change could have the same time', async () => {
  using folder = twoFiles()
  vi.setSystemTime(Date.now() - HOUR_MS)
  expect((await walk(folder)).get(A)?.stamp).toBeUndefined()
})

test('a database in use is copied and hashed, though its own file looks the same', async () => {
  using folder = new TempFolder()
  folder.write('memory/keep', '')
  const path = join(folder.path, 'memory/main.sqlite')
  using database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text)')
  database.close()
  const first = await walk(folder)
  expect(first.get('memory/main.sqlite')).toMatchObject({ kind: 'sqlite', sha256: sha256(readFileSync(path)) })
  expect((await walk(folder, first)).get('memory/main.sqlite')?.isAsRecorded).toBe(true)
  using again = new DatabaseSync(path)
  again.exec("INSERT INTO notes VALUES ('in the log only')")
  const used = (await walk(folder, first)).get('memory/main.sqlite')
  expect(used?.isAsRecorded).toBeUndefined()
  expect(used?.stamp).toBeUndefined()
  expect(used?.sha256).not.toBe(first.get('memory/main.sqlite')?.sha256)
})

test('where the file system keeps no ctime of its own, nothing gets a stamp', async () => {
  // procfs stands for all that is not in the list of honest file systems.
  const { Stamps } = await import('../../remote/stamp')
  expect(statfsSync('/proc').type).toBe(0x9fa0)
  expect(Stamps.in(Buffer.from('/proc'))).toBeUndefined()
})
