import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ANY_TYPE, hostKeyOf } from '../../../main/ssh/host-keys'
import { keysFromKnownHosts, trustKnownHost } from '../../../main/ssh/known-hosts'
import { failureOf } from '../../helpers/failure'
import { connectedPool, createAccess, makeKey } from '../../helpers/sshd'
import { tempFolder } from '../../helpers/temp'

const blobOf = (file: string): Buffer => Buffer.from(readFileSync(file, 'utf8').split(' ')[1] ?? '', 'base64')

test('fingerprints are those of ssh-keygen', () => {
  using folder = tempFolder()
  for (const type of ['ed25519', 'ecdsa', 'rsa']) {
    const path = folder.join(type)
    makeKey(path, type)
    const printed = execFileSync('ssh-keygen', ['-lf', `${path}.pub`])
      .toString()
      .split(' ')[1]
    expect(hostKeyOf(blobOf(`${path}.pub`)).fingerprint).toBe(printed)
  }
  expect(hostKeyOf(Buffer.from([1, 2])).type).toBe('')
})

test('known_hosts: plain, with a port, several names, hashed, wildcards, exclusions and revoked keys', () => {
  using folder = tempFolder()
  for (const name of ['a', 'b', 'c']) makeKey(folder.join(name), 'ed25519')
  const line = (name: string): string => readFileSync(folder.join(`${name}.pub`), 'utf8').trim()
  const hashed = folder.join('hashed')
  writeFileSync(hashed, `secret.example ${line('a')}\n[secret.example]:2222 ${line('b')}\n`)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', hashed], { stdio: 'ignore' })
  const text = [
    '# a comment',
    '',
    'garbage',
    `plain.example,10.0.0.7 ${line('a')}`,
    `[plain.example]:2222 ${line('b')}`,
    `*.wild.example,!not.wild.example ${line('c')} with a comment`,
    `@revoked bad.example ${line('c')}`,
    `bad.example ${line('a')}`,
    `broken.example ssh-rsa ${line('a').split(' ')[1] ?? ''}`,
    `@cert-authority *.ca.example ${line('a')}`,
    readFileSync(hashed, 'utf8'),
  ].join('\r\n')
  const keys = (host: string, port = 22): string[] => keysFromKnownHosts(text, host, port).map(key => key.fingerprint)
  const [a, b, c] = ['a', 'b', 'c'].map(name => hostKeyOf(blobOf(folder.join(`${name}.pub`))).fingerprint)
  expect(keys('plain.example')).toEqual([a])
  expect(keys('PLAIN.example')).toEqual([a])
  expect(keys('10.0.0.7')).toEqual([a])
  expect(keys('plain.example', 2222)).toEqual([b])
  expect(keys('plain.example', 2223)).toEqual([])
  expect(keys('x.wild.example')).toEqual([])
  expect(c).toBeDefined()
  expect(keys('not.wild.example')).toEqual([])
  expect(keys('bad.example')).toEqual([a])
  expect(keys('broken.example')).toEqual([])
  expect(keys('x.ca.example')).toEqual([])
  expect(readFileSync(hashed, 'utf8')).toContain('|1|')
  expect(keys('secret.example')).toEqual([a])
  expect(keys('secret.example', 2222)).toEqual([b])
})

test('trust takes exactly the key that was shown', async () => {
  using folder = tempFolder()
  await using access = createAccess()
  const { hostKeys } = access
  const node = access.registry.add({ label: 'a', host: 'h', user: 'u', auth: { method: 'agent' } })
  const [first, second] = ['1', '2'].map(name => {
    makeKey(folder.join(name), 'ed25519')
    return hostKeyOf(blobOf(folder.join(`${name}.pub`)))
  })
  if (!first || !second) throw new Error('two keys')
  expect(hostKeys.judge(node.id, first)).toEqual({ state: 'unknown', offered: first })
  expect((await failureOf(() => hostKeys.trust(node.id, second.fingerprint))).code).toBe('host-key-changed')
  expect(hostKeys.trust(node.id, first.fingerprint)).toMatchObject(first)
  expect(hostKeys.judge(node.id, first)).toEqual({ state: 'trusted' })
  expect(hostKeys.judge(node.id, second)).toMatchObject({ state: 'changed', offered: second, known: first })
  expect((await failureOf(() => hostKeys.trust(node.id, second.fingerprint))).code).toBe('host-key-changed')
  hostKeys.trust(node.id, second.fingerprint, { replace: true })
  expect(hostKeys.get(node.id)).toMatchObject(second)
  hostKeys.forget(node.id)
  expect(hostKeys.get(node.id)).toBeNull()
})

test('a key from known_hosts is taken for a new node only, and then logs in', async () => {
  await using ready = await connectedPool()
  const { host, port } = ready.sshd
  const line = readFileSync(ready.sshd.folder.join('host_key.pub'), 'utf8')
  const node = ready.registry.add({ ...ready.sshd.input, label: 'from known_hosts' })
  expect(trustKnownHost(ready.hostKeys, node, `other.example ${line}`)).toBeNull()
  expect(trustKnownHost(ready.hostKeys, node, `[${host}]:${port} ${line}`)).toMatchObject(ready.sshd.hostKey)
  expect(trustKnownHost(ready.hostKeys, node, `[${host}]:${port} ${line}`)).toBeNull()
  await ready.pool.use(node.id, () => Promise.resolve())
})

test('a fingerprint trusted before the first contact learns its type from the server', async () => {
  await using access = createAccess()
  const node = access.registry.add({ label: 'a', host: 'h', user: 'u', auth: { method: 'agent' } })
  const fingerprint = `SHA256:${'A'.repeat(43)}`
  expect(access.hostKeys.trust(node.id, fingerprint)).toMatchObject({ type: ANY_TYPE })
  expect(access.hostKeys.judge(node.id, { type: 'ssh-ed25519', fingerprint })).toEqual({ state: 'trusted' })
  expect(access.hostKeys.get(node.id)).toMatchObject({ type: 'ssh-ed25519' })
  expect((await failureOf(() => access.hostKeys.trust(node.id, 'MD5:abc', { replace: true }))).code).toBe('bad-input')
})
