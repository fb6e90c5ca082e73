import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { bundleMain } from '../../../build/bundle'
import { MINUTE } from '../../../shared/units'
import { PERSONALITIES, type Personality } from '../../demo/personalities'
import { put } from '../../demo/state'
import { startKeyring, useKeyring } from '../../helpers/keyring'
import { isLive, PROGRAM_FILE } from '../../helpers/nodes'
import { until } from '../../helpers/temp'
import { handOver, leftOn, programPath, startVictim, type Victim } from '../../helpers/victim'

const ID = 'd3v1ce-of-the-victim'
const PEER = 'peer'

test(
  'killed after the command on a peer and before its row of the proof, a resume ends with the same proof',
  { timeout: 4 * MINUTE },
  async () => {
    await using undo = new AsyncDisposableStack()
    undo.use(useKeyring(undo.use(await startKeyring())))
    await bundleMain({ 'deletion-child': 'test/main/faults/deletion-child.ts' })
    const victim = undo.use(await startVictim({ hasKeychain: true, others: [peer()] }))
    const { node, nodeId, fleet } = victim
    await until(() => isLive(fleet.node(PEER)), MINUTE)
    await put(node.stateDir, 'identity/device.json', JSON.stringify({ deviceId: ID, privateKeyPem: 'not a real key' }))
    for (const path of ['identity', 'identity/device.json']) await handOver(join(node.stateDir, path))
    const removed = lingerAfterRemoval(victim)
    const plan = await victim.plan({ peers: [ID] })
    expect(plan.deletion?.peers.map(({ label, deviceId }) => `${label} ${deviceId}`)).toEqual([`${PEER} ${ID}`])

    await victim.close()
    const planFile = join(dirname(victim.dataDir), 'plan.json')
    writeFileSync(planFile, JSON.stringify(plan))
    const words = [victim.dataDir, planFile, PROGRAM_FILE, 'no step of its own', '0']
    const child = spawn(process.execPath, ['--no-warnings', resolve('out/main/deletion-child.js'), ...words], {
      stdio: 'ignore',
    })
    const ended = once(child, 'close')
    await until(() => existsSync(removed), 2 * MINUTE)
    child.kill('SIGKILL')
    await ended
    expect(knownOn(victim)).not.toContain(ID)

    const services = await victim.reopen()
    const [cut] = services.operations.list()
    expect(cut).toMatchObject({ state: 'cleaning-up' })
    expect(cut?.proof.filter(row => row.what.startsWith('Record on '))).toEqual([])
    expect(services.registry.list().map(({ id }) => id)).toContain(nodeId)

    const run = await victim.resume(cut?.id ?? '')
    expect(run).toMatchObject({ state: 'done', error: null })
    const rows = run.proof.filter(row => row.what.startsWith('Record on '))
    expect(rows).toMatchObject([{ expected: 'removed', found: 'removed', verdict: 'proven' }])
    expect(run.proof.filter(row => row.verdict !== 'proven')).toEqual([])
    expect(services.certificates.get(run.id)?.isProven).toBe(true)
    expect(services.registry.list().map(({ label }) => label)).toEqual([PEER])
    expect(leftOn(node)).toEqual([])
  },
)

/** A machine of the demo that keeps a record of the victim. */
function peer(): Personality {
  const like = PERSONALITIES.find(one => one.name === 'pc-b')
  if (like === undefined) throw new Error('no pc-b')
  return {
    ...like,
    name: PEER,
    furnish: async into => {
      await like.furnish(into)
      using db = new DatabaseSync(join(into.stateDir, 'state/openclaw.sqlite'))
      db.prepare('INSERT INTO device_pairing_paired VALUES (?, ?)').run(ID, '{}')
    },
  }
}

/** Lets the peer's OpenClaw take its time to end after it removed the record. @returns the file it writes in between. */
function lingerAfterRemoval({ fleet }: Victim): string {
  const node = fleet.node(PEER)
  const mark = join(node.home, 'removed')
  const wait = 'await new Promise(resolve => setTimeout(resolve, 5000))'
  appendFileSync(
    join(programPath(node), 'dist/index.js'),
    `\nif (command === 'devices' && second === 'remove') {\n  writeFileSync('${mark}', '')\n  ${wait}\n}\n`,
  )
  return mark
}

/** Ids in the list of the peer, seen without any of the app's code. */
function knownOn({ fleet }: Victim): readonly string[] {
  using db = new DatabaseSync(join(fleet.node(PEER).stateDir, 'state/openclaw.sqlite'), { readOnly: true })
  return db
    .prepare('SELECT device_id FROM device_pairing_paired')
    .all()
    .map(row => String(row['device_id']))
}
