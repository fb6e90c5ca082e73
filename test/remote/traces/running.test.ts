import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { readProcess } from '../../../remote/proc'
import { test } from '../../helpers/posix'
import { TracedHome } from '../../helpers/traced-home'

/** One alone meets the moment in which a process ends in most runs, not in all. */
const ROUNDS = 2

let machine: TracedHome
const children: ChildProcess[] = []

beforeEach(() => {
  machine = new TracedHome()
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  machine[Symbol.dispose]()
})

interface Start {
  readonly title?: string
  readonly env?: Readonly<Record<string, string>>
  readonly script?: string
  readonly words?: readonly string[]
  readonly uid?: number
}

/** A process that says when it runs; answers its pid. */
async function start({ title, env = {}, script = '', words = [], uid }: Start): Promise<number> {
  const retitle = title === undefined ? '' : `process.title = ${JSON.stringify(title)};`
  const path = machine.write(
    `pkg/openclaw/dist/index.js`,
    `${retitle}${script};console.log(1);setInterval(() => 0, 1000)`,
    0o644,
  )
  const child = spawn(
    process.execPath,
    [...(title === undefined ? [path] : ['-e', `require(${JSON.stringify(path)})`]), ...words],
    {
      env: { HOME: machine.home, ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  children.push(child)
  await new Promise(resolve => child.stdout.once('data', resolve))
  return child.pid ?? 0
}

async function processTrace(pid: number) {
  const { byId } = await machine.traces(false)
  return byId.get(`process:${pid}:${readProcess(pid)?.startedAtTicks ?? 0}`)
}

test('processes are told with role, profile and start; the profile also when it forgot its words', async () => {
  machine.write('.openclaw/openclaw.json', '{}')
  machine.write('.openclaw-work/openclaw.json', '{}')
  const gateway = await start({ title: 'openclaw-gateway', env: { OPENCLAW_SERVICE_KIND: 'gateway' } })
  const work = await start({ title: 'openclaw-gateway', env: { OPENCLAW_PROFILE: 'work' } })
  const nodeRun = await start({ words: ['node', 'run', '--host', 'h'] })
  const hooks = await start({ title: 'openclaw-hooks' })
  const database = machine.write('.openclaw-work/state/x.sqlite', '')
  const forgotten = await start({
    title: 'openclaw-node',
    script: `require('fs').openSync(${JSON.stringify(database)})`,
  })
  expect(await processTrace(gateway)).toMatchObject({
    name: `openclaw-gateway (pid ${gateway})`,
    profile: 'default',
    process: { pid: gateway, role: 'gateway', unit: null },
  })
  expect(await processTrace(work)).toMatchObject({ profile: 'work' })
  expect(await processTrace(nodeRun)).toMatchObject({ profile: 'default', process: { role: 'node-run' } })
  expect(await processTrace(hooks)).toMatchObject({ process: { role: 'hooks' } })
  expect(await processTrace(forgotten)).toMatchObject({ profile: 'work', process: { role: 'node-host' } })
})

test('the lock of a gateway says whose it is', async () => {
  machine.write('.openclaw/openclaw.json', '{}')
  machine.write('.openclaw-ops/openclaw.json', '{}')
  const pid = await start({ title: 'openclaw-gateway' })
  machine.write('.openclaw-ops/tmp/openclaw-0/gateway.abc.lock', JSON.stringify({ pid, port: 1 }))
  expect(await processTrace(pid)).toMatchObject({ profile: 'ops' })
})

test('what runs for another home or another account is not listed, but not left out in silence', async context => {
  const elsewhere = await start({ title: 'openclaw-gateway', env: { HOME: '/somewhere/else' } })
  expect(await processTrace(elsewhere)).toBeUndefined()
  const { notSeen } = await machine.traces(false)
  expect(notSeen.find(({ what }) => what === 'Processes with another home')?.why).toContain('stay')
  if (process.getuid?.() !== 0) return context.skip('only root can give files and processes to another account')
  const foreign = spawn('sleep', ['60'], { argv0: 'openclaw-gateway', uid: 4242, gid: 4242 })
  children.push(foreign)
  const answer = await machine.traces(false)
  expect(answer.notSeen.find(({ what }) => what === 'Processes of other accounts')?.why).toContain('4242')
  expect([...answer.byId.values()].some(trace => trace.process?.pid === foreign.pid)).toBe(false)
})

test('what ends while it is looked at, and so can tell its home no more, is not taken for this home’s', async context => {
  if (process.platform !== 'linux') return context.skip('only Linux shows the variables of processes')
  for (let round = 0; round < ROUNDS; round++) {
    const others = Array.from({ length: 40 }, () =>
      spawn('sleep', ['60'], { argv0: 'openclaw-gateway', env: { HOME: '/somewhere/else' }, stdio: 'ignore' }),
    )
    children.push(...others)
    const pids = new Set(others.map(({ pid }) => pid))
    const killer = spawn('sh', ['-c', [...pids].map(pid => `kill -9 ${pid}; sleep 0.002`).join('; ')])
    const isOver = once(killer, 'close')
    while (killer.exitCode === null) {
      const { byId } = await machine.traces(false)
      expect([...byId.values()].filter(trace => pids.has(trace.process?.pid))).toEqual([])
    }
    await isOver
  }
})

test('ports are those that processes of OpenClaw listen on; one that somebody else holds is only noted', async () => {
  const free = createServer()
  await new Promise<void>(resolve => free.listen(0, '127.0.0.1', resolve))
  const address = free.address()
  const taken = typeof address === 'object' && address !== null ? address.port : 0
  machine.write('.openclaw/openclaw.json', `{ gateway: { port: ${taken} } }`)
  const ready = join(machine.home, 'ready')
  const pid = await start({
    title: 'openclaw-gateway',
    script: `require('net').createServer().listen(0, '127.0.0.1', function () { require('fs').writeFileSync(${JSON.stringify(ready)}, String(this.address().port)) })`,
  })
  const { byId, notSeen } = await machine.traces(false)
  const ports = [...byId.values()].filter(({ kind, process }) => kind === 'port' && process?.pid === pid)
  expect(ports).toMatchObject([{ profile: 'default', name: expect.stringContaining(`pid ${pid}`) as string }])
  expect(ports[0]?.id).toBe(`port:${ports[0]?.port ?? 0}`)
  expect(notSeen.map(({ what }) => what)).toContain(`Port ${taken}`)
  free.close()
})
