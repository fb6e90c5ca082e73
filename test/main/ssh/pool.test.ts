import { expect, test } from 'vitest'
import { createSlots } from '../../../main/ssh/slots'
import { failureOf } from '../../helpers/failure'
import { startLoggingServer } from '../../helpers/logging-server'
import { connectedPool, createAccess } from '../../helpers/sshd'
import { until } from '../../helpers/temp'

const nothing = (): Promise<void> => Promise.resolve()
const NEVER = new AbortController().signal

test('many users at once share one connection, and one login', async () => {
  await using ready = await connectedPool()
  await Promise.all(Array.from({ length: 10 }, () => ready.pool.use(ready.nodeId, nothing)))
  expect(ready.sshd.log().match(/Accepted publickey/g)).toHaveLength(1)
  expect(ready.sshd.connections).toBe(1)
})

test('an idle connection is closed, one in use is not', async () => {
  await using ready = await connectedPool({ pool: { idleMs: () => 150 } })
  await ready.pool.use(ready.nodeId, async connection => {
    await ready.pool.use(ready.nodeId, nothing)
    await connection.exec(['sleep', '0.5'], { limitMs: 5000 })
    expect(connection.isAlive).toBe(true)
  })
  await until(() => ready.sshd.connections === 0)
})

test('a fresh connection is nobody else’s and ends with its use', async () => {
  await using ready = await connectedPool()
  await ready.pool.use(ready.nodeId, async kept => {
    await ready.pool.fresh(ready.nodeId, async fresh => {
      expect(fresh).not.toBe(kept)
      expect((await fresh.exec(['echo', 'hi'], { limitMs: 5000 })).stdout).toBe('hi\n')
      expect(ready.sshd.connections).toBe(2)
    })
  })
  await until(() => ready.sshd.connections === 1)
})

test('after a refused login the next try waits, longer each time, until something was corrected', async () => {
  let time = Date.parse('2026-01-01T12:00:00')
  await using server = await startLoggingServer({ password: 'right' })
  await using access = createAccess({ now: () => time })
  const node = access.addTrusted(server)
  await access.secrets.set(node.id, 'password', 'wrong')
  const fail = () => failureOf(access.pool.use(node.id, nothing))

  expect(await fail()).toMatchObject({ code: 'credential-refused' })
  expect(server.connections).toBe(1)
  expect(await fail()).toMatchObject({
    code: 'credential-refused',
    message: expect.stringContaining('12:00:30') as string,
  })
  expect(server.connections).toBe(1)

  time += 31_000
  await fail()
  expect(server.connections).toBe(2)
  time += 31_000
  expect(await failureOf(access.pool.fresh(node.id, nothing))).toMatchObject({ code: 'credential-refused' })
  expect(server.connections).toBe(2)

  await access.secrets.set(node.id, 'password', 'right')
  access.pool.drop(node.id)
  await access.pool.use(node.id, nothing)
  expect(server.connections).toBe(3)
})

test('dropping a node ends what waits on it', async () => {
  await using ready = await connectedPool()
  const hanging = failureOf(ready.pool.use(ready.nodeId, c => c.exec(['sleep', '5'], { limitMs: 10_000 })))
  await until(() => ready.sshd.log().includes('Starting session: command'))
  ready.pool.dropAll()
  expect((await hanging).code).toBe('connection-lost')
  await until(() => ready.sshd.connections === 0)
})

test('once it is closed nobody connects any more, whoever asks', async () => {
  await using ready = await connectedPool()
  const asked = ready.pool.fresh(ready.nodeId, nothing)
  await ready.pool[Symbol.asyncDispose]()
  expect(await failureOf(asked)).toMatchObject({ code: 'aborted' })
  expect(await failureOf(ready.pool.use(ready.nodeId, nothing))).toMatchObject({ code: 'aborted' })
  await until(() => ready.sshd.connections === 0)
})

test('a node that is not in the registry is not found', async () => {
  await using ready = await connectedPool()
  expect(await failureOf(ready.pool.use(crypto.randomUUID(), nothing))).toMatchObject({ code: 'not-found' })
})

test('places are given in the order asked, and a cancelled wait passes its turn on', async () => {
  const slots = createSlots(1)
  const first = await slots.take(NEVER)
  const cancel = new AbortController()
  const cancelled = failureOf(slots.take(cancel.signal))
  const third = slots.take(NEVER)
  cancel.abort()
  expect((await cancelled).code).toBe('aborted')
  first()
  first() // giving back twice gives back once
  const releaseThird = await third
  const fourth = slots.take(AbortSignal.timeout(50))
  expect((await failureOf(fourth)).code).toBe('aborted')
  releaseThird()
})
