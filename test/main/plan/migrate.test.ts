import { describe, expect, test } from 'vitest'
import { planBackup } from '../../../main/plan/backup'
import { planMigrate } from '../../../main/plan/migrate'
import { PlanOptions, type Plan } from '../../../shared/plan'
import type { AgentDirFacts } from '../../../shared/survey'
import { gatewayUnit, nodeFacts, profileFacts } from '../../helpers/facts'

const stamp = { id: '11111111-1111-4111-8111-111111111111', now: new Date('2026-11-01T12:00:00Z') }
const config = JSON.stringify({
  gateway: { port: 18789 },
  agents: { defaults: { workspace: '/home/ada/.openclaw/workspace' } },
})

function plan(
  change: {
    readonly source?: ReturnType<typeof nodeFacts>
    readonly target?: ReturnType<typeof nodeFacts>
    readonly options?: Partial<PlanOptions>
    readonly takenPorts?: ReadonlyMap<number, string>
    readonly config?: string
  } = {},
): Plan {
  return planMigrate(
    {
      source: change.source ?? nodeFacts('alpha'),
      target: change.target ?? emptyTarget(),
      texts: new Map([['openclaw.json', change.config ?? config]]),
      takenPorts: change.takenPorts ?? new Map(),
      foreignBots: new Map(),
    },
    PlanOptions.parse(change.options ?? {}),
    stamp,
  )
}

function emptyTarget(version = '2026.9.6'): ReturnType<typeof nodeFacts> {
  const facts = nodeFacts('gamma', { version })
  return {
    ...facts,
    survey: {
      ...facts.survey,
      os: { ...facts.survey.os, user: 'svc', home: '/srv/claw home' },
      profiles: [],
      linger: { state: 'known', value: false },
    },
  }
}

const ids = (made: Plan): string[] => made.steps.map(step => step.id)

describe('the plan of a migration', () => {
  test('stops the source before its last capture, and starts the target only after that', () => {
    const order = ids(plan())
    expect(order.indexOf('stop-source')).toBeLessThan(order.indexOf('final'))
    expect(order.indexOf('final')).toBeLessThan(order.indexOf('stage'))
    expect(order.indexOf('commit')).toBeLessThan(order.indexOf('start'))
    expect(order.indexOf('safety')).toBe(0)
    expect(order.at(-1)).toBe('finish')
  })

  test('installs the service anew and switches linger on before it', () => {
    const order = ids(plan())
    expect(order.indexOf('linger')).toBeLessThan(order.indexOf('service'))
    expect(order.indexOf('service')).toBeLessThan(order.indexOf('start'))
  })

  test('has OpenClaw install plugins anew where there are some, before the gateway starts', () => {
    const withPlugins = (count: number) =>
      nodeFacts('alpha', { profile: { plugins: { state: 'known', value: count } } })
    const order = ids(plan({ source: withPlugins(2) }))
    expect(order.indexOf('validate')).toBeLessThan(order.indexOf('plugins'))
    expect(order.indexOf('plugins')).toBeLessThan(order.indexOf('start'))
    expect(ids(plan({ source: withPlugins(0) }))).not.toContain('plugins')
    expect(ids(plan({ source: withPlugins(2), options: { components: ['cron'] } }))).not.toContain('plugins')
  })

  test('goes by the port that clients of the source use, in the unit and in the configuration', () => {
    const gateway = { port: 19001, pid: 4711, uptimeMs: 1000, health: 'live' as const, foreignListener: null }
    const made = plan({ source: nodeFacts('alpha', { profile: { gateway } }) })
    expect(made.rewrites.find(row => row.pointer === '/gateway/port')).toMatchObject({ to: '19001', class: 'rewrite' })
    expect(JSON.stringify(made.steps.find(step => step.id === 'service')?.action)).toContain('"--port","19001"')
    expect(made.notes.join()).toContain('listens on port 19001, although openclaw.json says 18789')
  })

  test('takes back an OpenClaw that it installs, and linger', () => {
    const target = emptyTarget()
    const bare = { ...target, survey: { ...target.survey, openclaw: { state: 'known' as const, value: null } } }
    const { steps } = plan({ target: bare, options: { decisions: { 'install-openclaw': 'install' } } })
    const undoOf = (id: string) => steps.find(step => step.id === id)?.undo
    expect(undoOf('install')).toMatchObject({ type: 'command', purpose: 'uninstall-openclaw' })
    expect(undoOf('linger')).toMatchObject({ type: 'service', verb: 'disable-linger' })
  })

  test('never stops the source of a clone', () => {
    expect(ids(plan({ options: { mode: 'clone' } }))).not.toContain('stop-source')
  })

  test('waits for a stop as long as the unit itself allows', () => {
    const stop = plan().steps.find(step => step.id === 'stop-source')
    expect(stop?.limitMs).toBeGreaterThanOrEqual(330_000)
  })

  test('refuses a target with an older OpenClaw and says how to get on', () => {
    const made = plan({ target: emptyTarget('2026.5.28') })
    expect(made.blockers.map(blocker => blocker.code)).toContain('version-older')
    expect(made.blockers[0]?.wayOut).toMatch(/update/i)
    expect(made.steps).toEqual([])
  })

  test('imports older state on a newer target, before the configuration is judged', () => {
    const source = nodeFacts('beta', { version: '2026.5.28', profile: { era: 'files' } })
    const order = ids(plan({ source }))
    expect(order.indexOf('doctor')).toBeLessThan(order.indexOf('validate'))
    expect(order.indexOf('doctor')).toBeLessThan(order.indexOf('start'))
  })

  test('asks the doctor within a generation once the gateway answers, and before the proof', () => {
    const order = ids(plan())
    expect(order.indexOf('doctor')).toBeGreaterThan(order.indexOf('health'))
    expect(order.indexOf('doctor')).toBeLessThan(order.indexOf('prove'))
  })

  test('offers to install OpenClaw where it is missing, and waits for the answer', () => {
    const bare = emptyTarget()
    const target = { ...bare, survey: { ...bare.survey, openclaw: { state: 'known' as const, value: null } } }
    const asked = plan({ target })
    expect(asked.decisions.find(one => one.id === 'install-openclaw')?.chosen).toBeNull()
    expect(ids(plan({ target, options: { decisions: { 'install-openclaw': 'install' } } }))).toContain('install')
  })

  test('refuses when the disk of the target is too small, naming both numbers', () => {
    const target = emptyTarget()
    const full = {
      ...target,
      survey: {
        ...target.survey,
        disk: { state: 'known' as const, value: { path: '/', totalBytes: 1e9, freeBytes: 1e6 } },
      },
    }
    expect(plan({ target: full }).blockers[0]?.text).toMatch(/1 MB free; \d+ MB are needed/)
  })

  test('does not carry a configuration that cannot be read', () => {
    const source = nodeFacts('alpha', {
      profile: { config: { state: 'known', value: { isValid: false, problem: 'line 3' } } },
    })
    expect(plan({ source }).blockers.map(blocker => blocker.code)).toContain('config-invalid')
  })

  test('stops a gateway that runs on the target first, and its undo starts it again', () => {
    const target = nodeFacts('gamma', { profile: profileFacts({ services: [gatewayUnit()] }) })
    const stop = plan({ target }).steps.find(step => step.id === 'stop-target')
    expect(stop?.undo?.type).toBe('service')
  })

  test('relies on both nodes as they were surveyed', () => {
    expect(Object.values(plan().relies)).toEqual(['digest-alpha', 'digest-gamma'])
  })

  test('says in one sentence what happens', () => {
    expect(plan().sentence).toMatch(
      /^Carry 2 agents, 1 cron job, 1 channel account and 1 environment value from alpha to gamma\./,
    )
  })
})

describe('what an agent keeps outside the state directory', () => {
  const keeps = (agent: string, path: string, change: Partial<AgentDirFacts> = {}): AgentDirFacts => ({
    ...{ agent, path, isOutside: true, exists: true, refusal: null, size: { bytes: 500, files: 2 } },
    ...change,
  })
  const source = (...agentDirs: readonly AgentDirFacts[]) =>
    nodeFacts('alpha', { profile: { agentDirs: [...agentDirs] } })
  const naming = (path: string): string =>
    JSON.stringify({
      agents: { entries: { helper: { agentDir: path } }, defaults: { workspace: '/home/ada/.openclaw/workspace' } },
    })

  test('counts into the size, and is named', () => {
    const carried = plan({ source: source(keeps('helper', '/data/helper')) }).carried.find(
      ({ component }) => component === 'agents',
    )
    expect(carried?.size).toEqual({ bytes: 4500, files: 4 })
    expect(carried?.what).toBe('main, helper (from /data/helper)')
  })

  test.each([
    ['/data/helper', '/srv/claw home/.openclaw/agents/helper/agent-dir', 'rewrite'],
    ['/home/ada/vault/helper', '/srv/claw home/vault/helper', 'rewrite'],
    ['~/vault/helper', '~/vault/helper', 'keep'],
  ])('%s goes to %s, and the configuration says so', (named, to, kind) => {
    const path = named.replace('~', '/home/ada')
    const made = plan({ source: source(keeps('helper', path)), config: naming(named) })
    expect(made.blockers).toEqual([])
    const row = made.rewrites.find(({ pointer }) => pointer === '/agents/entries/helper/agentDir')
    expect(row).toMatchObject({ from: named, to, class: kind })
    expect(row?.why).not.toContain('Not carried')
  })

  test('stops the plan where it cannot be carried, unless neither agents nor credentials are', () => {
    const refused = keeps('helper', '/home/ada', { refusal: 'It holds the home directory as well.' })
    const made = plan({ source: source(refused) })
    expect(made.blockers.map(({ code }) => code)).toEqual(['agent-folder'])
    expect(made.steps).toEqual([])
    expect(made.leftOut[0]).toMatchObject({
      path: '/home/ada',
      why: expect.stringContaining('holds the home') as string,
    })
    expect(plan({ source: source(refused), options: { components: ['cron'] } }).blockers).toEqual([])
    const backup = planBackup(source(refused), PlanOptions.parse({}), stamp)
    expect(backup.leftOut[0]?.path).toBe('/home/ada')
    expect(backup.notes.join()).toContain('Not in this backup: /home/ada')
  })

  test('is not known where the configuration is broken, and a backup says so', () => {
    const agents = { state: 'known' as const, value: [{ id: 'main', workspace: null, sessions: 1 }] }
    const backup = planBackup(nodeFacts('alpha', { profile: { agents } }), PlanOptions.parse({}), stamp)
    expect(backup.notes.join()).toContain('nobody knows')
    expect(planBackup(nodeFacts('alpha'), PlanOptions.parse({}), stamp).notes).toEqual([])
  })
})
