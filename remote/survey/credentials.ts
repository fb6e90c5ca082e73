import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from '../path'
import { readTextIfThere } from '../bounded-read'
import { at, recordOf } from '../values-of'
import { agentDirsOf, agentFolders, isOutside } from './agents'
import { channelSecrets } from './channels'
import { readDatabase } from './database'
import type { FoundProfile } from './found-profile'
import type { Profile } from './service'

type Credential = Extract<Profile['credentials'], { state: 'known' }>['value'][number]

const MAX_PER_KIND = 500

/** Named alike in both eras, or a move across them would seem to lose it. */
const NODE_HOST = { kind: 'node-host', name: 'node.json' } as const

/** Which credentials a profile has: kind, name and place, never a value. */
export function credentialsOf(profile: FoundProfile): Credential[] {
  const { stateDir } = profile
  const all = [
    ...configured(profile),
    ...agentFolders(stateDir).flatMap(agent =>
      profilesBeneath(profile, agent, join(stateDir, 'agents', agent, 'agent')),
    ),
    ...agentDirsOf(profile).flatMap(({ agent, path }) => profilesBeneath(profile, agent, path)),
    ...sharedDatabase(stateDir),
    ...channelFiles(stateDir),
    ...singleFiles(stateDir),
  ]
  const byKey = new Map(all.map(entry => [`${entry.kind}\0${entry.name}\0${entry.where}`, entry]))
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
}

function configured(profile: FoundProfile): Credential[] {
  const where = profile.configPath.split('/').at(-1) ?? 'openclaw.json'
  const found: Credential[] = channelSecrets(profile).map(name => ({ kind: 'channel-token', name, where }))
  if (profile.config.state !== 'valid') return found
  const auth = at(profile.config.value, 'gateway', 'auth')
  for (const name of ['token', 'password']) {
    if (at(auth, name) !== undefined) found.push({ kind: 'gateway-auth', name, where })
  }
  const providers = recordOf(at(profile.config.value, 'models', 'providers')) ?? {}
  for (const [name, provider] of Object.entries(providers)) {
    if (at(provider, 'apiKey') !== undefined) found.push({ kind: 'provider-key', name, where })
  }
  return found
}

/** The profiles in an agent's own folder: in a file until 2026.7, in its database since. */
function profilesBeneath({ stateDir }: FoundProfile, agent: string, folder: string): Credential[] {
  const shown = isOutside(folder, stateDir) ? folder : relative(stateDir, folder)
  const [file, database] = ['auth-profiles.json', 'openclaw-agent.sqlite'] as const
  const text = readTextIfThere(join(folder, file))
  return [
    ...(text === null ? [] : profilesIn(text, `${shown}/${file}`, agent)),
    ...authStores(join(folder, database), `${shown}/${database}`, agent),
  ]
}

/** Names of the profiles in a store: `{ profiles: { 'anthropic:default': {...} } }`. */
function profilesIn(text: string, where: string, agent: string): Credential[] {
  const store = parsed(text)
  const profiles = recordOf(at(store, 'profiles')) ?? {}
  return Object.keys(profiles).map(name => ({ kind: 'auth-profile', name: `${agent}/${name}`, where }))
}

function authStores(path: string, where: string, owner: string): Credential[] {
  if (!existsSync(path)) return []
  const stores = readDatabase(path, db => db.rows('auth_profile_store', ['store_json'], MAX_PER_KIND))
  if (stores.state === 'unknown') throw new Error(stores.why)
  return stores.value.flatMap(row => profilesIn(textIn(row['store_json']), where, owner))
}

function sharedDatabase(stateDir: string): Credential[] {
  const where = 'state/openclaw.sqlite'
  const path = join(stateDir, where)
  if (!existsSync(path)) return []
  const found = readDatabase(path, db => {
    const named = (kind: string, table: string, column: string): Credential[] =>
      db.rows(table, [column], MAX_PER_KIND).map(row => ({ kind, name: textIn(row[column]), where }))
    const counted = (kind: string, table: string): Credential[] =>
      (db.count(table) ?? 0) > 0 ? [{ kind, name: 'this node', where }] : []
    return [
      ...counted('device-identity', 'device_identities'),
      ...named('paired-device', 'device_pairing_paired', 'device_id'),
      ...named('mcp-oauth', 'mcp_oauth_stores', 'store_key'),
      ...named('secret', 'secret_store_entries', 'name'),
    ]
  })
  if (found.state === 'unknown') throw new Error(found.why)
  return [...found.value, ...machineState(path, where), ...authStores(path, where, 'shared')]
}

/**
 * Rows of machine state that hold what files held before: the profiles of the main agent since 2026.9, and which gateway a
 * node host belongs to.
 */
function machineState(path: string, where: string): Credential[] {
  const rows = readDatabase(path, db => db.rows('config_machine_state', ['state_key', 'value_json'], MAX_PER_KIND))
  if (rows.state === 'unknown') throw new Error(rows.why)
  return rows.value.flatMap(row => {
    switch (row['state_key']) {
      case 'authProfiles.store':
        return profilesIn(textIn(row['value_json']), where, 'main')
      case 'nodeHost.config':
        return [{ ...NODE_HOST, where }]
      default:
        return []
    }
  })
}

/** Files under `credentials/`; a folder of one account (WhatsApp has hundreds of files) counts as one. */
function channelFiles(stateDir: string): Credential[] {
  const names = new Set<string>()
  const visit = (folder: string, depth: number): void => {
    for (const entry of readdirSync(join(stateDir, 'credentials', folder), { withFileTypes: true })) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && depth < 1) visit(name, depth + 1)
      else if (!entry.name.endsWith('.tmp') && names.size < MAX_PER_KIND) names.add(name)
    }
  }
  if (existsSync(join(stateDir, 'credentials'))) visit('', 0)
  return [...names].map(name => ({ kind: 'channel-credential', name, where: `credentials/${name}` }))
}

function singleFiles(stateDir: string): Credential[] {
  const files: readonly [string, string, string][] = [
    ['secrets.json', 'secrets-file', 'secrets.json'],
    ['identity/device.json', 'device-identity', 'this node'],
    ['devices/paired.json', 'paired-devices', 'devices/paired.json'],
    ['node.json', NODE_HOST.kind, NODE_HOST.name],
  ]
  return files
    .filter(([path]) => existsSync(join(stateDir, path)))
    .map(([where, kind, name]) => ({ kind, name, where }))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // A damaged store holds no profile that OpenClaw could use.
  }
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
