import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createOutput } from '../../../main/cli/output'
import { testStages } from '../../../main/nodes/test-stages'
import type { Services } from '../../../main/services'
import type { NodeRecord } from '../../../shared/node'
import type { Component } from '../../../shared/components'
import { PlanOptions, type Operation } from '../../../shared/plan'
import { MINUTE } from '../../../shared/units'
import { failureOf } from '../../helpers/failure'
import { decided, open, startYard, untilLive, type Yard } from '../../helpers/nodes'
import { fixtureProgram } from '../../helpers/remote-programs'
import { MOUNT_OBSTACLE, skips, USER_OBSTACLE } from '../../helpers/requirement'
import { startSshd, type Sshd } from '../../helpers/sshd'
import { tempFolder } from '../../helpers/temp'
import { TempFolder } from '../../helpers/temp-folder'
import { throwawayUser } from '../../helpers/throwaway-user'

function introduce(services: Services, sshd: Sshd, label: string): NodeRecord {
  const record = services.registry.add({ ...sshd.input, label })
  services.hostKeys.replace(record.id, sshd.hostKey)
  return record
}

describe.skipIf(skips('machines that lack something', MOUNT_OBSTACLE))('a machine', () => {
  let yard: Yard
  const undo = new AsyncDisposableStack()
  beforeAll(async () => {
    yard = undo.use(await startYard({ count: 1 }))
    await untilLive(yard.node('pc-a'))
  })
  afterAll(() => undo.disposeAsync())

  test(
    'without Node.js is told as such by the test, the survey and every plan, with what to do',
    async () => {
      const { services } = yard
      using home = tempFolder()
      const everyNode = [process.execPath, '/usr/bin/node', '/usr/bin/nodejs', '/usr/local/bin/node'].filter(existsSync)
      const env = { HOME: home.path, PATH: '/usr/bin:/bin' }
      await using sshd = await startSshd({ env, hiding: everyNode })
      const record = introduce(services, sshd, 'no-node')
      const missing = {
        code: 'node-missing',
        message: 'No Node.js was found on this machine.',
        hint: expect.stringContaining('Install it') as string,
      }
      const stages = await testStages(services, record.id, () => undefined)
      expect(stages.map(one => one.state)).toEqual(['ok', 'ok', 'ok', 'ok', 'failed', 'skipped'])
      expect(stages[4]).toMatchObject({ text: missing.message, hint: missing.hint })
      const view = await services.fleet.survey(record.id)
      expect(view).toMatchObject({ survey: null, problem: missing })
      const [source] = [yard.record('pc-a').id]
      expect(await failureOf(services.planner.backup(record.id, yard.options()))).toMatchObject(missing)
      expect(await failureOf(services.planner.migrate(source, record.id, yard.options()))).toMatchObject(missing)
    },
    MINUTE,
  )

  test(
    'without OpenClaw is surveyed as such, has nothing to back up, and is offered an install when something moves there',
    async () => {
      const { services } = yard
      using home = tempFolder()
      await using sshd = await startSshd({ env: { HOME: home.path }, hiding: [] })
      const record = introduce(services, sshd, 'no-openclaw')
      const stages = await testStages(services, record.id, () => undefined)
      expect(stages.map(one => one.state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok'])
      expect(stages[5]?.text).toBe('OpenClaw is not installed; OCM can install it when you migrate here.')
      const { survey } = await services.fleet.survey(record.id)
      expect(survey).toMatchObject({ openclaw: { state: 'known', value: null }, profiles: [] })
      const backup = await services.planner.backup(record.id, yard.options())
      expect(backup).toMatchObject({
        steps: [],
        blockers: [{ code: 'no-profile', wayOut: expect.any(String) as string }],
      })
      expect((await failureOf(services.operations.run(backup.id))).code).toBe('plan-blocked')
      const plan = await services.planner.migrate(yard.record('pc-a').id, record.id, yard.options())
      const install = plan.decisions.find(one => one.id === 'install-openclaw')
      expect(install).toMatchObject({ title: 'OpenClaw is not installed on no-openclaw', chosen: null })
      expect(install?.options.map(one => one.label)).toEqual(['Install OpenClaw 2026.9.6 with npm'])
      expect(plan.steps.map(step => step.id)).toContain('install')
      expect(decided(plan)).toMatchObject({ 'install-openclaw': 'install' })
    },
    MINUTE,
  )
})

test.skipIf(skips('files that a node’s user may not read', USER_OBSTACLE))(
  'an unreadable file fails the backup by name and nothing of it is listed; what is without it is backed up',
  async () => {
    using folder = tempFolder()
    await using services = await open(folder.join('data'))
    using home = new TempFolder()
    using user = throwawayUser({ home: home.path })
    home.write('.openclaw/openclaw.json', '{ gateway: { port: 18999 } }')
    home.write('.openclaw/agents/main/agent/auth-profiles.json', '{}')
    const locked = home.write('.openclaw/credentials/whatsapp/creds.json', '{}')
    execFileSync('chown', ['-R', user.name, home.path])
    chownSync(locked, 0, 0)
    await using sshd = await startSshd({ user: user.name, env: { HOME: home.path }, hiding: [] })
    const { id } = introduce(services, sshd, 'locked')
    const backUp = async (...components: readonly Component[]): Promise<Operation> => {
      const plan = await services.planner.backup(id, PlanOptions.parse({ components }))
      return services.operations.settled((await services.operations.run(plan.id)).id)
    }
    const failed = await backUp('gateway', 'agents', 'credentials')
    expect(failed.state).toBe('failed')
    expect(failed.error).toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('credentials/whatsapp/creds.json') as string,
      hint: expect.stringContaining('leave that component out') as string,
    })
    expect(await services.refreshBackups()).toEqual([])
    expect((await backUp('gateway', 'agents')).error).toBeNull()
    expect((await services.refreshBackups()).map(row => row.state)).toEqual(['good'])
  },
  MINUTE,
)

const ATTACKS = [
  'garbage json',
  'wrong shape',
  'oversized frame',
  'item where none belongs',
  'error with an unknown code',
]

test.each(ATTACKS)(
  'a node that answers with %s is told as such; OCM lives on, and the others are as before',
  async attack => {
    using folder = tempFolder()
    const program = folder.join('program.cjs')
    writeFileSync(program, await fixtureProgram('hostile-program'))
    await using services = await open(folder.join('data'), program)
    await using sshd = await startSshd({ env: { HOME: folder.path, OCM_ATTACK: attack } })
    const record = introduce(services, sshd, 'hostile')
    const told = { code: 'bad-answer', hint: expect.any(String) as string }
    const view = await services.fleet.survey(record.id)
    expect(view).toMatchObject({ reach: 'offline', survey: null, problem: told })
    const failure = await failureOf(services.planner.backup(record.id, PlanOptions.parse({ components: ['gateway'] })))
    expect(failure).toMatchObject(told)
    // What it sent is not repeated to the person: it may be anything.
    expect(JSON.stringify([view.problem, failure.message])).not.toContain('rm -rf')
    expect((await services.fleet.list()).map(one => one.record.label)).toEqual(['hostile'])
  },
)

test('what a node named is printed without anything that a terminal would obey', () => {
  const printed: string[] = []
  const keep = (text: string | Uint8Array): boolean => printed.push(String(text)) > 0
  using _out = vi.spyOn(process.stdout, 'write').mockImplementation(keep)
  using _err = vi.spyOn(process.stderr, 'write').mockImplementation(keep)
  const named = 'a\u001b[2Jb\u009b31mc\u202ed\re\u0007'
  const output = createOutput(false)
  output.result({}, () => named)
  output.say(named)
  output.error({ code: 'file-changed', message: named, hint: named })
  const clean = 'a\ufffd[2Jb\ufffd31mc\ufffdd\ufffde\ufffd\n'
  expect(printed).toEqual([clean, clean, clean + clean])
})
