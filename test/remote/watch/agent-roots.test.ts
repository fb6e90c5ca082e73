import { mkdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { handleSample } from '../../../remote/watch/sample'
import { Sample } from '../../../shared/sample'
import { LitteredHome } from '../../helpers/littered-home'
import { test } from '../../helpers/posix'
import { RemoteSession } from '../../helpers/remote-context'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { SmallDisk } from '../../helpers/small-disk'

let home: LitteredHome
beforeEach(() => {
  home = new LitteredHome()
})
afterEach(() => {
  home[Symbol.dispose]()
})

/** Lets agents keep what is theirs in these folders; some also work in one. */
function configure(agents: Readonly<Record<string, { agentDir?: string; workspace?: string }>>): void {
  const list = Object.entries(agents).map(([id, entry]) => ({ id, ...entry }))
  home.machine.write('.openclaw/openclaw.json', JSON.stringify({ agents: { list } }))
}

async function sample(withSizes = true): Promise<Sample> {
  using session = new RemoteSession()
  return Sample.parse((await session.ask(handleSample, { extraStateDirs: [], withSizes })).result)
}

async function sizes(): Promise<Record<string, number>> {
  const found = Object.entries((await sample()).sizes).map(([family, use]) => [family, use.bytes] as const)
  return Object.fromEntries(found.filter(([, bytes]) => bytes > 0))
}

const write = (path: string, bytes: number): void => void home.machine.write(path, 'x'.repeat(bytes))
const configBytes = (): number => statSync(join(home.stateDir, 'openclaw.json')).size
const sessionBytes = (): number => statSync(join(home.sessions, 'sessions.json')).size + 3

test('what agents keep outside the state directory is counted by what it is for, each file once', async () => {
  write('vault/main/auth-profiles.json', 100)
  write('vault/main/openclaw-agent.sqlite', 2000)
  write('vault/main/openclaw-agent.sqlite-wal', 20)
  write('vault/main/agent.log', 7)
  // One agent's folder within another's, the same folder by a link, and a workspace within.
  write('vault/main/inner/models.json', 300)
  write('vault/main/desk/notes.md', 40)
  write('vault/other/models.json', 5)
  symlinkSync('/usr', join(home.machine.home, 'vault/main/linked'))
  symlinkSync(join(home.machine.home, 'vault/other'), join(home.machine.home, 'by-link'))
  configure({
    main: { agentDir: '~/vault/main', workspace: '~/vault/main/desk' },
    inner: { agentDir: '~/vault/main/inner' },
    other: { agentDir: '~/by-link' },
    same: { agentDir: '~/vault/other' },
    gone: { agentDir: '~/nowhere' },
    usual: { agentDir: '~/.openclaw/agents/usual/agent' },
  })
  write('.openclaw/agents/usual/agent/models.json', 60_000)
  expect(await sizes()).toEqual({
    sessions: sessionBytes(),
    databases: 2020,
    logs: 7,
    workspaces: 40,
    other: configBytes() + 100 + 300 + 5 + 60_000,
  })
  expect((await sample()).notRead).toEqual([])
})

test('an agent’s folder in a workspace of another is the agent’s, and one that is a workspace too is no second one', async () => {
  write('work/own/models.json', 300)
  write('work/notes.md', 40)
  write('both/notes.md', 5)
  configure({
    main: { workspace: '~/work', agentDir: '~/work/own' },
    both: { workspace: '~/both', agentDir: '~/both' },
  })
  expect(await sizes()).toMatchObject({ workspaces: 45, other: configBytes() + 300 })
  expect((await sample()).notRead).toEqual([expect.stringContaining('the workspace of an agent as well')])
})

test('a folder that holds a home, a state directory or the whole machine is not counted, and it is said', async () => {
  write('notes.md', 900)
  configure({
    home: { agentDir: '~' },
    above: { agentDir: '~/..' },
    root: { agentDir: '/' },
  })
  expect(await sizes()).toEqual({ sessions: sessionBytes(), other: configBytes() })
  const { notRead, disks } = await sample()
  expect(notRead).toHaveLength(3)
  for (const line of notRead) expect(line).toMatch(/^The size of .*: It holds the (state|home) directory as well\.$/)
  expect(disks).toHaveLength(1)
  // Who asks for no sizes need not hear what was not counted.
  expect((await sample(false)).notRead).toEqual([])
})

test('a link that leads back into the state directory counts nothing twice', async () => {
  write('.openclaw/agents/main/agent/models.json', 700)
  symlinkSync(join(home.stateDir, 'agents/main/agent'), join(home.machine.home, 'back'))
  configure({ main: { agentDir: '~/back' } })
  expect(await sizes()).toEqual({ sessions: sessionBytes(), other: configBytes() + 700 })
})

test.skipIf(skips('agents’ folders on a disk of their own', MOUNT_OBSTACLE))(
  'what is mounted there is not counted as the agent’s, but a folder on it is, and its disk is watched',
  async () => {
    mkdirSync(join(home.machine.home, 'disk'))
    using _disk = new SmallDisk(1, join(home.machine.home, 'disk'))
    write('disk/lost.bin', 5000)
    write('disk/agents/main/models.json', 60)
    configure({ whole: { agentDir: '~/disk' } })
    expect(await sizes()).toEqual({ sessions: sessionBytes(), other: configBytes() })
    expect((await sample()).notRead).toEqual([expect.stringMatching(/Another file system is mounted there\.$/)])
    configure({ main: { agentDir: '~/disk/agents/main' } })
    expect(await sizes()).toMatchObject({ other: configBytes() + 60 })
    expect((await sample()).disks.map(({ path }) => path)).toContain(join(home.machine.home, 'disk/agents/main'))
  },
)
