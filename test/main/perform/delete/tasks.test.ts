import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { Running } from '../../../../main/perform/delete/commands'
import { restartMs, taskOf, taskState } from '../../../../main/perform/delete/tasks'
import type { Channel, Connection } from '../../../../main/ssh/types'

const unit = { scope: 'user', name: '\\OpenClaw Gateway', manager: 'task-scheduler' } as const

/** A machine whose PowerShell prints this, and ends so. */
function machine(stdout: string, code = 0): Running {
  const open = (): Promise<Channel> => {
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()]
    output.end(stdout)
    errors.end()
    const closed = new Promise<{ code: number; signal: null }>(resolve =>
      output.on('end', () => resolve({ code, signal: null })),
    )
    return Promise.resolve({ stdin: input, stdout: output, stderr: errors, closed, close: () => undefined })
  }
  const connection = { open } as unknown as Connection
  const pool = { use: (_id: string, work: (one: Connection) => unknown) => work(connection) }
  const context = { signal: new AbortController().signal, plan: { platform: 'win32' } }
  return { nodeId: 'pc', means: { pool }, context } as unknown as Running
}

const told = (change: object): string =>
  `${JSON.stringify({ found: true, state: 3, enabled: true, restart: '', ...change })}\r\n`

test('the numbers of the scheduler are told in the words of other managers', async () => {
  const stateOf = (change: object) => taskState(machine(told(change)), unit)
  expect(await stateOf({ state: 4 })).toEqual({ load: 'loaded', active: 'active', mainPid: 0, file: 'enabled' })
  expect(await stateOf({ state: 2 })).toMatchObject({ active: 'activating' })
  expect(await stateOf({ state: 1, enabled: false })).toMatchObject({ active: 'inactive', file: 'disabled' })
  expect(await stateOf({ state: 0 })).toMatchObject({ active: 'unknown' })
  expect(await taskState(machine('{"found":false}'), unit)).toMatchObject({ load: 'not-found', file: '' })
})

test('an error, or another answer than was asked for, tells nothing: the task is not taken for gone', async () => {
  expect(await taskState(machine('', 1), unit)).toBeNull()
  expect(await taskState(machine(''), unit)).toBeNull()
  expect(await taskState(machine('{"found":null}'), unit)).toBeNull()
  expect(await taskState(machine('{"found":false}', 1), unit)).toBeNull()
})

test('how long a failed task waits for its next start is known', async () => {
  expect(await restartMs(machine(told({ restart: 'PT1M' })), unit)).toBe(60_000)
  expect(await restartMs(machine(told({ restart: 'PT1H30M10S' })), unit)).toBe(5_410_000)
  expect(await restartMs(machine(told({})), unit)).toBeNull()
})

test('commands are about the task that they name, and others about none', () => {
  expect(taskOf(['schtasks', '/Change', '/TN', '\\OpenClaw Gateway', '/DISABLE'])).toEqual(unit)
  expect(taskOf(['schtasks', '/Query'])).toBeNull()
  expect(taskOf(['systemctl', 'stop', '--', 'x.service'])).toBeNull()
})
