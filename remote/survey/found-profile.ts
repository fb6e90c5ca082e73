import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, realPath, wordAsPath } from '../path'
import { parseEnvironmentFile } from '../environment-file'
import { readConfig, type ConfigReading } from '../config-read'
import { readTextIfThere } from '../bounded-read'
import { at, recordOf, textOf } from '../values-of'
import type { Service } from './service'

/** A profile before its facts are gathered: where it is, what it is configured to, and what runs it. */
export interface FoundProfile {
  readonly name: string
  readonly stateDir: string
  readonly configPath: string
  readonly config: ConfigReading
  /** Home of the account it belongs to; stands for `~` in its configuration. */
  readonly home: string
  readonly services: readonly Service[]
  /** All variables that the gateway would see, with values: for bot ids and ports. Never part of a survey. */
  readonly environment: ReadonlyMap<string, string>
  /** Names in `.env` files; unknown when one cannot be read. */
  readonly dotenv: { readonly names: readonly string[]; readonly problem: string | null }
}

const LEGACY = ['.clawdbot', '.moltbot', '.moldbot']
const CONFIG_NAMES = ['openclaw.json', 'clawdbot.json', 'moltbot.json']

/** All profiles on the machine: in the account's home, named by services, and named by hand. */
export function findProfiles(home: string, services: readonly Service[], extra: readonly string[]): FoundProfile[] {
  const byRealPath = new Map<string, { stateDir: string; home: string; services: Service[] }>()
  const add = (stateDir: string, owner: string): { services: Service[] } | null => {
    if (!isStateDir(stateDir)) return null
    const real = realPath(stateDir)
    const known = byRealPath.get(real) ?? { stateDir, home: owner, services: [] }
    byRealPath.set(real, known)
    return known
  }
  for (const stateDir of homeCandidates(home)) add(stateDir, home)
  for (const stateDir of extra) if (isAbsolute(stateDir)) add(wordAsPath(stateDir), home)
  for (const service of services) add(stateDirOf(service), service.home)?.services.push(service)
  const found = [...byRealPath.values()]
  const names = new Set<string>()
  return found.map(({ stateDir, home: owner, services: own }) => {
    let name = profileName(stateDir, own)
    for (let copy = 2; names.has(name); copy++) name = `${profileName(stateDir, own)}-${copy}`
    names.add(name)
    return describe({ name, stateDir, home: owner, services: own })
  })
}

/** Where a service keeps its state: as its variables say, else as its profile, else the default of its account. */
export function stateDirOf({ environment, home, facts }: Service): string {
  const fromName = /^(?:openclaw-gateway-|ai\.openclaw\.(?!(?:gateway|node|mac)$))(.+)$/.exec(facts.name)?.[1]
  return stateDirFor({ environment, home, words: facts.execStart, fromName })
}

/** What decides where OpenClaw keeps its state. */
export interface StateClues {
  readonly environment: ReadonlyMap<string, string>
  readonly home: string
  readonly words: readonly string[]
  /** The profile that a unit's name speaks of. */
  readonly fromName?: string | undefined
}

/** The state directory of a process or service with these variables and words. */
export function stateDirFor({ environment, home, words, fromName }: StateClues): string {
  const explicit = filled(environment.get('OPENCLAW_STATE_DIR')) ?? filled(environment.get('CLAWDBOT_STATE_DIR'))
  if (explicit !== undefined) return withHome(explicit, home)
  const base = wordAsPath(filled(environment.get('OPENCLAW_HOME')) ?? home)
  const at = words.indexOf('--profile')
  const profile = filled(environment.get('OPENCLAW_PROFILE')) ?? (at < 0 ? fromName : words[at + 1])
  if (profile !== undefined && profile !== 'default') return join(base, `.openclaw-${profile}`)
  const legacy = LEGACY.map(folder => join(base, folder)).find(folder => isStateDir(folder))
  const standard = join(base, '.openclaw')
  return legacy !== undefined && !existsSync(standard) ? legacy : standard
}

/** OpenClaw ignores variables with these values. */
function filled(value: string | undefined): string | undefined {
  return value === undefined || ['', 'undefined', 'null'].includes(value.trim()) ? undefined : value
}

/** `~` and `~/x` stand for the home. */
export function withHome(path: string, home: string): string {
  return path === '~' ? home : wordAsPath(path.replace(/^~(?=[\\/])/, () => home))
}

function homeCandidates(home: string): string[] {
  let names: string[] = []
  try {
    names = readdirSync(home)
  } catch {
    // A home we may not list: the default names can still be tried.
  }
  const profiles = names.filter(name => /^\.openclaw-./.test(name) && !name.endsWith('.update-captures')).sort()
  return ['.openclaw', ...profiles, ...LEGACY].map(name => join(home, name))
}

/** A folder counts only when it holds a configuration or agents: a cache or an empty leftover is no profile. */
function isStateDir(path: string): boolean {
  try {
    if (!statSync(path).isDirectory()) return false
    return [...CONFIG_NAMES, 'state', 'agents'].some(name => existsSync(join(path, name)))
  } catch {
    return false // Not there, or closed to us.
  }
}

function profileName(stateDir: string, services: readonly Service[]): string {
  const folder = basename(stateDir)
  const own = services.map(({ environment }) => filled(environment.get('OPENCLAW_PROFILE'))).find(Boolean)
  if (own !== undefined) return own
  if (folder === '.openclaw') return 'default'
  if (folder.startsWith('.openclaw-')) return folder.slice('.openclaw-'.length)
  return folder.replace(/^\./, '') || 'root'
}

function describe(place: Pick<FoundProfile, 'name' | 'stateDir' | 'home' | 'services'>): FoundProfile {
  const { stateDir, services, home } = place
  const gateway = services.find(({ facts }) => facts.kind === 'gateway') ?? services[0]
  const explicit = filled(gateway?.environment.get('OPENCLAW_CONFIG_PATH'))
  const names = CONFIG_NAMES.map(name => join(stateDir, name))
  const configPath =
    explicit !== undefined
      ? withHome(explicit, home)
      : (names.find(path => existsSync(path)) ?? join(stateDir, 'openclaw.json'))
  const config = readConfig(configPath)
  const {
    variables,
    problem,
    names: dotenvNames,
  } = readDotenvs([join(stateDir, '.env'), join(home, '.config/openclaw/gateway.env')])
  const service = serviceVariables(gateway)
  const fromConfig = config.state === 'valid' ? configVariables(config.value) : []
  // First value wins: the process environment, then the files, then the configuration.
  const environment = new Map([...fromConfig, ...variables, ...service])
  return { ...place, configPath, config, environment, dotenv: { names: dotenvNames, problem } }
}

/** Variables of the unit itself and of the files it names. */
export function serviceVariables(service: Service | undefined): Map<string, string> {
  if (service === undefined) return new Map()
  return new Map([...service.environment, ...readDotenvs(service.environmentFiles).variables])
}

function readDotenvs(paths: readonly string[]): {
  variables: Map<string, string>
  names: string[]
  problem: string | null
} {
  let variables = new Map<string, string>()
  let problem: string | null = null
  for (const path of paths) {
    try {
      variables = new Map([...parseEnvironmentFile(readTextIfThere(path) ?? ''), ...variables])
    } catch (error) {
      problem = (error as Error).message
    }
  }
  return { variables, names: [...variables.keys()].sort(), problem }
}

function configVariables(config: unknown): [string, string][] {
  const env = at(config, 'env')
  const nested = recordOf(at(env, 'vars')) ?? {}
  const all = { ...recordOf(env), ...nested }
  return Object.entries(all).flatMap(([name, value]) => {
    const text = textOf(value)
    return text === undefined ? [] : [[name, text] as [string, string]]
  })
}
