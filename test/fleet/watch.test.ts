/**
 * Watching and cleaning up on real machines with the real OpenClaw: node hosts whose supervisor was killed, copies of the session
 * store that a kill left between write and rename, a gateway that writes while its orphans go, and orphans that outlived an
 * upgrade. Driven by the command line, and looked at afterwards with plain ssh commands.
 */
import { describe, expect, test } from 'vitest'
import type { Operation, Plan } from '../../shared/plan'
import { MINUTE } from '../../shared/units'
import type { Machine } from './fleet'
import { sleep } from './host'
import { GATEWAY_PORT } from './machines/state'
import { must } from './recipe'
import { useMachines } from './stage'

const SESSIONS = '~/.openclaw/agents/main/sessions'
const STALE = 'sessions.json.*.tmp'

const stage = useMachines(['theta', 'gamma'])

async function previewed(machine: Machine, ...words: readonly string[]): Promise<NonNullable<Plan['cleaning']>> {
  const ran = await stage.ocm.run(['clean', ...words.slice(0, 1), machine.name, '--preview', ...words.slice(1)])
  expect(ran.code, ran.stderr.slice(-6000)).toBe(0)
  const { cleaning } = ran.json() as Plan
  if (cleaning === undefined) throw new Error('A plan to clean up says what of.')
  return cleaning
}

/** Cleans up; answers a run that ended with every row of its proof proven. */
async function cleaned(machine: Machine, ...words: readonly string[]): Promise<Operation> {
  const ran = await stage.ocm.run(['clean', ...words.slice(0, 1), machine.name, ...words.slice(1)])
  expect(ran.code, ran.stderr.slice(-6000)).toBe(0)
  const operation = ran.json() as Operation
  expect(operation.state).toBe('done')
  expect(operation.proof.length).toBeGreaterThan(0)
  expect(operation.proof.filter(row => row.verdict !== 'proven')).toEqual([])
  return operation
}

async function pidsOf(machine: Machine, title: string): Promise<number[]> {
  const { stdout } = await machine.ssh(`pgrep -f '^${title}$'`)
  return stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map(Number)
    .sort((a, b) => a - b)
}

async function gatewayPid(machine: Machine): Promise<number> {
  return Number(await must(machine, 'systemctl --user show openclaw-gateway -p MainPID --value'))
}

const isLive = async (machine: Machine): Promise<boolean> =>
  (await machine.ssh(`curl -fsS --max-time 3 http://127.0.0.1:${GATEWAY_PORT}/healthz`)).stdout.includes('"ok":true')

describe.skipIf(stage.isSkipped)('node hosts whose supervisor was killed (2026.7.1)', () => {
  /** `node run` as one leaves it running after logging out. Answers the pids of wrapper and worker. */
  async function nodeRun(machine: Machine): Promise<{ wrapper: number; worker: number }> {
    const before = { wrappers: await pidsOf(machine, 'openclaw'), workers: await pidsOf(machine, 'openclaw-node') }
    const token = `$(node -p 'JSON.parse(require("fs").readFileSync(process.env.HOME+"/.openclaw/openclaw.json","utf8")).gateway.auth.token')`
    const run = `setsid -f openclaw node run --host 127.0.0.1 --port ${GATEWAY_PORT} > ~/node-run.log 2>&1 < /dev/null`
    await must(machine, `export OPENCLAW_GATEWAY_TOKEN=${token}; ${run}`)
    for (let tries = 0; tries < 120; tries++) {
      await sleep(500)
      const wrapper = (await pidsOf(machine, 'openclaw')).find(pid => !before.wrappers.includes(pid))
      const worker = (await pidsOf(machine, 'openclaw-node')).find(pid => !before.workers.includes(pid))
      if (wrapper !== undefined && worker !== undefined) return { wrapper, worker }
    }
    throw new Error(`No node host came up: ${await must(machine, 'tail -20 ~/node-run.log')}`)
  }

  test(
    'are told from a healthy pair and from the gateway, and only they are ended',
    async () => {
      const { theta } = stage.fleet.machines
      const pairs = [await nodeRun(theta), await nodeRun(theta), await nodeRun(theta)]
      const [healthy, ...others] = pairs
      const gateway = await gatewayPid(theta)
      const all = await previewed(theta, 'processes')
      expect(all.trees.some(tree => tree.isLeaked)).toBe(false)

      for (const { wrapper } of others) await must(theta, `kill -9 ${wrapper}`)
      await sleep(12_000) // What ends by itself has ended by then.
      const leaked = others.map(({ worker }) => worker).sort((a, b) => a - b)
      const watched = await stage.ocm.run(['watch', '--once', 'theta'])
      expect(watched.code, watched.stderr.slice(-3000)).toBe(0)
      const { trees, fault } = await previewed(theta, 'processes')
      const processes = trees.flatMap(tree => tree.processes)
      const found = processes.filter(({ verdict }) => verdict === 'leaked').map(({ pid }) => pid)
      expect(found.sort((a, b) => a - b)).toEqual(leaked)
      expect(processes.find(({ pid }) => pid === healthy?.worker)?.verdict).toBe('owned')
      expect(processes.find(({ pid }) => pid === gateway)).toMatchObject({ family: 'gateway', verdict: 'owned' })
      const why = processes.find(({ pid }) => pid === leaked[0])?.why.join(' ')
      expect(why).toContain('The `node run` that supervised it is gone.')
      expect(fault?.text).toBeTruthy()

      await cleaned(theta, 'processes')
      expect(await pidsOf(theta, 'openclaw-node')).toEqual([healthy?.worker])
      expect(await pidsOf(theta, 'openclaw')).toContain(healthy?.wrapper)
      expect(await gatewayPid(theta)).toBe(gateway)
      expect(await isLive(theta)).toBe(true)
    },
    6 * MINUTE,
  )
})

describe.skipIf(stage.isSkipped)('orphans of a session store in files (2026.7.1)', () => {
  /** Ends whoever writes a copy of the store as soon as the copy is there: before it can be renamed. */
  const KILLER = `
    const fs = require('fs'), folder = process.env.HOME + '/.openclaw/agents/main/sessions'
    fs.watch(folder, (_event, name) => {
      const pid = /^sessions\\.json\\.(\\d+)\\..*\\.tmp$/.exec(name || '')?.[1]
      if (pid === undefined) return
      try { process.kill(Number(pid), 'SIGKILL') } catch { return }
      console.log('killed ' + pid)
      process.exit(0)
    })
    setTimeout(() => process.exit(1), 60000)`
  /** A store of 20 MB takes long enough to write. */
  const GROW = `
    const fs = require('fs'), path = process.env.HOME + '/.openclaw/agents/main/sessions/sessions.json'
    const store = JSON.parse(fs.readFileSync(path, 'utf8')), [first] = Object.values(store)
    for (let index = 0; index < 20; index++) store['agent:main:grown-' + index] = {
      ...first, sessionId: crypto.randomUUID(), updatedAt: Date.now() - index * 60000,
      skillsSnapshot: { ...first.skillsSnapshot, prompt: 'x'.repeat(1 << 20) } }
    fs.writeFileSync(path, JSON.stringify(store, null, 2), { mode: 0o600 })`
  const count = async (machine: Machine): Promise<number> =>
    Number(await must(machine, `find ${SESSIONS} -maxdepth 1 -name '${STALE}' | wc -l`))
  const storeIsWhole = (machine: Machine): Promise<string> =>
    must(
      machine,
      `node -p 'typeof JSON.parse(require("fs").readFileSync("'$HOME'/.openclaw/agents/main/sessions/sessions.json","utf8"))'`,
    )

  test(
    'made by kill -9 between write and rename go once they are old enough, and the live store stays',
    async () => {
      const { theta } = stage.fleet.machines
      await must(theta, 'node -', GROW)
      await must(theta, 'cat > ~/killer.js', KILLER)
      for (let tries = 0; tries < 5 && (await count(theta)) < 2; tries++) {
        await theta.ssh(
          `node ~/killer.js > ~/killer.log 2>&1 & sleep 1; timeout 40 openclaw agent --agent main --message 'Are you there?' --json; wait`,
        )
        for (let waits = 0; waits < 120 && !(await isLive(theta)); waits++) await sleep(500)
      }
      const made = await count(theta)
      expect(made).toBeGreaterThan(0)
      const young = await previewed(theta, 'orphans')
      expect(young.groups.map(({ count: going }) => going)).toEqual([0])
      expect(young.groups[0]?.kept).toMatchObject([{ why: 'too-young', count: made }])

      await must(theta, `touch -d '2 hours ago' ${SESSIONS}/${STALE}`)
      const [group] = (await previewed(theta, 'orphans')).groups
      expect(group).toMatchObject({ count: made, store: { state: 'files' } })
      const put = await cleaned(theta, 'orphans', '--undo')
      expect(await count(theta)).toBe(0)
      expect((await stage.ocm.run(['clean', 'put-back', put.id])).code).toBe(0)
      expect(await count(theta)).toBe(made)
      await cleaned(theta, 'orphans')
      expect(await count(theta)).toBe(0)
      expect((await storeIsWhole(theta)).trim()).toBe('object')
    },
    10 * MINUTE,
  )

  test(
    'go while OpenClaw writes its store next to them, which it never notices',
    async () => {
      const { theta } = stage.fleet.machines
      const litter = `
        const fs = require('fs'), folder = process.env.HOME + '/.openclaw/agents/main/sessions/', old = Date.now() / 1000 - 9000
        for (let index = 0; index < 3000; index++) {
          const path = folder + 'sessions.json.4100000.' + crypto.randomUUID() + '.tmp'
          fs.writeFileSync(path, 'x'.repeat(1000), { mode: 0o600 })
          fs.utimesSync(path, old, old)
        }`
      let isOver = false
      let messages = 0
      const talk = async (): Promise<void> => {
        while (!isOver) {
          const said = await must(theta, `openclaw agent --agent main --message 'Number ${messages}' --json`)
          expect(said).toContain('Noted. Message')
          messages += 1
        }
      }
      const talking = talk()
      for (let round = 0; round < 3; round++) {
        await must(theta, 'node -', litter)
        await cleaned(theta, 'orphans')
        expect(Number(await must(theta, `find ${SESSIONS} -maxdepth 1 -name 'sessions.json.4100000.*' | wc -l`))).toBe(
          0,
        )
      }
      isOver = true
      await talking
      expect(messages).toBeGreaterThan(0)
      expect((await storeIsWhole(theta)).trim()).toBe('object')
      const { stdout } = await theta.ssh(
        'journalctl --user -u openclaw-gateway --since "-10 min" | grep -c ENOENT.*sessions.json',
      )
      expect(stdout.trim()).toBe('0')
    },
    10 * MINUTE,
  )

  test(
    'that outlived the upgrade to SQLite go by the guard of the database',
    async () => {
      const { theta, gamma } = stage.fleet.machines
      await must(
        theta,
        `touch -d '30 days ago' ${SESSIONS}/sessions.json.4242.0f3a6c1e-0000-4000-8000-00000000000a.tmp`,
      )
      const left = ['*.log', 'cache', 'tmp', 'extensions', 'browser'].map(name => `--exclude='${name}'`).join(' ')
      const state = await must(theta, `cd ~ && tar -czf - ${left} .openclaw | base64 -w0`)
      await must(gamma, 'base64 -d | tar -xzf - -C ~', state)
      // Its first run stops half-way: a part of the import waits for another that comes later in it.
      const doctor = 'timeout 300 openclaw doctor --fix --non-interactive > ~/doctor.log 2>&1 < /dev/null'
      await must(gamma, `${doctor} || ${doctor}`)
      expect((await gamma.ssh(`ls ${SESSIONS}/sessions.json`)).code).not.toBe(0)
      expect(await count(gamma)).toBe(1)
      const [group] = (await previewed(gamma, 'orphans')).groups
      expect(group).toMatchObject({ count: 1, store: { state: 'sqlite' } })
      await cleaned(gamma, 'orphans')
      expect(await count(gamma)).toBe(0)
    },
    10 * MINUTE,
  )

  test(
    'stay where neither store is there: one of them may be the only copy',
    async () => {
      const { gamma } = stage.fleet.machines
      await must(
        gamma,
        `head -c 2000 /dev/zero > ${SESSIONS}/sessions.json.4242.0f3a6c1e-0000-4000-8000-00000000000b.tmp`,
      )
      await must(gamma, `touch -d '3 days ago' ${SESSIONS}/${STALE}`)
      await must(gamma, 'mkdir ~/away && mv ~/.openclaw/agents/main/agent/openclaw-agent.sqlite* ~/away/')
      const [group] = (await previewed(gamma, 'orphans')).groups
      expect(group).toMatchObject({ count: 0, store: { state: 'missing' }, newest: { bytes: 2000 } })
      expect(group?.kept).toMatchObject([{ why: 'store-missing', count: 1 }])
    },
    2 * MINUTE,
  )
})

test.skipIf(stage.isSkipped)(
  'a poll tells the version, the gateway and the disk, and leaves nothing running',
  async () => {
    const { theta } = stage.fleet.machines
    const watched = await stage.ocm.run(['watch', '--once', 'theta'])
    expect(watched.code, watched.stderr.slice(-3000)).toBe(0)
    const text = JSON.stringify(watched.json())
    const point = /"seen":\{/.test(text) ? text : ''
    expect(point).toContain('2026.7.1')
    expect(point).toContain(`"port":${GATEWAY_PORT}`)
    expect(point).toContain('"health":"live"')
    expect(await must(theta, `ps -eo args | grep -c '[e]val(Buffer' || true`)).toBe('0\n')
  },
)
