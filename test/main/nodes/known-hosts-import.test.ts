import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { previewKnownHosts, readKnownHosts, trustEntries } from '../../../main/nodes/known-hosts-import'
import { hostKeyOf } from '../../../main/ssh/host-keys'
import { failureOf } from '../../helpers/failure'
import { createAccess, makeKey } from '../../helpers/sshd'
import { tempFolder } from '../../helpers/temp'

test('a preview says what each key is to OCM; only what is new is ever trusted, and only when chosen', async () => {
  using folder = tempFolder()
  await using access = createAccess()
  const { registry, hostKeys } = access
  const [right, wrong] = ['right', 'wrong'].map(name => {
    makeKey(folder.join(name), 'ed25519')
    const line = readFileSync(folder.join(`${name}.pub`), 'utf8').trim()
    return { line, key: hostKeyOf(Buffer.from(line.split(' ')[1] ?? '', 'base64')) }
  })
  if (!right || !wrong) throw new Error('two keys')
  const add = (host: string, port = 22) =>
    registry.add({ label: host, host, port, user: 'u', auth: { method: 'agent' } }).id
  const [fresh, chosenNot, known, other, shown] = ['fresh', 'chosen-not', 'known', 'other', 'shown'].map(name =>
    add(name),
  )
  add('unnamed')
  if (!fresh || !chosenNot || !known || !other || !shown) throw new Error('five nodes')
  hostKeys.replace(known, right.key)
  hostKeys.replace(other, wrong.key)
  hostKeys.judge(shown, wrong.key)
  const file = folder.join('known_hosts')
  writeFileSync(file, `fresh,chosen-not,known,other,shown ${right.line}\n`)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })

  const entries = previewKnownHosts({ registry, hostKeys }, await readKnownHosts(file))
  expect(Object.fromEntries(entries.map(({ label, verdict }) => [label, verdict]))).toEqual({
    fresh: 'new',
    'chosen-not': 'new',
    known: 'known',
    other: 'known-otherwise',
    shown: 'shown-otherwise',
  })
  expect(hostKeys.get(fresh)).toBeNull()
  const trusted = trustEntries({ hostKeys }, entries, [fresh, known, other, shown])
  expect(trusted.map(({ label }) => label)).toEqual(['fresh'])
  expect(hostKeys.get(fresh)).toMatchObject(right.key)
  expect(hostKeys.get(chosenNot)).toBeNull()
  expect(hostKeys.get(other)).toMatchObject(wrong.key)
  expect(hostKeys.get(shown)).toBeNull()

  // Between the look and the yes the machine showed another key: that is not what was agreed to.
  hostKeys.judge(chosenNot, wrong.key)
  expect(trustEntries({ hostKeys }, entries, [chosenNot])).toEqual([])
  expect(hostKeys.get(chosenNot)).toBeNull()
})

test('a file that is not there, cannot be read or is no list of keys is told in words', async () => {
  using folder = tempFolder()
  expect((await failureOf(() => readKnownHosts(folder.join('none')))).code).toBe('not-found')
  expect((await failureOf(() => readKnownHosts(folder.path))).code).toBe('permission-denied')
  writeFileSync(folder.join('huge'), Buffer.alloc(5 * 1024 * 1024))
  expect((await failureOf(() => readKnownHosts(folder.join('huge')))).code).toBe('bad-input')
})
