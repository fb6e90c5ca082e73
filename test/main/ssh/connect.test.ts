import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { HostKeyError } from '../../../main/ssh/host-keys'
import { failureOf } from '../../helpers/failure'
import { startLoggingServer } from '../../helpers/logging-server'
import { connectedPool, createAccess, startSshd } from '../../helpers/sshd'
import { until } from '../../helpers/temp'

const never = (): Promise<never> => Promise.reject(new Error('It should not have connected'))

/** A TCP server that is no SSH server. */
async function startRaw(onSocket: (socket: Socket) => void): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

test('logs in to a real sshd with AES-GCM', async () => {
  await using ready = await connectedPool()
  expect(await ready.pool.use(ready.nodeId, connection => Promise.resolve(connection.cipher))).toContain('gcm')
})

test('goes on through new session keys, and long after them', async () => {
  await using ready = await connectedPool({ config: ['RekeyLimit 1M'], pool: { limits: { loginMs: 3000 } } })
  const received = await ready.pool.use(ready.nodeId, async connection => {
    // Longer than the login may take: a key exchange later on must not be taken for one.
    const channel = await connection.open('head -c 6000000 /dev/zero; sleep 3.5; head -c 1000 /dev/zero')
    channel.stderr.resume()
    let bytes = 0
    for await (const piece of channel.stdout as AsyncIterable<Buffer>) {
      expect(piece.every(byte => byte === 0)).toBe(true)
      bytes += piece.length
    }
    return bytes
  })
  expect(received).toBe(6_001_000)
})

test('an unknown host key is refused with its fingerprint, before any byte of authentication', async () => {
  await using server = await startLoggingServer()
  await using access = createAccess()
  const node = access.registry.add(server.input)
  await access.secrets.set(node.id, 'password', 'secret')
  const failure = await failureOf(access.pool.use(node.id, never))
  expect(failure).toBeInstanceOf(HostKeyError)
  expect(failure).toMatchObject({ code: 'host-key-unknown', hostKey: server.hostKey, knownHostKey: null })
  expect(server.connections).toBe(1)
  expect(server.attempts).toEqual([])
})

test('a changed host key is refused with both fingerprints, before any byte of authentication', async () => {
  await using old = await startLoggingServer()
  await using server = await startLoggingServer({ password: 'secret' })
  await using access = createAccess()
  const node = access.registry.add(server.input)
  access.hostKeys.replace(node.id, old.hostKey)
  await access.secrets.set(node.id, 'password', 'secret')
  const failure = await failureOf(access.pool.use(node.id, never))
  expect(failure).toMatchObject({ code: 'host-key-changed', hostKey: server.hostKey, knownHostKey: old.hostKey })
  expect(failure.message).toContain(old.hostKey.fingerprint)
  expect(failure.message).toContain(server.hostKey.fingerprint)
  expect(server.attempts).toEqual([])

  // The same server does log attempts once its key is trusted: the empty list above means something.
  access.hostKeys.trust(node.id, server.hostKey.fingerprint, { replace: true })
  await access.pool.use(node.id, () => Promise.resolve())
  expect(server.attempts).toEqual(['none', 'password'])
})

test('a server with several keys is asked for the one that is trusted', async () => {
  await using sshd = await startSshd({ hostKeyType: 'rsa' })
  await using access = createAccess()
  const node = access.addTrusted(sshd)
  await access.pool.use(node.id, () => Promise.resolve())
  await using both = await startSshd({
    hostKeyType: 'ed25519',
    config: [`HostKey ${sshd.folder.join('host_key')}`],
  })
  const other = access.addTrusted({ input: both.input, hostKey: sshd.hostKey })
  expect(await access.pool.use(other.id, connection => Promise.resolve(connection.isAlive))).toBe(true)
})

test('an unknown name says so', async () => {
  await using access = createAccess()
  const node = access.registry.add({ label: 'a', host: 'no-such-host.invalid', user: 'a', auth: { method: 'agent' } })
  expect(await failureOf(access.pool.use(node.id, never))).toMatchObject({ code: 'name-unknown' })
})

test('a closed port says so', async () => {
  const raw = await startRaw(() => undefined)
  await raw[Symbol.asyncDispose]()
  await using access = createAccess()
  const node = access.registry.add({
    label: 'a',
    host: '127.0.0.1',
    port: raw.port,
    user: 'a',
    auth: { method: 'agent' },
  })
  expect(await failureOf(access.pool.use(node.id, never))).toMatchObject({
    code: 'connection-refused',
    message: expect.stringContaining(String(raw.port)) as string,
  })
})

test('a host that is down says what to look at', async () => {
  await using access = createAccess({ limits: { portMs: 500 } })
  // TEST-NET-1 (RFC 5737): nobody is there. Some networks are silent about it, some say so.
  const node = access.registry.add({ label: 'a', host: '192.0.2.1', user: 'a', auth: { method: 'agent' } })
  const failure = await failureOf(access.pool.use(node.id, never))
  expect(['timeout', 'connection-refused']).toContain(failure.code)
  expect(failure.hint).toBeTruthy()
})

test('a banner that never ends is given up', async () => {
  await using raw = await startRaw(socket => {
    const timer = setInterval(() => socket.write('hello, this is not yet the version\r\n'), 5)
    socket.on('close', () => clearInterval(timer))
  })
  await using access = createAccess({ limits: { handshakeMs: 400 } })
  const node = access.registry.add({
    label: 'a',
    host: '127.0.0.1',
    port: raw.port,
    user: 'a',
    auth: { method: 'agent' },
  })
  const failure = await failureOf(access.pool.use(node.id, never))
  expect(['timeout', 'handshake-failed']).toContain(failure.code)
  expect(failure.hint).toBeTruthy()
})

test('a flood of banner lines is cut off by its size', async () => {
  await using raw = await startRaw(socket => void socket.write('spam\r\n'.repeat(100_000)))
  await using access = createAccess()
  const node = access.registry.add({
    label: 'a',
    host: '127.0.0.1',
    port: raw.port,
    user: 'a',
    auth: { method: 'agent' },
  })
  expect(await failureOf(access.pool.use(node.id, never))).toMatchObject({ code: 'handshake-failed' })
})

test('a port that answers with silence is given up', async () => {
  await using raw = await startRaw(() => undefined)
  await using access = createAccess({ limits: { handshakeMs: 200 } })
  const node = access.registry.add({
    label: 'a',
    host: '127.0.0.1',
    port: raw.port,
    user: 'a',
    auth: { method: 'agent' },
  })
  expect(await failureOf(access.pool.use(node.id, never))).toMatchObject({ code: 'timeout' })
})

test('a server that hangs up at once is a failed handshake, not a crash', async () => {
  await using raw = await startRaw(socket => socket.end())
  await using access = createAccess()
  const node = access.registry.add({
    label: 'a',
    host: '127.0.0.1',
    port: raw.port,
    user: 'a',
    auth: { method: 'agent' },
  })
  expect(await failureOf(access.pool.use(node.id, never))).toMatchObject({ code: 'handshake-failed' })
})

test('a server that speaks only methods from the last century is named as such', async () => {
  await using sshd = await startSshd({ config: ['Ciphers 3des-cbc'] })
  await using access = createAccess()
  const node = access.addTrusted(sshd)
  expect(await failureOf(access.pool.use(node.id, never))).toMatchObject({
    code: 'handshake-failed',
    message: expect.stringContaining('in common') as string,
  })
})

test('connecting stops when it is cancelled', async () => {
  await using raw = await startRaw(() => undefined)
  await using access = createAccess()
  const node = access.registry.add({
    label: 'a',
    host: '127.0.0.1',
    port: raw.port,
    user: 'a',
    auth: { method: 'agent' },
  })
  expect(await failureOf(access.pool.use(node.id, never, AbortSignal.timeout(50)))).toMatchObject({ code: 'aborted' })
  expect(await failureOf(access.pool.fresh(node.id, never, AbortSignal.timeout(50)))).toMatchObject({ code: 'aborted' })
})

test('a cut line ends what waits on it, and the next use connects again', async () => {
  await using ready = await connectedPool()
  const hanging = failureOf(
    ready.pool.use(ready.nodeId, connection => connection.exec(['sleep', '30'], { limitMs: 60_000 })),
  )
  await until(() => ready.sshd.log().includes('Starting session: command') || undefined)
  ready.sshd.cut()
  expect(await hanging).toMatchObject({ code: 'connection-lost' })
  const again = await ready.pool.use(ready.nodeId, connection => connection.exec(['echo', 'back'], { limitMs: 5000 }))
  expect(again.stdout).toBe('back\n')
})
