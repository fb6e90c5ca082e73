import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { createPace } from '../../../remote/slices'
import { handleSample } from '../../../remote/watch/sample'
import { familyOfFolder, measureFolders } from '../../../remote/watch/sizes'
import { Sample } from '../../../shared/sample'
import { collectGarbage } from '../../helpers/collect-garbage'
import { LitteredHome } from '../../helpers/littered-home'
import { RemoteSession } from '../../helpers/remote-context'
import { test, testOfBytes } from '../../helpers/posix'

const UUID = '0f3a6c1e-0000-4000-8000-00000000000a'

let home: LitteredHome
beforeEach(() => {
  home = new LitteredHome()
})
afterEach(() => {
  home[Symbol.dispose]()
})

async function sample(withSizes = true): Promise<Sample> {
  using session = new RemoteSession()
  return Sample.parse((await session.ask(handleSample, { extraStateDirs: [], withSizes })).result)
}

/** Root can look into everything, so where the tests run as root the look is `nobody`'s. */
async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work()
  const top = home.machine.folder.path
  for (const entry of ['', ...readdirSync(top, { recursive: true, encoding: 'utf8' })])
    chownSync(join(top, entry), 65534, 65534)
  process.seteuid?.(65534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

describe('sizes', () => {
  test('are counted by what files are for, each once, links not followed', async () => {
    const file = (path: string, bytes: number, ageMs?: number): void =>
      void home.file(path, { bytes, ...(ageMs === undefined ? {} : { ageMs }) })
    const inSessions = 'agents/main/sessions'
    file(`${inSessions}/sessions.json.${UUID}.tmp`, 1_000_000)
    file(`${inSessions}/sessions.json.${UUID.replace('0a', '0b')}.tmp`, 70, 60_000)
    file('agents/main/agent/openclaw-agent.sqlite', 300)
    file('agents/main/agent/openclaw-agent.sqlite-wal', 30)
    file('logs/gateway.log', 20)
    file('gateway-restart.log', 2)
    file('media/inbound/film.mp4', 5000)
    file('workspace/AGENTS.md', 40)
    file('workspace/data.sqlite', 4)
    file('npm/deep/deeper/index.js', 600)
    file('.ocm-undo-0f3a6c1e-0000-4000-8000-00000000000a/x', 7)
    home.machine.write('far/notes.md', 'x'.repeat(90))
    home.machine.write('.openclaw/openclaw.json', `{ agents: { list: [{ id: 'main', workspace: '~/far' }] } }`)
    symlinkSync('/usr', join(home.stateDir, 'linked'))
    const { sizes, orphans, notRead } = await sample()
    const bytes = Object.fromEntries(Object.entries(sizes).map(([family, use]) => [family, use.bytes]))
    const store = statSync(join(home.sessions, 'sessions.json')).size
    const config = statSync(join(home.stateDir, 'openclaw.json')).size
    expect(bytes).toEqual({
      sessions: store + 3 + 70,
      orphans: 1_000_000,
      logs: 22,
      media: 5000,
      workspaces: 40 + 4 + 90,
      databases: 330,
      other: config + 600 + 7,
    })
    expect(sizes.orphans?.diskBytes).toBe(0)
    expect(orphans).toMatchObject([{ family: 'session-store', files: 1, bytes: 1_000_000 }])
    expect(notRead).toEqual([])
  })

  test('and orphans are left away when they are not asked for', async () => {
    home.orphan()
    expect(await sample(false)).toMatchObject({ sizes: {}, orphans: [] })
  })

  test('ages come from the node’s clock: a file of tomorrow is no orphan', async () => {
    home.orphan({ ageMs: -24 * 3_600_000 })
    expect((await sample()).orphans).toEqual([])
  })

  test('a family that was not counted whole is absent, and it is said why', async () => {
    for (let index = 0; index < 300; index += 1) home.file(`workspace/${index}`)
    const roots = [{ path: home.stateDir, holds: 'state' as const }]
    const bounds = { maxEntries: 100, limitMs: 60_000, breathe: () => undefined }
    const { sizes, notRead } = await measureFolders(roots, bounds)
    expect(Object.keys(sizes).sort()).toEqual(['databases', 'logs', 'media', 'orphans', 'other', 'sessions'])
    expect(notRead).toEqual(['There are more than 100 files.'])
    for (let index = 0; index < 300; index += 1) home.file(`agents/main/sessions/${index}.jsonl`)
    expect(Object.keys((await measureFolders(roots, bounds)).sizes)).toEqual(['media'])
  })

  testOfBytes('names of any bytes are counted', async () => {
    const folder = Buffer.concat([Buffer.from(`${home.stateDir}/media/`), Buffer.from([0xff, 0x0a, 0xfe])])
    mkdirSync(folder, { recursive: true })
    writeFileSync(Buffer.concat([folder, Buffer.from('/\n$(reboot) ü'), Buffer.from([0x80])]), 'abc')
    expect((await sample()).sizes.media).toEqual({ bytes: 3, diskBytes: expect.any(Number) as number, files: 1 })
  })

  test('a folder that is closed to us is named, and the rest is counted', async () => {
    home.file('media/a')
    chmodSync(join(home.stateDir, 'media'), 0)
    const { notRead, sizes } = await asOrdinaryUser(sample).finally(() =>
      chmodSync(join(home.stateDir, 'media'), 0o700),
    )
    expect(notRead.join()).toContain('No permission')
    expect(sizes.sessions?.files).toBeGreaterThan(0)
  })

  test('two hundred thousand files in one folder take little memory and can be cancelled', async () => {
    // In memory where there is such a place: to make so many on a disk takes longer than all other tests.
    const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ocm-test-'))
    const media = join(folder, 'media')
    mkdirSync(media)
    execFileSync('sh', ['-c', 'seq 200000 | xargs touch'], { cwd: media })
    try {
      const roots = [{ path: folder, holds: 'state' as const }]
      const held = (): number => {
        collectGarbage()
        return process.memoryUsage().heapUsed
      }
      const before = held()
      let most = 0
      let calls = 0
      const watch = (): undefined => {
        if (++calls % 50_000 === 0) most = Math.max(most, held())
      }
      const { sizes } = await measureFolders(roots, { maxEntries: 1e6, limitMs: 60_000, breathe: watch })
      expect(sizes.media?.files).toBe(200_000)
      expect(calls).toBeGreaterThan(100_000)
      expect(most - before).toBeLessThan(5 * 1024 * 1024)
      const abort = new AbortController()
      const breathe = createPace(abort.signal)
      const asked = measureFolders(roots, { maxEntries: 1e6, limitMs: 60_000, breathe })
      setTimeout(() => abort.abort(new Error('enough')), 1)
      await expect(asked).rejects.toThrow('enough')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test.each([
    ['agents/main/sessions', 'sessions'],
    ['agents/main/session-sqlite-import-archive', 'sessions'],
    ['agents/main/agent', 'other'],
    ['sandboxes/x', 'workspaces'],
    ['workspace-b', 'workspaces'],
    ['', 'other'],
  ])('%s holds %s', (folder, family) => {
    expect(familyOfFolder(folder)).toBe(family)
  })
})
