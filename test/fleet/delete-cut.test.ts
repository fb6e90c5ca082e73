/** Deletions of a real machine that are cut short; the machine's only Node lies in the state directory and goes with it. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { DeletionVerb } from '../../shared/deletion'
import type { Operation } from '../../shared/plan'
import { MINUTE } from '../../shared/units'
import { introduce, NOTHING, remains } from './eyes'
import { resetMachine } from './fleet'
import { sleep } from './host'
import { useMachines } from './stage'

const stage = useMachines(['eta'], { withSudo: true })
const DELETE = ['delete', 'eta', '--confirm', 'eta']

describe.skipIf(stage.isSkipped)('an installation whose only Node lies in the state directory', () => {
  let isFresh = true
  beforeEach(async () => {
    if (!isFresh) {
      await resetMachine(stage.fleet.machines.eta)
      await introduce(stage.ocm, stage.fleet.machines.eta, { withSudo: true })
    }
    isFresh = false
  }, 2 * MINUTE)

  test('goes with it, though OCM was killed when Node had gone', { timeout: 10 * MINUTE }, async () => {
    const { eta } = stage.fleet.machines
    const run = stage.ocm.start(DELETE)
    while ((await eta.ssh('ls ~/.openclaw/tools/node/bin/node')).code === 0) await sleep(200)
    run.kill()
    await run.ended
    const ended = await stage.ocm.run(['resume', (await whatIsLeft()).id])
    expect(ended.code, ended.stderr.slice(-6000)).toBe(0)
    await expectProvenGone(ended.json() as Operation)
  })

  test('goes though the machine reboots within and after each step', { timeout: 15 * MINUTE }, async () => {
    const { eta } = stage.fleet.machines
    const moments = DeletionVerb.options.flatMap(step => [momentOf(step, 'running'), momentOf(step, 'done')])
    const due = new Set(moments)
    const reboot = async (): Promise<void> => {
      await eta.powerOff()
      await eta.boot()
    }
    let words = DELETE
    for (;;) {
      const run = startStopping(words)
      for await (const change of run.changes()) {
        const isDue = due.delete(momentOf(change.stepId, change.state))
        if (isDue && change.state === 'done') await reboot()
        run.goOn()
        if (isDue && change.state === 'running') {
          await sleep(150) // in the middle of it, where it takes its time
          await reboot()
        }
      }
      const ended = await run.ended
      if (ended.code === 0) {
        await expectProvenGone(ended.json() as Operation)
        break
      }
      const left = await whatIsLeft()
      expect(['interrupted', 'cleaning-up'], ended.stderr.slice(-4000)).toContain(left.state)
      words = ['resume', left.id]
    }
    console.log(`Rebooted ${moments.length - due.size} times in one deletion`)
    expect([...due]).toEqual([])
  })

  const momentOf = (step: string, state: string): string => `${step}, ${state}`

  /** The cut run; the node is still listed. */
  async function whatIsLeft(): Promise<Operation> {
    expect(await isListed()).toBe(true)
    const [left] = (await stage.ocm.run(['runs'])).json() as readonly Operation[]
    if (left === undefined) throw new Error('The run is not in the journal')
    return left
  }

  async function expectProvenGone(operation: Operation): Promise<void> {
    expect(operation.state).toBe('done')
    expect(operation.proof.filter(row => row.verdict !== 'proven')).toEqual([])
    expect(await remains(stage.fleet.machines.eta)).toEqual(NOTHING)
    expect(await isListed()).toBe(false)
  }

  async function isListed(): Promise<boolean> {
    return (await stage.ocm.run(['nodes', 'list'])).stdout.includes('"eta"')
  }
})

/** A change of a step, as the journal noted it. */
interface Change {
  readonly stepId: string
  readonly state: string
}

/** Starts the command line so that it stops at each change of a step until it is told to go on. */
function startStopping(words: readonly string[]) {
  const path = join(stage.ocm.dataDir, 'stopped.json')
  const hook = join(import.meta.dirname, '../helpers/stop-at-steps.ts')
  const { pid, ended } = stage.ocm.start(words, {
    NODE_OPTIONS: `--no-warnings --import ${hook}`,
    OCM_TEST_STOPPED: path,
  })
  let hasEnded = false
  void ended.finally(() => {
    hasEnded = true
  })
  return {
    ended,
    goOn: () => process.kill(pid, 'SIGCONT'),
    async *changes(): AsyncGenerator<Change> {
      while (!hasEnded) {
        await sleep(10)
        if (!existsSync(path) || !isStopped(pid)) continue
        const change = JSON.parse(readFileSync(path, 'utf8')) as Change
        rmSync(path)
        yield change
      }
    },
  }
}

function isStopped(pid: number): boolean {
  try {
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false // It has ended.
  }
}
