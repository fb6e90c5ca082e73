/**
 * Migrations of the present generation, and onto a machine without OpenClaw: real machines, the real OpenClaw, driven by the
 * command line, and looked at afterwards with plain ssh commands that share no code with OCM.
 */
import { describe, expect, test } from 'vitest'
import type { Operation } from '../../shared/plan'
import { MINUTE } from '../../shared/units'
import { describeMachines } from './as-described'
import { lookAt } from './eyes'
import { ALPHA_BOT_TOKEN } from './machines/alpha'
import { BETA_BOT_TOKEN } from './machines/beta'
import { AGENTS, CRON_JOBS } from './machines/state'
import { agentIds, decideFor, migrate } from './migrations'
import { useMachines } from './stage'

const stage = useMachines(['alpha', 'beta', 'gamma', 'delta', 'epsilon'])

describeMachines(stage)

describe.skipIf(stage.isSkipped)('the present generation onto an awkward machine', () => {
  test(
    'carries everything from alpha to gamma, whose user, home and port are others',
    { timeout: 15 * MINUTE },
    async () => {
      const { alpha, gamma } = stage.fleet.machines
      const before = await lookAt(alpha)
      const operation = await migrate(stage.ocm, 'alpha', 'gamma', { decide: decision => decideFor(decision) })
      expect(operation.state).toBe('done')
      expect(operation.proof.map(row => row.verdict)).not.toContain('differs')
      const after = await lookAt(gamma)
      expect(after.health).toContain('live')
      expect(after.port).not.toBe(18789)
      for (const name of before.cron) expect(after.cron).toContain(name)
      expect(agentIds(after.agents)).toEqual(agentIds(before.agents))
      expect(after.config).not.toContain('/home/ada')
      expect(after.owners).toBe('')
      expect(after.mode.split('\n').slice(0, 2)).toEqual(['700', '600'])
      expect(after.enabled.trim()).toBe('enabled')
      expect(after.linger.trim()).toBe('yes')
      expect(after.environment).toContain('ANTHROPIC_API_KEY=sk-ant-fleet-alpha-000000')
      expect(after.environment).toContain('HOUSE_REGION=north')
    },
  )

  test('left alpha stopped, and gamma alone polls the bot', async () => {
    const { alpha, gamma } = stage.fleet.machines
    const state = await alpha.ssh('systemctl --user is-active openclaw-gateway.service')
    expect(state.stdout.trim()).not.toBe('active')
    const since = Date.now()
    const polls = () => stage.fleet.botApi.polls(ALPHA_BOT_TOKEN).filter(poll => poll.at > since)
    await until(() => polls().some(poll => poll.from === gamma.address))
    expect(polls().map(poll => poll.from)).not.toContain(alpha.address)
  })

  test('comes back with one command: gamma is empty again and alpha runs', { timeout: 10 * MINUTE }, async () => {
    const { alpha, gamma } = stage.fleet.machines
    const runs = (await stage.ocm.run(['runs'])).json() as readonly Operation[]
    const run = runs.find(one => one.plan.kind === 'migrate' && one.state === 'done')
    const back = await stage.ocm.run(['return', run?.id ?? ''])
    expect(back.code, back.stderr.slice(-4000)).toBe(0)
    expect((await alpha.ssh('curl -s http://127.0.0.1:18789/healthz')).stdout).toContain('live')
    expect((await gamma.ssh('test -e ~/.openclaw/openclaw.json; echo $?')).stdout.trim()).toBe('1')
  })

  test('refuses a target with an older version, and says what to do', async () => {
    const refused = await stage.ocm.run(['migrate', 'alpha', 'delta'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/older than 2026\.9\.6/)
    expect(refused.stderr).toMatch(/[Uu]pdate OpenClaw/)
  })
})

describe.skipIf(stage.isSkipped)('a machine without OpenClaw', () => {
  /**
   * What only a run could have brought: the package, its command, linger, the service, what it carried, and empty folders.
   * Caches, logs and notes that OpenClaw makes for itself are not OCM's to take away.
   */
  const traces = async (): Promise<string> => {
    const look = [
      'ls -d ~/.npm-global/lib/node_modules/openclaw /usr/local/lib/node_modules/openclaw',
      'ls -l ~/.npm-global/bin/openclaw',
      'loginctl show-user "$(id -un)" -p Linger --value',
      'ls ~/.config/systemd/user/openclaw-gateway.service',
      'find ~/.openclaw -type d -empty -not -path "*/cache*" -not -path "*/tmp*" -not -path "*/logs*"',
      'find ~/.openclaw -type f -not -path "*/cache/*" -not -path "*/tmp/*" -not -path "*/logs/*" -not -name update-check.json',
    ]
    const { stdout } = await stage.fleet.machines.epsilon.ssh(look.map(line => `${line} 2>/dev/null`).join('; '))
    return stdout
  }

  test('gets the same version from npm, and a copy that runs', { timeout: 15 * MINUTE }, async () => {
    const { beta, epsilon } = stage.fleet.machines
    await beta.ssh('systemctl --user start openclaw-gateway.service')
    expect((await epsilon.ssh('command -v openclaw || ls ~/.npm-global')).code).not.toBe(0)
    expect(await traces()).toBe('no\n')
    const operation = await migrate(stage.ocm, 'beta', 'epsilon', {
      decide: decision => (decision.id === 'install-openclaw' ? 'install' : decideFor(decision)),
      words: ['--clone'],
    })
    expect(operation.state).toBe('done')
    expect(operation.proof.map(row => row.verdict)).not.toContain('differs')
    const openclaw = async (words: string): Promise<string> => {
      const { code, stdout, stderr } = await epsilon.ssh(`~/.npm-global/bin/openclaw ${words}`)
      expect(code, stdout + stderr).toBe(0)
      return stdout
    }
    expect(await openclaw('--version')).toContain('2026.5.28')
    const port = (JSON.parse((await epsilon.ssh('cat ~/.openclaw/openclaw.json')).stdout) as Config).gateway.port
    expect((await epsilon.ssh(`curl -s http://127.0.0.1:${port}/healthz`)).stdout).toContain('live')
    for (const { name } of CRON_JOBS) expect(await openclaw('cron list --all --json')).toContain(name)
    expect(agentIds(await openclaw('agents list --json'))).toEqual([...AGENTS].sort())
    const unit = await epsilon.ssh('systemctl --user show openclaw-gateway.service -p ExecStart -p ActiveState')
    expect(unit.stdout).toContain('/home/eve/.npm-global/lib/node_modules/openclaw/dist/index.js')
    expect(unit.stdout).toContain('ActiveState=active')
    // A clone leaves the source running, and keeps its bot to it.
    expect((await beta.ssh('curl -s http://127.0.0.1:18789/healthz')).stdout).toContain('live')
    const since = Date.now()
    await until(() => stage.fleet.botApi.polls(BETA_BOT_TOKEN).some(poll => poll.at > since))
    expect(stage.fleet.botApi.polls(BETA_BOT_TOKEN).map(poll => poll.from)).not.toContain(epsilon.address)
  })

  test('has neither OpenClaw nor linger nor empty folders after the return', { timeout: 10 * MINUTE }, async () => {
    const runs = (await stage.ocm.run(['runs'])).json() as readonly Operation[]
    const back = await stage.ocm.run(['return', runs[0]?.id ?? ''])
    expect(back.code, back.stderr.slice(-4000)).toBe(0)
    expect(await traces()).toBe('no\n')
    const left = await stage.fleet.machines.epsilon.ssh('pgrep -u eve -f "[o]penclaw"; ss -ltn | grep -c 18789')
    expect(left.stdout.trim()).toBe('0')
  })
})

interface Config {
  readonly gateway: { readonly port: number }
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries++) {
    if (tries > 600) throw new Error('It did not become true')
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
