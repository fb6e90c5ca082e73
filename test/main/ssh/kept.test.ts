import { expect, test } from 'vitest'
import { collectGarbage } from '../../helpers/collect-garbage'
import { connectedPool } from '../../helpers/sshd'

const CHANNELS = 20

test('a connection that is kept for days lets go of each channel once it is closed', async () => {
  await using access = await connectedPool()
  const seen: WeakRef<object>[] = []
  for (let index = 0; index < CHANNELS; index += 1) {
    await access.pool.use(access.nodeId, async connection => {
      const channel = await connection.open('true')
      seen.push(new WeakRef(channel.stdin))
      channel.stdin.end()
      channel.stdout.resume()
      channel.stderr.resume()
      expect((await channel.closed).code).toBe(0)
    })
  }
  await new Promise(resolve => setTimeout(resolve, 50)) // A WeakRef holds its target until the present turn is over.
  collectGarbage()
  // The last ones may still be on somebody's stack.
  expect(seen.filter(ref => ref.deref() !== undefined).length).toBeLessThan(CHANNELS / 2)
})
