import { existsSync } from 'node:fs'
import { join } from './path'
import type { Result } from '../shared/protocol'
import { readTextIfThere } from './bounded-read'
import { atOnce, type Handler } from './handler'
import { whoAmI } from './hello'
import { display } from './paths'
import { findServices } from './survey'
import { readDatabase, type Reader } from './survey/database'
import { findProfiles } from './survey/found-profile'
import { isOwnService } from './traces/look'
import { at, recordOf, textOf } from './values-of'

const MAX_ROWS = 1_000

interface Pairing {
  readonly deviceId: string
  readonly what: string
}

/** Answers `pairings`: ids only, never keys or tokens. A profile of which something cannot be read is named. */
export const handlePairings: Handler<'pairings'> = async () => {
  const account = whoAmI()
  const { services } = await findServices(account)
  const own = services.filter(service => isOwnService(service, account))
  const profiles = findProfiles(account.home, own, [])
  return atOnce(() => {
    const all = profiles.map(({ name, stateDir }) => pairingsOf(name, new Source(stateDir)))
    return {
      own: all.flatMap(({ own }) => own),
      known: all.flatMap(({ known }) => known),
      notRead: all.flatMap(({ notRead }) => notRead),
    }
  })
}

function pairingsOf(profile: string, source: Source): Result<'pairings'> {
  const ids = new Set([...ownInFiles(source), ...source.database(ownInDatabase)])
  const paired = [...pairedInFiles(source), ...source.database(pairedInDatabase)]
  const unique = [...new Map(paired.map(pairing => [pairing.deviceId, pairing])).values()]
  if (paired.length >= MAX_ROWS) source.isWhole = false
  return {
    own: [...ids].map(deviceId => ({ profile, deviceId })),
    known: unique.slice(0, MAX_ROWS).map(pairing => ({ profile, ...pairing })),
    notRead: source.isWhole ? [] : [profile],
  }
}

/** What a state directory holds; remembers whether all of it could be read. What is not there was. */
class Source {
  isWhole = true

  constructor(private readonly stateDir: string) {}

  json(path: string): unknown {
    try {
      return JSON.parse(readTextIfThere(join(this.stateDir, path)) ?? 'null')
    } catch {
      this.isWhole = false // Unreadable, damaged, or being written.
      return null
    }
  }

  database<T>(read: (db: Reader) => T[]): T[] {
    const path = join(this.stateDir, 'state/openclaw.sqlite')
    if (!existsSync(path)) return []
    const found = readDatabase(path, read)
    if (found.state === 'known') return found.value
    this.isWhole = false
    return []
  }
}

/** The device's own id, and the one that its node host goes by. */
function ownInFiles(source: Source): string[] {
  const device = idOf(at(source.json('identity/device.json'), 'deviceId'))
  const node = idOf(at(source.json('node.json'), 'nodeId'))
  return [device, node].flatMap(id => id ?? [])
}

function ownInDatabase(db: Reader): string[] {
  const devices = db.rows('device_identities', ['device_id'], MAX_ROWS).map(row => row['device_id'])
  const nodes = db.rows('node_host_config', ['node_id'], MAX_ROWS).map(row => row['node_id'])
  const state = db.rows('config_machine_state', ['state_key', 'value_json'], MAX_ROWS)
  const config = state.find(row => row['state_key'] === 'nodeHost.config')
  const inState = config === undefined ? undefined : at(parsed(textOf(config['value_json']) ?? ''), 'nodeId')
  return [...devices, ...nodes, inState].flatMap(id => idOf(id) ?? [])
}

/** `devices/paired.json` and `nodes/paired.json`: by id, or a list. */
function pairedInFiles(source: Source): Pairing[] {
  return ['devices', 'nodes'].flatMap(kind => {
    const file = source.json(join(kind, 'paired.json'))
    const entries = Array.isArray(file)
      ? file.map(entry => [undefined, entry as unknown] as const)
      : Object.entries(recordOf(file) ?? {})
    return entries.slice(0, MAX_ROWS).flatMap(([key, entry]) => {
      const id = idOf(at(entry, 'deviceId')) ?? idOf(at(entry, 'nodeId')) ?? idOf(key)
      return id === undefined ? [] : { deviceId: id, what: whatOf(kind, at(entry, 'displayName'), at(entry, 'role')) }
    })
  })
}

function pairedInDatabase(db: Reader): Pairing[] {
  const from = (table: string, id: string, kind: string): Pairing[] =>
    db.rows(table, [id, 'display_name', 'role'], MAX_ROWS).flatMap(row => {
      const deviceId = idOf(row[id])
      return deviceId === undefined ? [] : { deviceId, what: whatOf(kind, row['display_name'], row['role']) }
    })
  return [...from('device_pairing_paired', 'device_id', 'devices'), ...from('node_pairing_paired', 'node_id', 'nodes')]
}

function whatOf(kind: string, name: unknown, role: unknown): string {
  const noun = kind === 'nodes' || role === 'node' ? 'paired node' : 'paired device'
  const shown = textOf(name)
  return shown === undefined ? noun : `${noun} ${display(shown).slice(0, 80)}`
}

/** Ids are hashes, UUIDs or names; whatever else stands there is none. */
function idOf(value: unknown): string | undefined {
  const text = textOf(value)
  return text !== undefined && /^[\w.:@-]{1,200}$/.test(text) ? text : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // Damaged, or being written.
  }
}
