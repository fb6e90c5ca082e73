import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MINUTE } from '../../../shared/units'
import { ServiceManager } from '../../demo/service-manager'
import { decided, startYard, untilLive, whenStep } from '../../helpers/nodes'
import { tempFolder } from '../../helpers/temp'

test(
  'a gateway that crashed and waits for its next start is stopped, so that it cannot come back amid the placing',
  async () => {
    await using yard = await startYard({ count: 1 })
    const node = yard.node('pc-a')
    const { planner } = yard.services
    await untilLive(node)
    const backup = await yard.run(await planner.backup(yard.record('pc-a').id, yard.options()))
    const restore = () => planner.restore(backup.snapshots['capture'] ?? '', yard.record('pc-a').id, yard.options())
    const draft = await restore()
    expect(decided(draft)).toEqual({})
    const [gateway = 0] = node.pids
    using _watch = whenStep(
      yard.services,
      status => status.stepId === 'stage' && status.state === 'done',
      () => void process.kill(gateway, 'SIGKILL'),
    )
    const run = await yard.run(draft)
    expect(run.error).toBeNull()
    const stopped = run.steps.find(step => step.stepId === 'stop-target')
    expect(stopped).toMatchObject({ state: 'done', note: expect.stringMatching(/^Stopped:/) as string })
    await untilLive(node)
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
