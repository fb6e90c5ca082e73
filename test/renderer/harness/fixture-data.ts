import type { BackupSummary } from '../../../shared/backup'
import type { NodeView } from '../../../shared/contract'
import type { NodeRecord } from '../../../shared/node'
import type { Known, ProfileFacts, Survey } from '../../../shared/survey'

/** Ids that specs can name: the nth node, backup, plan, run or alert. */
export const idOf = (kind: 'node' | 'backup' | 'plan' | 'operation' | 'alert', index: number): string =>
  `00000000-0000-4000-8${{ node: 'a', backup: 'b', plan: 'c', operation: 'd', alert: 'e' }[kind]}00-${String(index).padStart(12, '0')}`

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const GB = 1_000_000_000
const MB = 1_000_000

/** A moment before now. */
export const before = (ms: number): string => new Date(Date.now() - ms).toISOString()

const known = <T>(value: T): Known<T> => ({ state: 'known', value })

const names = (prefix: string, count: number): string[] =>
  ['main', 'research', 'ops', 'mail', 'night-watch', 'builder', 'scribe'].slice(0, count).map(name => prefix + name)

interface Sketch {
  readonly label: string
  readonly version?: string | null
  readonly tags?: readonly string[]
  readonly agents?: number
  readonly cron?: number
  readonly channels?: number
  readonly usedShare?: number
  readonly health?: 'live' | 'failing' | 'down' | 'unknown'
  readonly warnings?: Survey['warnings']
  readonly user?: string
  readonly home?: string
}

function profile(sketch: Sketch, home: string): ProfileFacts {
  const { agents = 2, cron = 5, channels = 1, health = 'live', version } = sketch
  const stateDir = `${home}/.openclaw`
  const isLive = health === 'live'
  return {
    name: 'default',
    stateDir,
    configPath: `${stateDir}/openclaw.json`,
    era: version?.startsWith('2026.5') ? 'files' : 'sqlite',
    config: known({ isValid: true, problem: null }),
    gateway: {
      port: 18789,
      pid: isLive ? 4127 : null,
      uptimeMs: isLive ? 52 * HOUR + 17 * MINUTE : null,
      health,
      foreignListener: null,
    },
    services: [
      {
        name: 'openclaw-gateway.service',
        kind: 'gateway',
        scope: 'user',
        manager: 'systemd',
        path: `${home}/.config/systemd/user/openclaw-gateway.service`,
        isEnabled: known(true),
        activeState: known(isLive ? 'active' : 'inactive'),
        mainPid: isLive ? 4127 : null,
        execStart: ['/usr/bin/node', '/usr/lib/node_modules/openclaw/dist/index.js', 'gateway', '--port', '18789'],
        environmentNames: ['HOME', 'PATH', 'OPENCLAW_GATEWAY_PORT'],
        stopLimitMs: 330_000,
      },
    ],
    agents: known(
      names('', agents).map((id, index) => ({
        id,
        workspace: `${stateDir}/workspace-${id}`,
        sessions: 41 + index * 17,
      })),
    ),
    channels: known(
      Array.from({ length: channels }, (_, index) => ({
        kind: 'telegram',
        account: index === 0 ? 'default' : `account-${index}`,
        isEnabled: true,
        botId: `70012345${index}`,
      })),
    ),
    cron: known([
      ...Array.from({ length: cron }, (_, index) => ({
        id: `job-${index}`,
        name: ['Morning briefing', 'Disk report', 'Mail digest', 'Nightly tidy', 'Weekly summary'][index % 5] ?? 'Job',
        isEnabled: index !== 3,
        isSystem: false,
      })),
      { id: 'system', name: 'Session clean-up', isEnabled: true, isSystem: true },
    ]),
    plugins: known(3),
    skills: { state: 'unknown', why: 'The skills folder could not be read: permission denied' },
    credentials: known([
      { kind: 'auth-profile', name: 'anthropic:default', where: 'state/openclaw.sqlite' },
      { kind: 'auth-profile', name: 'openai:work', where: 'state/openclaw.sqlite' },
      { kind: 'channel-token', name: 'telegram:default', where: 'openclaw.json' },
    ]),
    environmentNames: known(['ANTHROPIC_API_KEY', 'BRAVE_API_KEY', 'TZ']),
    workspaces: [
      {
        agent: 'main',
        path: `${stateDir}/workspace`,
        isOutside: false,
        exists: true,
        size: { bytes: 18 * MB, files: 412 },
      },
      { agent: 'ops', path: '/srv/ops', isOutside: true, exists: true, size: { bytes: 2.1 * GB, files: 9120 } },
    ],
    agentDirs: [],
    sizes: known({
      gateway: { bytes: 24_100, files: 6 },
      agents: { bytes: 3.4 * MB, files: 22 },
      credentials: { bytes: 41_000, files: 4 },
      cron: { bytes: 210_000, files: 2 },
      environment: { bytes: 900, files: 1 },
      service: { bytes: 1900, files: 1 },
      sessions: { bytes: 812 * MB, files: 5034 },
      memory: { bytes: 61 * MB, files: 3 },
      workspaces: { bytes: 2.12 * GB, files: 9532 },
      plugins: { bytes: 148 * MB, files: 2210 },
      media: { bytes: 388 * MB, files: 640 },
    }),
    leftOut: [
      { path: 'cache/control-ui-assets', why: 'Made again at the next start', bytes: 54 * MB },
      { path: 'npm-runtime', why: 'Bound to this machine', bytes: 310 * MB },
    ],
  }
}

/** A survey drawn from a few strokes. */
export function surveyOf(sketch: Sketch, at: string): Survey {
  const { version = '2026.9.6', usedShare = 0.42, user = 'claw', home = `/home/${user}` } = sketch
  return {
    at,
    tookMs: 640,
    digest: 'd'.repeat(64),
    os: { platform: 'linux', arch: 'x64', name: 'Debian GNU/Linux 12', hostname: sketch.label, user, uid: 1000, home },
    nodes: [{ path: '/usr/bin/node', version: '26.1.0', from: 'running gateway' }],
    openclaw: known(
      version === null
        ? null
        : {
            version,
            method: 'npm-global',
            packageRoot: '/usr/lib/node_modules/openclaw',
            entry: '/usr/lib/node_modules/openclaw/dist/index.js',
            bin: '/usr/bin/openclaw',
            nodePath: '/usr/bin/node',
          },
    ),
    profiles: version === null ? [] : [profile(sketch, home)],
    disk: known({ path: home, totalBytes: 512 * GB, freeBytes: 512 * GB * (1 - usedShare) }),
    linger: known(true),
    serviceManager: 'systemd',
    warnings: sketch.warnings ?? [],
  }
}

function record(index: number, sketch: Sketch): NodeRecord {
  return {
    id: idOf('node', index),
    label: sketch.label,
    host: `${sketch.label}.lan`,
    port: 22,
    user: sketch.user ?? 'claw',
    auth: index % 3 === 0 ? { method: 'key', keyPath: '/home/admin/.ssh/id_ed25519' } : { method: 'password' },
    tags: [...(sketch.tags ?? [])],
    isProtected: sketch.label === 'pc-e',
    createdAt: before(90 * 24 * HOUR),
    isDemo: false,
  }
}

function view(index: number, sketch: Sketch, more: Partial<NodeView> = {}): NodeView {
  const backup = BACKUPS.find(one => one.nodeLabel === sketch.label) ?? null
  return {
    record: record(index, sketch),
    survey: surveyOf(sketch, before(40_000)),
    reach: 'online',
    problem: null,
    lastSeenAt: before(40_000),
    secrets: ['password'],
    lastSecretUse: { nodeId: idOf('node', index), kind: 'password', at: before(41_000), heldMs: 214 },
    hostKey: {
      type: 'ssh-ed25519',
      fingerprint: 'SHA256:x5Vd0nUjkq0b7mYc2pS9tGm1sT4wJ8aKfQeHrLzNo3E',
      firstSeenAt: before(60 * 24 * HOUR),
    },
    lastBackup: backup,
    operationId: null,
    removal: null,
    ...more,
  }
}

function backup(index: number, nodeLabel: string, node: number, more: Partial<BackupSummary> = {}): BackupSummary {
  return {
    id: idOf('backup', index),
    at: before(index * 9 * HOUR + 2 * HOUR),
    nodeId: idOf('node', node),
    nodeLabel,
    profile: 'default',
    reason: 'manual',
    openclawVersion: '2026.9.6',
    era: 'sqlite',
    components: ['gateway', 'agents', 'credentials', 'cron', 'environment', 'service'],
    files: 5312,
    bytes: 873 * MB,
    storedBytes: 12 * MB,
    state: 'good',
    verifiedAt: before(index * 9 * HOUR),
    problem: null,
    ...more,
  }
}

/** Backups in every state. */
export const BACKUPS: readonly BackupSummary[] = [
  backup(0, 'pc-a', 1),
  backup(1, 'pc-b', 2, { reason: 'safety', bytes: 3.7 * MB, storedBytes: 1.1 * MB, files: 36 }),
  backup(2, 'build-box', 7, { state: 'unverified', verifiedAt: null, openclawVersion: '2026.5.28', era: 'files' }),
  backup(3, 'pc-a', 1, { reason: 'migration' }),
  backup(4, 'vps-3', 3, {
    state: 'damaged',
    problem: 'One block of 2026-09 is damaged: sessions of agent ops. All else is whole.',
  }),
  backup(5, 'pc-e', 5, { reason: 'import', bytes: 41 * MB }),
]

/** Ten nodes in all states. */
export function fixtureNodes(): NodeView[] {
  return [
    view(1, { label: 'pc-a', tags: ['production'], agents: 2, cron: 5, channels: 1 }),
    view(2, {
      label: 'pc-b',
      tags: ['production'],
      usedShare: 0.94,
      agents: 3,
      cron: 2,
      channels: 2,
      warnings: [
        { code: 'orphans', text: '51 GB lie in 8,662 unfinished temporary files.' },
        {
          code: 'no-linger',
          text: 'The gateway ends when this account logs out and does not start at boot: lingering is off.',
        },
        { code: 'cron-stranded', text: 'Never run, as they belong to another state directory: 3 cron jobs.' },
      ],
    }),
    view(
      3,
      { label: 'vps-3', tags: ['production'], agents: 1, cron: 9 },
      {
        reach: 'offline',
        lastSeenAt: before(2 * HOUR),
        survey: surveyOf({ label: 'vps-3', agents: 1, cron: 9 }, before(2 * HOUR)),
        problem: { code: 'connection-refused', message: 'vps-3.lan refused the connection on port 22.' },
      },
    ),
    view(4, { label: 'old-laptop', tags: ['lab'], version: '2026.5.28', agents: 1, cron: 0, usedShare: 0.83 }),
    view(5, { label: 'pc-e', tags: ['production'], agents: 7, cron: 24, channels: 3, usedShare: 0.61 }),
    view(6, { label: 'spare', tags: ['lab'], version: null, usedShare: 0.08 }),
    view(7, { label: 'build-box', tags: ['lab'], version: '2026.8.2', health: 'failing', agents: 2, cron: 1 }),
    view(8, { label: 'nas', tags: ['home'], health: 'down', agents: 1, cron: 3, usedShare: 0.72 }),
    view(
      9,
      { label: 'garage-pi', tags: ['home'] },
      {
        survey: null,
        reach: 'never',
        lastSeenAt: null,
        lastSecretUse: null,
        hostKey: null,
        secrets: [],
      },
    ),
    view(
      10,
      { label: 'edge-gw', tags: [], agents: 1 },
      {
        reach: 'blocked',
        problem: {
          code: 'host-key-changed',
          message: 'edge-gw answered with another host key. It may have been reinstalled, or someone is in between.',
          hint: 'Compare fingerprints before you trust it.',
        },
        survey: surveyOf({ label: 'edge-gw', agents: 1 }, before(26 * HOUR)),
      },
    ),
  ].map(withUnknowns)
}

/** One node whose cron jobs could not be read, so that specs see an honest unknown. */
function withUnknowns(node: NodeView): NodeView {
  const first = node.survey?.profiles[0]
  if (node.record.label !== 'old-laptop' || node.survey === null || first === undefined) return node
  const why = 'cron/jobs.json could not be read: permission denied'
  return { ...node, survey: { ...node.survey, profiles: [{ ...first, cron: { state: 'unknown', why } }] } }
}
