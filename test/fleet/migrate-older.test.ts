/**
 * Migrations of the older generation, and runs that were killed: real machines, the real OpenClaw, driven by the command line,
 * and looked at afterwards with plain ssh commands that share no code with OCM.
 */
import { describe, expect, test } from 'vitest'
import type { Operation, Plan } from '../../shared/plan'
import { MINUTE } from '../../shared/units'
import { lookAt } from './eyes'
import { resetMachine, type Machine } from './fleet'
import { AGENTS, CRON_JOBS } from './machines/state'
import { agentIds, ALL, decideFor, migrate } from './migrations'
import { useMachines } from './stage'

const SESSIONS = '~/.openclaw/agents/main/sessions'

const stage = useMachines(['beta', 'gamma', 'delta', 'theta'])

describe.skipIf(stage.isSkipped)('the older generation', () => {
  test('goes from beta to a machine of the same version', { timeout: 15 * MINUTE }, async () => {
    const { beta, delta } = stage.fleet.machines
    const before = await lookAt(beta)
    const operation = await migrate(stage.ocm, 'beta', 'delta', { decide: decision => decideFor(decision) })
    expect(operation.state).toBe('done')
    const after = await lookAt(delta)
    expect(after.health).toContain('live')
    for (const name of before.cron) expect(after.cron).toContain(name)
    // Until it stopped the source may have gone on writing, and the target may since it started: all of the source is in it.
    const { stdout } = await beta.ssh(`cd ${SESSIONS} && stat -c 'head -c %s %n;' *.jsonl`)
    expect(stdout).toMatch(/^(head -c [1-9]\d* \S+\.jsonl;\n)+$/)
    const hash = async (machine: Machine) => (await machine.ssh(`cd ${SESSIONS} && { ${stdout} } | sha256sum`)).stdout
    expect(await hash(delta)).toBe(await hash(beta))
    expect(after.config).not.toContain(beta.home)
  })

  test('crosses into the present generation on gamma, with its jobs', { timeout: 15 * MINUTE }, async () => {
    const { beta, gamma } = stage.fleet.machines
    await beta.ssh('systemctl --user start openclaw-gateway.service')
    const operation = await migrate(stage.ocm, 'beta', 'gamma', { decide: decision => decideFor(decision) })
    expect(operation.state).toBe('done')
    const after = await lookAt(gamma)
    expect(after.health).toContain('live')
    for (const { name } of CRON_JOBS) expect(after.cron).toContain(name)
    expect(agentIds(after.agents)).toEqual([...AGENTS].sort())
    expect(after.config).not.toContain(beta.home)
  })

  test('the one between crosses too, though its import takes OpenClaw two runs', { timeout: 15 * MINUTE }, async () => {
    const { theta, gamma } = stage.fleet.machines
    await resetMachine(gamma)
    const before = await lookAt(theta)
    const operation = await migrate(stage.ocm, 'theta', 'gamma', { decide: decision => decideFor(decision) })
    expect(operation.state).toBe('done')
    expect(operation.proof.map(row => row.verdict)).not.toContain('differs')
    const after = await lookAt(gamma)
    expect(after.health).toContain('live')
    for (const name of before.cron) expect(after.cron).toContain(name)
    expect(agentIds(after.agents)).toEqual([...AGENTS].sort())
    expect(after.config).not.toContain(theta.home)
  })
})

describe.skipIf(stage.isSkipped)('a run that was killed', () => {
  test.each([
    ['while OpenClaw installs the service', 'delta', 'pgrep -f "gateway [i]nstall"'],
    ['once the gateway is active', 'gamma', 'systemctl --user is-active openclaw-gateway.service'],
  ] as const)(
    '%s is rolled back to what was there before (%s)',
    { timeout: 15 * MINUTE },
    async (_when, name, reached) => {
      const { beta, [name]: target } = stage.fleet.machines
      await resetMachine(target)
      await beta.ssh('systemctl --user start openclaw-gateway.service')
      // Somebody's own things, in places that OCM carries and in one that it does not.
      const own = ['workspace/mine.txt', 'agents/mine/agent/notes.md', 'logs/mine.log']
      const make = own.map(path => `mkdir -p "$(dirname ~/.openclaw/${path})" && echo mine > ~/.openclaw/${path}`)
      expect((await target.ssh([...make, 'mkdir -p ~/.openclaw/workspace/empty'].join(' && '))).code).toBe(0)
      const list = 'cd ~/.openclaw && find . -not -path "./tmp*" -not -path "./cache*" -not -path "./logs*" | sort'
      const before = (await target.ssh(list)).stdout.split('\n')

      const words = ['migrate', 'beta', name, '--clone', '--components', ...ALL]
      const plan = (await stage.ocm.run([...words, '--preview'])).json() as Plan
      const decided = plan.decisions.filter(one => one.chosen === null).map(one => `${one.id}=${decideFor(one)}`)
      const run = stage.ocm.start([...words, '--decide', ...decided])
      while ((await target.ssh(reached)).code !== 0) await new Promise(resolve => setTimeout(resolve, 200))
      run.kill()
      await run.ended
      const [killed] = (await stage.ocm.run(['runs'])).json() as readonly Operation[]
      const back = await stage.ocm.run(['roll-back', killed?.id ?? ''])
      expect(back.code, back.stderr.slice(-4000)).toBe(0)
      // A command outlives the command line that started it: nothing may go on, or come back later.
      const left = await target.ssh('pgrep -af "[o]penclaw.mjs|[o]penclaw/dist"; ls ~/.config/systemd/user/*.service')
      expect(left.stdout).toBe('')
      const after = (await target.ssh(list)).stdout.split('\n')
      expect(before.filter(path => !after.includes(path))).toEqual([])
      // What OpenClaw makes for itself is neither carried nor taken away: archives of what it imported, links, its own notes.
      const its = /migrat|plugin-skills|update-check|\.lock|^\.\/backups|^\.\/state$|quarantine\.sqlite/
      expect(after.filter(path => !before.includes(path) && !its.test(path))).toEqual([])
      expect((await target.ssh(`cat ${own.map(path => `~/.openclaw/${path}`).join(' ')}`)).stdout).toBe(
        'mine\n'.repeat(3),
      )
      expect((await target.ssh('loginctl show-user "$(id -un)" -p Linger --value')).stdout.trim()).toBe('no')
      expect((await beta.ssh('curl -s http://127.0.0.1:18789/healthz')).stdout).toContain('live')
    },
  )
})
