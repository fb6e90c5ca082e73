import JSON5 from 'json5'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors'
import { applyRewrites } from '../../../main/openclaw/apply'
import { pathMap, placeMappings } from '../../../main/openclaw/paths'
import { planRewrites, outsideTargets, type RewriteInput } from '../../../main/openclaw/rewrite'
import { CONFIG, configInput, ENVIRONMENT, inputOf, SECRETS, SOURCE, TARGET } from './fixtures'

const decided: Partial<RewriteInput> = { decisions: { 'workspace:ada': 'state-dir', 'workspace:alice': 'keep' } }

/** What is left of the source in the placed texts, without what the plan keeps as free text. */
function leftovers(input: RewriteInput): readonly string[] {
  const plan = planRewrites(input)
  const map = pathMap(placeMappings(SOURCE, TARGET, [{ from: '/data/ada-work', to: '', what: 'workspace' }]))
  const kept = plan.rewrites
    .filter(row => row.class === 'keep' && row.why.startsWith('Free text'))
    .map(({ why }) => why)
    .join(' ')
  return [...applyRewrites(input, plan).texts].flatMap(([file, text]) =>
    map(text).hits.flatMap(({ path }) => (path.startsWith('~') || kept.includes(path) ? [] : [`${file}: ${path}`])),
  )
}

describe('applying a plan', () => {
  test.each(['move', 'clone'] as const)('to %s leaves no path of the source but those shown as free text', mode => {
    expect(leftovers(inputOf({ ...decided, mode }))).toEqual([])
  })

  test('keeps comments, layout and everything else of the config', () => {
    const input = inputOf(decided)
    const text = applyRewrites(input, planRewrites(input)).texts.get('openclaw.json') ?? ''
    expect(text.split('\n')).toHaveLength(CONFIG.split('\n').length)
    expect(text).toContain('workspace: "~/.openclaw/workspace", // default')
    const back = text
      .replaceAll('/srv/claw%20home', '/home/al')
      .replaceAll('/srv/claw home/.openclaw/workspace-ada', '/data/ada-work')
    expect(text).toContain('from /home/al/old-notes.txt.')
    expect(back.replaceAll('/srv/claw home', '/home/al')).toBe(CONFIG)
  })

  test('applied twice changes nothing more', () => {
    const input = inputOf(decided)
    const once = applyRewrites(input, planRewrites(input)).texts
    const again = { ...input, texts: once }
    expect([...applyRewrites(again, planRewrites(again)).texts]).toEqual([...once])
  })

  test('does what the plan shows: an edited row wins over a new look', () => {
    const input = inputOf(decided)
    const plan = planRewrites(input)
    const id = 'openclaw.json#/agents/defaults/repoRoot'
    const edited = { ...plan, rewrites: plan.rewrites.map(row => (row.id === id ? { ...row, to: '/vol/repo' } : row)) }
    expect(applyRewrites(input, edited).texts.get('openclaw.json')).toContain("repoRoot: '/vol/repo',")
    const set = { ...input, set: { [id]: '/vol/repo' } }
    expect(planRewrites(set).rewrites.find(row => row.id === id)).toMatchObject({ to: '/vol/repo', why: 'Set by you.' })
  })

  test('moves secrets as they are', () => {
    const input = inputOf(decided)
    const texts = applyRewrites(input, planRewrites(input)).texts
    const all = [...texts.values()].join('\n')
    for (const secret of Object.values(SECRETS)) expect(all).toContain(JSON.stringify(secret).slice(1, -1))
    expect(texts.get('agents/main/agent/auth-profiles.json')).toBe(
      input.texts.get('agents/main/agent/auth-profiles.json'),
    )
  })

  test('rewrites the values of .env and nothing around them', () => {
    const texts = new Map([
      ['.env', `# /home/al stays\nexport A='/home/al/a' # x\n B = "/home/al/b"\nC=/home/al/c # y\nPLAIN=1\n`],
    ])
    const input = inputOf({ texts, databases: [], source: { ...SOURCE, workspaces: [] } })
    expect(applyRewrites(input, planRewrites(input)).texts.get('.env')).toBe(
      `# /home/al stays\nexport A='/srv/claw home/a' # x\n B = "/srv/claw home/b"\nC=/srv/claw home/c # y\nPLAIN=1\n`,
    )
  })

  test('follows $include inside the state directory, rules and all', () => {
    const texts = new Map([
      [
        'openclaw.json',
        "{ agents: { $include: './parts/agents.json5' }, channels: { $include: ['parts/channels.json5'] } }",
      ],
      ['parts/agents.json5', "{ entries: { ada: { workspace: '/data/ada-work' } } } // mine\n"],
      ['parts/channels.json5', "{ telegram: { botToken: '712345678:AAmarkerTelegram-abcdefghijklmnop_qr' } }"],
    ])
    const input = inputOf({ texts, databases: [], mode: 'clone' })
    const plan = planRewrites(input)
    expect(plan.rewrites.map(({ id }) => id)).toContain('parts/agents.json5#/entries/ada/workspace')
    const applied = applyRewrites(input, plan).texts
    expect(applied.get('parts/agents.json5')).toBe(
      "{ entries: { ada: { workspace: '/srv/claw home/.openclaw/workspace-ada' } } } // mine\n",
    )
    expect(JSON5.parse(applied.get('parts/channels.json5') ?? '')).toMatchObject({ telegram: { enabled: false } })
    expect(applied.get('openclaw.json')).toBe(texts.get('openclaw.json'))
  })

  test.each([
    ['openclaw.json', '{ gateway: {\n  port: 18789,,\n} }', 2, 15],
    ['parts/a.json5', "{ a: 'open }", 1, 6],
  ])('a broken %s is refused with its place', (file, text, line, column) => {
    const main = "{ agents: { $include: 'parts/a.json5' } }"
    const texts = new Map(
      file === 'openclaw.json'
        ? [[file, text]]
        : [
            ['openclaw.json', main],
            [file, text],
          ],
    )
    const input = inputOf({ texts })
    for (const attempt of [
      () => planRewrites(input),
      () => applyRewrites(input, { rewrites: [], decisions: [], notes: [] }),
    ]) {
      expect(attempt).toThrow(AppError)
      expect(attempt).toThrow(expect.objectContaining({ code: 'config-invalid' }) as Error)
      expect(attempt).toThrow(`${file} cannot be read. Line ${line}, column ${column}:`)
    }
  })

  test('an empty or cut sessions.json is carried as it is, with a note', () => {
    const file = 'agents/main/sessions/sessions.json'
    for (const text of ['', '{"a":{"sessionFile":"/home/al/.openclaw/agents/main/se']) {
      const input = inputOf({
        texts: new Map([
          ['openclaw.json', '{}'],
          [file, text],
        ]),
      })
      const plan = planRewrites(input)
      expect(plan.notes.join()).toContain(text === '' ? '' : `${file} cannot be read as JSON`)
      expect(applyRewrites(input, plan).texts.get(file)).toBe(text)
    }
  })

  test('10 MB of sessions take seconds and one row per kind of value', () => {
    const entry = (index: number) => [
      `agent:main:${index}`,
      { sessionFile: `/home/al/.openclaw/agents/main/sessions/${index}.jsonl`, text: 'x'.repeat(900) },
    ]
    const text = JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => entry(index))))
    const file = 'agents/main/sessions/sessions.json'
    const input = inputOf({
      texts: new Map([
        ['openclaw.json', '{}'],
        [file, text],
      ]),
      databases: [],
      source: { ...SOURCE, workspaces: [] },
    })
    const began = performance.now()
    const plan = planRewrites(input)
    const placed = applyRewrites(input, plan).texts.get(file)
    const tookMs = performance.now() - began
    console.log(`${(text.length / 1e6).toFixed(0)} MB planned and applied in ${tookMs.toFixed(0)} ms`)
    expect(placed).toBe(text.replaceAll('/home/al/', '/srv/claw home/'))
    const rows = plan.rewrites.filter(row => row.file === file)
    expect(rows).toMatchObject([{ id: `${file}#/*/sessionFile`, class: 'rewrite' }])
    expect(rows[0]?.why).toContain('10,000 values')
    expect(tookMs).toBeLessThan(15_000)
  })
})

describe('a clone', () => {
  const input = inputOf({ ...decided, mode: 'clone' })
  const plan = planRewrites(input)
  let calls = 0
  const applied = applyRewrites(input, plan, bytes => Buffer.alloc(bytes, ++calls))
  const config = JSON5.parse<{
    gateway: { auth: { token: string }; remote: { token: string } }
    channels: Record<string, { enabled?: boolean; botToken?: string; accounts?: Record<string, { enabled?: boolean }> }>
    hooks: { token: string }
  }>(applied.texts.get('openclaw.json') ?? '')

  test('gets one new gateway secret, the same wherever the old one stood', () => {
    const fresh = '01'.repeat(32)
    expect(config.gateway.auth.token).toBe(fresh)
    expect(config.gateway.remote.token).toBe(fresh)
    expect(applied.texts.get('.env')).toContain(`OPENCLAW_GATEWAY_TOKEN=${fresh}\n`)
    expect(calls).toBe(1)
    expect([...applied.texts.values()].join('\n')).not.toContain(SECRETS.gateway)
    expect(JSON.stringify(plan)).not.toContain(fresh)
    const other = applyRewrites(input, plan)
    expect(other.texts.get('.env')).toMatch(/^OPENCLAW_GATEWAY_TOKEN=[0-9a-f]{64}$/m)
  })

  test('has every channel and account off, tokens otherwise untouched', () => {
    expect(Object.values(config.channels).map(({ enabled }) => enabled)).toEqual([false, false, false])
    expect(config.channels['telegram']?.accounts?.['ops']?.enabled).toBe(false)
    expect(config.channels['telegram']?.botToken).toBe(SECRETS.telegram)
    expect(config.hooks.token).toBe(SECRETS.hook)
  })

  test('has a channel off that only a variable switches on', () => {
    const texts = new Map([
      ['openclaw.json', '{}'],
      ['.env', `TELEGRAM_BOT_TOKEN=${SECRETS.telegram}\n`],
    ])
    const bare = inputOf({ texts, databases: [], mode: 'clone' })
    const text = applyRewrites(bare, planRewrites(bare)).texts.get('openclaw.json') ?? ''
    expect(JSON5.parse(text)).toEqual({ channels: { telegram: { enabled: false } } })
  })

  test('leaves out identity and old copies of the config; a move does not', () => {
    expect(applied.dropped).toEqual(
      expect.arrayContaining([
        'identity/device.json',
        'devices/paired.json',
        'nodes/paired.json',
        'node.json',
        'openclaw.json.bak',
      ]),
    )
    expect([...applied.texts.keys()]).toEqual([
      'openclaw.json',
      '.env',
      'agents/main/sessions/sessions.json',
      'cron/jobs.json',
      'agents/main/agent/auth-profiles.json',
    ])
    const moved = inputOf(decided)
    const { dropped, texts } = applyRewrites(moved, planRewrites(moved))
    expect(dropped).toEqual([])
    expect([...texts.keys()]).toEqual([...moved.texts.keys()])
  })

  test('can keep a channel on when the admin says so', () => {
    const on = { ...input, set: { 'openclaw.json#/channels/discord/enabled': 'true' } }
    const text = applyRewrites(on, planRewrites(on)).texts.get('openclaw.json') ?? ''
    expect(JSON5.parse<typeof config>(text).channels['discord']?.enabled).toBe(true)
  })

  test('resolves ${NAME} of the gateway secret to the variable that holds it', () => {
    const texts = new Map([
      ['openclaw.json', "{ gateway: { auth: { token: '${MY_GATE}' } } }"],
      ['.env', `MY_GATE=${SECRETS.gateway}\nOTHER=1\n`],
    ])
    const named = inputOf({ texts, databases: [], mode: 'clone' })
    const out = applyRewrites(named, planRewrites(named), bytes => Buffer.alloc(bytes, 7)).texts
    expect(out.get('openclaw.json')).toBe(texts.get('openclaw.json'))
    expect(out.get('.env')).toBe(`MY_GATE=${'07'.repeat(32)}\nOTHER=1\n`)
  })
})

test('names what is included and not carried, and what differs between the systems', () => {
  const input = configInput("{ agents: { $include: '/etc/openclaw/agents.json5' } }", {
    target: { ...TARGET, platform: 'darwin' },
  })
  const { notes, rewrites } = planRewrites(input)
  expect(notes.join(' ')).toContain('/etc/openclaw/agents.json5, which is not carried')
  expect(notes.join(' ')).toContain('linux, darwin')
  expect(rewrites).toMatchObject([{ pointer: '/agents/$include', class: 'ask' }])
})

test('says which files OCM does not carry and the gateway needs', () => {
  const { notes } = planRewrites(
    configInput({ gateway: { tls: { certPath: '/home/al/tls/a.crt', keyPath: '/home/al/.openclaw/tls/a.key' } } }),
  )
  expect(notes).toEqual(['Not carried, and needed on the target before the gateway starts: /srv/claw home/tls/a.crt.'])
})

test('a row that is masked in part cannot be typed anew', () => {
  const url = 'http://127.0.0.1:1/?api_key=marker-key&dir=/home/al/x'
  const id = 'openclaw.json#/mcp/servers/a/url'
  const input = configInput({ mcp: { servers: { a: { url } } } }, { set: { [id]: 'http://127.0.0.1:1/?api_key=•••' } })
  const plan = planRewrites(input)
  expect(plan.rewrites.find(row => row.id === id)).toMatchObject({ isEditable: false, class: 'rewrite' })
  expect(applyRewrites(input, plan).texts.get('openclaw.json')).toContain('api_key=marker-key&dir=/srv/claw home/x')
})

test('says where workspaces outside the state directory go', () => {
  const inHome = { agent: 'lab', path: '/home/al/lab', isOutside: true }
  const source = { ...SOURCE, workspaces: [...SOURCE.workspaces, inHome] }
  expect(outsideTargets(inputOf({ source, decisions: { 'workspace:ada': 'state-dir' } }))).toEqual(
    new Map([
      ['/home/al/lab', '/srv/claw home/lab'],
      ['/data/ada-work', '/srv/claw home/.openclaw/workspace-ada'],
      ['/home/alice/work', null],
    ]),
  )
})

test('the environment of the fixtures is read to the last line', () => {
  const input = configInput('{}', { texts: new Map([['.env', ENVIRONMENT]]) })
  expect(planRewrites(input).rewrites.map(({ id }) => id)).toEqual([
    '.env#PATH',
    '.env#NOTES_DIR',
    '.env#OPENCLAW_GATEWAY_TOKEN',
  ])
})
