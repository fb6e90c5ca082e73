import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createRegistry, type RegistryChange } from '../../../main/nodes/registry'
import { exportNodes, importNodes } from '../../../main/nodes/transfer'
import { openDatabase } from '../../../main/store/database'
import { failureOf } from '../../helpers/failure'
import { createAccess } from '../../helpers/sshd'
import { tempFolder } from '../../helpers/temp'

const input = (label: string) => ({ label, host: 'host.example', user: 'claw', auth: { method: 'password' as const } })

test('nodes are added, edited, copied, protected and removed, and each change is told', () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  const changes: RegistryChange[] = []
  const registry = createRegistry(store, change => changes.push(change))
  const node = registry.add({ ...input('atlas'), tags: ['home', 'home', 'pi'] })
  expect(node).toMatchObject({ port: 22, tags: ['home', 'pi'], isProtected: false, isDemo: false })
  expect(registry.get(node.id)).toEqual(node)
  const edited = registry.edit(node.id, { ...input('Atlas'), port: 2222 })
  expect(edited).toMatchObject({ id: node.id, createdAt: node.createdAt, label: 'Atlas', port: 2222, tags: [] })
  const copies = [registry.duplicate(node.id), registry.duplicate(node.id)]
  expect(copies.map(copy => copy.label)).toEqual(['Atlas copy', 'Atlas copy 2'])
  expect(registry.list().map(each => each.label)).toEqual(['Atlas', 'Atlas copy', 'Atlas copy 2'])
  registry.remove(copies[0]?.id ?? '')
  expect(registry.list()).toHaveLength(2)
  expect(changes.map(change => change.kind)).toEqual(['saved', 'saved', 'saved', 'saved', 'removed'])
})

test('a protected node stays until its protection is off', async () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  const registry = createRegistry(store)
  const node = registry.add({ ...input('atlas'), isProtected: true })
  expect((await failureOf(() => registry.remove(node.id))).code).toBe('protected')
  registry.setProtected(node.id, false)
  registry.remove(node.id)
  expect((await failureOf(() => registry.get(node.id))).code).toBe('not-found')
})

test('bad details and taken names are refused with a reason', async () => {
  using folder = tempFolder()
  using store = openDatabase(folder.path)
  const registry = createRegistry(store)
  const node = registry.add(input('atlas'))
  const other = registry.add(input('borealis'))
  expect(await failureOf(() => registry.add(input('ATLAS')))).toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('ATLAS') as string,
  })
  expect((await failureOf(() => registry.edit(other.id, input('Atlas')))).code).toBe('bad-input')
  expect(await failureOf(() => registry.add({ ...input('c'), host: '-oProxyCommand=x; y' }))).toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('host') as string,
  })
  expect((await failureOf(() => registry.edit(randomUUID(), input('d')))).code).toBe('not-found')
  expect(registry.edit(node.id, input('Atlas')).label).toBe('Atlas')
})

test('nodes travel to another OCM with their host keys and without secrets', async () => {
  await using here = createAccess()
  await using there = createAccess()
  const node = here.registry.add({ ...input('atlas'), tags: ['home'], auth: { method: 'key', keyPath: '~/.ssh/id' } })
  here.registry.add(input('borealis'))
  const hostKey = { type: 'ssh-ed25519', fingerprint: `SHA256:${'A'.repeat(43)}` }
  here.hostKeys.replace(node.id, hostKey)
  await here.secrets.set(node.id, 'passphrase', 'top secret')
  const text = exportNodes(here)
  expect(text).not.toContain('top secret')
  expect(text).not.toContain(node.id)
  expect(importNodes(there, text)).toEqual({ added: 2, skipped: [] })
  const [copy] = there.registry.list()
  expect(copy).toMatchObject({ label: 'atlas', tags: ['home'], auth: { method: 'key', keyPath: '~/.ssh/id' } })
  expect(there.hostKeys.get(copy?.id ?? '')).toMatchObject(hostKey)
  expect(exportNodes(there)).toContain('"borealis"')
  expect(importNodes(there, text)).toMatchObject({
    added: 0,
    skipped: [expect.stringContaining('atlas'), expect.any(String)],
  })
})

test('garbage is refused, and what is good in a half-good file goes in', async () => {
  await using access = createAccess()
  for (const text of [
    '',
    '{',
    '[]',
    '{"nodes": 3}',
    '{"format":"ocm-nodes","version":2,"nodes":[]}',
    '\0'.repeat(10),
  ]) {
    expect((await failureOf(() => importNodes(access, text))).code, text).toBe('bad-input')
  }
  const nodes = [
    { ...input('good'), isDemo: true, id: 'x', evil: '__proto__' },
    { ...input('bad host'), host: 'a b' },
    { label: 'half' },
    17,
    null,
    { ...input('bad key'), hostKey: { type: 'x', fingerprint: 'nonsense' } },
  ]
  const result = importNodes(access, `\uFEFF${JSON.stringify({ format: 'ocm-nodes', version: 1, nodes })}`)
  expect(result.added).toBe(1)
  expect(result.skipped.map(line => line.split(':')[0])).toEqual(['bad host', 'half', 'Entry 4', 'Entry 5', 'bad key'])
  expect(access.registry.list().map(node => [node.label, node.isDemo])).toEqual([['good', false]])
})
