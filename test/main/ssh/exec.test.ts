import { expect, test } from 'vitest'
import type { AppError } from '../../../shared/errors'
import { SECOND } from '../../../shared/units'
import { connectedPool } from '../../helpers/sshd'
import { until } from '../../helpers/temp'

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => Promise.reject(new Error('It should have failed')),
    (error: unknown) => error as AppError,
  )

test('hands the program exactly the words given', async () => {
  await using ready = await connectedPool()
  const words = [`it's $HOME; rm -rf / "\n*~`, '', '-n', '\\', '`id`', '!!', 'ü→🦞', '$(id)', '%s', '\t']
  const result = await ready.pool.use(ready.nodeId, connection =>
    connection.exec(['printf', '%s\\0', ...words], { limitMs: 5 * SECOND }),
  )
  expect(result).toEqual({ code: 0, stdout: words.map(word => `${word}\0`).join(''), stderr: '' })
})

test('a non-zero exit is an answer, with what was printed on both outputs', async () => {
  await using ready = await connectedPool()
  const result = await ready.pool.use(ready.nodeId, connection =>
    connection.exec(['sh', '-c', 'echo out; echo err >&2; exit 3'], { limitMs: 5 * SECOND }),
  )
  expect(result).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' })
})
