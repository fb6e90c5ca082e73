import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { createRemotes, type NodeMemory } from '../../../main/remote/remotes'
import { createWitness } from '../../../main/remote/witness'
import { Traces } from '../../../shared/deletion'
import { CrontabStandIn } from '../../helpers/crontab'
import { test } from '../../helpers/posix'
import { shippedProgram } from '../../helpers/remote-programs'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { connectedPool } from '../../helpers/sshd'
import { TempFolder } from '../../helpers/temp-folder'

const nothing: NodeMemory = { get: () => null, set: () => undefined }
const log = { info: () => undefined, warn: () => undefined }
const limit = { limitMs: 60_000 }
const sha = (line: string): string => createHash('sha256').update(line).digest('hex')

test.skipIf(skips('the schedule of the system', MOUNT_OBSTACLE))(
  'lines that run OpenClaw in the schedule of the system are found; those of other accounts are noted and stay',
  async () => {
    using folder = new TempFolder()
    const own = '*/5 * * * * root nohup /usr/local/bin/openclaw cron run daily --token verysecretvalue'
    folder.write('cron.d/openclaw', `SHELL=/bin/sh\n# @reboot root openclaw gateway run\n${own}\n`)
    folder.write('cron.d/theirs', '@reboot bob openclaw gateway run\n')
    const backup = '0 3 * * * root tar czf /b.tgz /root/.openclaw'
    folder.write('cron.d/backup', `${backup}\n`)
    const env = { HOME: join(folder.path, 'home/ada'), SHELL: '/bin/sh', USER: 'root' }
    mkdirSync(env.HOME, { recursive: true })
    const showing = { '/etc/cron.d': join(folder.path, 'cron.d') }
    await using access = await connectedPool({ env, hiding: [], showing })
    await using remotes = createRemotes({ pool: access.pool, program: await shippedProgram(), memory: nothing, log })
    const answer = await remotes.use(access.nodeId, remote => remote.request('traces', {}, limit))
    const { traces, notSeen } = Traces.parse(answer)
    const found = traces.filter(trace => trace.kind === 'cron-lines')
    const path = '/etc/cron.d/openclaw'
    expect(found.filter(({ isOwn }) => isOwn !== true)).toMatchObject([
      { path, needsRoot: true, isWholeFile: true, lines: [{ sha256: sha(own) }] },
    ])
    // Lines that merely name it are listed too, so that a witness expects just these.
    expect(found.filter(({ isOwn }) => isOwn === true)).toMatchObject([
      { path: '/etc/cron.d/backup', lines: [{ sha256: sha(backup) }] },
      { path, lines: [{ sha256: sha('# @reboot root openclaw gateway run') }] },
    ])
    expect(JSON.stringify(found)).not.toContain('verysecretvalue')
    expect(notSeen.filter(({ what }) => what.startsWith('/etc/cron.d/'))).toEqual([
      { what: '/etc/cron.d/theirs', why: 'Lines there run OpenClaw as another account; those stay.' },
    ])
  },
)

test('over a real sshd: what the shipped program lists, unhooks and removes is what the witness sees come and go', async () => {
  using folder = new TempFolder()
  const home = join(folder.path, 'home/ada')
  const crontab = new CrontabStandIn(folder.path)
  const line = `source "${home}/.openclaw/completions/openclaw.bash"`
  const job = '@reboot openclaw gateway run'
  folder.write('home/ada/.openclaw/openclaw.json', '{}')
  const rc = folder.write('home/ada/.bashrc', `export A=1\n${line}\n`)
  crontab.write(`${job}\n`)
  const unit = folder.write(
    'home/ada/.config/systemd/user/openclaw-gateway.service',
    '[Service]\nExecStart=/x openclaw gateway\n',
  )
  const wants = join(dirname(unit), 'default.target.wants/openclaw-gateway.service')
  mkdirSync(dirname(wants))
  symlinkSync(unit, wants)
  const path = [crontab.bin, dirname(process.execPath), '/usr/bin', '/bin'].join(':')
  const env = { HOME: home, PATH: path, SHELL: '/bin/sh', TMPDIR: join(folder.path, 'tmp') }
  await using access = await connectedPool({ env })
  const { pool, nodeId } = access
  await using remotes = createRemotes({ pool, program: await shippedProgram(), memory: nothing, log })
  const witness = createWitness({ pool })
  const ask = {
    paths: [join(home, '.openclaw'), wants],
    units: [{ name: 'openclaw-gateway.service', scope: 'user' as const }],
  }

  const before = await witness.look(nodeId, ask)
  expect([before.startUpFiles, before.cronLines]).toEqual([
    { state: 'known', value: [{ path: rc, lines: { state: 'known', value: [sha(line)] } }] },
    { state: 'known', value: [sha(job)] },
  ])
  expect(before.enabled).toEqual([{ state: 'known', value: true }])
  expect(before.units.filter(found => found.startsWith(home)).sort()).toEqual([unit, wants].sort())

  await remotes.use(nodeId, async remote => {
    const { traces } = Traces.parse(await remote.request('traces', {}, limit))
    const ids = traces.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining([`state:${home}/.openclaw`, `unit:${unit}`, `unit:${wants}`]))
    for (const { kind, path: file, lines } of traces) {
      if (kind !== 'shell-lines' && kind !== 'cron-lines') continue
      const params = { file: kind === 'cron-lines' ? null : file, lines: lines.map(({ sha256 }) => sha256) }
      expect(await remote.request('unhook', params, limit)).toEqual({ removed: 1, absent: 0 })
    }
    for (const root of [dirname(wants), dirname(unit)])
      await remote.request('remove', { root, paths: ['openclaw-gateway.service'] }, limit)
    await remote.request('remove', { root: join(home, '.openclaw'), paths: ['.'] }, limit)
    const left = Traces.parse(await remote.request('traces', {}, limit))
    expect(left.traces.filter(trace => trace.path?.startsWith(home) === true || trace.kind === 'cron-lines')).toEqual(
      [],
    )
  })

  const after = await witness.look(nodeId, ask)
  expect(after.paths.map(answer => answer.state === 'known' && answer.value)).toEqual([false, false])
  expect([after.startUpFiles, after.cronLines]).toEqual([
    { state: 'known', value: [] },
    { state: 'known', value: [] },
  ])
  expect(after.units.filter(found => found.startsWith(home))).toEqual([])
  expect([readFileSync(rc, 'utf8'), existsSync(join(home, '.openclaw')), crontab.text]).toEqual([
    'export A=1\n',
    false,
    null,
  ])
})
