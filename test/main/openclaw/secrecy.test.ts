import JSON5 from 'json5'
import { describe, expect, test } from 'vitest'
import { applyRewrites } from '../../../main/openclaw/apply'
import { maskedDiff } from '../../../main/openclaw/diff'
import { maskSecrets } from '../../../main/openclaw/mask'
import { planRewrites } from '../../../main/openclaw/rewrite'
import { botIdOf } from '../../../main/openclaw/channels'
import { CONFIG, configInput, ENVIRONMENT, ERA_FILES, inputOf, SECRETS } from './fixtures'
import { seeded } from './generate'

/** Parts of the fixtures' secrets that are the same in any encoding. */
const MARKERS = Object.values(SECRETS).flatMap(secret =>
  secret.split(/[\s:\n]/).filter(part => part.length > 9 && !part.startsWith('-')),
)

function leaksIn(text: string): readonly string[] {
  return MARKERS.filter(marker => text.includes(marker))
}

/** Names under which a secret may stand, as config path or as variable. */
const SECRET_PLACES = [
  ...['gateway/auth/token', 'gateway/auth/password', 'gateway/remote/token', 'hooks/token', 'hooks/gmail/pushToken'],
  ...[
    'channels/telegram/botToken',
    'channels/telegram/webhookSecret',
    'channels/discord/token',
    'channels/slack/signingSecret',
  ],
  ...[
    'channels/line/channelAccessToken',
    'channels/line/channelSecret',
    'channels/matrix/accessToken',
    'channels/matrix/password',
  ],
  ...[
    'channels/msteams/appPassword',
    'channels/nostr/privateKey',
    'channels/feishu/encryptKey',
    'channels/irc/nickserv/password',
  ],
  ...['models/providers/p/apiKey', 'models/providers/p/headers/Authorization', 'models/providers/p/headers/x-api-key'],
  ...[
    'skills/entries/s/apiKey',
    'skills/entries/s/env/ANY_NAME',
    'env/vars/WHATEVER',
    'env/vars/AWS_SECRET_ACCESS_KEY',
  ],
  ...['mcp/servers/m/env/GITHUB_PAT', 'mcp/servers/m/headers/X-Auth', 'models/providers/p/localService/env/HF'],
  ...[
    'tools/web/search/apiKey',
    'talk/apiKey',
    'plugins/entries/x/config/clientSecret',
    'plugins/entries/x/config/credentials/value',
  ],
  ...[
    'plugins/entries/x/config/private_key',
    'plugins/entries/x/config/cookie',
    'memory/search/remote/apiKey',
    'tts/openai/apiKey',
  ],
  ...[
    'plugins/entries/x/config/tokens/0',
    'channels/googlechat/serviceAccount',
    'secrets/values/one',
    'plugins/entries/x/config/passphrase',
  ],
]

describe('secrets never leave', () => {
  test.each(['move', 'clone'] as const)('nothing of a plan to %s holds one', mode => {
    const foreignBots = new Map([[botIdOf(SECRETS.telegram) ?? '', 'hopper']])
    const plan = planRewrites(inputOf({ mode, foreignBots, takenPorts: new Map([[18789, 'nginx']]) }))
    expect(leaksIn(JSON.stringify(plan))).toEqual([])
    expect(plan.rewrites.some(({ from }) => from.includes('•••'))).toBe(true)
  })

  test.each(SECRET_PLACES)('%s: not in rows, masked texts, diffs or notes, even with a path in it', place => {
    // Under a name that promises nothing, a path is a path.
    const isVariable = /\/(?:ANY_NAME|WHATEVER|HF)$/.test(place)
    const path = isVariable ? 'marker:/home/al' : '/home/al/marker-secret-path'
    for (const secret of ['q1Zmarker', path, 'marker with spaces', '${x}marker{']) {
      const nest = (value: unknown): unknown =>
        place.split('/').reduceRight<unknown>((inner, part) => (part === '0' ? [inner] : { [part]: inner }), value)
      const config = JSON.stringify(nest(secret), null, 2)
      const input = configInput(config)
      expect(JSON.stringify(planRewrites(input))).not.toContain('marker')
      expect(maskSecrets('openclaw.json', config)).not.toContain('marker')
      const diff = maskedDiff('openclaw.json', config, config.replace('marker', 'markerTwo'))
      expect(diff).toBe('Only masked values change (1).\n')
    }
  })

  const maskable: readonly (readonly [string, string])[] = [
    ['openclaw.json', CONFIG],
    ['.env', ENVIRONMENT],
    ...ERA_FILES.filter(([file]) => !/sessions|cron|node\.json/.test(file)),
  ]
  test.each(maskable)('%s is masked and stays readable for its parser', (file, text) => {
    const masked = maskSecrets(file, text)
    expect(leaksIn(masked)).toEqual([])
    expect(masked).toContain('•••')
    if (file !== '.env') JSON5.parse(masked)
  })

  test('what is no secret stays readable', () => {
    const config = {
      gateway: { port: 18789, auth: { mode: 'token' }, tls: { keyPath: '/home/al/k' } },
      agents: {
        defaults: { model: { primary: 'anthropic/claude-sonnet-4-6' }, contextTokens: 1000, workspace: '~/w' },
      },
      channels: { telegram: { botToken: { source: 'env', provider: 'default', id: 'BOT' }, tokenFile: '/home/al/t' } },
      secrets: { providers: { files: { source: 'file', path: '~/.openclaw/secrets.json' } } },
      env: { vars: { NODE_ENV: 'production', KEY: '${OTHER}' } },
    }
    const text = JSON.stringify(config, null, 2)
    expect(maskSecrets('openclaw.json', text)).toBe(text)
  })

  test('text that cannot be parsed is masked all the more, cut anywhere', () => {
    const random = seeded(7)
    for (let times = 0; times < 300; times++) {
      const cut = CONFIG.slice(0, Math.floor(random() * CONFIG.length)) + (random() < 0.5 ? '}}"' : '')
      const masked = maskSecrets('openclaw.json', cut)
      const whole = MARKERS.filter(marker => cut.includes(marker))
      expect(
        whole.filter(marker => masked.includes(marker)),
        cut.slice(-60),
      ).toEqual([])
    }
  })

  test('.env values of any quoting are masked by name or shape, harmless ones are shown', () => {
    const text = [
      'A_TOKEN=marker1value',
      "export B_KEY='marker2 value' # why",
      'C_SECRET="marker3\nline two marker4"',
      'UNKNOWN=marker5value',
      'DATABASE_URL=postgres://me:marker6pass@db/x',
      'PORT=8080',
      'TZ=Europe/Berlin',
      'DATA_DIR=/home/al/data',
      'DEBUG=true',
      'EMPTY=',
    ].join('\n')
    expect(maskSecrets('.env', text)).not.toMatch(/marker/)
    expect(maskSecrets('.env', text)).toMatch(
      /PORT=8080\nTZ=Europe\/Berlin\nDATA_DIR=\/home\/al\/data\nDEBUG=true\nEMPTY=$/,
    )
  })
})

describe('masked diffs', () => {
  const input = inputOf({ mode: 'clone' })
  const applied = applyRewrites(input, planRewrites(input))

  test('show what changes and count what may not be shown', () => {
    const diff = maskedDiff('openclaw.json', CONFIG, applied.texts.get('openclaw.json') ?? '')
    expect(diff).toContain("-      repoRoot: '/home/al/src/repo',\n")
    expect(diff).toContain("+      repoRoot: '/srv/claw home/src/repo',\n")
    expect(diff).toMatch(/# 2 masked values change as well\.\n$/)
    expect(leaksIn(diff)).toEqual([])
  })

  test('say nothing for equal texts', () => {
    expect(maskedDiff('.env', ENVIRONMENT, ENVIRONMENT)).toBe('')
  })
})
