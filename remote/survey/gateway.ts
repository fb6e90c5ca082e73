import { readdirSync } from 'node:fs'
import { join } from '../path'
import type { ProcessFacts } from '../../shared/process'
import { readTextIfThere } from '../bounded-read'
import { askLoopback } from '../health'
import type { Listener } from '../listeners'
import { environmentOf } from '../proc'
import { roleOf } from '../recognize'
import { at } from '../values-of'
import { isBefore } from './era'
import { stateDirFor, type FoundProfile } from './found-profile'
import type { Profile } from './service'

const DEFAULT_PORT = 18_789
const DEV_PORT = 19_001
const HEALTH_LIMIT_MS = 1_500
const HASHED_PORTS_SINCE = [2026, 8, 1]

/** What is known about the machine's processes and ports when gateways are looked at. */
export interface Running {
  readonly processes: readonly ProcessFacts[]
  readonly listeners: ReadonlyMap<number, Listener>
  readonly version: string | null
  readonly signal: AbortSignal
}

/** The port a gateway of this profile listens on: the unit's words, its variables, the configuration, the default. */
export function portOf(profile: FoundProfile, version: string | null): number | null {
  const gateway = profile.services.find(({ facts }) => facts.kind === 'gateway')
  const words = gateway?.facts.execStart ?? []
  const option = words.indexOf('--port')
  const inline = words.find(word => word.startsWith('--port='))?.slice('--port='.length)
  const candidates = [
    inline,
    option < 0 ? undefined : words[option + 1],
    profile.environment.get('OPENCLAW_GATEWAY_PORT'),
    profile.config.state === 'valid' ? at(profile.config.value, 'gateway', 'port') : undefined,
  ]
  for (const candidate of candidates) {
    const port = Number(candidate ?? Number.NaN)
    if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  }
  if (profile.config.state === 'broken' || profile.config.state === 'unreadable') return null
  if (profile.name === 'dev') return DEV_PORT
  const isHashed = profile.name !== 'default' && version !== null && !isBefore(version, HASHED_PORTS_SINCE)
  return isHashed && profile.stateDir.endsWith(`.openclaw-${profile.name}`) ? hashedPort(profile.name) : DEFAULT_PORT
}

/** Named profiles of newer releases: `20000 + FNV1a32(name) % 40000`. */
function hashedPort(name: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(name, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return 20_000 + (hash % 40_000)
}

/** The gateway's process, its health, and who else holds its port. */
export async function gatewayOf(profile: FoundProfile, running: Running): Promise<Profile['gateway']> {
  const { processes, listeners, signal } = running
  const own = ownGateway(profile, processes)
  const port = own?.port ?? portOf(profile, running.version)
  const listener = port === null ? undefined : listeners.get(port)
  const isHeld = listener !== undefined && listener.listener !== null
  const isForeign = isHeld && !belongsTo(listener.pid, own?.process.pid ?? null, processes) && !isContainer(profile)
  const facts = {
    port,
    pid: own?.process.pid ?? null,
    uptimeMs: own?.process.ageMs ?? null,
    foreignListener: isForeign ? listener.listener : null,
  }
  if (port === null) return { ...facts, health: own === null ? 'unknown' : 'failing' }
  if (isForeign) return { ...facts, health: own === null ? 'down' : 'failing' }
  if (!isHeld) return { ...facts, health: own === null ? 'down' : 'failing' }
  const { status, body } = await askLoopback(port, '/healthz', { limitMs: HEALTH_LIMIT_MS, signal })
  return {
    ...facts,
    health: status === 200 && /"(ok"\s*:\s*true|status"\s*:\s*"live")/.test(body) ? 'live' : 'failing',
  }
}

interface OwnGateway {
  readonly process: ProcessFacts
  /** From the lock of the running gateway, which knows best. */
  readonly port: number | null
}

/** The service's main process, else the one named in the gateway's lock, else one with this profile's variables. */
function ownGateway(profile: FoundProfile, processes: readonly ProcessFacts[]): OwnGateway | null {
  const byPid = new Map(processes.map(process => [process.pid, process]))
  const main = profile.services.find(({ facts }) => facts.kind === 'gateway' && facts.mainPid !== null)
  const lock = lockOf(profile)
  const lockPort = lock !== null && byPid.has(lock.pid) ? lock.port : null
  const candidates = [main?.facts.mainPid ?? null, lock?.pid ?? null]
  for (const pid of candidates) {
    const process = pid === null ? undefined : byPid.get(pid)
    if (process !== undefined) return { process, port: lock?.pid === process.pid ? lockPort : null }
  }
  const process = processes.find(candidate => isGatewayOf(profile, candidate))
  return process === undefined ? null : { process, port: null }
}

function isGatewayOf({ stateDir }: FoundProfile, { pid, argv }: ProcessFacts): boolean {
  const environment = environmentOf(pid)
  if (environment === null || roleOf(argv, environment) !== 'gateway') return false
  return stateDirFor({ environment, home: environment.get('HOME') ?? '/', words: argv }) === stateDir
}

/** `tmp/openclaw-<uid>/gateway.<hash>.lock`, on Windows without the uid: JSON with the pid and port of the running gateway. */
export function lockOf({ stateDir }: Pick<FoundProfile, 'stateDir'>): { pid: number; port: number | null } | null {
  try {
    const tmp = join(stateDir, 'tmp')
    for (const folder of readdirSync(tmp).filter(name => /^openclaw(-|$)/.test(name))) {
      for (const file of readdirSync(join(tmp, folder)).filter(name => /^gateway\..+\.lock$/.test(name))) {
        const lock: unknown = JSON.parse(readTextIfThere(join(tmp, folder, file), 65_536) ?? 'null')
        const [pid, port] = [at(lock, 'pid'), at(lock, 'port')]
        if (typeof pid === 'number') return { pid, port: typeof port === 'number' ? port : null }
      }
    }
  } catch {
    // No lock, or one being written: the other ways of finding it remain.
  }
  return null
}

/** The process itself or a child of it: the gateway may listen through a worker. */
function belongsTo(pid: number | null, gateway: number | null, processes: readonly ProcessFacts[]): boolean {
  if (pid === null || gateway === null) return false
  return pid === gateway || processes.some(process => process.pid === pid && process.ppid === gateway)
}

/** A container's port is held by its runtime. */
function isContainer({ services }: FoundProfile): boolean {
  return services.some(({ facts }) => /(^|\/)(podman|docker)$/.test(facts.execStart[0] ?? ''))
}
