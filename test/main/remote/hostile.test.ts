import { afterEach, beforeAll, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { bootstrapCommand } from '../../../main/remote/bootstrap'
import { startRemote, type StartedRemote } from '../../../main/remote/client'
import { MIB } from '../../../shared/units'
import { isRunning, openChild, until, type ChildChannel } from '../../helpers/child-channel'
import { fixtureProgram } from '../../helpers/remote-programs'

let program: string
let channel: ChildChannel | undefined

beforeAll(async () => {
  program = await fixtureProgram('hostile-program')
})
afterEach(() => {
  channel?.child.kill('SIGKILL')
})

function attacked(attack: string): Promise<StartedRemote> {
  channel = openChild(bootstrapCommand(process.execPath, 'posix'), { ...process.env, OCM_ATTACK: attack })
  return startRemote(channel, program)
}

test.each([
  'oversized frame',
  'garbage json',
  'wrong shape',
  'item where none belongs',
  'chunk where none belongs',
  'unknown kind',
  'answer to a request never made',
  'error with an unknown code',
])('a node that sends an %s is refused and left', async attack => {
  const remote = await attacked(attack)
  const request = remote.request('processes', {}, { limitMs: 10_000 })
  await expect(request).rejects.toMatchObject({ code: 'bad-answer' })
  await until('the channel to close', async () => !(await isRunning(remote.hello.pid)))
  expect(remote.isAlive).toBe(false)
  await expect(remote.request('release', {}, { limitMs: 1000 })).rejects.toMatchObject({ code: 'bad-answer' })
})

test('a node that floods a slow reader is cut off before memory fills', async () => {
  const remote = await attacked('items without end, deaf to the window')
  const before = process.memoryUsage().rss
  const request = remote.request(
    'staged',
    { operationId: randomUUID(), roots: {} },
    {
      limitMs: 20_000,
      onItem: () => new Promise(() => undefined),
    },
  )
  await expect(request).rejects.toMatchObject({ code: 'bad-answer' })
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * MIB)
  await until('the channel to close', async () => !(await isRunning(remote.hello.pid)))
})
