import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { PERSONALITIES, type Personality } from '../../../demo/personalities'
import { put } from '../../../demo/state'
import { MINUTE } from '../../../../shared/units'
import { isLive } from '../../../helpers/nodes'
import { until } from '../../../helpers/temp'
import { handOver, leftOn, startVictim, type Victim } from '../../../helpers/victim'

const ID = 'd3v1ce-of-the-victim'
const NODE = 'n0de-of-the-victim'
const STRANGER = 'somebody-else'

let victim: Victim
afterEach(() => victim[Symbol.asyncDispose]())

/** A machine of the demo under another name, with records of the victim. */
function knowing(personality: string, name: string, write: (stateDir: string) => Promise<void>): Personality {
  const like = PERSONALITIES.find(one => one.name === personality)
  if (like === undefined) throw new Error(`no ${personality}`)
  const furnish: Personality['furnish'] = async into => {
    await like.furnish(into)
    await write(into.stateDir)
  }
  return { ...like, name, furnish }
}

const inFiles = knowing('vps-3', 'old', async stateDir => {
  const paired = (...ids: string[]): string =>
    JSON.stringify(Object.fromEntries(ids.map(id => [id, { displayName: `${id} here` }])))
  await put(stateDir, 'devices/paired.json', paired(ID, STRANGER))
  await put(stateDir, 'nodes/paired.json', paired(NODE, STRANGER))
})

const inDatabase = knowing('pc-b', 'new', stateDir => {
  using db = new DatabaseSync(join(stateDir, 'state/openclaw.sqlite'))
  db.prepare('INSERT INTO device_pairing_paired VALUES (?, ?), (?, ?)').run(ID, '{}', STRANGER, '{}')
  return Promise.resolve()
})

async function start(): Promise<void> {
  victim = await startVictim({ others: [inFiles, inDatabase] })
  for (const name of ['old', 'new']) await until(() => isLive(victim.fleet.node(name)), MINUTE)
  const { stateDir } = victim.node
  await put(stateDir, 'identity/device.json', JSON.stringify({ deviceId: ID, privateKeyPem: 'not a real key' }))
  await put(stateDir, 'node.json', JSON.stringify({ nodeId: NODE }))
  for (const path of ['identity', 'identity/device.json', 'node.json']) await handOver(join(stateDir, path))
}

/** Ids in the lists of one machine, seen without any of the app's code. */
function knownOn(name: string): string[] {
  const { stateDir } = victim.fleet.node(name)
  if (name === 'new') {
    using db = new DatabaseSync(join(stateDir, 'state/openclaw.sqlite'), { readOnly: true })
    const rows = db.prepare('SELECT device_id FROM device_pairing_paired').all()
    return rows.map(row => String(row['device_id'])).filter(id => [ID, NODE, STRANGER].includes(id))
  }
  const lists = ['devices', 'nodes'].map(kind => readFileSync(join(stateDir, kind, 'paired.json'), 'utf8'))
  return lists.flatMap(text => Object.keys(JSON.parse(text) as Record<string, unknown>))
}

const idOf = (name: string): string =>
  victim.services.registry.list().find(({ label }) => label === name)?.id ?? 'not in the list'

test('ticked records are removed from machines of both eras, and nobody else’s', { timeout: 2 * MINUTE }, async () => {
  await start()
  const plan = await victim.plan({ peers: [ID, NODE] })
  expect(plan.deletion?.peers.map(({ label, deviceId }) => `${label} ${deviceId}`).toSorted()).toEqual([
    `new ${ID}`,
    `old ${ID}`,
    `old ${NODE}`,
  ])
  expect(plan.deletion?.byHand).toEqual([])
  const step = plan.steps.find(({ id }) => id === 'update-registry')
  expect(step?.title).toMatch(/its records off (old, new|new, old)$/)
  expect(step?.detail).toContain(`On new: openclaw devices remove -- ${ID}`)

  const run = await victim.run(plan)
  expect(run.state).toBe('done')
  expect(leftOn(victim.node)).toEqual([])
  expect(knownOn('old')).toEqual([STRANGER, STRANGER])
  expect(knownOn('new')).toEqual([STRANGER])
  const rows = run.proof.filter(row => row.what.startsWith('Record on '))
  expect(rows.map(({ found, verdict }) => `${found} ${verdict}`)).toEqual(Array(3).fill('removed proven'))

  const { services } = victim
  const certificate = services.certificates.get(run.id)
  expect(certificate?.isProven).toBe(true)
  const shown = certificate?.rows.filter(row => row.kind === 'record elsewhere')
  expect(shown?.map(row => row.verdict)).toEqual(['gone', 'gone', 'gone'])
  const [entry] = services.audit.list().filter(({ what }) => what === 'node deleted')
  expect(entry?.text).toContain(`paired device, ${ID}: removed.`)
})

test(
  'where a peer cannot be reached or is busy its record is left to the person, and the node is deleted all the same',
  { timeout: 2 * MINUTE },
  async () => {
    await start()
    const { services, fleet } = victim
    const plan = await victim.plan({ peers: [ID] })
    expect(plan.deletion?.byHand.map(one => one.command)).toEqual([`openclaw devices remove -- ${NODE}`])
    await fleet.node('old').fault('offline')
    using busy = services.operations.borrow(idOf('new'), 'another run')
    expect(busy).not.toBeNull()

    const run = await victim.run(plan)
    expect(run.state).toBe('done')
    expect(services.registry.list().map(({ label }) => label)).toEqual(['new', 'old'])
    expect(leftOn(victim.node)).toEqual([])
    expect(knownOn('new')).toEqual([ID, STRANGER].toSorted())
    const rows = run.proof.filter(row => row.byHand !== undefined)
    expect(rows.map(row => row.verdict)).toEqual(['unknown', 'unknown'])
    expect(rows.map(row => row.byHand?.command)).toEqual(Array(2).fill(`openclaw devices remove -- ${ID}`))
    expect(rows.map(row => row.found).join()).toMatch(/a run is under way there/)

    const certificate = services.certificates.get(run.id)
    expect(certificate?.isProven).toBe(true)
    const shown = certificate?.rows.filter(row => row.kind === 'record elsewhere')
    expect(shown?.map(row => row.verdict)).toEqual(['needs-you', 'needs-you'])
    expect(certificate?.byHand).toHaveLength(3)
  },
)

test('a gateway that is down keeps its record, and the row says so', { timeout: 2 * MINUTE }, async () => {
  await start()
  const plan = await victim.plan({ peers: [ID] })
  for (const name of ['old', 'new']) {
    await victim.services.pool.use(idOf(name), connection =>
      connection.exec(['systemctl', '--user', 'stop', '--', 'openclaw-gateway.service'], { limitMs: MINUTE }),
    )
  }
  const run = await victim.run(plan)
  expect(run.state).toBe('done')
  expect(knownOn('old')).toContain(ID)
  const rows = run.proof.filter(row => row.byHand !== undefined)
  expect(rows.map(row => `${row.verdict} ${row.found}`)).toEqual(
    Array(2).fill('differs still there: Gateway not reachable. Start it with: openclaw gateway start'),
  )
})
