import JSON5 from 'json5'
import { describe, expect, test } from 'vitest'
import { applyRewrites } from '../../../main/openclaw/apply'
import { planRewrites, sourceOnlyPaths, type RewriteInput } from '../../../main/openclaw/rewrite'
import { configInput, inputOf, SOURCE, TARGET } from './fixtures'

/** A config with one value at a dotted path (numbers are indexes). */
function nested(path: string, value: unknown): unknown {
  return path
    .split('/')
    .slice(1)
    .reduceRight<unknown>((inner, part) => {
      if (!/^\d+$/.test(part)) return { [part]: inner }
      return [inner]
    }, value)
}

function rowOf(pointer: string, value: unknown, changes: Partial<RewriteInput> = {}) {
  const input = configInput(nested(pointer, value), changes)
  const plan = planRewrites(input)
  const row = plan.rewrites.find(({ id }) => id === `openclaw.json#${pointer}`)
  const text = applyRewrites(input, plan).texts.get('openclaw.json') ?? ''
  const placed = pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], JSON5.parse(text))
  return { row, placed, plan }
}

const HOME = '/home/al'
const TO = '/srv/claw home'

describe('every row of the table of values', () => {
  const paths = [
    ...[
      'workspace',
      'repoRoot',
      'cwd',
      'agentDir',
      'sandbox/workspaceRoot',
      'sandbox/docker/binds/0',
      'sandbox/docker/workdir',
    ],
    ...['sandbox/ssh/identityFile', 'memory/search/extraPaths/0', 'memory/search/local/modelPath'],
    ...['memory/search/store/vector/extensionPath', 'tts/prefsPath', 'worktreeRoot'],
  ].flatMap(key => [`/agents/defaults/${key}`, `/agents/entries/ops/${key}`, `/agents/list/0/${key}`])
  const more = [
    ...['/session/store', '/memory/search/extraPaths/0', '/skills/load/extraDirs/0', '/plugins/load/paths/0'],
    ...['/hooks/transformsDir', '/hooks/internal/load/extraDirs/0', '/plugins/entries/wiki/config/vault'],
    ...['/mcp/servers/a/command', '/mcp/servers/a/args/0', '/mcp/servers/a/cwd', '/nodeHost/mcp/servers/a/command'],
    ...[
      '/models/providers/p/localService/command',
      '/models/providers/p/localService/cwd',
      '/tools/media/models/0/command',
    ],
    ...['/tools/links/models/0/command', '/browser/executablePath', '/browser/profiles/p/userDataDir'],
    ...['/secrets/providers/p/path', '/secrets/providers/p/command', '/secrets/providers/p/trustedDirs/0'],
    ...[
      '/channels/telegram/tokenFile',
      '/channels/telegram/accounts/a/tokenFile',
      '/channels/telegram/webhookCertPath',
    ],
    ...[
      '/gateway/tls/certPath',
      '/gateway/tls/keyPath',
      '/desktop/host/passwordFile',
      '/logging/file',
      '/gateway/controlUi/root',
    ],
    ...['/$include', '/agents/$include', '/unknown/field/of/a/later/release'],
  ]
  test.each([...paths, ...more])('%s: a path in the home goes to the new home', pointer => {
    const { row, placed } = rowOf(pointer, `${HOME}/x/y`)
    expect(row).toMatchObject({ class: 'rewrite', from: `${HOME}/x/y`, to: `${TO}/x/y`, isEditable: true })
    expect(placed).toBe(`${TO}/x/y`)
  })

  test.each([
    '/gateway/tls/keyPath',
    '/secrets/providers/p/path',
    '/channels/telegram/tokenFile',
    '/skills/load/extraDirs/0',
  ])('%s: a path only the source may have is asked about, and stays by default', pointer => {
    const { row, placed, plan } = rowOf(pointer, '/mnt/keys/a')
    expect(row).toMatchObject({ class: 'ask', to: '/mnt/keys/a' })
    expect(placed).toBe('/mnt/keys/a')
    expect(plan.decisions).toEqual([])
  })

  test.each([
    ['/gateway/publicOrigin', 'https://ada.example.net', 'ask'],
    ['/gateway/controlUi/allowedOrigins/0', 'https://ada:18789', 'ask'],
    ['/gateway/controlUi/allowedOrigins/0', 'https://claw.example.net', 'keep'],
    ['/gateway/remote/url', 'wss://canada.example.net', 'keep'],
    ['/gateway/customBindHost', '192.168.1.20', 'ask'],
    ['/gateway/customBindHost', '127.0.0.1', 'keep'],
    ['/gateway/trustedProxies/0', '10.0.0.7', 'keep'],
    ['/gateway/bind', 'tailnet', 'keep'],
    ['/gateway/tailscale/mode', 'funnel', 'keep'],
    ['/channels/telegram/webhookUrl', 'https://hook.ada.lan/x', 'ask'],
    ['/channels/telegram/apiRoot', 'http://127.0.0.1:8081', 'keep'],
    ['/plugins/entries/device-pair/config/publicUrl', 'https://ada', 'ask'],
    ['/mcp/apps/sandboxOrigin', 'https://apps.example.net', 'keep'],
    ['/proxy/url', 'http://ada:3128', 'ask'],
    ['/browser/profiles/p/cdpUrl', 'http://127.0.0.1:9222', 'keep'],
    ['/browser/executablePath', '/opt/google/chrome/chrome', 'keep'],
    ['/gateway/auth/token', 'abcdefgh', 'keep'],
    ['/gateway/auth/password', 'abcdefgh', 'keep'],
    ['/channels/discord/token', 'abcdefgh', 'keep'],
    ['/channels/slack/accounts/a/appToken', 'abcdefgh', 'keep'],
    ['/agents/entries/a/workspace', '~/work', 'keep'],
    ['/memory/search/extraPaths/0', '../docs', 'keep'],
  ])('%s with %s is classed %s-wise and not changed', (pointer, value, expected) => {
    const { row, placed } = rowOf(pointer, value)
    expect(row?.class).toBe(expected)
    expect(placed).toBe(value)
  })

  test.each([
    '/agents/entries/a/heartbeat/prompt',
    '/agents/entries/a/identity/theme',
    '/hooks/mappings/0/messageTemplate',
    '/channels/telegram/groups/x/systemPrompt',
    '/skills/entries/x/config/notes',
  ])('%s is free text: shown, never edited', pointer => {
    const { row, placed } = rowOf(pointer, `keep ${HOME}/a tidy`)
    expect(row).toMatchObject({ class: 'keep' })
    expect(row?.why).toMatch(/^Free text; check by hand: it names \/home\/al\/a/)
    expect(placed).toBe(`keep ${HOME}/a tidy`)
  })

  test('what depends on the system is asked about between different systems', () => {
    const target = { ...TARGET, platform: 'darwin' }
    expect(rowOf('/browser/executablePath', '/opt/google/chrome/chrome', { target }).row?.class).toBe('ask')
  })
})

describe('paths at their boundaries', () => {
  test.each([
    [HOME, TO],
    [`${HOME}/`, `${TO}/`],
    [`--config=${HOME}/x`, `--config=${TO}/x`],
    [`-I${HOME}/include`, `-I${TO}/include`],
    [`PATH=${HOME}/bin:/usr/bin:${HOME}/.local/bin`, `PATH=${TO}/bin:/usr/bin:${TO}/.local/bin`],
    [`file://${HOME}/a b.md`, 'file:///srv/claw%20home/a b.md'],
    [`"${HOME}/a"`, `"${TO}/a"`],
    [`${HOME}/.openclaw/skills`, `${TO}/.openclaw/skills`],
    [`${HOME}/ünï/🦞`, `${TO}/ünï/🦞`],
    [SOURCE.nodePath ?? '', '/opt/node/bin/node'],
    [`${SOURCE.packageRoot ?? ''}/dist/index.js`, '/opt/node/lib/node_modules/openclaw/dist/index.js'],
  ])('%s becomes %s', (from, to) => {
    expect(rowOf('/x/value', from)).toMatchObject({ row: { class: 'rewrite', to }, placed: to })
  })

  test.each([
    '/home/alice/x',
    '/home/al.bak/x',
    '/mnt/home/al/x',
    'C:\\Users\\al\\.openclaw',
    'C:/home/al',
    'https://example.net/home/al',
    '~/x',
    '$HOME/x',
    'home/al',
    '',
  ])('%s stays', value => {
    const { row, placed } = rowOf('/x/value', value)
    expect(row).toBeUndefined()
    expect(placed).toBe(value)
  })

  test('a name that is a path is translated like a value', () => {
    const input = configInput({ projects: { [`${HOME}/src`]: { trust: true } } })
    const text = applyRewrites(input, planRewrites(input)).texts.get('openclaw.json') ?? ''
    expect(JSON5.parse(text)).toEqual({ projects: { [`${TO}/src`]: { trust: true } } })
  })

  test('another profile moves the state directory, in short forms too', () => {
    const source = { ...SOURCE, profile: 'work', stateDir: '/home/al/.openclaw-work', gatewayPort: 23532 }
    const place = (value: string) => rowOf('/session/store', value, { source }).placed
    expect(place('/home/al/.openclaw-work/a')).toBe('/srv/claw home/.openclaw/a')
    expect(place('~/.openclaw-work/a')).toBe('~/.openclaw/a')
    expect(place('${HOME}/.openclaw-work/a')).toBe('${HOME}/.openclaw/a')
    expect(place('~/.openclaw-worker/a')).toBe('~/.openclaw-worker/a')
    const port = planRewrites(configInput({}, { source })).rewrites.find(({ pointer }) => pointer === '/gateway/port')
    expect(port).toMatchObject({ class: 'rewrite', from: '(not set)', to: '23532' })
  })

  test('a target home below the source home is not translated twice', () => {
    const target = { ...TARGET, home: '/home/al/claw', stateDir: '/home/al/claw/.openclaw' }
    expect(rowOf('/session/store', '/home/al/.openclaw/a', { target }).placed).toBe('/home/al/claw/.openclaw/a')
    expect(sourceOnlyPaths(SOURCE, target)).toEqual(['/home/al/.openclaw'])
  })

  test('equal machines change nothing at all', () => {
    const input = inputOf({
      target: { ...SOURCE, hostname: 'grace' },
      decisions: { 'workspace:ada': 'keep', 'workspace:alice': 'keep' },
    })
    const plan = planRewrites(input)
    const applied = applyRewrites(input, plan)
    expect(plan.rewrites.filter(row => row.class === 'rewrite')).toEqual([])
    expect([...applied.texts]).toEqual([...input.texts])
    expect(applied.sqlite.size).toBe(0)
  })
})

describe('workspaces outside home and state directory', () => {
  const config = { agents: { entries: { ada: { workspace: '/data/ada-work', cwd: '/data/ada-work/sub' } } } }

  test('are a decision without a default, and stay until it is made', () => {
    const input = configInput(config)
    const plan = planRewrites(input)
    expect(plan.decisions).toMatchObject([{ id: 'workspace:ada', chosen: null }])
    expect(plan.decisions[0]?.options.every(option => option.consequence.length > 20)).toBe(true)
    expect(plan.rewrites.filter(row => row.class === 'ask')).toHaveLength(2)
    expect(applyRewrites(input, plan).texts.get('openclaw.json')).toBe(input.texts.get('openclaw.json'))
  })

  test.each([
    ['keep', '/data/ada-work'],
    ['state-dir', '/srv/claw home/.openclaw/workspace-ada'],
  ])('%s: every mention goes along', (chosen, to) => {
    const input = configInput(config, { decisions: { 'workspace:ada': chosen } })
    const plan = planRewrites(input)
    expect(plan.decisions[0]?.chosen).toBe(chosen)
    expect(JSON5.parse(applyRewrites(input, plan).texts.get('openclaw.json') ?? '')).toEqual({
      agents: { entries: { ada: { workspace: to, cwd: `${to}/sub` } } },
    })
  })

  test('a place typed by the admin answers the question', () => {
    const input = configInput(config, { set: { 'openclaw.json#/agents/entries/ada/workspace': '/vol/ada' } })
    const plan = planRewrites(input)
    expect(plan.decisions).toEqual([])
    expect(applyRewrites(input, plan).texts.get('openclaw.json')).toContain('"/vol/ada/sub"')
  })
})

describe('ports', () => {
  const config = `{ gateway: { port: 18789, // main
    controlUi: { allowedOrigins: ['http://localhost:18789', 'https://claw.example.net:18789', 'https://claw.example.net:187890'] } },
    mcp: { servers: { web: { url: 'http://127.0.0.1:18789/mcp' }, other: { url: 'http://db.example.net:18789' } } } }`
  const takenPorts = new Map([
    [18789, 'nginx'],
    [18950, 'postgres'],
  ])

  test('a taken port is a decision; offers leave 120 ports of room that are really free', () => {
    const { decisions, rewrites } = planRewrites(configInput(config, { takenPorts }))
    expect(decisions).toMatchObject([{ id: 'gateway.port', chosen: null }])
    expect(decisions[0]?.options.map(({ id }) => id)).toEqual(['port:19029', 'port:19149', 'keep'])
    expect(rewrites.find(({ pointer }) => pointer === '/gateway/port')?.class).toBe('ask')
  })

  test('the chosen port is taken up by every address of this gateway and by no other', () => {
    const input = configInput(config, { takenPorts, decisions: { 'gateway.port': 'port:19029' } })
    const text = applyRewrites(input, planRewrites(input)).texts.get('openclaw.json') ?? ''
    expect(text).toContain('port: 19029, // main')
    expect(JSON5.parse(text)).toEqual({
      gateway: {
        port: 19029,
        controlUi: {
          allowedOrigins: [
            'http://localhost:19029',
            'https://claw.example.net:19029',
            'https://claw.example.net:187890',
          ],
        },
      },
      mcp: { servers: { web: { url: 'http://127.0.0.1:19029/mcp' }, other: { url: 'http://db.example.net:18789' } } },
    })
  })

  test('a port set by hand answers the question; one that is taken too asks again', () => {
    const set = (port: string) => ({ takenPorts, set: { 'openclaw.json#/gateway/port': port } })
    expect(planRewrites(configInput(config, set('20000'))).decisions).toEqual([])
    const input = configInput(config, set('20000'))
    expect(applyRewrites(input, planRewrites(input)).texts.get('openclaw.json')).toContain('port: 20000')
    expect(planRewrites(configInput(config, set('18950'))).decisions).toMatchObject([
      { id: 'gateway.port', chosen: null },
    ])
  })

  test('an unwritten port is written when it has to change, and the variable follows', () => {
    const decisions = { 'gateway.port': 'port:19029' }
    const bare = configInput('{ agents: {} }', { takenPorts, decisions })
    expect(JSON5.parse(applyRewrites(bare, planRewrites(bare)).texts.get('openclaw.json') ?? '')).toEqual({
      agents: {},
      gateway: { port: 19029 },
    })
    const texts = new Map([
      ['openclaw.json', '{}'],
      ['.env', 'OPENCLAW_GATEWAY_PORT=18789\n'],
    ])
    const withVariable = inputOf({ texts, databases: [], takenPorts, decisions })
    expect(applyRewrites(withVariable, planRewrites(withVariable)).texts.get('.env')).toBe(
      'OPENCLAW_GATEWAY_PORT=19029\n',
    )
  })

  test('a decided port stays decided when the old one has come free before the files are placed', () => {
    const input = configInput(config, { decisions: { 'gateway.port': 'port:19029' } })
    expect(applyRewrites(input, planRewrites(input)).texts.get('openclaw.json')).toContain('port: 19029, // main')
  })

  test('a free port is kept and stays editable', () => {
    const { rewrites, decisions } = planRewrites(configInput(config))
    expect(rewrites.find(({ pointer }) => pointer === '/gateway/port')).toMatchObject({
      class: 'keep',
      isEditable: true,
    })
    expect(decisions).toEqual([])
  })
})

describe('bots that another node polls', () => {
  const config = {
    channels: {
      telegram: {
        botToken: '712345678:AAmarkerTelegram-abcdefghijklmnop_qr',
        accounts: { ops: { botToken: '${OPS_TOKEN}' } },
      },
    },
  }
  const texts = new Map([
    ['openclaw.json', JSON.stringify(config)],
    ['.env', 'OPS_TOKEN=798765432:AAmarkerOpsBot-abcdefghijklmnopqrst\n'],
  ])
  const about = {
    texts,
    databases: [],
    source: { ...SOURCE, workspaces: [] },
    foreignBots: new Map([['798765432', 'hopper']]),
  }

  test('are a decision without a default, found through variables too', () => {
    const { decisions } = planRewrites(inputOf(about))
    expect(decisions).toMatchObject([{ id: 'bot:798765432', chosen: null }])
    expect(decisions[0]?.title).toContain('hopper')
  })

  test('can be switched off on the target, that account alone', () => {
    const input = inputOf({ ...about, decisions: { 'bot:798765432': 'disable' } })
    const placed = JSON5.parse<typeof config>(
      applyRewrites(input, planRewrites(input)).texts.get('openclaw.json') ?? '',
    )
    expect(placed.channels.telegram).toEqual({
      ...config.channels.telegram,
      accounts: { ops: { botToken: '${OPS_TOKEN}', enabled: false } },
    })
  })

  test('can be carried as they are, and one that is off is no conflict', () => {
    const carried = inputOf({ ...about, decisions: { 'bot:798765432': 'carry' } })
    expect(applyRewrites(carried, planRewrites(carried)).texts.get('openclaw.json')).toBe(texts.get('openclaw.json'))
    const off = configInput(
      { channels: { telegram: { enabled: false, botToken: '798765432:AAmarkerOpsBot-abcdefghijklm' } } },
      { foreignBots: about.foreignBots },
    )
    expect(planRewrites(off).decisions).toEqual([])
  })
})
