import { createHash } from 'node:crypto'
import { chownSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { test } from '../../helpers/posix'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { SmallDisk } from '../../helpers/small-disk'
import { TracedHome } from '../../helpers/traced-home'

let machine: TracedHome
let home: string

beforeEach(() => {
  machine = new TracedHome()
  home = machine.home
})
afterEach(() => machine[Symbol.dispose]())

const sha = (line: string): string => createHash('sha256').update(line).digest('hex')

function unit(words: string, extra = ''): string {
  return `[Service]\nExecStart=/usr/bin/node /x/openclaw/dist/index.js ${words}\nEnvironment=OPENCLAW_SERVICE_MARKER=openclaw\n${extra}`
}

describe('state directories', () => {
  test('of all profiles and older names are found, with sizes, and may go', async () => {
    machine.write('.openclaw/openclaw.json', '{}')
    machine.write('.openclaw/agents/main/sessions/a.jsonl', 'x'.repeat(100))
    machine.write('.openclaw-work/openclaw.json', '{}')
    machine.write('.clawdbot/clawdbot.json', '{}')
    machine.write('.openclaw.update-captures/a', '12')
    const { byId } = await machine.traces()
    expect(byId.get(`state:${home}/.openclaw`)).toMatchObject({
      profile: 'default',
      size: { bytes: 102, files: 2 },
      refusal: null,
      needsRoot: false,
      scope: 'user',
    })
    expect(byId.get(`state:${home}/.openclaw-work`)).toMatchObject({ profile: 'work', refusal: null })
    expect(byId.get(`state:${home}/.clawdbot`)).toMatchObject({ profile: 'clawdbot', refusal: null })
    expect(byId.get(`leftover:${home}/.openclaw.update-captures`)).toMatchObject({ profile: 'default', refusal: null })
    expect([...byId.values()].filter(({ kind }) => kind === 'state')).toHaveLength(3)
  })

  test('an emptied one still is one; what only bears such a name is not', async () => {
    mkdirSync(join(home, '.openclaw'))
    machine.write('.openclaw-notes/diary.txt', 'mine')
    const { byId } = await machine.traces()
    expect(byId.get(`state:${home}/.openclaw`)).toMatchObject({ refusal: null })
    expect(byId.get(`state:${home}/.openclaw-notes`)?.refusal).toMatch(/does not look like/)
  })

  test.each([
    ['/', /too close/],
    ['%h', /home/],
    ['%h/projects', /does not look like/],
    ['/etc', /too close/],
    ['/var/lib/dpkg', /does not look like/],
    ['%h/linked', /link on the way/],
  ])('a unit that names %s as its state directory is refused and shown', async (named, why) => {
    machine.write('projects/thesis/chapter.txt', 'years of work')
    machine.write('real/openclaw.json', '{}')
    symlinkSync(join(home, 'real'), join(home, 'linked'))
    machine.write(
      '.config/systemd/user/openclaw-gateway.service',
      unit('gateway --port 18789', `Environment=OPENCLAW_STATE_DIR=${named}\n`),
    )
    const { byId } = await machine.traces()
    const found = byId.get(`state:${named.replace('%h', home)}`)
    expect(found?.refusal).toMatch(why)
    expect(found?.size).toBeNull()
  })

  test.skipIf(skips('a state directory that is a mount point', MOUNT_OBSTACLE))(
    'a mount point that a unit names as its state directory is refused and shown',
    async () => {
      const named = join(home, 'srv-openclaw')
      using _disk = new SmallDisk(1, named)
      machine.write('srv-openclaw/openclaw.json', '{}')
      machine.write(
        '.config/systemd/user/openclaw-gateway.service',
        unit('gateway', 'Environment=OPENCLAW_STATE_DIR=%h/srv-openclaw\n'),
      )
      const { byId } = await machine.traces()
      expect(byId.get(`state:${named}`)?.refusal).toMatch(/another file system is mounted there/)
    },
  )

  test('one that holds other things too is refused, unless its name says whose it is', async () => {
    for (const folder of ['data', 'srv-openclaw']) {
      machine.write(`${folder}/openclaw.json`, '{}')
      machine.write(`${folder}/agents/main/agent/x`, '')
      machine.write(`${folder}/photos/a.jpg`, '')
    }
    machine.write(
      '.config/systemd/user/openclaw-gateway.service',
      unit('gateway', 'Environment=OPENCLAW_STATE_DIR=%h/data\n'),
    )
    machine.write(
      '.config/systemd/user/openclaw-gateway-b.service',
      unit('gateway', 'Environment=OPENCLAW_STATE_DIR=%h/srv-openclaw\n'),
    )
    const { byId } = await machine.traces()
    expect(byId.get(`state:${home}/data`)?.refusal).toMatch(/photos/)
    expect(byId.get(`state:${home}/srv-openclaw`)?.refusal).toBeNull()
  })
})

test('workspaces outside are found per profile; one that is the home is refused', async () => {
  machine.write(
    '.openclaw/openclaw.json',
    `{ agents: { list: [{ id: 'main', default: true }, { id: 'helper', workspace: '~/work/helper' }, { id: 'all', workspace: '~' }, { id: 'gone', workspace: '/nowhere/x' }] } }`,
  )
  machine.write('work/helper/AGENTS.md', 'w'.repeat(77))
  machine.write('.openclaw/workspace/AGENTS.md', '')
  const { byId } = await machine.traces()
  const found = [...byId.values()].filter(({ kind }) => kind === 'workspace')
  expect(found).toMatchObject([
    { path: join(home, 'work/helper'), profile: 'default', refusal: null, size: { bytes: 77, files: 1 } },
    { path: home, refusal: expect.stringMatching(/home/) as string, size: null },
  ])
})

test('what an agent keeps outside the state directory is shown as left to the person, with the reason', async () => {
  machine.write(
    '.openclaw/openclaw.json',
    `{ agents: { entries: { main: { default: true, agentDir: '~/vault/main' }, inner: { agentDir: '~/.openclaw/agents/inner/agent' }, gone: { agentDir: '/nowhere/x' } } } }`,
  )
  machine.write('vault/main/openclaw-agent.sqlite', 'talks')
  machine.write('.openclaw/agents/inner/agent/openclaw-agent.sqlite', 'talks')
  const { byId } = await machine.traces()
  const found = [...byId.values()].filter(({ path }) => /vault|inner|nowhere/.test(path ?? ''))
  expect(found).toMatchObject([
    {
      kind: 'leftover',
      path: join(home, 'vault/main'),
      refusal: expect.stringMatching(/by hand/) as string,
      size: null,
    },
  ])
})

test('a configuration that cannot be read leaves its workspaces unseen, and says so', async () => {
  machine.write('.openclaw/openclaw.json', '{ agents: ')
  const { notSeen } = await machine.traces()
  expect(notSeen).toContainEqual({ what: 'Workspaces of profile default', why: expect.any(String) as string })
})

describe('leftovers', () => {
  test('are caches, settings and temporary files of this login', async () => {
    const uid = process.getuid?.() ?? -1
    const own = ['.cache/openclaw/a', `.cache/openclaw-${uid}/a`, '.config/openclaw/gateway.env']
    for (const path of own) machine.write(path, '1')
    const named = [`openclaw-${uid}`, `openclaw-state-locks-${uid}`, `.openclaw-terminal-staging-${uid}`]
    const names = [...named, 'openclaw', 'openclaw-compile-cache']
    for (const name of names) machine.folder.write(`tmp/${name}/a`, '1')
    machine.folder.write('tmp/node-compile-cache/openclaw/a', '1')
    machine.folder.write('tmp/openclaw-backup-owned-x/a', '1')
    machine.folder.write('tmp/openclaw-backup-20261121/openclaw.json', 'a copy that was asked for')
    machine.folder.write('tmp/openclaw-4000000/a', "another account's")
    machine.write('.cache/openclawish/a', '1')
    const { byId } = await machine.traces()
    const found = [...byId.values()].filter(
      ({ kind, path }) => kind === 'leftover' && path?.startsWith(machine.folder.path),
    )
    const tmp = join(machine.folder.path, 'tmp')
    expect(found.map(({ path }) => path ?? '').sort()).toEqual(
      [
        ...['.cache/openclaw', `.cache/openclaw-${uid}`, '.config/openclaw'].map(path => join(home, path)),
        ...[...names, 'node-compile-cache/openclaw', 'openclaw-backup-owned-x'].map(name => join(tmp, name)),
      ].sort(),
    )
    expect(found.every(({ refusal, size }) => refusal === null && size?.files === 1)).toBe(true)
  })

  test('of other accounts in a shared folder stay', async context => {
    if (process.getuid?.() !== 0) return context.skip('only root can give files and processes to another account')
    const shared = join(machine.folder.path, 'tmp/openclaw')
    machine.folder.write('tmp/openclaw/mine.log', '1')
    chownSync(machine.folder.write('tmp/openclaw/theirs.log', '1'), 4242, 4242)
    const { byId, notSeen } = await machine.traces()
    expect(byId.has(`leftover:${shared}/mine.log`)).toBe(true)
    expect(byId.has(`leftover:${shared}`) || byId.has(`leftover:${shared}/theirs.log`)).toBe(false)
    expect(notSeen).toContainEqual({ what: shared, why: expect.stringMatching(/Other accounts/) as string })
  })
})

describe('units', () => {
  test('with copies, drop-ins and links; dangling ones too; what only sounds alike stays', async () => {
    const folder = '.config/systemd/user'
    machine.write('.openclaw/openclaw.json', '{}')
    const main = machine.write(`${folder}/openclaw-gateway.service`, unit('gateway --port 18789'))
    const copy = machine.write(`${folder}/openclaw-gateway.service.bak`, '')
    machine.write(`${folder}/openclaw-gateway.service.d/own.conf`, '[Service]\n')
    const wants = machine.link(`${folder}/default.target.wants/openclaw-gateway.service`, main)
    const stale = machine.link(`${folder}/default.target.wants/openclaw-node.service`, '/gone/openclaw-node.service')
    const leftOver = machine.write(`${folder}/clawdbot-gateway.service.bak`, '')
    const timer = machine.write(`${folder}/openclaw-backup.service`, '[Service]\nExecStart=/home/x/backup.sh\n')
    machine.write(`${folder}/mine.service`, '[Service]\nExecStart=/bin/true\n')
    const { byId, notSeen } = await machine.traces()
    const found = [...byId.values()].filter(({ kind, path }) => kind === 'unit' && path?.startsWith(home))
    expect(found.map(({ path }) => path ?? '').sort()).toEqual([main, copy, `${main}.d`, wants, stale, leftOver].sort())
    expect(byId.get(`unit:${main}`)).toMatchObject({
      name: 'openclaw-gateway.service',
      profile: 'default',
      scope: 'user',
    })
    expect(found.every(({ refusal }) => refusal === null)).toBe(true)
    expect(notSeen.map(({ what }) => what)).toContain(timer)
  })

  test('in a folder behind a link are refused', async () => {
    machine.write('dotfiles/systemd/user/openclaw-gateway.service', unit('gateway'))
    machine.link('.config', join(home, 'dotfiles'))
    const { byId } = await machine.traces()
    expect(byId.get(`unit:${home}/.config/systemd/user/openclaw-gateway.service`)?.refusal).toMatch(/link/)
  })
})

describe('shell start-up files', () => {
  test('lose only whole lines of the form that OpenClaw writes', async () => {
    const block = [
      '# OpenClaw Completion',
      `[ -f "${home}/.openclaw/completions/openclaw.bash" ] && source "${home}/.openclaw/completions/openclaw.bash"`,
    ]
    const work = `source "${home}/.openclaw-work/completions/openclaw.bash"`
    const path = 'export PATH="$HOME/.openclaw/bin:$PATH"'
    const generic = 'source <(openclaw completion --shell bash)'
    const kept = [
      "alias oc='openclaw gateway status --token hunter2secret'",
      'export OPENCLAW_GATEWAY_TOKEN=abcdef123456',
      'export PATH="$HOME/.npm-global/bin:$PATH"',
      '# openclaw is great',
      'echo "# OpenClaw Completion"',
      'if [ -d ~/.openclaw ]; then',
      `  source "${home}/.openclaw/completions/openclaw.bash"`,
      'fi',
    ]
    const file = machine.write('.bashrc', [...block, ...kept, path, work, generic, ''].join('\n'))
    const { byId } = await machine.traces()
    const linesOf = (id: string) => byId.get(id)?.lines.map(({ sha256 }) => sha256)
    expect(linesOf(`shell-lines:${file}#default`)).toEqual([...block, path].map(sha))
    expect(linesOf(`shell-lines:${file}#work`)).toEqual([work].map(sha))
    expect(linesOf(`shell-lines:${file}`)).toEqual([generic].map(sha))
    // Their own: all that a witness, who knows no forms, would see.
    expect(linesOf(`shell-lines:${file}#own`)).toEqual(kept.filter(text => /openclaw/i.test(text)).map(sha))
    expect(byId.get(`shell-lines:${file}#own`)).toMatchObject({ isOwn: true })
    expect(JSON.stringify([...byId.values()])).not.toMatch(/hunter2secret|abcdef123456/)
  })

  test('that are links are refused', async () => {
    machine.write('dotfiles/zshrc', '# OpenClaw Completion\n')
    const file = machine.link('.zshrc', join(home, 'dotfiles/zshrc'))
    const { byId } = await machine.traces()
    expect(byId.get(`shell-lines:${file}`)?.refusal).toMatch(/link/)
  })
})

test('only lines of the crontab that run OpenClaw are found, masked', async () => {
  const run = [
    '@reboot /home/ada/.npm-global/bin/openclaw gateway run >/dev/null 2>&1',
    '0 5 * * * cd /srv && TOKEN=verysecretvalue nohup openclaw cron run daily --token verysecretvalue',
    "*/5 * * * * bash -lc 'openclaw doctor'",
    '1 1 * * * /usr/bin/node /usr/lib/node_modules/openclaw/dist/index.js sessions cleanup',
  ]
  const kept = [
    '# 0 5 * * * openclaw doctor',
    '0 3 * * * tar czf /b.tgz ~/.openclaw',
    'MAILTO=openclaw',
    '0 3 * * * cd ~/openclaw && git pull',
  ]
  machine.crontab.write([...run, ...kept, ''].join('\n'))
  const { byId } = await machine.traces()
  const found = [...byId.values()].find(({ kind }) => kind === 'cron-lines')
  expect(found?.lines.map(({ sha256 }) => sha256)).toEqual(run.map(sha))
  const own = [...byId.values()].find(({ kind, isOwn }) => kind === 'cron-lines' && isOwn === true)
  expect(own?.lines.map(({ sha256 }) => sha256)).toEqual(kept.map(sha))
  expect(JSON.stringify(found)).not.toContain('verysecretvalue')
})
