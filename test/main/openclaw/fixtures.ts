import type { Place, RewriteInput } from '../../../main/openclaw/rewrite'

/** Secrets of the fixtures: none may ever show up in anything but the carried texts. */
export const SECRETS = {
  gateway: 'gw-marker-4f1c0e7a9b2d4c55',
  telegram: '712345678:AAmarkerTelegram-abcdefghijklmnop_qr',
  telegramOps: '798765432:AAmarkerOpsBot-abcdefghijklmnopqrst',
  discord: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.Gmarke.discordmarkersecretvalue',
  slackBot: 'xoxb-marker-slack-bot',
  slackApp: 'xapp-marker-slack-app',
  anthropic: 'sk-ant-marker-0123456789',
  openrouter: 'plainmarkeropenrouter',
  mcpFlag: 'marker-mcp-flag-value',
  mcpHeader: 'marker-mcp-header-value',
  mcpEnv: 'marker mcp env value',
  hook: 'marker-hook-token',
  proxy: 'markerproxypass',
  query: 'markerquerysecret',
  password: 'markerpassword!',
  refresh: 'marker-oauth-refresh',
  deviceKey: '-----BEGIN PRIVATE KEY-----\nmarkerdevicekey\n-----END PRIVATE KEY-----',
  commented: 'sk-marker-in-a-comment',
} as const

export const SOURCE: Place = {
  home: '/home/al',
  stateDir: '/home/al/.openclaw',
  user: 'al',
  platform: 'linux',
  hostname: 'ada',
  label: 'ada',
  nodePath: '/home/al/.nvm/versions/node/v26.1.0/bin/node',
  packageRoot: '/home/al/.nvm/versions/node/v26.1.0/lib/node_modules/openclaw',
  version: '2026.9.6',
  profile: 'default',
  gatewayPort: 18789,
  workspaces: [
    { agent: 'main', path: '/home/al/.openclaw/workspace', isOutside: false },
    { agent: 'ada', path: '/data/ada-work', isOutside: true },
  ],
}

/** Another user, another home with a space in it, another Node. */
export const TARGET: Place = {
  home: '/srv/claw home',
  stateDir: '/srv/claw home/.openclaw',
  user: 'claw',
  platform: 'linux',
  hostname: 'grace',
  label: 'grace',
  nodePath: '/opt/node/bin/node',
  packageRoot: '/opt/node/lib/node_modules/openclaw',
  version: '2026.9.6',
  profile: 'default',
  gatewayPort: null,
  workspaces: [],
}

/** A config as people have it: comments, both quotes, trailing commas, secrets in many places. */
export const CONFIG = `// Ada's set-up, from /home/al/old-notes.txt. Old key, do not use: ${SECRETS.commented}
{
  agents: {
    defaults: {
      workspace: "~/.openclaw/workspace", // default
      repoRoot: '/home/al/src/repo',
      sandbox: { workspaceRoot: '/home/al/.openclaw/sandboxes', docker: { binds: ['/home/al/data:/data:ro', "/etc/hosts:/etc/hosts:ro"] } },
    },
    entries: {
      main: { default: true, workspace: '/home/al/.openclaw/workspace', agentDir: "/home/al/.openclaw/agents/main/agent" },
      ada: { workspace: '/data/ada-work', identity: { name: 'Ada 🦞', theme: 'lives in /home/al and likes it' } },
      alice: { workspace: '/home/alice/work', cwd: 'relative/dir', },
    },
  },
  gateway: {
    mode: 'local', port: 18789, bind: 'loopback',
    auth: { mode: 'token', token: '${SECRETS.gateway}' },
    controlUi: { allowedOrigins: ['http://localhost:18789', 'https://ada.example.net', "https://claw.example.net:18789"] },
    publicOrigin: 'https://claw.example.net',
    remote: { url: 'ws://127.0.0.1:18789', token: '${SECRETS.gateway}' },
    tls: { certPath: '/home/al/tls/server.crt', keyPath: '/etc/openclaw/tls/server.key' },
    trustedProxies: ['10.0.0.7'],
  },
  channels: {
    telegram: {
      enabled: true, botToken: '${SECRETS.telegram}', apiRoot: 'http://127.0.0.1:8081',
      accounts: { ops: { enabled: true, botToken: '${SECRETS.telegramOps}', tokenFile: '/home/al/.secrets/ops' } },
      proxy: 'http://user:${SECRETS.proxy}@proxy.example.net:3128',
    },
    discord: { token: '${SECRETS.discord}' },
    slack: { botToken: '${SECRETS.slackBot}', appToken: '${SECRETS.slackApp}' },
  },
  browser: { executablePath: '/opt/google/chrome/chrome', profiles: { work: { userDataDir: '/home/al/.config/chrome', cdpPort: 18801 } } },
  mcp: {
    apps: { enabled: true, sandboxPort: 18790 },
    servers: {
      files: { command: '/home/al/bin/mcp-files', args: ['--root=/home/al/docs', '--token', '${SECRETS.mcpFlag}', 'file:///home/al/docs/a.md', '--title', 'C:\\\\Users\\\\al'], cwd: '/home/al', env: { API: '${SECRETS.mcpEnv}', PATH: '/home/al/bin:/usr/bin' } },
      web: { url: 'http://127.0.0.1:18789/mcp?api_key=${SECRETS.query}', headers: { Authorization: '${SECRETS.mcpHeader}' } },
    },
  },
  skills: { load: { extraDirs: ['/home/al/skills', '/mnt/shared/skills'] }, entries: { img: { apiKey: '${SECRETS.openrouter}' } } },
  hooks: { token: '${SECRETS.hook}', transformsDir: '/home/al/.openclaw/hooks/transforms' },
  logging: { file: '/tmp/openclaw/openclaw.log' },
  env: { vars: { ANTHROPIC_API_KEY: '${SECRETS.anthropic}', NOTES: '/home/al/notes' } },
  plugins: { entries: { 'device-pair': { config: { publicUrl: 'https://ada.example.net:18789' } }, wiki: { config: { vault: '/home/al/wiki', "note": 'multi \\
line' } } } },
}
`

export const ENVIRONMENT = `# provider keys
OPENROUTER_API_KEY=${SECRETS.openrouter}
export SMTP_PASSWORD="${SECRETS.password}" # mail
#OLD_TOKEN=${SECRETS.commented}
PATH=/home/al/bin:/usr/bin:/home/alice/bin
NOTES_DIR=/home/al/notes
OPENCLAW_GATEWAY_TOKEN=${SECRETS.gateway}
`

/** The JSON era's files. */
export const ERA_FILES: readonly (readonly [string, string])[] = [
  [
    'agents/main/sessions/sessions.json',
    JSON.stringify({
      'agent:main:main': {
        sessionId: 'a1',
        sessionFile: '/home/al/.openclaw/agents/main/sessions/a1.jsonl',
        skillsSnapshot: {
          prompt: 'Skills: <location>/home/al/.openclaw/skills/x/SKILL.md</location>',
          resolvedSkills: [
            { filePath: '/home/al/.openclaw/skills/x/SKILL.md', baseDir: '/home/al/.openclaw/skills/x' },
          ],
        },
      },
      'agent:main:telegram:1': { sessionId: 'b2', sessionFile: '/home/al/.openclaw/agents/main/sessions/b2.jsonl' },
    }),
  ],
  [
    'cron/jobs.json',
    JSON.stringify({
      version: 1,
      jobs: [
        {
          id: 'j',
          name: 'tidy /home/al/inbox',
          payload: { kind: 'agentTurn', message: 'Look into /home/al/inbox', cwd: '/home/al/inbox' },
        },
      ],
    }),
  ],
  [
    'agents/main/agent/auth-profiles.json',
    JSON.stringify({
      version: 1,
      profiles: {
        'anthropic:default': { type: 'api_key', provider: 'anthropic', key: SECRETS.anthropic },
        'openai:me': {
          type: 'oauth',
          provider: 'openai',
          access: SECRETS.query,
          refresh: SECRETS.refresh,
          email: 'al@example.net',
        },
      },
    }),
  ],
  [
    'node.json',
    JSON.stringify({ nodeId: 'n1', displayName: 'ada', gateway: { host: '127.0.0.1', port: 18789, tls: false } }),
  ],
  ['identity/device.json', JSON.stringify({ deviceId: 'd1', privateKeyPem: SECRETS.deviceKey })],
  ['devices/paired.json', JSON.stringify({ d2: { token: SECRETS.hook } })],
  ['openclaw.json.bak', CONFIG],
]

/** An input with everything in it. */
export function inputOf(changes: Partial<RewriteInput> = {}): RewriteInput {
  return {
    source: SOURCE,
    target: TARGET,
    mode: 'move',
    texts: new Map([['openclaw.json', CONFIG], ['.env', ENVIRONMENT], ...ERA_FILES]),
    databases: ['state/openclaw.sqlite', 'agents/main/agent/openclaw-agent.sqlite'],
    takenPorts: new Map(),
    foreignBots: new Map(),
    set: {},
    decisions: { 'workspace:ada': 'state-dir' },
    ...changes,
  }
}

/** An input with one config alone. */
export function configInput(config: unknown, changes: Partial<RewriteInput> = {}): RewriteInput {
  const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2)
  return inputOf({
    texts: new Map([['openclaw.json', text]]),
    source: { ...SOURCE, workspaces: [] },
    databases: [],
    decisions: {},
    ...changes,
  })
}
