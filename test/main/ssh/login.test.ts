import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { failureOf } from '../../helpers/failure'
import { startLoggingServer } from '../../helpers/logging-server'
import { skips, USER_OBSTACLE } from '../../helpers/requirement'
import { connectedPool, createAccess, makeKey, startSshd, type Access, type Sshd } from '../../helpers/sshd'
import { until } from '../../helpers/temp'
import { throwawayUser } from '../../helpers/throwaway-user'

const nothing = (): Promise<void> => Promise.resolve()

/** Lets another key in as well. */
function allow(sshd: Sshd, publicKeyPath: string): void {
  copyFileSync(publicKeyPath, sshd.folder.join('authorized_keys'))
}

const skipsPasswords = skips('password logins against OpenSSH', USER_OBSTACLE)

test.skipIf(skipsPasswords)('a password opens a real sshd, and a wrong one is refused once', async () => {
  using user = throwawayUser({ password: 'right-horse' })
  await using sshd = await startSshd({
    user: user.name,
    config: ['PasswordAuthentication yes', 'KbdInteractiveAuthentication yes'],
  })
  await using access = createAccess()
  const node = access.addTrusted(sshd, { auth: { method: 'password' } })
  await access.secrets.set(node.id, 'password', 'wrong-horse')
  expect(await failureOf(access.pool.use(node.id, nothing))).toMatchObject({
    code: 'credential-refused',
    message: 'The server refused the password.',
  })
  expect(sshd.log().match(/Failed password/g)).toHaveLength(1)
  expect(await access.secrets.kinds(node.id)).toEqual(['password'])

  await access.secrets.set(node.id, 'password', 'right-horse')
  access.pool.drop(node.id)
  const { stdout } = await access.pool.use(node.id, connection => connection.exec(['id', '-un'], { limitMs: 5000 }))
  expect(stdout.trim()).toBe(user.name)
})

test('a password answers a keyboard-interactive prompt', async () => {
  await using server = await startLoggingServer({ methods: ['keyboard-interactive'], password: 'secret' })
  await using access = createAccess()
  const node = access.addTrusted(server)
  await access.secrets.set(node.id, 'password', 'secret')
  await access.pool.use(node.id, nothing)
  expect(server.attempts).toEqual(['none', 'keyboard-interactive'])
})

test('a password refused in one form is not sent in another', async () => {
  await using server = await startLoggingServer({ methods: ['keyboard-interactive', 'password'], password: 'other' })
  await using access = createAccess()
  const node = access.addTrusted(server)
  await access.secrets.set(node.id, 'password', 'secret')
  expect(await failureOf(access.pool.use(node.id, nothing))).toMatchObject({ code: 'credential-refused' })
  expect(server.attempts).toEqual(['none', 'keyboard-interactive'])
})

test('two prompts at once are a second factor, and the password does not go into them', async () => {
  await using server = await startLoggingServer({
    methods: ['keyboard-interactive'],
    prompts: ['Password: ', 'Code: '],
  })
  await using access = createAccess()
  const node = access.addTrusted(server)
  await access.secrets.set(node.id, 'password', 'secret')
  expect(await failureOf(access.pool.use(node.id, nothing))).toMatchObject({
    message: 'The server asks for a second factor.',
  })
})

test('a server that takes no passwords says what it takes', async () => {
  await using ready = await connectedPool()
  const node = ready.addTrusted(ready.sshd, { label: 'by password', auth: { method: 'password' } })
  await ready.secrets.set(node.id, 'password', 'secret')
  expect(await failureOf(ready.pool.use(node.id, nothing))).toMatchObject({
    code: 'credential-refused',
    message: expect.stringContaining('publickey') as string,
  })
})

test('a missing password is asked for, and nothing is tried', async () => {
  await using server = await startLoggingServer()
  await using access = createAccess()
  const node = access.addTrusted(server)
  expect(await failureOf(access.pool.use(node.id, nothing))).toMatchObject({ code: 'credential-missing' })
  expect(server.attempts).toEqual(['none'])
})

const loginWith = (access: Access, sshd: Sshd, keyPath: string) => {
  const node = access.addTrusted(sshd, { label: keyPath.slice(-60), auth: { method: 'key', keyPath } })
  return node.id
}

test('keys log in: OpenSSH, PEM and PKCS #8, with and without a passphrase', { timeout: 60_000 }, async () => {
  await using sshd = await startSshd()
  await using access = createAccess()
  const at = (name: string): string => sshd.folder.join(name)
  makeKey(at('ed'), 'ed25519', 'open sesame')
  makeKey(at('ecdsa'), 'ecdsa')
  makeKey(at('pem'), 'rsa', 'open sesame', ['-b', '2048', '-m', 'PEM'])
  makeKey(at('pkcs8'), 'rsa', 'open sesame', ['-b', '2048', '-m', 'PKCS8'])
  makeKey(at('pkcs8-plain'), 'ecdsa', '', ['-m', 'PKCS8'])
  for (const name of ['ed', 'ecdsa', 'pem', 'pkcs8', 'pkcs8-plain']) {
    allow(sshd, at(`${name}.pub`))
    const nodeId = loginWith(access, sshd, at(name))
    await access.secrets.set(nodeId, 'passphrase', 'open sesame')
    await access.pool.use(nodeId, nothing)
  }
})

test('a wrong passphrase, a missing one and an unknown format are three different answers', async () => {
  await using sshd = await startSshd()
  await using access = createAccess()
  const at = (name: string): string => sshd.folder.join(name)
  const tryKey = async (name: string, passphrase?: string) => {
    const nodeId = loginWith(access, sshd, at(name))
    if (passphrase !== undefined) await access.secrets.set(nodeId, 'passphrase', passphrase)
    const failure = await failureOf(access.pool.use(nodeId, nothing))
    access.registry.remove(nodeId)
    return failure
  }
  makeKey(at('locked'), 'ed25519', 'open sesame')
  makeKey(at('locked-pem'), 'rsa', 'open sesame', ['-b', '2048', '-m', 'PEM'])
  makeKey(at('locked-pkcs8'), 'rsa', 'open sesame', ['-b', '2048', '-m', 'PKCS8'])
  for (const name of ['locked', 'locked-pem', 'locked-pkcs8']) {
    expect(await tryKey(name, 'wrong')).toMatchObject({
      code: 'key-unreadable',
      message: 'The passphrase does not open the key.',
    })
    expect(await tryKey(name)).toMatchObject({ code: 'credential-missing' })
  }
  writeFileSync(at('odd'), '-----BEGIN STRANGE KEY-----\nAAAA\n-----END STRANGE KEY-----\n')
  expect(await tryKey('odd')).toMatchObject({
    code: 'key-unreadable',
    hint: expect.stringContaining('OpenSSH') as string,
  })
  expect(await tryKey('id.pub')).toMatchObject({
    code: 'key-unreadable',
    message: expect.stringContaining('public') as string,
  })
  expect(await tryKey('nowhere')).toMatchObject({
    code: 'key-unreadable',
    message: expect.stringContaining('ENOENT') as string,
  })
})

test('a key the server does not know is refused', async () => {
  await using sshd = await startSshd()
  await using access = createAccess()
  makeKey(sshd.folder.join('stranger'), 'ed25519')
  const nodeId = loginWith(access, sshd, sshd.folder.join('stranger'))
  expect(await failureOf(access.pool.use(nodeId, nothing))).toMatchObject({
    code: 'credential-refused',
    message: 'The server refused the key.',
  })
})

test('an ssh-agent without keys, with the key, and gone', async () => {
  await using sshd = await startSshd()
  const socket = sshd.folder.join('agent')
  await using access = createAccess({ agentPath: socket })
  const node = access.addTrusted(sshd, { auth: { method: 'agent' } })
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  try {
    await until(() => existsSync(socket))
    expect(await failureOf(access.pool.use(node.id, nothing))).toMatchObject({
      code: 'agent-unavailable',
      message: expect.stringContaining('no keys') as string,
    })
    execFileSync('ssh-add', ['-q', sshd.keyPath], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
    await access.pool.use(node.id, nothing)
    access.pool.drop(node.id)
  } finally {
    agent.kill()
    await once(agent, 'exit')
  }
  expect(await failureOf(access.pool.use(node.id, nothing))).toMatchObject({
    code: 'agent-unavailable',
    hint: expect.stringContaining('ssh-add') as string,
  })
})
