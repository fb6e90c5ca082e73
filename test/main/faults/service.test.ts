import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { StepStatus } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { ServiceManager } from '../../demo/service-manager'
import { decided, startYard, untilLive, whenStep, type Yard } from '../../helpers/nodes'
import { tempFolder } from '../../helpers/temp'

/**
 * Restores a machine whose gateway crashes at a step and waits for its next start.
 * @param meanwhile What else happens then.
 * @returns How its gateway was stopped.
 */
async function crashAt(yard: Yard, at: Pick<StepStatus, 'stepId' | 'state'>, meanwhile = (): void => undefined) {
  const node = yard.node('pc-a')
  const { planner } = yard.services
  await untilLive(node)
  const backup = await yard.run(await planner.backup(yard.record('pc-a').id, yard.options()))
  const draft = await planner.restore(backup.snapshots['capture'] ?? '', yard.record('pc-a').id, yard.options())
  expect(decided(draft)).toEqual({})
  const [gateway = 0] = node.pids
  using _watch = whenStep(
    yard.services,
    status => status.stepId === at.stepId && status.state === at.state,
    () => {
      meanwhile()
      process.kill(gateway, 'SIGKILL')
    },
  )
  const run = await yard.run(draft)
  expect(run.error).toBeNull()
  await untilLive(node)
  return run.steps.find(step => step.stepId === 'stop-target')
}

const STOPPED = { state: 'done', note: expect.stringMatching(/^Stopped:/) as string }

test(
  'a gateway that crashed and waits for its next start is stopped, so that it cannot come back amid the placing',
  async () => {
    await using yard = await startYard({ count: 1 })
    expect(await crashAt(yard, { stepId: 'stage', state: 'done' })).toMatchObject(STOPPED)
  },
  MINUTE,
)

test(
  'a service manager that does not answer is not taken for one that says nothing runs: the gateway may wait for its next start',
  async () => {
    await using yard = await startYard({ count: 1 })
    const bin = join(dirname(dirname(yard.node('pc-a').home)), 'bin')
    const deaf = join(bin, 'deaf')
    renameSync(join(bin, 'systemctl'), join(bin, 'systemctl-that-answers'))
    writeFileSync(join(bin, 'systemctl'), deafOnce(deaf, join(bin, 'systemctl-that-answers')), { mode: 0o755 })
    const stopped = await crashAt(yard, { stepId: 'stop-target', state: 'running' }, () => writeFileSync(deaf, ''))
    expect(existsSync(deaf)).toBe(false)
    expect(stopped).toMatchObject(STOPPED)
  },
  MINUTE,
)

/** Asked once what a unit is doing, it has no answer, as a manager that is too busy to give one in time. */
function deafOnce(deaf: string, program: string): string {
  return `#!/bin/sh
case " $* " in *' show '*) if rm '${deaf}' 2>/dev/null; then echo 'Failed to connect to bus: Connection timed out' >&2; exit 1; fi ;; esac
exec '${program}' "$@"
`
}

test(
  'where an account has no service manager nothing waits for its next start: what does not run is stopped',
  async () => {
    await using yard = await startYard()
    const [from, to] = ['pc-a', 'pc-b'].map(name => yard.record(name).id) as [string, string]
    await untilLive(yard.node('pc-a'), yard.node('pc-b'))
    const stop = ['systemctl', '--user', 'stop', 'openclaw-gateway.service']
    await yard.services.pool.use(from, connection => connection.exec(stop, { limitMs: MINUTE }))
    const bin = join(dirname(dirname(yard.node('pc-a').home)), 'bin')
    const absent = "#!/bin/sh\necho 'Failed to connect to bus: No such file or directory' >&2\nexit 1\n"
    for (const program of ['systemctl', 'loginctl']) writeFileSync(join(bin, program), absent, { mode: 0o755 })
    const { planner } = yard.services
    const draft = await planner.migrate(from, to, yard.options())
    const run = await yard.run(await planner.migrate(from, to, yard.options({ decisions: decided(draft) })))
    expect(run.error).toBeNull()
    const stopped = run.steps.find(step => step.stepId === 'stop-source')
    expect(stopped).toMatchObject({ state: 'done', note: 'It was stopped already.' })
  },
  MINUTE,
)

test('the stand-in starts one process, however many ask at once', async () => {
  using folder = tempFolder()
  const mark = `86400.${process.pid}`
  const home = folder.join('home')
  mkdirSync(join(home, '.config/systemd/user'), { recursive: true })
  writeFileSync(join(home, '.config/systemd/user/one.service'), `[Service]\nExecStart=sleep ${mark}\n`)
  const environment = { PATH: process.env['PATH'] ?? '' }
  await using manager = new ServiceManager({ home, user: 'one', environment }, { linger: false })
  await Promise.all([1, 2, 3].map(() => manager.start('one.service')))
  expect(running(mark)).toHaveLength(1)
  await manager.stop('one.service')
  expect(running(mark)).toEqual([])
})

/** Pids of processes with this word in their command line. */
function running(word: string): readonly string[] {
  return readdirSync('/proc').filter(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word)
    } catch {
      return false // no process, or gone
    }
  })
}
