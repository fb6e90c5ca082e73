import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createSecrets } from '../../../main/secrets/secrets'
import { createLog } from '../../../main/store/log'
import type { SecretUse } from '../../../shared/node'
import { failureOf } from '../../helpers/failure'
import { tempFolder } from '../../helpers/temp'

test('each loan leaves a line and a fact, and the secret is in neither, even if the borrower logs it', async () => {
  using folder = tempFolder()
  const log = createLog(folder.path, { console: false })
  const uses: SecretUse[] = []
  let time = Date.parse('2026-01-01T14:03:11.000Z')
  using secrets = createSecrets({ log, keychain: null, now: () => time, onUse: use => uses.push(use) })
  const node = randomUUID()
  await secrets.set(node, 'passphrase', 'plain-looking words')
  await secrets.withCredential(node, 'passphrase', secret => {
    log.scope('careless').warn(`logging in with ${secret.toString()}`)
    time += 240
    return Promise.resolve()
  })
  expect(uses).toEqual([{ nodeId: node, kind: 'passphrase', at: '2026-01-01T14:03:11.000Z', heldMs: 240 }])
  const text = readFileSync(log.file, 'utf8')
  expect(text).toContain(`[secrets] node ${node}: key passphrase held for 0.2 s`)
  expect(text).toContain('logging in with •••')
  expect(text).not.toContain('plain-looking')
})

test('the session’s copy is wiped when it is cleared, replaced and at the end', async () => {
  using folder = tempFolder()
  const log = createLog(folder.path, { console: false })
  const secrets = createSecrets({ log, keychain: null })
  const node = randomUUID()
  await secrets.set(node, 'sudo', 'first')
  await secrets.set(node, 'sudo', 'second')
  expect(await secrets.withCredential(node, 'sudo', secret => Promise.resolve(secret.toString()))).toBe('second')
  secrets[Symbol.dispose]()
  expect(await secrets.kinds(node)).toEqual([])
  expect((await failureOf(secrets.withCredential(node, 'sudo', () => Promise.resolve()))).code).toBe(
    'credential-missing',
  )
  await expect(secrets.set('not an id', 'sudo', 'x')).rejects.toThrow()
})
