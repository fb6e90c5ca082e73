import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join, realPath, relative } from '../path'
import { readTextIfThere } from '../bounded-read'
import { at, recordOf, textOf } from '../values-of'
import { withHome, type FoundProfile } from './found-profile'
import { readDatabase } from './database'
import type { Profile } from './service'

type Agent = Extract<Profile['agents'], { state: 'known' }>['value'][number]

const MAX_AGENTS = 500
const MAX_INDEX_BYTES = 32 * 1024 * 1024

/** The agents of a profile: configured ones, and those that only have a folder. */
export function agentsOf(profile: FoundProfile): Agent[] {
  const dirs = new Map(agentDirsOf(profile).map(({ agent, path }) => [agent, path]))
  return placesOf(profile).map(place => ({
    id: place.id,
    workspace: workspaceOf(profile, place),
    sessions: sessionsOf(profile.stateDir, place.id, dirs.get(place.id)),
  }))
}

/** Where the agents of a profile work. Costs next to nothing: no session is counted. */
export function workspacesOf(profile: FoundProfile): string[] {
  return placesOf(profile).flatMap(place => workspaceOf(profile, place) ?? [])
}

function placesOf(profile: FoundProfile): Place[] {
  const roster = rosterOf(profile)
  const ids = [...new Set([...roster.keys(), ...agentFolders(profile.stateDir)])].slice(0, MAX_AGENTS)
  const all = ids.length === 0 && profile.config.state === 'valid' ? ['main'] : ids
  const owner = defaultAgent(roster, all)
  return all.map(id => ({ id, entry: roster.get(id), owner }))
}

/** Folders that the configuration names for what agents keep: conversations, credentials. Absolute, there or not. */
export function agentDirsOf(profile: FoundProfile): { readonly agent: string; readonly path: string }[] {
  return [...rosterOf(profile)].flatMap(([agent, entry]) => {
    const own = textOf(at(entry, 'agentDir'))
    return own === undefined ? [] : { agent, path: absolute(own, profile) }
  })
}

/** Ids of the folders under `agents/`. */
export function agentFolders(stateDir: string): string[] {
  try {
    return readdirSync(join(stateDir, 'agents'), { withFileTypes: true })
      .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort()
  } catch {
    return [] // A profile that never ran has none.
  }
}

/** True when the path is not beneath the folder. */
export function isOutside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way.startsWith('..') || isAbsolute(way)
}

/** The same with links resolved: a link is no way out, and none back in. */
export function isReallyOutside(path: string, folder: string): boolean {
  return isOutside(path, folder) && isOutside(realOf(path), realOf(folder))
}

/** The path without links; as it is when nothing is there (yet). */
export function realOf(path: string): string {
  try {
    return realPath(path)
  } catch {
    return path // Its name is all there is.
  }
}

/** `agents.entries{}` of today, `agents.list[]` of before. */
function rosterOf({ config }: FoundProfile): Map<string, unknown> {
  const agents = config.state === 'valid' ? at(config.value, 'agents') : undefined
  const entries = Object.entries(recordOf(at(agents, 'entries')) ?? {})
  const list = [at(agents, 'list') ?? []].flat().flatMap(entry => {
    const id = textOf(at(entry, 'id'))
    return id === undefined ? [] : [[id, entry] as [string, unknown]]
  })
  return new Map([...list, ...entries].map(([id, entry]) => [id.toLowerCase(), entry]))
}

/** Whose workspace is the default one: the marked agent, the only one, or `main`. */
function defaultAgent(roster: ReadonlyMap<string, unknown>, ids: readonly string[]): string | undefined {
  const marked = [...roster].find(([, entry]) => at(entry, 'default') === true)?.[0]
  if (marked !== undefined) return marked
  if (ids.includes('main')) return 'main'
  return roster.size > 0 ? [...roster.keys()][0] : ids[0]
}

interface Place {
  readonly id: string
  readonly entry: unknown
  readonly owner: string | undefined
}

function workspaceOf(profile: FoundProfile, { id, entry, owner }: Place): string | null {
  const { config, stateDir } = profile
  if (config.state === 'broken' || config.state === 'unreadable') return null
  const own = textOf(at(entry, 'workspace'))
  if (own !== undefined) return absolute(own, profile)
  const fallback = config.state === 'valid' ? textOf(at(config.value, 'agents', 'defaults', 'workspace')) : undefined
  if (id === owner) return fallback === undefined ? join(stateDir, 'workspace') : absolute(fallback, profile)
  return fallback === undefined || existsSync(join(stateDir, `workspace-${id}`))
    ? join(stateDir, `workspace-${id}`)
    : join(absolute(fallback, profile), id)
}

/** `~` and `${NAME}` resolved; a relative path is taken from the home, where services run. */
function absolute(path: string, { home, environment }: FoundProfile): string {
  const filled = path.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (whole, name: string) => environment.get(name) ?? whole)
  const full = withHome(filled, home)
  return isAbsolute(full) ? join(full) : join(home, full)
}

/** How many sessions an agent has; null when nothing tells. */
function sessionsOf(stateDir: string, id: string, agentDir = join(stateDir, 'agents', id, 'agent')): number | null {
  const database = join(agentDir, 'openclaw-agent.sqlite')
  if (existsSync(database)) {
    const counted = readDatabase(database, db => db.count('session_nodes'))
    if (counted.state === 'known' && counted.value !== null) return counted.value
  }
  const folder = join(stateDir, 'agents', id, 'sessions')
  try {
    const index = readTextIfThere(join(folder, 'sessions.json'), MAX_INDEX_BYTES)
    if (index !== null) return Object.keys(recordOf(JSON.parse(index)) ?? {}).length
  } catch {
    // Damaged or huge: the transcripts can still be counted.
  }
  try {
    return readdirSync(folder).filter(name => name.endsWith('.jsonl')).length
  } catch {
    return existsSync(database) ? null : 0
  }
}
