import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSecrets } from '../../../main/secrets/secrets'
import { SILENT_LOG } from '../../../main/store/log'
import { failureOf } from '../../helpers/failure'
import { startKeyring, useKeyring, type Keyring } from '../../helpers/keyring'
import { skips, unlessLinux } from '../../helpers/requirement'

let bus: Keyring
beforeAll(async () => {
  if (process.platform !== 'linux') return
  bus = await startKeyring({ secretService: false })
  useKeyring(bus)
})
afterAll(async () => {
  if (process.platform === 'linux') await bus[Symbol.asyncDispose]()
})

const onLinux = test.skipIf(skips('a missing keychain', unlessLinux('this computer always has one')))

onLinux('without a keychain OCM says so and keeps secrets for the session', async () => {
  const node = randomUUID()
  using secrets = createSecrets({ log: SILENT_LOG })
  expect(await secrets.state()).toMatchObject({
    state: 'absent',
    text: expect.stringContaining('Secret Service') as string,
  })
  expect(await secrets.set(node, 'password', 'in memory')).toBe('session')
  expect(await secrets.kinds(node)).toEqual(['password'])
  expect(await secrets.withCredential(node, 'password', secret => Promise.resolve(secret.toString()))).toBe('in memory')
  await secrets.clear(node, 'password')
  expect(await secrets.kinds(node)).toEqual([])
  const failure = await failureOf(secrets.withCredential(node, 'password', () => Promise.resolve()))
  expect(failure).toMatchObject({
    code: 'keychain-unavailable',
    hint: expect.stringContaining('gnome-keyring') as string,
  })
})
