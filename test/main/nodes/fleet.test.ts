import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { NodeView } from '../../../shared/contract'
import { valueOf } from '../../../shared/survey'
import { MINUTE } from '../../../shared/units'
import { startYard, type Yard } from '../../helpers/nodes'

let yard: Yard
beforeAll(async () => {
  yard = await startYard({ count: 1 })
}, MINUTE)
afterAll(() => yard[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

const all = async (): Promise<NodeView> => (await yard.services.fleet.surveyAll())[0] as NodeView
const one = (): Promise<NodeView> => yard.services.fleet.survey(yard.record('pc-a').id)
const mediaOf = ({ survey }: NodeView): number => valueOf(survey?.profiles[0]?.sizes ?? unknown)?.media?.bytes ?? 0
const unknown = { state: 'unknown', why: '' } as const
const warnedOf = ({ survey }: NodeView): boolean => survey?.warnings.some(({ code }) => code === 'orphans') === true

function grow(name: string, bytes: number): void {
  const folder = join(yard.node('pc-a').home, '.openclaw/media/inbound')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), Buffer.alloc(bytes))
}

test('looking at all nodes measures once, then keeps sizes for a while and says since when; one node is always measured', async () => {
  grow('half.tmp', 1000)
  const first = await all()
  expect(first.survey?.sizesAt).toBeUndefined()
  expect(warnedOf(first)).toBe(true)
  const before = mediaOf(first)

  grow('film', 5000)
  const second = await all()
  expect(mediaOf(second)).toBe(before)
  expect(second.survey?.sizesAt).toBe(first.survey?.at)
  expect(second.survey?.at).not.toBe(first.survey?.at)
  expect(warnedOf(second)).toBe(true)

  const third = await one()
  expect(mediaOf(third)).toBe(before + 5000)
  expect(third.survey?.sizesAt).toBeUndefined()

  grow('another', 700)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 20 * MINUTE })
  expect(mediaOf(await all())).toBe(before + 5700)
})

test(
  'after a change of the set-up sizes are measured anew',
  async () => {
    vi.useRealTimers()
    await one()
    grow('more', 300)
    const path = join(yard.node('pc-a').home, '.openclaw/agents/newcomer/sessions')
    mkdirSync(path, { recursive: true })
    writeFileSync(join(yard.node('pc-a').home, '.openclaw/openclaw.json'), '{"agents":{"list":[{"id":"newcomer"}]}}')
    const noticed = await all()
    expect(noticed.survey?.sizesAt).toBeDefined()
    const measured = await all()
    expect(measured.survey?.sizesAt).toBeUndefined()
    expect(mediaOf(measured)).toBe(mediaOf(noticed) + 300)
  },
  MINUTE,
)

test('a node that leaves the list while its view is made is not announced any more', async () => {
  const { registry, fleet, bus } = yard.services
  const { label: _label, id: _id, createdAt: _createdAt, isDemo: _isDemo, ...same } = yard.record('pc-a')
  const { id } = registry.add({ ...same, label: 'short-lived' })
  const heard: string[] = []
  using _events = bus.listen((event, data) => {
    if (event === 'nodeChanged' && (data as NodeView).record.id === id) heard.push(event)
    if (event === 'nodeRemoved' && (data as { nodeId: string }).nodeId === id) heard.push(event)
  })
  const underWay = [fleet.announce(id), fleet.announce(id)]
  registry.remove(id)
  await Promise.all(underWay)
  expect(heard).toEqual(['nodeRemoved'])
})
