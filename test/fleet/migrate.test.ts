/**
 * Migrations between real machines with the real OpenClaw, driven by the command line, and looked at afterwards with plain
 * ssh commands that share no code with OCM.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Operation, Plan } from '../../shared/plan'
import { MINUTE } from '../../shared/units'
import { startKeyring, type Keyring } from '../helpers/keyring'
import { startOcm, type Ocm } from '../helpers/ocm'
import { introduce, lookAt } from './eyes'
import { resetMachine, startFleet, type Fleet } from './fleet'
import { ALPHA_BOT_TOKEN } from './machines/alpha'
import { BETA_BOT_TOKEN } from './machines/beta'
import { AGENTS, CRON_JOBS } from './machines/state'
import { skipsFleet } from './requirement'

type Name = 'alpha' | 'beta' | 'gamma' | 'delta' | 'epsilon'

let fleet: Fleet<Name>
let ocm: Ocm
let keyring: Keyring

// Asked once: it prints why, where there can be no machines. In CI their absence is a failure.
const isSkipped = skipsFleet()

beforeAll(async () => {
  if (isSkipped) return
  fleet = await startFleet(['alpha', 'beta', 'gamma', 'delta', 'epsilon'])
  keyring = await startKeyring()
  ocm = startOcm(keyring.env)
  for (const machine of Object.values(fleet.machines)) await introduce(ocm, machine)
}, 20 * MINUTE)

afterAll(async () => {
  if (isSkipped) return
  ocm[Symbol.dispose]()
  await keyring[Symbol.asyncDispose]()
  await fleet[Symbol.asyncDispose]()
})

/** Migrates with every open question answered by `decide`; answers the run. */
async function migrate(
  source: Name,
  target: Name,
  options: {
    readonly decide?: (decision: Plan['decisions'][number]) => string
    readonly words?: readonly string[]
  } = {},
): Promise<Operation> {
  const words = [...(options.words ?? []), '--components', ...ALL]
  const preview = await ocm.run(['migrate', source, target, '--preview', ...words])
  const plan = preview.json() as Plan
  const choose = options.decide ?? (decision => decision.options[0]?.id ?? '')
  const decided = plan.decisions.filter(one => one.chosen === null).map(one => `${one.id}=${choose(one)}`)
  const answers = decided.length === 0 ? [] : ['--decide', ...decided]
  const ran = await ocm.run(['migrate', source, target, ...words, ...answers])
  expect(ran.code, ran.stderr.slice(-6000)).toBe(0)
  return ran.json() as Operation
}

const ALL = [
  'gateway',
  'agents',
  'credentials',
  'cron',
  'environment',
  'service',
  'sessions',
  'memory',
  'workspaces',
  'plugins',
]

describe.skipIf(isSkipped)('the present generation onto an awkward machine', () => {
  test(
    'carries everything from alpha to gamma, whose user, home and port are others',
    { timeout: 15 * MINUTE },
    async () => {
      const { alpha, gamma } = fleet.machines
      const before = await lookAt(alpha)
      const operation = await migrate('alpha', 'gamma', { decide: decision => decideFor(decision) })
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
    const { alpha, gamma } = fleet.machines
    const state = await alpha.ssh('systemctl --user is-active openclaw-gateway.service')
    expect(state.stdout.trim()).not.toBe('active')
    const since = Date.now()
    const polls = () => fleet.botApi.polls(ALPHA_BOT_TOKEN).filter(poll => poll.at > since)
    await until(() => polls().some(poll => poll.from === gamma.address))
    expect(polls().map(poll => poll.from)).not.toContain(alpha.address)
  })

  test('comes back with one command: gamma is empty again and alpha runs', { timeout: 10 * MINUTE }, async () => {
    const { alpha, gamma } = fleet.machines
    const runs = (await ocm.run(['runs'])).json() as readonly Operation[]
    const run = runs.find(one => one.plan.kind === 'migrate' && one.state === 'done')
    const back = await ocm.run(['return', run?.id ?? ''])
    expect(back.code, back.stderr.slice(-4000)).toBe(0)
    expect((await alpha.ssh('curl -s http://127.0.0.1:18789/healthz')).stdout).toContain('live')
    expect((await gamma.ssh('test -e ~/.openclaw/openclaw.json; echo $?')).stdout.trim()).toBe('1')
    await resetMachine(gamma)
  })
})

describe.skipIf(isSkipped)('the older generation', () => {
  test('goes from beta to a machine of the same version', { timeout: 15 * MINUTE }, async () => {
    const { beta, delta } = fleet.machines
    const before = await lookAt(beta)
    const sessions = await beta.ssh('cat ~/.openclaw/agents/main/sessions/*.jsonl | sha256sum')
    const operation = await migrate('beta', 'delta', { decide: decision => decideFor(decision) })
    expect(operation.state).toBe('done')
    const after = await lookAt(delta)
    expect(after.health).toContain('live')
    for (const name of before.cron) expect(after.cron).toContain(name)
    expect((await delta.ssh('cat ~/.openclaw/agents/main/sessions/*.jsonl | sha256sum')).stdout).toBe(sessions.stdout)
    expect(after.config).not.toContain(beta.home)
  })

  test('refuses a target with an older version, and says what to do', async () => {
    const refused = await ocm.run(['migrate', 'alpha', 'delta'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/older than 2026\.9\.6/)
    expect(refused.stderr).toMatch(/[Uu]pdate OpenClaw/)
  })

  test('crosses into the present generation on gamma, with its jobs', { timeout: 15 * MINUTE }, async () => {
    const { beta, gamma } = fleet.machines
    await beta.ssh('systemctl --user start openclaw-gateway.service')
    const operation = await migrate('beta', 'gamma', { decide: decision => decideFor(decision) })
    expect(operation.state).toBe('done')
    const after = await lookAt(gamma)
    expect(after.health).toContain('live')
    for (const { name } of CRON_JOBS) expect(after.cron).toContain(name)
    expect(agentIds(after.agents)).toEqual([...AGENTS].sort())
    expect(after.config).not.toContain(beta.home)
  })
})

describe.skipIf(isSkipped)('a run that was killed', () => {
  test.each([
    ['while OpenClaw installs the service', 'pgrep -f "gateway [i]nstall"'],
    ['once the gateway is active', 'systemctl --user is-active openclaw-gateway.service'],
  ])('%s is rolled back to what was there before', { timeout: 15 * MINUTE }, async (_when, isReached) => {
    const { beta, gamma } = fleet.machines
    await resetMachine(gamma)
    await beta.ssh('systemctl --user start openclaw-gateway.service')
    // Somebody's own things, in places that OCM carries and in one that it does not.
    const own = ['workspace/mine.txt', 'agents/mine/agent/notes.md', 'logs/mine.log']
    const make = own.map(path => `mkdir -p "$(dirname ~/.openclaw/${path})" && echo mine > ~/.openclaw/${path}`)
    expect((await gamma.ssh([...make, 'mkdir -p ~/.openclaw/workspace/empty'].join(' && '))).code).toBe(0)
    const list = 'cd ~/.openclaw && find . -not -path "./tmp*" -not -path "./cache*" -not -path "./logs*" | sort'
    const before = (await gamma.ssh(list)).stdout.split('\n')

    const words = ['migrate', 'beta', 'gamma', '--clone', '--components', ...ALL]
    const plan = (await ocm.run([...words, '--preview'])).json() as Plan
    const decided = plan.decisions.filter(one => one.chosen === null).map(one => `${one.id}=${decideFor(one)}`)
    const run = ocm.start([...words, '--decide', ...decided])
    while ((await gamma.ssh(isReached)).code !== 0) await new Promise(resolve => setTimeout(resolve, 200))
    run.kill()
    await run.ended
    const [killed] = (await ocm.run(['runs'])).json() as readonly Operation[]
    const back = await ocm.run(['roll-back', killed?.id ?? ''])
    expect(back.code, back.stderr.slice(-4000)).toBe(0)
    // A command outlives the command line that started it: nothing may go on, or come back later.
    const left = await gamma.ssh('pgrep -af "[o]penclaw.mjs|[o]penclaw/dist"; ls ~/.config/systemd/user/*.service')
    expect(left.stdout).toBe('')
    const after = (await gamma.ssh(list)).stdout.split('\n')
    expect(before.filter(path => !after.includes(path))).toEqual([])
    // What OpenClaw makes for itself is neither carried nor taken away: archives of what it imported, links, its own notes.
    const its = /migrat|plugin-skills|update-check|\.lock|^\.\/backups|^\.\/state$|quarantine\.sqlite/
    expect(after.filter(path => !before.includes(path) && !its.test(path))).toEqual([])
    expect((await gamma.ssh(`cat ${own.map(path => `~/.openclaw/${path}`).join(' ')}`)).stdout).toBe('mine\n'.repeat(3))
    expect((await gamma.ssh('loginctl show-user "$(id -un)" -p Linger --value')).stdout.trim()).toBe('no')
    expect((await beta.ssh('curl -s http://127.0.0.1:18789/healthz')).stdout).toContain('live')
  })
})

describe.skipIf(isSkipped)('a machine without OpenClaw', () => {
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
    const { stdout } = await fleet.machines.epsilon.ssh(look.map(line => `${line} 2>/dev/null`).join('; '))
    return stdout
  }

  test('gets the same version from npm, and a copy that runs', { timeout: 15 * MINUTE }, async () => {
    const { beta, epsilon } = fleet.machines
    await beta.ssh('systemctl --user start openclaw-gateway.service')
    expect((await epsilon.ssh('command -v openclaw || ls ~/.npm-global')).code).not.toBe(0)
    expect(await traces()).toBe('no\n')
    const operation = await migrate('beta', 'epsilon', {
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
    await until(() => fleet.botApi.polls(BETA_BOT_TOKEN).some(poll => poll.at > since))
    expect(fleet.botApi.polls(BETA_BOT_TOKEN).map(poll => poll.from)).not.toContain(epsilon.address)
  })

  test('has neither OpenClaw nor linger nor empty folders after the return', { timeout: 10 * MINUTE }, async () => {
    const runs = (await ocm.run(['runs'])).json() as readonly Operation[]
    const back = await ocm.run(['return', runs[0]?.id ?? ''])
    expect(back.code, back.stderr.slice(-4000)).toBe(0)
    expect(await traces()).toBe('no\n')
    const left = await fleet.machines.epsilon.ssh('pgrep -u eve -f "[o]penclaw"; ss -ltn | grep -c 18789')
    expect(left.stdout.trim()).toBe('0')
  })
})

interface Config {
  readonly gateway: { readonly port: number }
}

/** Where a question allows it, what is placed goes below the target's own home. */
function decideFor(decision: Plan['decisions'][number]): string {
  const below = decision.options.find(option => /state|below|move/.test(option.id))
  return (below ?? decision.options[0])?.id ?? ''
}

function agentIds(json: string): string[] {
  const parsed = JSON.parse(json) as
    readonly { readonly id: string }[] | { readonly agents: readonly { readonly id: string }[] }
  const list = 'agents' in parsed ? parsed.agents : parsed
  return list.map(agent => agent.id).sort()
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries++) {
    if (tries > 600) throw new Error('It did not become true')
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
