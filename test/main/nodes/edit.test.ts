import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createHandlers } from '../../../main/handlers'
import type { NodeView } from '../../../shared/contract'
import type { NodeRecord } from '../../../shared/node'
import type { WatchPoint } from '../../../shared/sample'
import { MINUTE } from '../../../shared/units'
import { noDesktop } from '../../helpers/no-desktop'
import { startYard, type Yard } from '../../helpers/nodes'

let yard: Yard
let record: NodeRecord
let handlers: ReturnType<typeof createHandlers>
let told: NodeView['reach'][]

beforeAll(async () => {
  yard = await startYard({ count: 1 })
  record = yard.record('pc-a')
  handlers = createHandlers(yard.services, noDesktop())
  yard.services.bus.listen((event, data) => {
    if (event === 'nodeChanged') told.push((data as NodeView).reach)
  })
}, MINUTE)
beforeEach(async () => {
  told = []
  await yard.services.fleet.survey(record.id)
})
afterAll(() => yard[Symbol.asyncDispose]())

/** A survey and a poll that are under way at a node which takes commands and answers none, until it is well again. */
async function looksUnderWay(): Promise<{ readonly ended: Promise<readonly [NodeView, WatchPoint]> }> {
  const { services } = yard
  const { id: nodeId } = record
  services.remotes.drop(nodeId)
  services.pool.drop(nodeId)
  await yard.node('pc-a').fault('hang-after-login')
  const ended = Promise.all([services.fleet.survey(nodeId), services.watcher.pollOnce(nodeId)])
  await services.pool.use(nodeId, () => sleep(50)) // They wait on the same connection for a command's answer.
  await yard.node('pc-a').heal()
  told = []
  return { ended }
}

test('another name or protection leaves the line to a node as it is', async () => {
  const { pool } = yard.services
  const { id, ...before } = record
  const line = await pool.use(id, connection => Promise.resolve(connection))
  await handlers['nodes.edit']({ nodeId: id, input: { ...before, label: 'desk', tags: ['home'], isProtected: true } })
  expect(line.isAlive).toBe(true)
  expect(await pool.use(id, connection => Promise.resolve(connection === line))).toBe(true)
  await handlers['nodes.edit']({ nodeId: id, input: before })
})

const changes: Readonly<Record<string, () => Promise<unknown>>> = {
  login: async () => {
    const { id, ...before } = record
    await handlers['nodes.edit']({ nodeId: id, input: { ...before, auth: { method: 'password' } } })
    await handlers['nodes.edit']({ nodeId: id, input: before })
  },
  secret: () => handlers['nodes.setSecret']({ nodeId: record.id, kind: 'sudo', secret: 'moonlight-ferry' }),
}
test.each(Object.entries(changes))(
  'looks that OCM cuts itself, for another %s, are done once more and tell of no fault',
  async (_name, change) => {
    const looks = await looksUnderWay()
    await change()
    const [view, point] = await looks.ended
    expect(view).toMatchObject({ reach: 'online', problem: null })
    expect(point.seen).not.toBeNull()
    expect(told).not.toContain('offline')
  },
)

test('a line that breaks by itself still tells', async () => {
  const looks = await looksUnderWay()
  await yard.node('pc-a').fault('offline')
  const [view, point] = await looks.ended
  expect(view).toMatchObject({ reach: 'offline', problem: { code: 'connection-lost' } })
  expect(point.seen).toBeNull()
  await yard.node('pc-a').heal()
})
