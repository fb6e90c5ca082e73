import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DeletionOptions } from '../../../../shared/deletion'
import type { Operation } from '../../../../shared/plan'
import { MINUTE } from '../../../../shared/units'
import { startBotApi } from '../../../fleet/bot-api'
import { handOver, leftOn, programPath, startVictim, unitPath, type Victim } from '../../../helpers/victim'
import { homeOf, isLive, whenStep } from '../../../helpers/nodes'
import { until } from '../../../helpers/temp'

let victim: Victim
beforeEach(async () => {
  victim = await startVictim()
}, MINUTE)
afterEach(() => victim[Symbol.asyncDispose]())

const LONG = { timeout: 2 * MINUTE }
const statusOf = (run: Operation, id: string) => run.steps.find(status => status.stepId === id)

/** Changes something on the machine as soon as a step runs. */
async function runWith(
  step: string,
  act: () => unknown,
  change: Parameters<Victim['plan']>[0] = {},
): Promise<Operation> {
  const plan = await victim.plan(change)
  using _watch = whenStep(victim.services, status => status.stepId === step && status.state === 'running', act)
  return await victim.run(plan)
}

test('what cannot be proven stopped is not deleted: nothing changes, and the gateway runs on', LONG, async () => {
  const { node } = victim
  const shim = join(dirname(dirname(node.home)), 'bin/systemctl')
  const good = readFileSync(shim, 'utf8')
  const before = homeOf(node)
  // The manager refuses to stop, and starts again what was ended.
  const run = await runWith('stop', () =>
    writeFileSync(
      shim,
      good.replace('exec', 'case " $* " in *" stop "*) echo "Access denied" >&2; exit 1 ;; esac\nexec'),
    ),
  )
  writeFileSync(shim, good)
  expect(run.state).toBe('failed')
  expect(run.error?.message).toContain('not proven stopped')
  expect(run.error?.message).toContain('openclaw-gateway.service')
  expect(statusOf(run, 'disable')?.state).toBe('skipped')
  expect(homeOf(node)).toEqual(before)
  await until(() => isLive(node), 30_000)
  expect(victim.services.registry.list()).toHaveLength(1)
})

test(
  'a slow stop shows how long it waits, is forced by pid and start time, and the run goes on to its proof',
  LONG,
  async () => {
    const { node, nodeId, services } = victim
    // A gateway that does not end when it is asked to; its unit allows 330 s, far more than this test.
    const program = join(programPath(node), 'dist/index.js')
    const deaf = readFileSync(program, 'utf8').replaceAll(
      /process\.on\('SIG(TERM|INT)', stop\)/g,
      "process.on('SIG$1', () => 0)",
    )
    writeFileSync(program, deaf)
    await services.pool.use(nodeId, connection =>
      connection.exec(['systemctl', '--user', 'restart', '--', 'openclaw-gateway.service'], { limitMs: MINUTE }),
    )
    await until(() => isLive(node), 30_000)
    const plan = await victim.plan()
    const waits = /^Waiting for the services to end: \d+ s of at most 350 s/
    let waited = ''
    using _force = whenStep(
      services,
      ({ stepId, note }) => stepId === 'stop' && waits.test((waited = note)),
      id => services.operations.forceStop(id),
    )
    const run = await victim.run(plan)
    expect(waited).toMatch(waits)
    expect(statusOf(run, 'stop')).toMatchObject({ state: 'done', note: 'Stopped: no process runs and nobody listens.' })
    expect(run.state).toBe('done')
    expect(run.proof.filter(row => row.verdict !== 'proven')).toEqual([])
    expect(leftOn(node)).toEqual([])
  },
)

test('a backup with holes stops the deletion, unless the admin waived it', LONG, async () => {
  const { node } = victim
  const secret = join(node.stateDir, 'workspace/MEMORY.md')
  chmodSync(secret, 0o000)
  const before = leftOn(node).filter(path => !path.startsWith('process'))
  const run = await victim.run(await victim.plan())
  expect(run.state).toBe('failed')
  expect(run.error?.code).toBe('permission-denied')
  expect(leftOn(node)).toEqual(expect.arrayContaining(before))
  await until(() => isLive(node), 30_000)
  expect(existsSync(join(dirname(unitPath(node)), 'default.target.wants/openclaw-gateway.service'))).toBe(true)
  const waived = await victim.run(await victim.plan({ waiveBackup: true }))
  expect(waived.state).toBe('done')
  expect(statusOf(waived, 'back-up')?.note).toContain('waived')
  expect(waived.snapshots).toEqual({})
  expect(leftOn(node)).toEqual([])
})

test('a copy of the configuration stays on the machine where it is wanted, for its user only', LONG, async () => {
  const run = await victim.run(await victim.plan({ keepCopyOnNode: true }))
  expect(run.state).toBe('done')
  const path = /\/tmp\/openclaw-backup-\d{14}/.exec(statusOf(run, 'back-up')?.note ?? '')?.[0] ?? ''
  try {
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(statSync(join(path, '.openclaw/openclaw.json')).mode & 0o777).toBe(0o600)
    expect(existsSync(join(path, '.openclaw/state/openclaw.sqlite'))).toBe(true)
  } finally {
    if (path !== '') rmSync(path, { recursive: true, force: true })
  }
})

test('bots are let go of as far as Telegram allows; the rest is named, the token is not', LONG, async () => {
  const { node } = victim
  await using api = await startBotApi('127.0.0.1', 0)
  const token = '7000000123:AAsecret-half-of-the-test-token-000'
  const path = join(node.stateDir, 'openclaw.json')
  const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const telegram = { enabled: true, botToken: token, apiRoot: `http://127.0.0.1:${api.port}` }
  writeFileSync(path, JSON.stringify({ ...config, channels: { telegram } }))
  const run = await victim.run(await victim.plan())
  expect(run.state).toBe('done')
  expect(statusOf(run, 'release-bots')).toMatchObject({ state: 'needs-you', error: null })
  expect(statusOf(run, 'release-bots')?.note).toMatch(/\/deletebot.*https:\/\/t\.me\/BotFather.*@fleet_7000000123_bot/)
  expect(api.calls(token).map(call => call.method)).toEqual(['getMe', 'deleteWebhook', 'close'])
  expect(JSON.stringify(run)).not.toContain('AAsecret')
})

test('lines of OpenClaw leave a start-up file, which then is what it was before, byte for byte', LONG, async () => {
  const rc = join(victim.node.home, '.bashrc')
  const own = '# mine\n\nalias ll="ls -l"\n'
  const line = `source "${victim.node.stateDir}/completions/openclaw.bash"`
  writeFileSync(rc, `${own}\n# OpenClaw Completion\n${line}\nalias oc="openclaw status"\n`) // as OpenClaw writes it
  await handOver(rc)
  const run = await victim.run(await victim.plan())
  expect(run.error).toBeNull()
  expect(run.state).toBe('done')
  expect(readFileSync(rc, 'utf8')).toBe(`${own}alias oc="openclaw status"\n`)
  const kept = run.plan.deletion?.items.find(item => item.name === `${rc} (lines of your own)`)
  expect(kept).toMatchObject({ verdict: 'stays', why: expect.stringContaining('a person wrote') as string })
})

test(
  'a directory that became a link since the preview is refused, named, and left with what it leads to',
  LONG,
  async () => {
    const { node } = victim
    const elsewhere = join(node.home, 'precious')
    const run = await runWith('remove-state', () => {
      renameSync(node.stateDir, elsewhere)
      symlinkSync(elsewhere, node.stateDir)
    })
    expect(run.state).toBe('cleaning-up')
    expect(statusOf(run, 'remove-state')?.state).toBe('failed')
    expect(statusOf(run, 'remove-state')?.error?.message).toContain(node.stateDir)
    expect(existsSync(join(elsewhere, 'openclaw.json'))).toBe(true)
    expect(run.proof.find(row => row.what === node.stateDir)?.verdict).toBe('differs')
    expect(victim.services.registry.list()).toHaveLength(1)
    rmSync(node.stateDir)
    const again = await victim.resume(run.id)
    expect(again.error).toBeNull()
    expect(again.state).toBe('done')
    expect(existsSync(join(elsewhere, 'openclaw.json'))).toBe(true)
  },
)

test(
  'a machine that was cleaned by hand before ends clean, and a profile that is not chosen stays whole',
  LONG,
  async () => {
    const { node } = victim
    const other = join(node.home, '.openclaw-work')

    mkdirSync(other)
    writeFileSync(join(other, 'openclaw.json'), '{ "gateway": { "port": 45999 } }')
    await handOver(other)
    await handOver(join(other, 'openclaw.json'))
    const some = await victim.run(await victim.plan({ profiles: ['default'] }))
    expect(some.error).toBeNull()
    expect(some.state).toBe('done')
    expect(leftOn(node).filter(path => !path.includes('.npm-global') && !path.includes('.cache'))).toEqual([])
    expect(existsSync(programPath(node))).toBe(true)
    expect(existsSync(join(other, 'openclaw.json'))).toBe(true)
    expect(victim.services.registry.list()).toHaveLength(1)
    for (const path of [other, join(node.home, '.npm-global'), join(node.home, '.cache')])
      rmSync(path, { recursive: true, force: true })
    const rest = await victim.run(await victim.plan())
    expect(rest.error).toBeNull()
    expect(rest.state).toBe('done')
    expect(victim.services.registry.list()).toEqual([])
  },
)

test('a quarantined machine is stopped and comes back as it was', LONG, async () => {
  const { node, nodeId, services } = victim

  const before = homeOf(node)
  const kept = await victim.run(await services.deletionPlanner.quarantine(nodeId, 7, DeletionOptions.parse({})))
  expect(kept.error).toBeNull()
  expect(kept.state).toBe('done')
  expect(await isLive(node)).toBe(false)
  const back = await victim.run(await services.deletionPlanner.release(nodeId))
  expect(back.error).toBeNull()
  expect(back.state).toBe('done')
  // The run is over once the gateway answers: nothing is waited for here.
  expect(await isLive(node)).toBe(true)
  expect(statusOf(back, 'health:default')).toMatchObject({ state: 'done' })
  expect(homeOf(node)).toEqual(before)
})
