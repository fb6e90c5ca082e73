import { expect, test } from 'vitest'
import { testNode } from '../../../main/nodes/test-node'
import { AppError } from '../../../shared/errors'
import type { NodeRecord, TestStage } from '../../../shared/node'
import { startLoggingServer } from '../../helpers/logging-server'
import { connectedPool, createAccess, type Access } from '../../helpers/sshd'

const NEVER = new AbortController().signal

/** Runs the test with finders that ask the node, and notes what was announced. */
async function run(access: Access, node: NodeRecord, openClaw: string | null = null) {
  const announced: TestStage[] = []
  const stages = await testNode({
    node,
    pool: access.pool,
    locate: async connection => {
      const { code, stdout } = await connection.exec(['node', '--version'], { limitMs: 5000 })
      if (code !== 0) throw new AppError('node-missing', 'No Node.js was found.', { hint: 'Install it.' })
      return { path: 'node', version: stdout.trim() }
    },
    findOpenClaw: () => Promise.resolve(openClaw === null ? null : { version: openClaw }),
    onStage: stage => announced.push(stage),
    signal: NEVER,
  })
  return { stages, announced, states: stages.map(stage => stage.state) }
}

test('a node in order passes all six stages, each announced as it runs', async () => {
  await using ready = await connectedPool()
  const { stages, announced, states } = await run(ready, ready.node, '2026.9.6')
  expect(states).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok'])
  expect(stages.map(stage => stage.stage)).toEqual(['name', 'port', 'host-key', 'login', 'node', 'openclaw'])
  expect(stages[4]?.text).toContain(process.version.slice(1))
  expect(stages[5]?.text).toContain('2026.9.6')
  expect(announced.map(stage => stage.state).join(' ')).toBe(Array(6).fill('running ok').join(' '))
})

test('a new machine asks about its host key and does not log in', async () => {
  await using server = await startLoggingServer()
  await using access = createAccess()
  const node = access.registry.add(server.input)
  await access.secrets.set(node.id, 'password', 'secret')
  const { stages, states } = await run(access, node)
  expect(states).toEqual(['ok', 'ok', 'ask', 'skipped', 'skipped', 'skipped'])
  expect(stages[2]).toMatchObject({ hostKey: server.hostKey, hint: expect.any(String) as string })
  expect(server.attempts).toEqual([])
  expect(access.hostKeys.offered(node.id)).toEqual(server.hostKey)
})

test('a changed host key shows both', async () => {
  await using server = await startLoggingServer()
  await using access = createAccess()
  const node = access.registry.add(server.input)
  const known = { type: 'ssh-ed25519', fingerprint: `SHA256:${'A'.repeat(43)}` }
  access.hostKeys.replace(node.id, known)
  const { stages, states } = await run(access, node)
  expect(states).toEqual(['ok', 'ok', 'changed', 'skipped', 'skipped', 'skipped'])
  expect(stages[2]).toMatchObject({ hostKey: server.hostKey, knownHostKey: known })
  expect(server.attempts).toEqual([])
})

test('each stage that fails has its own verdict and a hint', async () => {
  await using ready = await connectedPool({ env: { PATH: '/nowhere' } })
  expect((await run(ready, ready.node)).states).toEqual(['ok', 'ok', 'ok', 'ok', 'failed', 'skipped'])

  const unknown = ready.addTrusted(ready.sshd, { label: 'unknown', host: 'no-such-host.invalid' })
  expect((await run(ready, unknown)).stages[0]).toMatchObject({ state: 'failed', hint: expect.any(String) as string })

  const closed = ready.addTrusted(ready.sshd, { label: 'closed', port: 1 })
  expect((await run(ready, closed)).states).toEqual(['ok', 'failed', 'skipped', 'skipped', 'skipped', 'skipped'])

  const refused = ready.addTrusted(ready.sshd, { label: 'refused', user: 'nobody-like-that' })
  const { stages } = await run(ready, refused)
  expect(stages[3]).toMatchObject({
    state: 'failed',
    text: 'The server refused the key.',
    hint: expect.any(String) as string,
  })
})
