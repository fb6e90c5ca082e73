import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect } from 'vitest'
import { handlePairings } from '../../remote/pairings'
import { test } from '../helpers/posix'
import { RemoteSession } from '../helpers/remote-context'
import { TracedHome } from '../helpers/traced-home'

let machine: TracedHome

beforeEach(() => {
  machine = new TracedHome()
})
afterEach(() => machine[Symbol.dispose]())

async function pairings() {
  using session = new RemoteSession()
  return (await session.ask(handlePairings, {})).result
}

const KEY = 'PRIVATE KEY MATERIAL'

test('are read from the files of the older era', async () => {
  machine.write('.openclaw/openclaw.json', '{}')
  machine.write('.openclaw/identity/device.json', JSON.stringify({ deviceId: 'own-device', privateKeyPem: KEY }))
  machine.write('.openclaw/node.json', JSON.stringify({ nodeId: 'own-node', token: KEY }))
  machine.write(
    '.openclaw/devices/paired.json',
    JSON.stringify({
      'dev-1': { deviceId: 'dev-1', displayName: 'Ada’s phone\u202e', tokens: KEY },
      'dev-2': { role: 'node' },
    }),
  )
  machine.write('.openclaw/nodes/paired.json', JSON.stringify([{ nodeId: 'node-3' }, { nodeId: '../../etc' }, 7]))
  const result = await pairings()
  expect(result.own).toEqual(['own-device', 'own-node'].map(deviceId => ({ profile: 'default', deviceId })))
  expect(result.known).toEqual([
    { profile: 'default', deviceId: 'dev-1', what: 'paired device Ada’s phone�' },
    { profile: 'default', deviceId: 'dev-2', what: 'paired node' },
    { profile: 'default', deviceId: 'node-3', what: 'paired node' },
  ])
  expect(result.notRead).toEqual([])
  expect(JSON.stringify(result)).not.toContain(KEY)
})

test('are read from the database of the newer era, without leaving a trace in its folder', async () => {
  machine.write('.openclaw-work/openclaw.json', '{}')
  const folder = join(machine.home, '.openclaw-work/state')
  mkdirSync(folder)
  const db = new DatabaseSync(join(folder, 'openclaw.sqlite'))
  db.exec(`CREATE TABLE device_identities (identity_key TEXT, device_id TEXT, private_key_pem TEXT);
    INSERT INTO device_identities VALUES ('self', 'own-device', '${KEY}');
    CREATE TABLE config_machine_state (state_key TEXT, value_json TEXT);
    INSERT INTO config_machine_state VALUES ('nodeHost.config', '{"nodeId":"own-node","token":"${KEY}"}');
    CREATE TABLE device_pairing_paired (device_id TEXT, display_name TEXT, role TEXT, tokens_json TEXT);
    INSERT INTO device_pairing_paired VALUES ('dev-1', 'Laptop', 'operator', '${KEY}'), ('dev-2', NULL, 'node', '');`)
  db.close()
  const result = await pairings()
  expect(result.own.map(({ profile, deviceId }) => `${profile} ${deviceId}`)).toEqual([
    'work own-device',
    'work own-node',
  ])
  expect(result.known.map(({ deviceId, what }) => `${deviceId} ${what}`)).toEqual([
    'dev-1 paired device Laptop',
    'dev-2 paired node',
  ])
  expect(JSON.stringify(result)).not.toContain(KEY)
  expect(readdirSync(folder)).toEqual(['openclaw.sqlite'])
})

test('that are damaged are none, and the profile is named', async () => {
  machine.write('.openclaw/openclaw.json', '{}')
  machine.write('.openclaw/identity/device.json', '{"deviceId":')
  machine.write('.openclaw/devices/paired.json', '[[[')
  machine.write('.openclaw/state/openclaw.sqlite', 'not a database')
  expect(await pairings()).toEqual({ own: [], known: [], notRead: ['default'] })
})
