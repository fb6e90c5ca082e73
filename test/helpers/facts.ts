import type { NodeFacts } from '../../main/plan/facts'
import type { NodeRecord } from '../../shared/node'
import type { ProfileFacts, ServiceFacts, Survey } from '../../shared/survey'

const known = <T>(value: T): { state: 'known'; value: T } => ({ state: 'known', value })

/** A gateway unit as OpenClaw installs it. */
export function gatewayUnit(change: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    name: 'openclaw-gateway.service',
    kind: 'gateway',
    scope: 'user',
    manager: 'systemd',
    path: '/home/ada/.config/systemd/user/openclaw-gateway.service',
    isEnabled: known(true),
    activeState: known('active'),
    mainPid: 4711,
    execStart: [
      '/usr/local/bin/node',
      '/usr/local/lib/node_modules/openclaw/dist/index.js',
      'gateway',
      '--port',
      '18789',
    ],
    environmentNames: [],
    stopLimitMs: 330_000,
    ...change,
  }
}

/** A profile of the SQLite era with a running gateway. */
export function profileFacts(change: Partial<ProfileFacts> = {}): ProfileFacts {
  return {
    name: 'default',
    stateDir: '/home/ada/.openclaw',
    configPath: '/home/ada/.openclaw/openclaw.json',
    era: 'sqlite',
    config: known({ isValid: true, problem: null }),
    gateway: { port: 18789, pid: 4711, uptimeMs: 1000, health: 'live', foreignListener: null },
    services: [gatewayUnit()],
    agents: known([
      { id: 'main', workspace: '/home/ada/.openclaw/workspace', sessions: 1 },
      { id: 'helper', workspace: '/data/ada-work', sessions: 0 },
    ]),
    channels: known([{ kind: 'telegram', account: 'default', isEnabled: true, botId: '123456789' }]),
    cron: known([
      { id: '1', name: 'daily', isEnabled: true, isSystem: false },
      { id: '2', name: 'heartbeat-main', isEnabled: true, isSystem: true },
    ]),
    plugins: known(0),
    skills: known(0),
    credentials: known([{ kind: 'auth-profile', name: 'anthropic:default', where: 'agents/main' }]),
    environmentNames: known(['ANTHROPIC_API_KEY']),
    workspaces: [
      {
        agent: 'main',
        path: '/home/ada/.openclaw/workspace',
        isOutside: false,
        exists: true,
        size: { bytes: 1000, files: 2 },
      },
    ],
    agentDirs: [],
    sizes: known({ gateway: { bytes: 2000, files: 3 }, agents: { bytes: 4000, files: 2 } }),
    leftOut: [{ path: 'cache', why: 'Made anew', bytes: 54_000_000 }],
    ...change,
  }
}

/** A node as a planner sees it. */
export function nodeFacts(
  label: string,
  change: {
    readonly survey?: Partial<Survey>
    readonly profile?: Partial<ProfileFacts>
    readonly version?: string
  } = {},
): NodeFacts {
  const id = `00000000-0000-4000-8000-${Buffer.from(label).toString('hex').padStart(12, '0').slice(-12)}`
  const record: NodeRecord = {
    id,
    label,
    host: '127.0.0.1',
    port: 22,
    user: 'ada',
    auth: { method: 'agent' },
    tags: [],
    isProtected: false,
    createdAt: '2026-11-01T00:00:00.000Z',
    isDemo: false,
  }
  const version = change.version ?? '2026.9.6'
  const root = '/usr/local/lib/node_modules/openclaw'
  const survey: Survey = {
    at: '2026-11-01T00:00:00.000Z',
    tookMs: 100,
    digest: `digest-${label}`,
    os: {
      platform: 'linux',
      arch: 'x64',
      name: 'Debian 12',
      hostname: label,
      user: 'ada',
      uid: 1000,
      home: '/home/ada',
    },
    nodes: [{ path: '/usr/local/bin/node', version: 'v24.21.0', from: 'PATH' }],
    openclaw: known({
      version,
      method: 'npm-global',
      packageRoot: root,
      entry: `${root}/dist/index.js`,
      bin: '/usr/local/bin/openclaw',
      nodePath: '/usr/local/bin/node',
    }),
    profiles: [profileFacts(change.profile)],
    disk: known({ path: '/home', totalBytes: 100e9, freeBytes: 50e9 }),
    linger: known(true),
    serviceManager: 'systemd',
    warnings: [],
    ...change.survey,
  }
  return { record, survey, digest: survey.digest, canSudo: false }
}
