import { randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { assertSameClock, nodeClock } from '../../../remote/watch/clock'
import { handlePurge, handlePutBack } from '../../../remote/watch/undo'
import { measure } from '../../../remote/survey/sizes'
import { handleWalk } from '../../../remote/walk'
import { UNDO_PREFIX } from '../../../shared/cleaning'
import type { Result } from '../../../shared/protocol'
import { LitteredHome } from '../../helpers/littered-home'
import { RemoteSession } from '../../helpers/remote-context'
import { test } from '../../helpers/posix'

const HOUR = 3_600_000
const LIVE = ['live.jsonl', 'sessions.json']

let home: LitteredHome
beforeEach(() => {
  home = new LitteredHome()
})
afterEach(() => {
  home[Symbol.dispose]()
})

const keptOf = (result: Result<'sweep'>): string[] => result.kept.map(({ why, count }) => `${why} ${count}`).sort()
const group = (folder = home.sessions) => ({ folder, family: 'session-store' as const })

describe('a sweep', () => {
  test('takes what the look named, leaves all else, and counts what it freed', async () => {
    for (const bytes of [100, 4_000_000, 7]) home.orphan({ bytes })
    const young = home.orphan({ ageMs: 60_000 })
    const result = await home.sweep()
    expect(result).toMatchObject({ removed: 3, bytes: 4_000_107 })
    expect(result.diskBytes).toBeLessThan(4_000_107) // They are sparse.
    expect(keptOf(result)).toEqual(['too-young 1'])
    expect(home.names()).toEqual([...LIVE, young.split('/').at(-1)])
  })

  test('done already is done', async () => {
    home.orphan()
    const { groups } = await home.orphans()
    await home.sweep({ groups })
    expect(await home.sweep({ groups })).toEqual({ removed: 0, bytes: 0, diskBytes: 0, kept: [] })
    rmSync(home.sessions, { recursive: true })
    expect((await home.sweep({ groups })).removed).toBe(0)
  })

  test('leaves what changed since the look, even where its times were set back', async () => {
    const path = home.orphan()
    home.orphan()
    const { groups, clock } = await home.orphans()
    await new Promise(resolve => setTimeout(resolve, 30))
    appendFileSync(path, 'more')
    const old = (Date.now() - 48 * HOUR) / 1000
    utimesSync(path, old, old)
    const result = await home.sweep({ groups, asOf: clock })
    expect([result.removed, keptOf(result)]).toEqual([1, ['changed 1']])
    expect(readFileSync(path, 'utf8')).toContain('more')
  })

  test('leaves what was opened since the look, and what a writer that came since may write', async () => {
    const opened = home.orphan()
    const writer = spawn(process.execPath, [
      '-e',
      'setTimeout(() => { process.title = "openclaw-gateway"; console.log(1) }, 100); setInterval(() => 0, 1000)',
    ])
    home.orphan({ pid: writer.pid ?? 0 })
    home.orphan()
    const { groups, clock } = await home.orphans()
    expect(groups[0]?.count).toBe(3)
    await new Promise(resolve => writer.stdout.once('data', resolve))
    const fd = openSync(opened, 'r')
    try {
      const result = await home.sweep({ groups, asOf: clock })
      expect([result.removed, keptOf(result)]).toEqual([1, ['in-use 1', 'writer-alive 1']])
    } finally {
      closeSync(fd)
      writer.kill('SIGKILL')
    }
  })

  test('leaves everything where the store broke or went since the look', async () => {
    home.orphan()
    const { groups, clock } = await home.orphans()
    const store = join(home.sessions, 'sessions.json')
    writeFileSync(store, '{"a":')
    expect(keptOf(await home.sweep({ groups, asOf: clock }))).toEqual(['store-broken 1'])
    rmSync(store)
    expect(keptOf(await home.sweep({ groups, asOf: clock }))).toEqual(['store-missing 1'])
    writeFileSync(store, '{}')
    expect((await home.sweep({ groups, asOf: clock })).removed).toBe(1)
  })

  test('takes only the family that was named', async () => {
    home.orphan()
    const tombstone = home.file('agents/main/sessions/a.jsonl.deleted.1789000000000')
    expect((await home.sweep({ groups: [group()] })).removed).toBe(1)
    expect(existsSync(tombstone)).toBe(true)
    expect((await home.sweep({ groups: [{ folder: home.sessions, family: 'tombstone' }] })).removed).toBe(1)
  })

  test('stops where it is when it is cancelled, and goes on later', async () => {
    for (let index = 0; index < 4000; index += 1) home.orphan({ bytes: 1 })
    const abort = new AbortController()
    const { groups, clock } = await home.orphans()
    setTimeout(() => abort.abort(new Error('enough')), 5)
    await expect(home.sweep({ groups, asOf: clock }, { signal: abort.signal })).rejects.toThrow('enough')
    const left = home.names().length
    expect(left).toBeGreaterThan(2)
    expect((await home.sweep({ groups, asOf: clock })).removed).toBe(left - 2)
    expect(home.names()).toEqual(LIVE)
  })
})

describe('a sweep refuses', () => {
  test.each<[string, () => string]>([
    ['what is outside of OpenClaw', () => '/etc'],
    ['a name next to a state directory', () => `${home.stateDir}-x/agents/main/sessions`],
    ['a way up', () => `${home.sessions}/../sessions`],
    ['a way up out of it', () => `${home.stateDir}/../../../etc`],
    ['what is not written plainly', () => `${home.sessions}//`],
    ['a NUL', () => `${home.sessions}\0`],
    ['a folder where no sessions are', () => join(home.stateDir, 'workspace')],
    ['nothing', () => ''],
    ['a relative path', () => '.openclaw/agents/main/sessions'],
    [
      'a folder behind a link',
      () => {
        symlinkSync(join(home.stateDir, 'agents/main'), join(home.stateDir, 'agents/other'))
        return join(home.stateDir, 'agents/other/sessions')
      },
    ],
    [
      'a file',
      () => {
        home.machine.write('.openclaw/agents/b/sessions', 'x')
        return join(home.stateDir, 'agents/b/sessions')
      },
    ],
  ])('%s, and then takes nothing at all', async (_name, folder) => {
    home.orphan()
    await expect(home.sweep({ groups: [group(), group(folder())] })).rejects.toMatchObject({ code: 'guard-refused' })
    expect(home.names()).toHaveLength(3)
  })

  test.each<[string, Parameters<LitteredHome['sweep']>[0] | undefined, string]>([
    ['a limit below five minutes', { minAgeMs: 299_999 }, 'bad-input'],
    ['a limit that is no number', { minAgeMs: Number.NaN }, 'bad-input'],
    ['an operation that is no id', { undo: true, operationId: '../../x' }, 'bad-input'],
  ])('%s', async (_name, change, code) => {
    home.orphan()
    await expect(home.sweep({ groups: [group()], ...change })).rejects.toMatchObject({ code })
    expect(home.names()).toHaveLength(3)
  })

  test.each<[string, Partial<ReturnType<typeof nodeClock>>]>([
    ['went forward', { wallMs: Date.now() - 26 * HOUR }],
    ['went back', { wallMs: Date.now() + 26 * HOUR }],
    ['belongs to an earlier start of the machine', { bootId: 'another' }],
    ['counts from a later start', { uptimeMs: 1e12 }],
  ])('when the clock %s', async (_name, change) => {
    home.orphan()
    const asOf = { ...nodeClock(), ...change }
    await expect(home.sweep({ groups: [group()], asOf })).rejects.toMatchObject({ code: 'plan-stale' })
    expect(home.names()).toHaveLength(3)
  })

  test('a folder that was replaced, and what lies behind a link that took its place', async () => {
    home.orphan()
    const { groups } = await home.orphans()
    renameSync(home.sessions, `${home.sessions}-old`)
    symlinkSync(`${home.sessions}-old`, home.sessions)
    await expect(home.sweep({ groups })).rejects.toMatchObject({ code: 'guard-refused' })
    expect(readdirSync(`${home.sessions}-old`)).toHaveLength(3)
  })
})

test('a folder that is replaced while it is swept: nothing of the new one goes', async () => {
  for (let index = 0; index < 4000; index += 1) home.orphan({ bytes: 1 })
  const { groups, clock } = await home.orphans()
  const old = `${home.sessions}-old`
  setTimeout(() => {
    renameSync(home.sessions, old)
    cpSync(old, home.sessions, { recursive: true, preserveTimestamps: true })
  }, 5)
  await expect(home.sweep({ groups, asOf: clock })).rejects.toMatchObject({ code: 'guard-refused' })
  expect(home.names()).toEqual(readdirSync(old).sort())
  expect(home.names().length).toBeGreaterThan(2)
})

test('a clock that keeps its pace is the same clock, however long it is', () => {
  const before = { wallMs: 1000, uptimeMs: 500, bootId: 'b' }
  const later = { wallMs: 1000 + 30 * HOUR, uptimeMs: 500 + 30 * HOUR + 20_000, bootId: 'b' }
  expect(() => assertSameClock(before, later)).not.toThrow()
  expect(() => assertSameClock(before, { ...later, uptimeMs: later.uptimeMs + 20_000 })).toThrow(/went back by 40 s/)
})

describe('a sweep with undo', () => {
  const operationId = randomUUID()
  const bin = (): string => join(home.sessions, `${UNDO_PREFIX}${operationId}`)

  async function putBack(): Promise<Result<'putBack'>> {
    using session = new RemoteSession()
    return (await session.ask(handlePutBack, { operationId, extraStateDirs: [] })).result
  }
  async function purge(olderThanMs: number, id: string | null = null): Promise<Result<'purge'>> {
    using session = new RemoteSession()
    return (await session.ask(handlePurge, { operationId: id, extraStateDirs: [], olderThanMs })).result
  }

  test('only renames, into a private folder, and everything can come back', async () => {
    const paths = [home.orphan({ bytes: 5 }), home.orphan({ bytes: 6 })]
    const before = paths.map(path => [path, lstatSync(path).ino, lstatSync(path).mtimeMs])
    expect(await home.sweep({ undo: true, operationId })).toMatchObject({ removed: 2, bytes: 11 })
    expect(home.names()).toEqual([`${UNDO_PREFIX}${operationId}`, ...LIVE])
    expect(lstatSync(bin()).mode & 0o777).toBe(0o700)
    expect((await home.orphans()).groups).toEqual([])
    expect(await putBack()).toEqual({ restored: 2, bytes: 11, taken: 0 })
    expect(paths.map(path => [path, lstatSync(path).ino, lstatSync(path).mtimeMs])).toEqual(before)
    expect(existsSync(bin())).toBe(false)
    expect(await putBack()).toEqual({ restored: 0, bytes: 0, taken: 0 })
  })

  test('does not put a file over one that took its name', async () => {
    const path = home.orphan({ bytes: 5 })
    await home.sweep({ undo: true, operationId })
    writeFileSync(path, 'new')
    expect(await putBack()).toEqual({ restored: 0, bytes: 0, taken: 1 })
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(readdirSync(bin())).toHaveLength(1)
  })

  test('goes on after it was cut, and does not put one file over another in its folder', async () => {
    const path = home.orphan({ bytes: 5 })
    await home.sweep({ undo: true, operationId })
    home.file(`agents/main/sessions/${path.split('/').at(-1) ?? ''}`, { bytes: 9 })
    home.orphan({ bytes: 3 })
    const again = await home.sweep({ undo: true, operationId })
    expect([again.removed, keptOf(again)]).toEqual([1, ['changed 1']])
    expect(readdirSync(bin())).toHaveLength(2)
    expect(lstatSync(path).size).toBe(9)
  })

  test('is purged when it is due, and not before', async () => {
    home.orphan({ bytes: 5 })
    await home.sweep({ undo: true, operationId })
    expect(await purge(HOUR)).toEqual({ removed: 0, bytes: 0 })
    expect(await purge(0, randomUUID())).toEqual({ removed: 0, bytes: 0 })
    const old = (Date.now() - 25 * HOUR) / 1000
    utimesSync(bin(), old, old)
    expect(await purge(24 * HOUR)).toEqual({ removed: 1, bytes: 5 })
    expect(home.names()).toEqual(LIVE)
  })

  test('purges nothing through a link, and nothing that is no file of a sweep', async () => {
    home.machine.write('precious/a', 'x')
    symlinkSync(join(home.machine.home, 'precious'), bin())
    expect(await purge(0)).toEqual({ removed: 0, bytes: 0 })
    rmSync(bin())
    mkdirSync(join(bin(), 'folder'), { recursive: true })
    writeFileSync(join(bin(), 'folder/b'), 'x')
    expect(await purge(0)).toEqual({ removed: 0, bytes: 0 })
    expect(existsSync(join(bin(), 'folder/b'))).toBe(true)
  })

  test('refuses a folder of its name that is none', async () => {
    home.orphan()
    writeFileSync(bin(), 'x')
    await expect(home.sweep({ undo: true, operationId })).rejects.toMatchObject({ code: 'guard-refused' })
  })

  test('does not show as orphans or in a backup', async () => {
    linkSync(home.orphan({ bytes: 5 }), join(home.machine.home, 'kept'))
    await home.sweep({ undo: true, operationId })
    const signal = new AbortController().signal
    const { orphans } = await measure(home.stateDir, { maxEntries: 1000, limitMs: 5000, signal })
    expect(orphans).toEqual({ bytes: 0, files: 0 })
    using session = new RemoteSession()
    const params = {
      roots: { state: home.stateDir },
      components: ['sessions' as const],
      withHashes: false,
      hasRecord: false,
    }
    const { items } = await session.ask(handleWalk, params)
    expect(items.flatMap(({ files }) => files.map(({ path }) => path)).filter(path => path.includes('.tmp'))).toEqual(
      [],
    )
  })
})
