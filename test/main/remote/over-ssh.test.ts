import { beforeAll, expect, test } from 'vitest'
import { bootstrapCommand } from '../../../main/remote/bootstrap'
import { startRemote } from '../../../main/remote/client'
import { createRemotes, type NodeMemory } from '../../../main/remote/remotes'
import { createWitness } from '../../../main/remote/witness'
import { MIB } from '../../../shared/units'
import { isRunning, until } from '../../helpers/child-channel'
import { fixtureProgram, shippedProgram } from '../../helpers/remote-programs'
import { connectedPool } from '../../helpers/sshd'

let shipped: string
let stubborn: string

beforeAll(async () => {
  shipped = await shippedProgram()
  stubborn = await fixtureProgram('stubborn-program')
})

const nothing: NodeMemory = { get: () => null, set: () => undefined }
const log = { info: () => undefined, warn: () => undefined }
const posix = bootstrapCommand(process.execPath, 'posix')

test('the remote program and the witness agree about one machine, and leave it', async () => {
  await using access = await connectedPool()
  const { pool, nodeId, sshd } = access
  const remotes = createRemotes({ pool, program: shipped, memory: nothing, log })
  const { pid, survey } = await remotes.use(nodeId, async remote => ({
    pid: remote.hello.pid,
    survey: await remote.request('survey', {}, { limitMs: 30_000 }),
  }))
  const testimony = await createWitness({ pool }).look(nodeId, {
    paths: [survey.os.home, '/nowhere'],
    ports: [sshd.port],
  })
  expect(testimony.paths).toEqual([
    { state: 'known', value: true },
    { state: 'known', value: false },
  ])
  expect(testimony.ports).toEqual([{ state: 'known', value: true }])
  await remotes[Symbol.asyncDispose]()
  await until('the program to leave', async () => !(await isRunning(pid)))
})

test('a cut cable ends every request and leaves no process on the node', async () => {
  await using access = await connectedPool()
  const { pool, nodeId, sshd } = access
  const remotes = createRemotes({ pool, program: stubborn, memory: nothing, log })
  let pid = 0
  const work = remotes.use(nodeId, remote => {
    pid = remote.hello.pid
    const stuck = remote.request('processes', {}, { limitMs: 60_000 })
    setTimeout(() => sshd.cut(), 300)
    return stuck
  })
  await expect(work).rejects.toMatchObject({ code: 'connection-lost' })
  await until('the program to be gone', async () => !(await isRunning(pid)))
  expect(await remotes.use(nodeId, remote => Promise.resolve(remote.hello.pid))).not.toBe(pid)
  await remotes[Symbol.asyncDispose]()
})

test('memory stays flat while a node sends faster than we read', async () => {
  await using access = await connectedPool()
  await access.pool.use(access.nodeId, async connection => {
    const remote = await startRemote(await connection.open(posix), stubborn)
    const abort = new AbortController()
    const before = process.memoryUsage().rss
    let peak = 0
    let received = 0
    const endless = remote.request(
      'read',
      { roots: {}, files: [] },
      {
        limitMs: 60_000,
        signal: abort.signal,
        onChunk: async ({ bytes }) => {
          received += bytes.length
          peak = Math.max(peak, process.memoryUsage().rss)
          await new Promise(resolve => setImmediate(resolve))
          if (received > 400 * MIB) abort.abort()
        },
      },
    )
    await expect(endless).rejects.toMatchObject({ code: 'aborted' })
    expect(peak - before).toBeLessThan(150 * MIB)
    expect(await remote.request('finish', { operationId: crypto.randomUUID(), roots: {} }, { limitMs: 5_000 })).toEqual(
      {},
    )
    await remote[Symbol.asyncDispose]()
  })
})
