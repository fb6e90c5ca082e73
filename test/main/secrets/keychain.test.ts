import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKeychain } from '../../../main/secrets/keychain'
import { createSecrets } from '../../../main/secrets/secrets'
import { SILENT_LOG } from '../../../main/store/log'
import type { SecretUse } from '../../../shared/node'
import { failureOf } from '../../helpers/failure'
import { startKeyring, useKeyring, type Keyring } from '../../helpers/keyring'
import { skips, unlessLinux } from '../../helpers/requirement'

// One Secret Service for the whole file: libsecret keeps its first connection. So the order of the tests matters:
// open, then locked, then hanging.
let keyring: Keyring
beforeAll(async () => {
  if (process.platform !== 'linux') return
  keyring = await startKeyring()
  useKeyring(keyring)
})
afterAll(async () => {
  if (process.platform === 'linux') await keyring[Symbol.asyncDispose]()
})

const onLinux = test.skipIf(skips('the keychain', unlessLinux('the real one of this computer is left alone')))

onLinux('a secret goes into the keychain and is lent as a buffer that is wiped afterwards', async () => {
  const uses: SecretUse[] = []
  const node = randomUUID()
  const given = Buffer.from('pässword 🦞')
  using secrets = createSecrets({ log: SILENT_LOG, onUse: use => uses.push(use) })
  expect(await secrets.set(node, 'password', given)).toBe('keychain')
  expect(given.every(byte => byte === 0)).toBe(true)
  let lent: Buffer | undefined
  const seen = await secrets.withCredential(node, 'password', secret => {
    lent = secret
    return Promise.resolve(secret.toString('utf8'))
  })
  expect(seen).toBe('pässword 🦞')
  expect(lent?.every(byte => byte === 0)).toBe(true)
  expect(uses).toMatchObject([{ nodeId: node, kind: 'password' }])
})

onLinux('the buffer is wiped when the borrower fails, and the stored secret stays', async () => {
  const node = randomUUID()
  using secrets = createSecrets({ log: SILENT_LOG })
  await secrets.set(node, 'sudo', 'geheim')
  let lent: Buffer | undefined
  const failing = secrets.withCredential(node, 'sudo', secret => {
    lent = secret
    return Promise.reject(new Error('login failed'))
  })
  await expect(failing).rejects.toThrow('login failed')
  expect(lent?.every(byte => byte === 0)).toBe(true)
  expect(await secrets.withCredential(node, 'sudo', secret => Promise.resolve(secret.toString()))).toBe('geheim')
})

onLinux('kinds are listed, cleared one by one and all together', async () => {
  const node = randomUUID()
  using secrets = createSecrets({ log: SILENT_LOG })
  await secrets.set(node, 'password', 'one')
  await secrets.set(node, 'sudo', 'two')
  expect(await secrets.kinds(node)).toEqual(['password', 'sudo'])
  await secrets.clear(node, 'password')
  expect(await secrets.kinds(node)).toEqual(['sudo'])
  expect((await failureOf(secrets.withCredential(node, 'password', () => Promise.resolve()))).code).toBe(
    'credential-missing',
  )
  await secrets.clearAll(node)
  expect(await secrets.kinds(node)).toEqual([])
})

onLinux('keys of OCM itself are kept beside', async () => {
  using secrets = createSecrets({ log: SILENT_LOG })
  const name = `backup-identity-${randomUUID()}`
  expect(await secrets.getKey(name)).toBeNull()
  expect(await secrets.setKey(name, 'AGE-SECRET-KEY-1')).toBe('keychain')
  expect(await secrets.getKey(name)).toBe('AGE-SECRET-KEY-1')
  expect(await secrets.state()).toMatchObject({ state: 'ok' })
})

onLinux('a secret for this session never enters the keychain', async () => {
  const node = randomUUID()
  using secrets = createSecrets({ log: SILENT_LOG })
  expect(await secrets.set(node, 'password', 'fleeting', { sessionOnly: true })).toBe('session')
  expect(await secrets.kinds(node)).toEqual(['password'])
  using other = createSecrets({ log: SILENT_LOG })
  expect(await other.kinds(node)).toEqual([])
})

onLinux('a locked keychain says so instead of "no secret", and keeps what is in it', async () => {
  const node = randomUUID()
  using secrets = createSecrets({ log: SILENT_LOG })
  await secrets.set(node, 'password', 'still there')
  keyring.lock()
  expect(await secrets.state()).toMatchObject({ state: 'locked' })
  const failure = await failureOf(secrets.withCredential(node, 'password', () => Promise.resolve()))
  expect(failure).toMatchObject({ code: 'keychain-unavailable', hint: expect.stringContaining('Unlock') as string })
  expect((await failureOf(secrets.set(node, 'password', 'new'))).code).toBe('keychain-unavailable')
  expect(await secrets.kinds(node)).toEqual([])
  expect(await secrets.set(node, 'password', 'for now', { sessionOnly: true })).toBe('session')
})

onLinux('a keychain that hangs is given up, and further calls fail at once', async () => {
  keyring.hang()
  const keychain = createKeychain({ limitMs: 300 })
  expect((await failureOf(keychain.get('anything'))).code).toBe('keychain-unavailable')
  const startedAt = performance.now()
  expect((await failureOf(keychain.get('anything'))).code).toBe('keychain-unavailable')
  expect(performance.now() - startedAt).toBeLessThan(200)
})
