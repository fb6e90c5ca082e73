import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bootstrapCommand, packProgram } from '../../../main/remote/bootstrap'
import { startRemote } from '../../../main/remote/client'
import type { InputFrame } from '../../../main/remote/types'
import { isRunning, openChild, until, type ChildChannel } from '../../helpers/child-channel'
import { fixtureProgram, shippedProgram } from '../../helpers/remote-programs'

let shipped: string
let stubborn: string
let folder: string
const channels: ChildChannel[] = []

const command = bootstrapCommand(process.execPath, 'posix')
function open(line = command, env: NodeJS.ProcessEnv = {}): ChildChannel {
  const channel = openChild(line, { ...process.env, OCM_TEST_DIR: folder, ...env })
  channels.push(channel)
  return channel
}

beforeAll(async () => {
  shipped = await shippedProgram()
  stubborn = await fixtureProgram('stubborn-program')
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ocm remote's "))
})
afterEach(async () => {
  for (const { child } of channels.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

describe('starting', () => {
  test('greets the shipped program and leaves with it', async () => {
    const channel = open()
    const remote = await startRemote(channel, shipped)
    expect(remote.hello).toMatchObject({ platform: process.platform, nodeVersion: process.versions.node })
    await remote[Symbol.asyncDispose]()
    await until('the program to leave', async () => !(await isRunning(remote.hello.pid)))
    expect(await channel.closed).toEqual({ code: 0, signal: null })
  })

  const shells = ['sh', 'dash', 'bash', 'zsh', 'ksh', 'fish', 'tcsh'].filter(shell => existsSync(`/bin/${shell}`))
  test.each(shells)('starts through %s as login shell', async shell => {
    const channel = openChild(command, process.env, `/bin/${shell}`)
    channels.push(channel)
    const remote = await startRemote(channel, shipped)
    await remote[Symbol.asyncDispose]()
    expect(await channel.closed).toEqual({ code: 0, signal: null })
  })

  test('skips what a login shell prints first', async () => {
    const remote = await startRemote(open(`echo "Welcome! $(date)"; printf '\\0\\377 no newline'; ${command}`), shipped)
    expect(remote.hello.pid).toBeGreaterThan(0)
    await remote[Symbol.asyncDispose]()
  })

  test('gives up on a shell that never stops printing', async () => {
    await expect(startRemote(open('yes'), shipped)).rejects.toMatchObject({ code: 'bad-answer' })
  })

  test('is not disturbed by variables meant for other Node programs', async () => {
    const env = { NODE_OPTIONS: '--require /nowhere/at-all.js', NODE_V8_COVERAGE: folder, NODE_DEBUG: 'net' }
    const remote = await startRemote(open(command, env), shipped)
    await remote[Symbol.asyncDispose]()
    expect(await readdir(folder)).toEqual([])
  })

  test('keeps nothing of what it compiles, where the machine has Node do so', async () => {
    const cache = join(folder, 'cache')
    const remote = await startRemote(open(command, { NODE_COMPILE_CACHE: cache }), shipped)
    await remote[Symbol.asyncDispose]()
    expect(await readdir(folder)).toEqual([])
  })

  test('says that Node is missing when the path leads nowhere', async () => {
    const channel = open(bootstrapCommand("/nowhere/it's/node", 'posix'))
    await expect(startRemote(channel, shipped)).rejects.toMatchObject({ code: 'node-missing' })
  })

  test('gives up on a node that never answers', async () => {
    const channel = open('cat >/dev/null')
    await expect(startRemote(channel, shipped, { startLimitMs: 300 })).rejects.toMatchObject({ code: 'timeout' })
    await until('the channel to close', async () => !(await isRunning(channel.child.pid ?? 0)))
  })

  test('the command line holds nothing that a shell would expand', () => {
    const fixed = bootstrapCommand('/usr/bin/node', 'posix')
    expect(fixed).not.toMatch(/[$`%!\\\n]/)
    expect(fixed.match(/"/g)).toHaveLength(2)
    expect(fixed.length).toBeLessThan(8000)
  })
})

describe('leaving nothing behind', () => {
  test('ends when its input ends, even with a request that never settles', async () => {
    const channel = open()
    const remote = await startRemote(channel, stubborn)
    const request = remote.request('release', {}, { limitMs: 60_000 })
    const outcome = expect(request).rejects.toMatchObject({ code: 'connection-lost' })
    channel.stdin.end()
    await until('the program to leave', async () => !(await isRunning(remote.hello.pid)))
    await outcome
  })

  test('ends when its parent is killed, even while a handler never returns', async () => {
    // The extra shell is the parent; `3<&0` keeps the input open beyond its death, as a leaked descriptor would.
    const channel = open(`(sleep 30 0<&3 & echo $! >&2; ${command} <&3) 3<&0; true`)
    const remote = await startRemote(channel, stubborn)
    const request = remote.request('processes', {}, { limitMs: 60_000 })
    const outcome = expect(request).rejects.toMatchObject({ code: 'connection-lost' })
    await until('the request to arrive', () => isBusy(remote.hello.pid))
    process.kill(await parentOf(remote.hello.pid), 'SIGKILL')
    await until('the program to be gone', async () => !(await isRunning(remote.hello.pid)))
    channel.close()
    await outcome
  })

  test('is killed when a handler never returns beyond its limit', async () => {
    const remote = await startRemote(open(), stubborn)
    const request = remote.request('processes', {}, { limitMs: 200 })
    await expect(request).rejects.toMatchObject({ code: 'connection-lost' })
    await until('the program to be gone', async () => !(await isRunning(remote.hello.pid)))
  })

  test('ends by itself when it hears nothing', async () => {
    const channel = open()
    const startedMs = Date.now()
    channel.stdin.write(packProgram(stubborn, { marker: 'here', idleMs: 300, lifetimeMs: 60_000 }))
    channel.stdout.resume()
    channel.stderr.resume()
    expect(await channel.closed).toEqual({ code: 0, signal: null })
    expect(Date.now() - startedMs).toBeGreaterThan(300)
  })

  test('stays while we are there, even with nothing to do', async () => {
    const remote = await startRemote(open(), stubborn, { idleMs: 300 })
    await new Promise(resolve => setTimeout(resolve, 1200))
    expect(await remote.request('finish', finishParams(), { limitMs: 5_000 })).toEqual({})
    await remote[Symbol.asyncDispose]()
  })

  test('ends at its hard limit whatever happens', async () => {
    const remote = await startRemote(open(), stubborn, { lifetimeMs: 600 })
    const request = remote.request('commit', { ...finishParams(), remove: [] }, { limitMs: 60_000 })
    await Promise.allSettled([request])
    await until('the program to be gone', async () => !(await isRunning(remote.hello.pid)))
  })

  test('a commit runs to its end although the line is cut and the shell is gone', async () => {
    const channel = open(`sh -c '${command.replaceAll("'", `'\\''`)}'; true`)
    const remote = await startRemote(channel, stubborn)
    const params = finishParams()
    const request = remote.request('commit', { ...params, remove: [] }, { limitMs: 60_000 })
    const outcome = expect(request).rejects.toMatchObject({ code: 'connection-lost' })
    await remote.request('finish', finishParams(), { limitMs: 5_000 })
    process.kill(remote.hello.pid, 'SIGHUP')
    channel.close()
    channel.child.kill('SIGKILL')
    await outcome
    await until('the commit to finish', async () => (await readdir(folder)).includes(params.operationId))
    await until('the program to leave', async () => !(await isRunning(remote.hello.pid)))
  })
})

describe('requests', () => {
  test('a failure nobody expected comes as an error of that request alone', async () => {
    const remote = await startRemote(open(), stubborn)
    const walk = remote.request('walk', { roots: {}, components: [] }, { limitMs: 5_000 })
    await expect(walk).rejects.toMatchObject({ code: 'internal' })
    expect(await remote.request('finish', finishParams(), { limitMs: 5_000 })).toEqual({})
    await expect(remote.request('search', { roots: {}, needles: [] }, { limitMs: 5_000 })).rejects.toMatchObject({
      code: 'bad-input',
    })
    await remote[Symbol.asyncDispose]()
  })

  test('the node ends a request at its limit', async () => {
    const remote = await startRemote(open(), stubborn)
    const started = Date.now()
    await expect(remote.request('release', {}, { limitMs: 300 })).rejects.toMatchObject({ code: 'timeout' })
    expect(Date.now() - started).toBeLessThan(5_000)
    await remote[Symbol.asyncDispose]()
  })

  test('cancelling one request leaves the others alone', async () => {
    const remote = await startRemote(open(), stubborn)
    const abort = new AbortController()
    const endless = remote.request(
      'read',
      { roots: {}, files: [] },
      {
        limitMs: 60_000,
        signal: abort.signal,
        onChunk: ({ bytes }) => {
          if (bytes[0] === 20) abort.abort()
        },
      },
    )
    await expect(endless).rejects.toMatchObject({ code: 'aborted' })
    expect(await remote.request('finish', finishParams(), { limitMs: 5_000 })).toEqual({})
    await remote[Symbol.asyncDispose]()
  })

  test('a slow reader holds up neither memory nor another request', async () => {
    const remote = await startRemote(open(), stubborn)
    const abort = new AbortController()
    const before = process.memoryUsage().rss
    const endless = remote.request(
      'read',
      { roots: {}, files: [] },
      {
        limitMs: 60_000,
        signal: abort.signal,
        onChunk: () => new Promise(() => undefined),
      },
    )
    const outcome = expect(endless).rejects.toMatchObject({ code: 'aborted' })
    for (let round = 0; round < 20; round++) await remote.request('finish', finishParams(), { limitMs: 5_000 })
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
    expect(await rssOf(remote.hello.pid)).toBeLessThan(250 * 1024 * 1024)
    abort.abort()
    await outcome
    await remote[Symbol.asyncDispose]()
  })

  test('input goes up in order, no faster than the node takes it', async () => {
    const remote = await startRemote(open(), stubborn)
    let ahead = 0
    const megabyte = Buffer.alloc(1024 * 1024, 7)
    async function* frames(): AsyncGenerator<InputFrame> {
      await Promise.resolve()
      yield { item: { name: 'one' } }
      for (ahead = 0; ahead < 100; ahead++) yield { chunk: { encoding: 0, bytes: megabyte } }
    }
    const request = remote.request(
      'stage',
      { operationId: randomUUID(), roots: {} },
      { limitMs: 30_000, input: frames() },
    )
    await remote.request('finish', finishParams(), { limitMs: 5_000 })
    expect(ahead).toBeLessThan(60)
    expect(await request).toEqual({ files: 1, bytes: 100 * megabyte.length })
    await remote[Symbol.asyncDispose]()
  })
})

function finishParams(): { operationId: string; roots: Record<string, string> } {
  return { operationId: randomUUID(), roots: {} }
}

async function rssOf(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await status(pid))?.[1]) * 1024
}

async function parentOf(pid: number): Promise<number> {
  return Number(/PPid:\s+(\d+)/.exec(await status(pid))?.[1])
}

async function isBusy(pid: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises')
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) > 50 // More than half a second of processor time: it spins.
}

async function status(pid: number): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  return readFile(`/proc/${pid}/status`, 'utf8')
}
