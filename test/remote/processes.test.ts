import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { handleGround } from '../../remote/ground'
import { handleHealth } from '../../remote/health'
import { handleKill } from '../../remote/kill'
import { readProcess } from '../../remote/proc'
import { handleProcesses } from '../../remote/processes'
import { isOpenClaw, roleOf } from '../../remote/recognize'
import { handleValues } from '../../remote/values'
import type { Handler } from '../../remote/handler'
import type { Params, RequestName, Result } from '../../shared/protocol'
import { isRunning, until } from '../helpers/child-channel'
import { RemoteSession } from '../helpers/remote-context'
import { TempFolder } from '../helpers/temp-folder'

const children: ChildProcess[] = []
const servers: Server[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const server of servers.splice(0)) server.close()
})

async function ask<R extends RequestName>(handler: Handler<R>, params: Params<R>): Promise<Result<R>> {
  using session = new RemoteSession()
  return (await session.ask(handler, params)).result
}

async function started(title: string): Promise<number> {
  const child = spawn(process.execPath, [
    '-e',
    `process.title = ${JSON.stringify(title)}; console.log(1); setInterval(() => 0, 1000)`,
  ])
  children.push(child)
  await new Promise(resolve => child.stdout.once('data', resolve))
  return child.pid ?? 0
}

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

describe('recognition', () => {
  test.each([
    [['openclaw-gateway'], true],
    [['/usr/bin/openclaw'], true],
    [['clawdbot'], true],
    [['/usr/bin/node', '/usr/lib/node_modules/openclaw/dist/index.js', 'gateway', '--port', '18789'], true],
    [['node', '--max-old-space-size=4096', '/srv/x/openclaw.mjs', 'node', 'run'], true],
    [['/opt/node', '/usr/local/bin/openclaw', 'gateway'], true],
    [['vim', '/usr/lib/node_modules/openclaw/dist/index.js'], false],
    [['sh', '-c', 'openclaw gateway'], false],
    [['node', 'server.js', '--openclaw'], false],
    [['openclaw-gateway-wrapper.sh'], false],
    [[], false],
  ])('%j: %s', (argv, expected) => {
    expect(isOpenClaw(argv)).toBe(expected)
  })

  test('tells gateways from node hosts by title, variables or words', () => {
    expect(roleOf(['openclaw-gateway'], null)).toBe('gateway')
    expect(roleOf(['openclaw-node'], null)).toBe('node-host')
    expect(roleOf(['openclaw'], new Map([['OPENCLAW_SERVICE_KIND', 'gateway']]))).toBe('gateway')
    expect(roleOf(['node', '/x/openclaw/dist/index.js', 'node', 'run'], null)).toBe('node-host')
    expect(roleOf(['openclaw-cron'], null)).toBe('other')
  })
})

describe('processes', () => {
  test('are found by title with what identifies them', async () => {
    const pid = await started('openclaw-gateway')
    const { processes, bootedAtMs } = await ask(handleProcesses, {})
    const found = processes.find(process => process.pid === pid)
    expect(found).toMatchObject({
      ppid: process.pid,
      uid: process.getuid?.(),
      argv: ['openclaw-gateway'],
      exe: process.execPath,
    })
    expect(found?.rssBytes).toBeGreaterThan(1_000_000)
    expect(found?.ageMs).toBeLessThan(60_000)
    expect(bootedAtMs).toBeLessThan(Date.now())
  })

  test('are ended only when pid and start time both fit', async () => {
    const pid = await started('openclaw-node')
    const startedAtTicks = readProcess(pid)?.startedAtTicks ?? 0
    expect(await ask(handleKill, { pid, startedAtTicks: startedAtTicks + 1, signal: 'SIGKILL' })).toEqual({
      wasAlive: false,
    })
    expect(await isRunning(pid)).toBe(true)
    expect(await ask(handleKill, { pid, startedAtTicks, signal: 'SIGTERM' })).toEqual({ wasAlive: true })
    await until('the process to end', async () => !(await isRunning(pid)))
    expect(await ask(handleKill, { pid, startedAtTicks, signal: 'SIGTERM' })).toEqual({ wasAlive: false })
  })

  test.each([0, 1, -1, process.pid])('%i is never ended', async pid => {
    await expect(ask(handleKill, { pid, startedAtTicks: 0, signal: 'SIGTERM' })).rejects.toMatchObject({
      code: 'guard-refused',
    })
  })
})

describe('health', () => {
  test('answers status and a capped body, and null when nothing answers', async () => {
    const port = await listening(createServer((_request, response) => response.end('y'.repeat(100_000))))
    const full = await ask(handleHealth, { port, path: '/healthz', limitMs: 2000 })
    expect([full.status, full.body.length]).toEqual([200, 65_536])
    const silent = await listening(createTcpServer(() => undefined))
    expect(await ask(handleHealth, { port: silent, path: '/', limitMs: 200 })).toEqual({ status: null, body: '' })
    expect(await ask(handleHealth, { port: 1, path: '/', limitMs: 200 })).toEqual({ status: null, body: '' })
  })
})

describe('ground', () => {
  test('judges paths that are not there by their nearest parent', async () => {
    using folder = new TempFolder()
    const path = join(folder.path, 'not/yet/there')
    const { paths } = await ask(handleGround, { paths: [path, '/proc/x'], ports: [] })
    expect(paths[0]).toMatchObject({ path, exists: false, isWritable: true })
    expect(paths[0]?.freeBytes).toBeGreaterThan(0)
    expect(paths[1]?.device).not.toBe(paths[0]?.device)
  })

  test('names who listens, over IPv4 and IPv6', async () => {
    const port = await listening(createTcpServer())
    const { ports } = await ask(handleGround, { paths: [], ports: [port, 1] })
    expect(ports).toEqual([
      { port, pid: process.pid, listener: expect.stringMatching(/node/) as string },
      { port: 1, pid: null, listener: null },
    ])
  })
})

describe('values', () => {
  let folder: TempFolder
  const home = process.env['HOME']
  beforeEach(() => {
    folder = new TempFolder()
    process.env['HOME'] = folder.path
  })
  afterEach(() => {
    process.env['HOME'] = home
    folder[Symbol.dispose]()
  })

  test('are those given by hand, not those that the installer writes', async () => {
    folder.write('.openclaw/openclaw.json', '{}')
    folder.write('.openclaw/gateway.systemd.env', 'PROVIDER_KEY=from-file\nCOPIED=from-dotenv\n')
    folder.write('.openclaw/.env', 'COPIED=from-dotenv\n')
    folder.write(
      '.config/systemd/user/openclaw-gateway.service',
      [
        '[Service]',
        `ExecStart=/usr/bin/node /x/openclaw/dist/index.js gateway --port 18789`,
        `Environment=HOME=${folder.path}`,
        'Environment=PATH=/usr/bin TMPDIR=/tmp NODE_OPTIONS= OPENCLAW_GATEWAY_PORT=18789',
        'Environment=OPENCLAW_SERVICE_MARKER=openclaw OPENCLAW_SERVICE_KIND=gateway OPENCLAW_SYSTEMD_UNIT=openclaw-gateway OPENCLAW_WINDOWS_TASK_NAME=x',
        'Environment="HTTPS_PROXY=http://proxy with space:1" OPENCLAW_GATEWAY_TOKEN=abc',
        `EnvironmentFile=-${folder.path}/.openclaw/gateway.systemd.env`,
      ].join('\n'),
    )
    folder.write('.config/systemd/user/openclaw-gateway.service.d/own.conf', '[Service]\nEnvironment=EXTRA=50%%\n')
    const { values } = await ask(handleValues, { profile: 'default' })
    expect(values).toEqual([
      { where: 'unit', name: 'HTTPS_PROXY', value: 'http://proxy with space:1' },
      { where: 'unit', name: 'OPENCLAW_GATEWAY_TOKEN', value: 'abc' },
      { where: 'unit', name: 'EXTRA', value: '50%' },
      { where: 'environment-file', name: 'PROVIDER_KEY', value: 'from-file' },
    ])
  })

  test('of a profile that is not there are an error', async () => {
    await expect(ask(handleValues, { profile: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' })
  })
})
