import { spawn, type ChildProcess } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { closeSync, ftruncateSync, openSync, rmSync, statfsSync, symlinkSync, utimesSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import { handleSample } from '../../../remote/watch/sample'
import { looksOnLinux, unitOf } from '../../../remote/watch/linux'
import { Sample } from '../../../shared/sample'
import { until } from '../../helpers/child-channel'
import { LitteredHome } from '../../helpers/littered-home'
import { RemoteSession } from '../../helpers/remote-context'
import { test } from '../../helpers/posix'

const UUID = '0f3a6c1e-0000-4000-8000-00000000000a'

let home: LitteredHome
const children: ChildProcess[] = []
const pids: number[] = []
const servers: Server[] = []

beforeEach(() => {
  home = new LitteredHome()
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const pid of pids.splice(0)) process.kill(pid, 'SIGKILL')
  for (const server of servers.splice(0)) server.close()
  home[Symbol.dispose]()
})

async function sample(withSizes = true): Promise<Sample> {
  using session = new RemoteSession()
  return Sample.parse((await session.ask(handleSample, { extraStateDirs: [], withSizes })).result)
}

/** A process of OpenClaw's kind, as its title, that says when it runs and what it was told by those it started. */
async function start(
  script: string,
  env: Record<string, string> = {},
  words: string[] = [],
): Promise<{ pid: number; told: string }> {
  const child = spawn(process.execPath, ['-e', `${script}; setInterval(() => 0, 1000)`, ...words], {
    env: { HOME: home.machine.home, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  children.push(child)
  const told = await new Promise<Buffer>(resolve => child.stdout.once('data', resolve))
  return { pid: child.pid ?? 0, told: told.toString().trim() }
}
const titled = (title: string): string => `process.title = '${title}'; console.log(1)`
/** Starts a worker in a session of its own, as a wrapper of `node run` does, and tells its pid. */
const WRAPPER = `process.title = 'openclaw'
const worker = require('child_process').spawn(process.execPath, ['-e', "process.title = 'openclaw-node'; console.log(1); setInterval(() => 0, 1000)"], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
worker.stdout.once('data', () => console.log(worker.pid))`

describe('processes', () => {
  test('a wrapper and its worker are a healthy pair until the wrapper is killed', async () => {
    const { pid: wrapper, told } = await start(WRAPPER)
    const worker = Number(told)
    pids.push(worker)
    const healthy = await sample()
    expect(healthy.processes.map(({ pid, family, verdict, rootPid }) => [pid, family, verdict, rootPid])).toEqual(
      [
        [wrapper, 'node-run', 'owned', wrapper],
        [worker, 'node-run', 'owned', wrapper],
      ].sort((a, b) => Number(a[0]) - Number(b[0])),
    )
    process.kill(wrapper, 'SIGKILL')
    // A process that ends lets go of its memory before it lets go of its children.
    await until('the worker to be taken in', async () => (await sample()).processes[0]?.ppid !== wrapper)
    const [orphan] = (await sample()).processes
    // Too young to be called leaked: a healthy one would leave within seconds.
    expect(orphan).toMatchObject({
      pid: worker,
      family: 'node-run',
      verdict: 'unsure',
      rootPid: worker,
      profile: 'default',
    })
    expect(orphan?.why.join(' ')).toContain('It only just lost its supervisor')
    expect(orphan?.cpuMs).toBeGreaterThan(0)
    expect(orphan?.rssBytes).toBeGreaterThan(1_000_000)
  })

  test('of another home of the same account are not this node’s', async () => {
    await start(titled('openclaw-gateway'), { HOME: '/somewhere/else' })
    expect((await sample()).processes).toEqual([])
  })

  test('never lose the words and variables they were told by while they end', async context => {
    if (process.platform !== 'linux') return context.skip('only Linux shows the variables of processes')
    const others = Array.from({ length: 40 }, () =>
      spawn('sleep', ['60'], { argv0: 'openclaw', env: { HOME: '/somewhere/else' }, stdio: 'ignore' }),
    )
    children.push(...others)
    const killer = spawn('sh', ['-c', others.map(({ pid }) => `kill -9 ${pid}; sleep 0.01`).join('; ')])
    children.push(killer)
    const pids = new Set(others.map(({ pid }) => pid))
    while (killer.exitCode === null) {
      const seen = looksOnLinux(2_000).looks.filter(({ pid }) => pids.has(pid))
      expect(seen.filter(({ environment }) => environment?.get('HOME') !== '/somewhere/else')).toEqual([])
      await setImmediate()
    }
  })

  test('are told with their profile, and without what is secret', async () => {
    home.machine.write('.openclaw-work/openclaw.json', '{}')
    const { pid } = await start(titled('openclaw-gateway'), {
      OPENCLAW_PROFILE: 'work',
      OPENCLAW_GATEWAY_TOKEN: 'hunter22',
    })
    const seen = await sample()
    expect(seen.processes).toMatchObject([{ pid, family: 'gateway', profile: 'work', verdict: 'owned' }])
    expect(JSON.stringify(seen)).not.toContain('hunter22')
  })

  test.each([
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/openclaw-gateway.service', 'openclaw-gateway'],
    ['/user.slice/user-1000.slice/session-3.scope', null],
    ['/user.slice/user-1000.slice/user@1000.service/init.scope', null],
    ['/system.slice/ssh.service', 'ssh'],
    ['/system.slice/claw.service/payload', 'claw'],
    ['/', null],
    [null, null],
  ])('group %s is unit %s', (cgroup, unit) => {
    expect(unitOf(cgroup)).toBe(unit)
  })
})

describe('the gateway', () => {
  const gatewayOn = (port: number): string =>
    `process.title = 'openclaw-gateway'; require('http').createServer((_q, r) => r.end('{"ok":true,"status":"live"}')).listen(${port}, '127.0.0.1', function () { console.log(this.address().port) })`

  test('is told with its process, where it listens, and that it is well', async () => {
    const { pid, told } = await start(gatewayOn(0))
    const port = Number(told)
    home.machine.write('.openclaw/openclaw.json', `{ gateway: { port: ${port} } }`)
    const [pulse] = (await sample()).gateways
    expect(pulse).toMatchObject({ profile: 'default', isExpected: false, port, listensOn: [port], pid, health: 'live' })
    expect(pulse?.startedAtTicks).toBeGreaterThan(0)
  })

  test('that listens elsewhere than configured is asked where it is, and both ports are told', async () => {
    home.machine.write('.openclaw/openclaw.json', '{ gateway: { port: 1 } }')
    const { told } = await start(gatewayOn(0))
    expect((await sample()).gateways[0]).toMatchObject({ port: 1, listensOn: [Number(told)], health: 'live' })
  })

  test('that runs and does not answer is failing; what answers with anything else is not live', async () => {
    home.machine.write('.openclaw/openclaw.json', '{ gateway: { port: 1 } }')
    await start(titled('openclaw-gateway'))
    expect((await sample()).gateways[0]).toMatchObject({ listensOn: [], health: 'failing' })
    const server = createServer((_request, response) => response.end('not OpenClaw'))
    servers.push(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    home.machine.write('.openclaw/openclaw.json', `{ gateway: { port: ${(server.address() as AddressInfo).port} } }`)
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await until('it to be down', async () => (await sample(false)).gateways[0]?.health === 'down')
  })

  test('is expected while a service for it is installed and enabled', async () => {
    const units = '.config/systemd/user'
    const unit = home.machine.write(
      `${units}/openclaw-gateway.service`,
      '[Service]\nExecStart=/usr/bin/node /x/openclaw/dist/index.js gateway --port 4711\n',
    )
    expect((await sample()).gateways[0]).toMatchObject({ isExpected: false, port: 4711, health: 'down', pid: null })
    home.machine.link(`${units}/default.target.wants/openclaw-gateway.service`, unit)
    expect((await sample()).gateways[0]?.isExpected).toBe(true)
  })
})

describe('the machine', () => {
  test('is told with its clocks, memory and the file systems that hold something of OpenClaw', async () => {
    const { clock, cpus, memory, disks, tookMs, cpuMs } = await sample()
    expect(Math.abs(clock.wallMs - Date.now())).toBeLessThan(60_000)
    expect(clock.bootId).toMatch(/^[0-9a-f-]{36}$/)
    expect(cpus).toBeGreaterThan(0)
    expect(memory.freeBytes).toBeLessThan(memory.totalBytes)
    const { blocks, bsize, files } = statfsSync(home.stateDir)
    expect(disks.find(({ path }) => home.stateDir.startsWith(dirname(path)))).toMatchObject({
      totalBytes: blocks * bsize,
      totalInodes: files,
    })
    expect(tookMs).toBeGreaterThanOrEqual(0)
    expect(cpuMs).toBeGreaterThan(0)
  })

  test('tells the version that is installed', async () => {
    home.machine.install('.npm-global', '2026.7.1')
    expect((await sample()).version).toBe('2026.7.1')
  })

  test('without any OpenClaw is an answer as well', async () => {
    rmSync(home.stateDir, { recursive: true })
    expect(await sample()).toMatchObject({ gateways: [], processes: [], disks: expect.any(Array) as unknown[] })
  })

  test.each([
    ['broken', '{ gateway: '],
    ['no object', '[]'],
    ['with values that make no sense', '{ gateway: { port: "x" }, agents: { list: 5, entries: [] } }'],
    ['huge numbers', '{ gateway: { port: 1e300 } }'],
  ])('with a configuration that is %s is one, too', async (_name, config) => {
    home.machine.write('.openclaw/openclaw.json', config)
    expect((await sample()).gateways).toHaveLength(1)
  })

  test('survives hostile locks, units and folders', async () => {
    home.machine.write('.openclaw/tmp/openclaw-0/gateway.x.lock', '{"pid":"1","port":{}}')
    home.machine.write('.config/systemd/user/openclaw-gateway.service', '[Service]\nExecStart=\n'.repeat(1000))
    home.machine.write('.openclaw/agents/--profile/sessions/x', '')
    const pipe = home.file(`agents/main/sessions/sessions.json.${UUID}.tmp`)
    rmSync(pipe)
    symlinkSync(pipe, pipe)
    utimesSync(home.sessions, 0, 0)
    const fd = openSync(join(home.sessions, 'big.jsonl'), 'w')
    ftruncateSync(fd, 2 ** 42)
    closeSync(fd)
    const { sizes } = await sample()
    expect(sizes.sessions?.bytes).toBeGreaterThanOrEqual(2 ** 42)
  })
})
