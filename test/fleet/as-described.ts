import { describe, expect, test } from 'vitest'
import { resetMachine } from './fleet'
import { sleep } from './host'
import { AGENTS, ALPHA_BOT_TOKEN, BETA_BOT_TOKEN, CRON_JOBS, GATEWAY_PORT } from './machines/index'
import { must } from './recipe'
import type { Stage } from './stage'

interface Listing {
  readonly jobs: readonly { readonly name: string; readonly enabled: boolean }[]
}

/**
 * Tests that five machines are what their recipes say, for a file that works with them anyway: booting them once more would
 * cost more than the tests themselves. They leave conversations on alpha and beta, and else nothing.
 */
export function describeMachines(stage: Stage<'alpha' | 'beta' | 'gamma' | 'delta' | 'epsilon'>): void {
  describe.skipIf(stage.isSkipped)('real machines, as their recipes describe them', () => {
    describe.each([
      { name: 'alpha', token: ALPHA_BOT_TOKEN, version: '2026.9.6' },
      { name: 'beta', token: BETA_BOT_TOKEN, version: '2026.5.28' },
    ] as const)('$name, in full use', ({ name, token, version }) => {
      test('runs the gateway of its version as an enabled user service that outlives logins', async () => {
        const machine = stage.fleet.machines[name]
        expect(await must(machine, 'openclaw --version')).toContain(version)
        expect((await must(machine, 'systemctl --user is-active openclaw-gateway.service')).trim()).toBe('active')
        expect((await must(machine, 'systemctl --user is-enabled openclaw-gateway.service')).trim()).toBe('enabled')
        expect(await must(machine, 'loginctl show-user "$USER" -p Linger')).toContain('Linger=yes')
        expect(JSON.parse(await must(machine, `curl -fsS http://127.0.0.1:${GATEWAY_PORT}/healthz`))).toEqual({
          ok: true,
          status: 'live',
        })
      })

      test('has its agents, one of them with a workspace outside home', async () => {
        const agents = JSON.parse(await must(stage.fleet.machines[name], 'openclaw agents list --json')) as readonly {
          readonly id: string
          readonly workspace: string
        }[]
        expect(agents.map(({ id }) => id).sort()).toEqual([...AGENTS].sort())
        expect(agents.find(({ id }) => id === 'archivist')?.workspace).toMatch(/^\/data\//)
      })

      test('has its jobs in the running gateway', async () => {
        const { jobs } = JSON.parse(
          await must(stage.fleet.machines[name], 'openclaw cron list --all --json'),
        ) as Listing
        expect(jobs.map(job => job.name)).toEqual(expect.arrayContaining(CRON_JOBS.map(job => job.name)))
      })

      test('has a key for the model provider and holds real conversations', async () => {
        const machine = stage.fleet.machines[name]
        expect(await must(machine, 'openclaw models auth --agent main list --json')).toContain('fleet:manual')
        expect(await must(machine, "openclaw agent --agent main --message 'Are you there?' --json")).toContain(
          'Noted. Message',
        )
      })

      test('polls the Bot API from its own address', async () => {
        const machine = stage.fleet.machines[name]
        const polledFrom = (): readonly string[] => stage.fleet.botApi.polls(token).map(({ from }) => from)
        for (let attempt = 0; attempt < 300 && polledFrom().length === 0; attempt++) await sleep(200)
        expect(new Set(polledFrom())).toEqual(new Set([machine.address]))
      })
    })

    test('keeps sessions in SQLite on alpha and in files on beta', async () => {
      const { alpha, beta } = stage.fleet.machines
      expect(await must(alpha, 'ls ~/.openclaw/agents/main/agent')).toContain('openclaw-agent.sqlite')
      expect(await must(beta, 'ls ~/.openclaw/agents/main/sessions')).toMatch(/^[0-9a-f-]{36}\.jsonl$/m)
      expect(await must(beta, 'cat ~/.openclaw/cron/jobs.json')).toContain('morning-summary')
    })

    test('gives gamma a home with a space, a taken port, and nothing of OpenClaw but its program', async () => {
      const { gamma } = stage.fleet.machines
      expect((await must(gamma, 'pwd')).trim()).toBe('/srv/claw home')
      expect(await must(gamma, `curl -fsS http://127.0.0.1:${GATEWAY_PORT}/`)).toBe('not OpenClaw')
      expect((await gamma.ssh('ls -d ~/.openclaw')).code).not.toBe(0)
      expect(await must(gamma, 'openclaw --version')).toContain('2026.9.6')
      expect((await gamma.ssh('loginctl show-user "$USER" -p Linger')).stdout).not.toContain('Linger=yes')
    })

    test('gives delta the older OpenClaw, unused', async () => {
      const { delta } = stage.fleet.machines
      expect(await must(delta, 'openclaw --version')).toContain('2026.5.28')
      expect((await delta.ssh('ls -d ~/.openclaw')).code).not.toBe(0)
    })

    test('gives epsilon npm with a registry that answers, and no OpenClaw', async () => {
      const { epsilon } = stage.fleet.machines
      expect((await epsilon.ssh('command -v openclaw')).code).not.toBe(0)
      expect((await must(epsilon, 'npm view openclaw@2026.9.6 version')).trim()).toBe('2026.9.6')
    })

    test('knows the user by the password it was given', async () => {
      const { delta } = stage.fleet.machines
      const answer = await delta.ssh('sudo -S -p "" id -u', { input: `${delta.password}\n` })
      expect(answer.stdout.trim()).toBe('0')
      expect(await must(delta, 'grep -c . ~/.ssh/authorized_keys')).toBe('1\n')
    })

    test('takes a machine back to how its recipe left it', async () => {
      const { delta } = stage.fleet.machines
      await must(delta, 'touch ~/was-here')
      await resetMachine(delta)
      expect((await delta.ssh('ls ~/was-here')).code).not.toBe(0)
    })

    test('cuts a machine off while its cable is out', async () => {
      const { epsilon } = stage.fleet.machines
      epsilon.setCable('out')
      const cut = await Promise.race([epsilon.ssh('true').then(() => 'answered'), sleep(1500).then(() => 'silent')])
      expect(cut).toBe('silent')
      epsilon.setCable('in')
      expect((await epsilon.ssh('true')).code).toBe(0)
    })
  })
}
