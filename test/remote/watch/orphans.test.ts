import { randomUUID } from 'node:crypto'
import { chownSync, mkdirSync, mkdtempSync, openSync, closeSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { orphanName } from '../../../remote/watch/orphan-names'
import { OrphanGroup } from '../../../shared/cleaning'
import { OrphanFamily } from '../../../shared/sample'
import { LitteredHome } from '../../helpers/littered-home'
import { test, testOfBytes } from '../../helpers/posix'

const HOUR = 3_600_000
const UUID = '0f3a6c1e-0000-4000-8000-00000000000a'
const SESSIONS = 'agents/main/sessions'

let home: LitteredHome
beforeEach(() => {
  home = new LitteredHome()
})
afterEach(() => {
  home[Symbol.dispose]()
})

/** `why count`, sorted. */
const keptOf = (group: OrphanGroup | undefined): string[] =>
  (group?.kept ?? []).map(({ why, count }) => `${why} ${count}`).sort()

describe('names', () => {
  test.each<[string, string, string | null]>([
    [SESSIONS, `sessions.json.${UUID}.tmp`, 'session-store'],
    [SESSIONS, `sessions.json.4242.${UUID}.tmp`, 'session-store'],
    [SESSIONS, `SESSIONS.JSON.${UUID.toUpperCase()}.TMP`, 'session-store'],
    ['sessions', `sessions.json.${UUID}.tmp`, 'session-store'],
    ['', `sessions.json.${UUID}.tmp`, null],
    ['agents/main', `sessions.json.${UUID}.tmp`, null],
    [SESSIONS, 'sessions.json', null],
    [SESSIONS, 'sessions.json.tmp', null],
    [SESSIONS, `sessions.json.${UUID}.tmp.bak`, null],
    [SESSIONS, `sessions.json.4242.${UUID.slice(1)}.tmp`, null],
    [SESSIONS, `x\nsessions.json.${UUID}.tmp`, null],
    [SESSIONS, '.usage-cost-cache.json.77.1789000000000.tmp', 'usage-cache'],
    [SESSIONS, 'a.jsonl.deleted.2026-05-01T10-00-00.000Z', 'tombstone'],
    [SESSIONS, 'a.jsonl.reset.1789000000000', 'tombstone'],
    [SESSIONS, 'a.jsonl', null],
    [SESSIONS, 'a.jsonl.lock', 'transcript-lock'],
    ['cron', `jobs.json.${UUID}.tmp`, 'json-temp'],
    ['cron', '.openclaw-cron.abc', 'cron-temp'],
    ['', `openclaw.json.99.${UUID}.tmp`, 'config-temp'],
    ['cron', `openclaw.json.99.${UUID}.tmp`, null],
    ['', `.fs-safe-replace.5.${UUID}.tmp`, 'replace-temp'],
    ['media', `${'a'.repeat(64)}.txt.5.${UUID}.tmp`, 'prompt-blob'],
    ['backups', `x.tar.gz.${UUID}.tmp`, 'backup-temp'],
    ['backups/.openclaw-backup-publish-1', 'archive.tar.gz.tmp', 'backup-temp'],
    ['backups', 'archive.tar.gz.tmp', null],
  ])('%s/%s: %s', (folder, name, family) => {
    expect(orphanName(folder, name)?.family ?? null).toBe(family)
  })
})

describe('a look', () => {
  test('sums up what would go and what would stay, and why', async () => {
    for (const bytes of [10, 3000, 200]) home.orphan({ bytes })
    home.orphan({ ageMs: 10 * 60_000 })
    mkdirSync(join(home.sessions, `sessions.json.${randomUUID()}.tmp`))
    symlinkSync('/etc/passwd', join(home.sessions, `sessions.json.${randomUUID()}.tmp`))
    const { groups, notRead } = await home.orphans()
    const [group] = OrphanGroup.array().parse(groups)
    expect(notRead).toEqual([])
    expect(groups).toHaveLength(1)
    expect(group).toMatchObject({
      folder: home.sessions,
      profile: 'default',
      agent: 'main',
      family: 'session-store',
      count: 3,
      bytes: 3210,
      store: { path: join(home.sessions, 'sessions.json'), state: 'files', problem: null },
      newest: null,
    })
    expect(group?.examples.map(({ bytes }) => bytes)).toEqual([3000, 200, 10])
    expect(group?.oldestAgeMs).toBeGreaterThanOrEqual(48 * HOUR)
    expect(keptOf(group)).toEqual(['not-a-file 2', 'too-young 1'])
  })

  test('keeps what a process has open, whatever path it knows it by', async () => {
    const path = home.orphan()
    home.orphan()
    const fd = openSync(path, 'r')
    try {
      const [group] = (await home.orphans()).groups
      expect([group?.count, keptOf(group)]).toEqual([1, ['in-use 1']])
    } finally {
      closeSync(fd)
    }
    expect((await home.orphans()).groups[0]?.count).toBe(2)
  })

  test('keeps what a living OpenClaw wrote, but not what another program with that number did', async () => {
    const writer = spawn(process.execPath, [
      '-e',
      'process.title = "openclaw"; console.log(1); setInterval(() => 0, 1000)',
    ])
    const other = spawn('sleep', ['60'])
    try {
      await new Promise(resolve => writer.stdout.once('data', resolve))
      home.orphan({ pid: writer.pid ?? 0 })
      home.orphan({ pid: other.pid ?? 0 })
      home.orphan({ pid: 4_190_000 })
      const [group] = (await home.orphans()).groups
      expect([group?.count, keptOf(group)]).toEqual([2, ['writer-alive 1']])
    } finally {
      writer.kill('SIGKILL')
      other.kill('SIGKILL')
    }
  })

  test('keeps what belongs to somebody else', async context => {
    if (process.getuid?.() !== 0) return context.skip('only root can give files and processes to another account')
    chownSync(home.orphan(), 4242, 4242)
    const [group] = (await home.orphans()).groups
    expect([group?.count, keptOf(group)]).toEqual([0, ['other-owner 1']])
  })

  test('looks at all families that are asked for, each where OpenClaw leaves it, and not into other work', async () => {
    home.file('openclaw.json.5.0f3a6c1e-0000-4000-8000-00000000000a.tmp')
    home.file(`cron/jobs.json.${UUID}.tmp`)
    home.file(`cron/list.json.${UUID}.tmp`)
    home.machine.write('.openclaw/cron/jobs.json', '{"jobs":[]}')
    home.file(`${SESSIONS}/a.jsonl.deleted.1789000000000`)
    home.file('backups/.openclaw-backup-publish-1/archive.tar.gz.tmp')
    for (const elsewhere of ['workspace', 'workspace-x', 'npm/deep', 'extensions/a', '.ocm-undo-x']) {
      home.file(`${elsewhere}/data.json.${UUID}.tmp`)
    }
    const { groups } = await home.orphans(OrphanFamily.options)
    const found = groups.map(({ folder, family, count }) => `${folder.slice(home.stateDir.length)} ${family} ${count}`)
    expect(found.sort()).toEqual([
      ' config-temp 1',
      '/agents/main/sessions tombstone 1',
      '/backups/.openclaw-backup-publish-1 backup-temp 1',
      '/cron json-temp 1',
    ])
    expect(keptOf(groups.find(({ family }) => family === 'json-temp'))).toEqual(['store-missing 1'])
  })

  test('finds them in all profiles and in state directories named by hand', async () => {
    home.machine.write('.openclaw-work/openclaw.json', '{}')
    home.machine.write('.openclaw-work/agents/a/sessions/sessions.json', '{}')
    home.file(`../.openclaw-work/agents/a/sessions/sessions.json.${UUID}.tmp`)
    const far = mkdtempSync(join(tmpdir(), 'far-'))
    mkdirSync(join(far, SESSIONS), { recursive: true })
    writeFileSync(join(far, SESSIONS, `sessions.json.${UUID}.tmp`), 'x')
    try {
      const { groups } = await home.orphans(['session-store'], {
        extraStateDirs: [far, '/nowhere', 'relative'],
        minAgeMs: 300_000,
      })
      expect(groups.map(({ profile }) => profile).sort()).toEqual([expect.stringContaining('far') as string, 'work'])
    } finally {
      rmSync(far, { recursive: true })
    }
  })

  test('does not follow a link to another folder of sessions', async () => {
    home.machine.write('elsewhere/sessions/sessions.json', '{}')
    home.file(`../elsewhere/sessions/sessions.json.${UUID}.tmp`)
    mkdirSync(join(home.stateDir, 'agents/linked'))
    symlinkSync(join(home.machine.home, 'elsewhere/sessions'), join(home.stateDir, 'agents/linked/sessions'))
    expect((await home.orphans()).groups).toEqual([])
  })

  testOfBytes('takes names of any bytes, and names folders so that they can be named back', async () => {
    const folder = Buffer.concat([
      Buffer.from(join(home.stateDir, 'agents/b')),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('/sessions'),
    ])
    mkdirSync(folder, { recursive: true })
    const inside = (name: string): Buffer => Buffer.concat([folder, Buffer.from(`/${name}`)])
    writeFileSync(inside('sessions.json'), '{}')
    writeFileSync(inside(`sessions.json.${UUID}.tmp`), 'abc')
    home.file(`${SESSIONS}/sessions.json.$(rm -rf ~)\n.${UUID}.tmp`)
    const { groups } = await home.orphans(['session-store'], { minAgeMs: -1000 })
    expect(groups).toHaveLength(1)
    expect(groups[0]).toMatchObject({ count: 1, bytes: 3, folderBytes: folder.toString('base64') })
  })

  test('of thousands of files answers with a few lines', async () => {
    for (let index = 0; index < 3000; index += 1) home.orphan({ bytes: index })
    const { groups } = await home.orphans()
    expect(groups[0]).toMatchObject({ count: 3000, bytes: (2999 * 3000) / 2 })
    expect(groups[0]?.examples.map(({ bytes }) => bytes)).toEqual(
      Array.from({ length: 20 }, (_all, index) => 2999 - index),
    )
    expect(JSON.stringify(groups).length).toBeLessThan(10_000)
  })
})

describe('the live store', () => {
  const DATABASE = 'agents/main/agent/openclaw-agent.sqlite'

  function database(rows: number, table = 'session_nodes', path = join(home.stateDir, DATABASE)): void {
    mkdirSync(dirname(path), { recursive: true })
    using db = new DatabaseSync(path)
    db.exec(`CREATE TABLE ${table} (id TEXT)`)
    for (let row = 0; row < rows; row += 1) db.exec(`INSERT INTO ${table} VALUES ('x')`)
  }

  async function storeWith(content: string | null): Promise<string> {
    const path = join(home.sessions, 'sessions.json')
    rmSync(path, { force: true })
    if (content !== null) writeFileSync(path, content)
    const [group] = (await home.orphans()).groups
    return `${group?.store?.state ?? ''} ${group?.count ?? -1} ${keptOf(group).join()}`
  }

  test.each<[string, string | null, string]>([
    ['whole', '{"a":{"b":[1,-2.5e3,true,null,"x\\"y\\\\"]}}', 'files 1 '],
    ['empty but whole', ' {} \n', 'files 1 '],
    ['missing', null, 'missing 0 store-missing 1'],
    ['of no bytes', '', 'broken 0 store-broken 1'],
    ['blank', '  \n', 'broken 0 store-broken 1'],
    ['cut off', '{"a":{"b":1}', 'broken 0 store-broken 1'],
    ['cut off in a text', '{"a":"bcd', 'broken 0 store-broken 1'],
    ['a list', '[{}]', 'broken 0 store-broken 1'],
    ['a word', 'null', 'broken 0 store-broken 1'],
    ['two in one', '{}{}', 'broken 0 store-broken 1'],
    ['zeroed in the middle', `{"a":"${'x'.repeat(200)}\0\0\0${'x'.repeat(200)}"}`, 'broken 0 store-broken 1'],
    ['no JSON', 'sessions', 'broken 0 store-broken 1'],
    ['with a comma too many', '{"a":1,}', 'broken 0 store-broken 1'],
    ['with a number that is none', '{"a":01}', 'broken 0 store-broken 1'],
    ['nested without end', `{"a":${'['.repeat(5000)}`, 'broken 0 store-broken 1'],
  ])('%s', async (_name, content, expected) => {
    home.orphan({ bytes: 77 })
    expect(await storeWith(content)).toBe(expected)
  })

  test('is looked for where the configuration lets the agent keep its database, and only there', async () => {
    home.orphan()
    home.machine.write('.openclaw/openclaw.json', `{ agents: { list: [{ id: 'Main', agentDir: '~/vault/main' }] } }`)
    database(1)
    expect(await storeWith(null)).toBe('missing 0 store-missing 1')
    database(1, 'session_nodes', join(home.machine.home, 'vault/main/openclaw-agent.sqlite'))
    expect(await storeWith(null)).toBe('sqlite 1 ')
    expect((await home.sweep()).removed).toBe(1)
  })

  test('that is a link or a pipe is not read', async () => {
    home.orphan()
    const path = join(home.sessions, 'sessions.json')
    rmSync(path)
    symlinkSync(join(home.sessions, 'live.jsonl'), path)
    expect((await home.orphans()).groups[0]).toMatchObject({ count: 0, store: { state: 'broken' } })
  })

  test('missing or broken names the newest orphan that holds something: it may be the only copy', async () => {
    home.orphan({ bytes: 0, ageMs: 2 * HOUR })
    const newest = home.orphan({ bytes: 5, ageMs: 3 * HOUR })
    home.orphan({ bytes: 900, ageMs: 9 * HOUR })
    rmSync(join(home.sessions, 'sessions.json'))
    const [group] = (await home.orphans()).groups
    expect(group?.newest).toEqual({ name: newest.split('/').at(-1), bytes: 5 })
    expect(group).toMatchObject({ count: 0, bytes: 0, oldestAgeMs: 0, newestAgeMs: 0, examples: [] })
  })

  test.each<[string, () => void, string]>([
    ['with sessions in it', () => database(2), 'sqlite 1 '],
    ['without the table of sessions', () => database(2, 'other'), 'missing 0 store-missing 1'],
    ['that is empty, so may only just have been made', () => database(0), 'missing 0 store-missing 1'],
    [
      'that is empty after an import',
      () => {
        database(0)
        mkdirSync(join(home.stateDir, 'agents/main/session-sqlite-import-archive'))
      },
      'sqlite 1 ',
    ],
    [
      'that is no database',
      () => void home.machine.write(`.openclaw/${DATABASE}`, 'x'.repeat(5000)),
      'broken 0 store-broken 1',
    ],
  ])('in a database %s', async (_name, make, expected) => {
    home.orphan()
    make()
    expect(await storeWith(null)).toBe(expected)
  })

  test('of the JSON era that is broken is not made good by a database', async () => {
    home.orphan()
    database(2)
    expect(await storeWith('{')).toBe('broken 0 store-broken 1')
  })
})
