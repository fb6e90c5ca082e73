import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { surveyDigest } from '../../main/nodes/survey-digest'
import { handleSurvey } from '../../remote/survey'
import { measure } from '../../remote/survey/sizes'
import { Survey, valueOf } from '../../shared/survey'
import { RemoteSession } from '../helpers/remote-context'
import { TempFolder } from '../helpers/temp-folder'

let folder: TempFolder
let home: string
const before = { ...process.env }

beforeEach(() => {
  folder = new TempFolder()
  home = folder.path
  process.env['HOME'] = home
})
afterEach(() => {
  process.env['HOME'] = before['HOME']
  folder[Symbol.dispose]()
})

async function survey(options: { extraStateDirs?: string[]; withSizes?: boolean } = {}): Promise<Survey> {
  using session = new RemoteSession()
  const params = { extraStateDirs: [], withSizes: true, ...options }
  return Survey.parse((await session.ask(handleSurvey, params)).result)
}

async function onlyProfile(): Promise<Survey['profiles'][number]> {
  const { profiles } = await survey()
  const [profile] = profiles
  if (profile === undefined || profiles.length !== 1) throw new Error(`${profiles.length} profiles`)
  return profile
}

const SECRET = 'sk-very-secret-value'
const TOKEN = '123456789:AAfake-token-of-a-bot'

/** A profile as 2026.5.28 leaves it. */
function writeFilesEra(state = '.openclaw'): void {
  folder.write(
    `${state}/openclaw.json`,
    `{ // comments are allowed
      agents: { list: [{ id: 'main', default: true }, { id: 'Helper', workspace: '${home}/elsewhere/helper' }] },
      channels: { telegram: { botToken: '${TOKEN}', accounts: { second: { botToken: '\${SECOND_BOT}', enabled: false } } } },
      gateway: { port: 28789, auth: { token: '${SECRET}' } },
    }`,
  )
  folder.write(`${state}/.env`, `SECOND_BOT=987654321:AAother\nexport OPENAI_API_KEY="${SECRET}"\n`)
  folder.write(`${state}/agents/main/sessions/sessions.json`, JSON.stringify({ one: {}, two: {} }))
  folder.write(`${state}/agents/main/sessions/a.jsonl`, 'x'.repeat(1000))
  folder.write(
    `${state}/agents/main/agent/auth-profiles.json`,
    JSON.stringify({ profiles: { 'anthropic:default': { key: SECRET } } }),
  )
  folder.write(
    `${state}/cron/jobs.json`,
    JSON.stringify({
      version: 1,
      jobs: [
        { id: 'j1', name: 'daily', enabled: false },
        { id: 'j2', name: 'heartbeat-main' },
      ],
    }),
  )
  folder.write(`${state}/credentials/whatsapp/me/creds.json`, SECRET)
  folder.write(`${state}/credentials/whatsapp/me/session-1.json`, SECRET)
  folder.write(`${state}/identity/device.json`, SECRET)
  folder.write(`${state}/workspace/skills/weather/SKILL.md`, '# Weather')
  folder.write(`${state}/extensions/voice/package.json`, '{}')
  folder.write(`${state}/cache/control-ui-assets/app.js`, 'y'.repeat(5000))
  folder.write(`${state}/agents/main/sessions/sessions.json.11111111-1111-4111-8111-111111111111.tmp`, 'z'.repeat(300))
  folder.write('elsewhere/helper/AGENTS.md', 'w'.repeat(77))
}

/** The tables of 2026.9.6 that a survey reads. */
function writeSqliteEra(state = '.openclaw'): void {
  folder.write(
    `${state}/openclaw.json`,
    `{ agents: { entries: { main: {}, helper: {} }, defaults: { workspace: '~/work' } } }`,
  )
  mkdirSync(join(home, state, 'state'), { recursive: true })
  mkdirSync(join(home, state, 'agents/main/agent'), { recursive: true })
  const shared = new DatabaseSync(join(home, state, 'state/openclaw.sqlite'))
  shared.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE cron_jobs (store_key TEXT, job_id TEXT, name TEXT, enabled INTEGER);
    INSERT INTO cron_jobs VALUES ('${home}/${state}/cron/jobs.json', 'c1', 'daily', 1);
    INSERT INTO cron_jobs VALUES ('${home}/${state}/cron/jobs.json', 'c2', 'Memory Dreaming Promotion', 1);
    INSERT INTO cron_jobs VALUES ('/home/someone-else/.openclaw/cron/jobs.json', 'c3', 'lost', 1);
    CREATE TABLE auth_profile_store (store_key TEXT, store_json TEXT);
    INSERT INTO auth_profile_store VALUES ('default', '${JSON.stringify({ profiles: { 'openai:default': { key: SECRET } } })}');
    CREATE TABLE device_identities (identity_key TEXT, private_key_pem TEXT);
    INSERT INTO device_identities VALUES ('self', '${SECRET}');
    CREATE TABLE config_machine_state (state_key TEXT, value_json TEXT);
    INSERT INTO config_machine_state VALUES ('nodeHost.config', '{"nodeId":"own-node","token":"${SECRET}"}');`)
  shared.close()
  const agent = new DatabaseSync(join(home, state, 'agents/main/agent/openclaw-agent.sqlite'))
  agent.exec(
    `PRAGMA journal_mode = WAL; CREATE TABLE session_nodes (id TEXT); INSERT INTO session_nodes VALUES ('a'), ('b'), ('c')`,
  )
  agent.close()
}

describe('a profile that keeps files', () => {
  test('shows agents, channels, jobs, credentials and sizes', async () => {
    writeFilesEra()
    const profile = await onlyProfile()
    expect(profile).toMatchObject({ name: 'default', era: 'files', stateDir: join(home, '.openclaw') })
    expect(profile.gateway).toMatchObject({ port: 28789, pid: null, health: 'down' })
    expect(valueOf(profile.agents)).toEqual([
      { id: 'main', workspace: join(home, '.openclaw/workspace'), sessions: 2 },
      { id: 'helper', workspace: join(home, 'elsewhere/helper'), sessions: 0 },
    ])
    expect(valueOf(profile.channels)).toEqual([
      { kind: 'telegram', account: 'default', isEnabled: true, botId: '123456789' },
      { kind: 'telegram', account: 'second', isEnabled: false, botId: '987654321' },
    ])
    expect(valueOf(profile.cron)).toEqual([
      { id: 'j1', name: 'daily', isEnabled: false, isSystem: false },
      { id: 'j2', name: 'heartbeat-main', isEnabled: true, isSystem: true },
    ])
    expect(valueOf(profile.credentials)?.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'auth-profile main/anthropic:default',
      'channel-credential whatsapp/me',
      'channel-token telegram/default',
      'channel-token telegram/second',
      'device-identity this node',
      'gateway-auth token',
    ])
    expect(valueOf(profile.environmentNames)).toEqual(['OPENAI_API_KEY', 'SECOND_BOT'])
    expect([valueOf(profile.plugins), valueOf(profile.skills)]).toEqual([1, 1])
    expect(profile.workspaces).toMatchObject([
      { agent: 'main', isOutside: false, exists: true, size: { files: 1 } },
      { agent: 'helper', isOutside: true, exists: true, size: { bytes: 77, files: 1 } },
    ])
    expect(valueOf(profile.sizes)?.sessions).toMatchObject({ files: 2 })
    expect(profile.leftOut.find(({ path }) => path === 'cache')).toMatchObject({ bytes: 5000 })
  })

  test('holds no secret value anywhere', async () => {
    writeFilesEra()
    const text = JSON.stringify(await survey())
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain('AAfake')
    expect(text).not.toContain('AAother')
  })

  test('warns of unfinished files that pile up', async () => {
    writeFilesEra()
    expect((await survey()).warnings.map(({ code }) => code)).toContain('orphans')
  })
})

describe('a profile that keeps databases', () => {
  test('shows the same facts from SQLite, and jobs that belong to another place as a warning', async () => {
    writeSqliteEra()
    const { profiles, warnings } = await survey()
    expect(profiles[0]?.era).toBe('sqlite')
    expect(valueOf(profiles[0]?.cron ?? { state: 'unknown', why: '' })).toEqual([
      { id: 'c1', name: 'daily', isEnabled: true, isSystem: false },
      { id: 'c2', name: 'Memory Dreaming Promotion', isEnabled: true, isSystem: true },
    ])
    expect(valueOf(profiles[0]?.agents ?? { state: 'unknown', why: '' })).toEqual([
      { id: 'main', workspace: join(home, 'work'), sessions: 3 },
      { id: 'helper', workspace: join(home, 'work/helper'), sessions: 0 },
    ])
    const credentials = valueOf(profiles[0]?.credentials ?? { state: 'unknown', why: '' })
    expect(credentials?.map(({ kind }) => kind)).toEqual(['auth-profile', 'device-identity', 'node-host'])
    expect(warnings.map(({ code }) => code)).toContain('cron-stranded')
  })

  test('tells the folders that agents keep elsewhere, what is in them, and which of them cannot be carried', async () => {
    writeSqliteEra()
    folder.write(
      '.openclaw/openclaw.json',
      `{ agents: { entries: {
        main: { agentDir: '~/vault/main' }, inner: { agentDir: '~/.openclaw/agents/inner/agent' },
        wide: { agentDir: '~' }, both: { agentDir: '~/work/both' }, gone: { agentDir: '/nowhere/gone' },
      }, defaults: { workspace: '~/work' } } }`,
    )
    mkdirSync(join(home, 'vault'))
    renameSync(join(home, '.openclaw/agents/main/agent'), join(home, 'vault/main'))
    folder.write(
      'vault/main/auth-profiles.json',
      JSON.stringify({ profiles: { 'anthropic:default': { key: SECRET } } }),
    )
    folder.write('work/both/AGENTS.md', 'hello')
    const profile = await onlyProfile()
    expect(profile.agentDirs).toMatchObject([
      { agent: 'main', path: join(home, 'vault/main'), isOutside: true, exists: true, refusal: null },
      { agent: 'inner', isOutside: false, refusal: null },
      { agent: 'wide', path: home, refusal: expect.stringContaining('state directory') as string, size: { files: 0 } },
      { agent: 'both', refusal: expect.stringContaining('workspace') as string },
      { agent: 'gone', isOutside: true, exists: false, refusal: null },
    ])
    expect(profile.agentDirs[0]?.size.files).toBeGreaterThanOrEqual(2)
    expect(valueOf(profile.agents)?.[0]).toMatchObject({ id: 'main', sessions: 3 })
    expect(valueOf(profile.credentials)).toContainEqual({
      ...{ kind: 'auth-profile', name: 'main/anthropic:default' },
      where: join(home, 'vault/main/auth-profiles.json'),
    })
  })

  test('is looked at without leaving a trace in its folders', async () => {
    writeSqliteEra()
    const all = (): string[] => readdirSync(home, { recursive: true }).map(String).sort()
    const listed = all()
    await survey()
    expect(all()).toEqual(listed)
  })

  test('can be read while the gateway writes to it', async () => {
    writeSqliteEra()
    using writer = new DatabaseSync(join(home, '.openclaw/state/openclaw.sqlite'))
    writer.exec(`BEGIN IMMEDIATE; DELETE FROM cron_jobs`)
    expect(valueOf((await onlyProfile()).cron)).toHaveLength(2)
  })

  test('next to session files counts as half-way', async () => {
    writeSqliteEra()
    folder.write('.openclaw/agents/main/sessions/sessions.json', JSON.stringify({ one: {} }))
    expect((await onlyProfile()).era).toBe('mixed')
  })

  test('damaged is unknown, and fails nothing else', async () => {
    writeSqliteEra()
    writeFileSync(join(home, '.openclaw/state/openclaw.sqlite'), 'this is no database, it only has the name of one')
    const profile = await onlyProfile()
    expect(profile.cron.state).toBe('unknown')
    expect(profile.credentials.state).toBe('unknown')
    expect(profile.agents.state).toBe('known')
  })
})

describe('bad luck', () => {
  test('a machine without OpenClaw has no profiles and no warnings about it', async () => {
    const facts = await survey()
    expect(facts.profiles).toEqual([])
    expect(facts.warnings.filter(({ code }) => code !== 'little-room')).toEqual([])
  })

  test('a broken configuration is a fact, and what does not depend on it is still known', async () => {
    writeFilesEra()
    folder.write('.openclaw/openclaw.json', '{ gateway: { port: 1')
    const { profiles, warnings } = await survey()
    expect(profiles[0]?.config).toMatchObject({ state: 'known', value: { isValid: false } })
    expect(profiles[0]?.channels.state).toBe('unknown')
    expect(valueOf(profiles[0]?.cron ?? { state: 'unknown', why: '' })).toHaveLength(2)
    expect(warnings.map(({ code }) => code)).toContain('config-broken')
  })

  test('an include may not lead out of the folder, nor in a circle', async () => {
    folder.write('outside.json', '{ gateway: { port: 1 } }')
    folder.write('.openclaw/agents/main/x', '')
    folder.write('.openclaw/openclaw.json', `{ $include: '../outside.json' }`)
    expect(valueOf((await onlyProfile()).config)?.problem).toContain('leads out')
    folder.write('.openclaw/openclaw.json', `{ $include: './openclaw.json' }`)
    expect(valueOf((await onlyProfile()).config)?.problem).toContain('circle')
  })

  test('an include is merged, and what stands beside it wins', async () => {
    folder.write(
      '.openclaw/more.json5',
      `{ gateway: { port: 1111, bind: 'lan' }, channels: { discord: { token: 'x' } } }`,
    )
    folder.write('.openclaw/openclaw.json', `{ $include: ['./more.json5'], gateway: { port: 2222 } }`)
    const profile = await onlyProfile()
    expect(profile.gateway.port).toBe(2222)
    expect(valueOf(profile.channels)?.map(({ kind }) => kind)).toEqual(['discord'])
  })

  test('links in a circle and pipes do not hold it up', async () => {
    writeFilesEra()
    symlinkSync('.', join(home, '.openclaw/workspace/loop'))
    symlinkSync('../..', join(home, '.openclaw/agents/up'))
    const profile = await onlyProfile()
    expect(profile.sizes.state).toBe('known')
    expect(valueOf(profile.agents)?.map(({ id }) => id)).toEqual(['main', 'helper'])
  })

  test.each(['a folder', 'a pipe'])('a configuration that is %s is unknown and does not hold it up', async kind => {
    writeFilesEra()
    const path = join(home, '.openclaw/openclaw.json')
    rmSync(path)
    if (kind === 'a folder') mkdirSync(path)
    else execFileSync('mkfifo', [path])
    const profile = await onlyProfile()
    expect(profile.config.state).toBe('unknown')
    expect(profile.channels.state).toBe('unknown')
    expect(valueOf(profile.cron)).toHaveLength(2)
  })

  test('too many files to count are unknown, not zero', async () => {
    writeFilesEra()
    for (let index = 0; index < 2500; index++) folder.write(`.openclaw/media/${index}`, '')
    const { signal } = new AbortController()
    const measured = await measure(join(home, '.openclaw'), { maxEntries: 2000, limitMs: 10_000, signal })
    expect(measured.sizes).toEqual({ state: 'unknown', why: 'There are more than 2000 files.' })
  })

  test('sizes are left out when nobody asked', async () => {
    writeFilesEra()
    const { profiles } = await survey({ withSizes: false })
    expect(profiles[0]?.sizes.state).toBe('unknown')
  })
})

describe('profiles', () => {
  test('are found by folder, by unit, and by hand; empty folders are none', async () => {
    writeFilesEra()
    folder.write('.openclaw-work/openclaw.json', '{}')
    folder.write('srv/claw state/openclaw.json', '{}')
    folder.write('hand/openclaw.json', '{}')
    mkdirSync(join(home, '.openclaw-empty'))
    mkdirSync(join(home, '.openclaw.update-captures'))
    folder.write(
      '.config/systemd/user/openclaw-gateway-far.service',
      `[Service]\nExecStart=/usr/bin/node /opt/openclaw/dist/index.js gateway --port 31000\nEnvironment="OPENCLAW_STATE_DIR=${home}/srv/claw state" OPENCLAW_PROFILE=far SECRET=${SECRET}\nTimeoutStopSec=330\n`,
    )
    const { profiles } = await survey({ extraStateDirs: [join(home, 'hand')] })
    expect(profiles.map(({ name }) => name)).toEqual(['default', 'work', 'hand', 'far'])
    const far = profiles.find(({ name }) => name === 'far')
    expect(far).toMatchObject({ stateDir: join(home, 'srv/claw state'), gateway: { port: 31000 } })
    expect(far?.services[0]).toMatchObject({ kind: 'gateway', scope: 'user', stopLimitMs: 330_000 })
    expect(far?.services[0]?.environmentNames).toEqual(['OPENCLAW_PROFILE', 'OPENCLAW_STATE_DIR', 'SECRET'])
    expect(JSON.stringify(profiles)).not.toContain(SECRET)
  })

  test('a unit whose state is gone is not passed over', async () => {
    const unit =
      '[Service]\nExecStart=/usr/bin/node /x/openclaw/dist/index.js gateway\nEnvironment=OPENCLAW_STATE_DIR=/gone\n'
    folder.write('.config/systemd/user/openclaw-gateway.service', unit)
    const { profiles, warnings } = await survey()
    expect(profiles).toEqual([])
    expect(warnings.find(({ code }) => code === 'service-without-state')?.text).toContain('/gone')
  })

  test('of an old name count while there is no new one', async () => {
    folder.write('.clawdbot/clawdbot.json', '{ telegram: { botToken: "55555:x" } }')
    const profile = await onlyProfile()
    expect(profile.configPath).toBe(join(home, '.clawdbot/clawdbot.json'))
    expect(valueOf(profile.channels)).toMatchObject([{ kind: 'telegram', botId: '55555' }])
  })

  test('a port that another program holds is named', async () => {
    const server = createServer((_request, response) => response.end('not a gateway'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    folder.write('.openclaw/openclaw.json', `{ gateway: { port: ${port} } }`)
    const { profiles, warnings } = await survey()
    expect(profiles[0]?.gateway).toMatchObject({ port, health: 'down' })
    expect(profiles[0]?.gateway.foreignListener).toMatch(/node/)
    expect(warnings.map(({ code }) => code)).toContain('foreign-listener')
    server.close()
  })
})

describe('the digest', () => {
  test('stays when nothing that a plan relies on changed', async () => {
    writeFilesEra()
    const first = surveyDigest(await survey())
    folder.write('.openclaw/agents/main/sessions/b.jsonl', 'more')
    folder.write('.openclaw/cache/other', 'more')
    expect(surveyDigest(await survey({ withSizes: false }))).toBe(first)
  })

  test.each([
    ['a job', 'cron/jobs.json', JSON.stringify({ jobs: [{ id: 'j9', name: 'new' }] })],
    ['the port', 'openclaw.json', '{ gateway: { port: 3 } }'],
    ['a credential', 'credentials/new.json', '{}'],
    ['an agent', 'agents/third/agent/models.json', '{}'],
  ])('changes with %s', async (_what, path, content) => {
    writeFilesEra()
    const first = surveyDigest(await survey())
    folder.write(`.openclaw/${path}`, content)
    expect(surveyDigest(await survey())).not.toBe(first)
  })
})
