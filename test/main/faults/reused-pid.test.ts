import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Services } from '../../../main/services'
import { CleanOptions } from '../../../shared/cleaning'
import { DeletionOptions } from '../../../shared/deletion'
import type { Operation, Plan } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { open, whenStep } from '../../helpers/nodes'
import { startPidWorld, type PidWorld } from '../../helpers/pid-world'
import { MOUNT_OBSTACLE, skips } from '../../helpers/requirement'
import { startSshd } from '../../helpers/sshd'
import { tempFolder, until } from '../../helpers/temp'
import { throwawayUser } from '../../helpers/throwaway-user'

interface Machine {
  readonly services: Services
  readonly nodeId: string
  readonly world: PidWorld
  /** Starts a process of OpenClaw with this title; answers its pid on the machine. */
  readonly start: (title: string) => number
  /** Runs a plan, and gives the pid away right after the look that comes before the first signal. */
  readonly runAndReplace: (plan: Plan, pid: number) => Promise<Operation>
}

/** A machine with pids of its own over a real sshd, and a login that has OpenClaw's state and nothing else. */
async function machine(): Promise<Machine> {
  await using undo = new AsyncDisposableStack()
  const folder = undo.use(tempFolder())
  execFileSync('chmod', ['755', folder.path])
  const home = folder.join('home')
  const user = undo.use(throwawayUser({ home }))
  const write = (path: string, text: string): string => {
    mkdirSync(dirname(folder.join(path)), { recursive: true })
    writeFileSync(folder.join(path), text)
    return folder.join(path)
  }
  write('home/.openclaw/openclaw.json', '{ "gateway": { "port": 45996 } }')
  const script = write('process.js', 'process.title = process.argv[2]; setInterval(() => 0, 1000)')
  mkdirSync(folder.join('tmp'))
  chmodSync(folder.join('tmp'), 0o777)
  execFileSync('chown', ['-R', user.name, home])
  const world = undo.use(await startPidWorld())
  const env = {
    HOME: home,
    PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    TMPDIR: folder.join('tmp'),
  }
  const sshd = undo.use(await startSshd({ user: user.name, env: { ...env, SHELL: '/bin/sh' }, within: world.way }))
  const services = undo.use(await open(folder.join('data')))
  const { id: nodeId } = services.registry.add({ ...sshd.input, label: 'apart' })
  services.hostKeys.replace(nodeId, sshd.hostKey)
  const all = undo.move()
  onTestFinished(() => all.disposeAsync())
  return {
    services,
    nodeId,
    world,
    start: title => world.start([process.execPath, script, title], { user: user.name, env }),
    runAndReplace: async (plan, pid) => {
      let replaced = 0
      using _between = whenStep(
        services,
        ({ note }) => note.startsWith('Asking to end: '),
        () => {
          world.replace(pid, user.name)
          replaced++
        },
      )
      const { id } = await services.operations.start(plan)
      const run = await services.operations.settled(id)
      expect(replaced).toBe(1)
      return run
    },
  }
}

const INNOCENT = ['sleep', '86400']

describe.skipIf(skips('pids that are used again', MOUNT_OBSTACLE))(
  'a pid that a new process got between the look and the signal',
  () => {
    test(
      'is not touched by a deletion, which reports the one it looked for as gone',
      async () => {
        const { services, nodeId, world, start, runAndReplace } = await machine()
        const pid = start('openclaw-gateway')
        const plan = await until(async () => {
          const made = await services.deletionPlanner.delete(nodeId, DeletionOptions.parse({}))
          return made.deletion?.items.some(item => item.process?.pid === pid) === true && made
        }, 20_000)
        const name = `openclaw-gateway (pid ${pid})`
        expect(plan.deletion?.items.find(item => item.name === name)).toMatchObject({ verdict: 'goes', verb: 'stop' })
        const run = await runAndReplace(plan, pid)
        expect(world.wordsOf(pid)).toEqual(INNOCENT)
        expect(run).toMatchObject({ state: 'done', error: null })
        const stop = run.steps.find(({ stepId }) => stepId === 'stop')
        expect(stop).toMatchObject({ state: 'done', note: 'Stopped: no process runs and nobody listens.' })
        const rows = services.certificates.get(run.id)?.rows.filter(row => row.name === name)
        expect(rows).toMatchObject([{ kind: 'process', after: 'gone', verdict: 'gone' }])
      },
      2 * MINUTE,
    )

    test(
      'is not touched by a clean-up, which reports the one it looked for as gone',
      async () => {
        const { services, nodeId, world, start, runAndReplace } = await machine()
        const pid = start('openclaw-node')
        const plan = await until(async () => {
          const made = await services.cleanPlanner.clean(nodeId, 'processes', CleanOptions.parse({}))
          const seen = made.cleaning?.trees.flatMap(tree => tree.processes).find(one => one.pid === pid)
          return seen?.verdict === 'leaked' && made
        }, 60_000)
        const run = await runAndReplace(plan, pid)
        expect(world.wordsOf(pid)).toEqual(INNOCENT)
        expect(run).toMatchObject({ state: 'done', error: null })
        expect(run.steps.map(({ note }) => note).join(' ')).toContain('1 process ended.')
        expect(run.proof.filter(row => row.verdict !== 'proven')).toEqual([])
      },
      2 * MINUTE,
    )
  },
)
