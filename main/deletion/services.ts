import { basename, dirname } from 'node:path/posix'
import type { DeletionItem } from '../../shared/deletion'
import type { Argv } from '../../shared/plan'
import { valueOf, type ServiceFacts, type Survey } from '../../shared/survey'
import { DEFAULT_STOP_LIMIT_MS } from '../openclaw/commands'

/** A service that a deletion stops and switches off. */
export interface UnitToEnd {
  /** With its suffix: `openclaw-gateway.service`; for launchd its label. */
  readonly name: string
  readonly scope: 'user' | 'system'
  /** Where launchd runs it; null for systemd. */
  readonly launchd: { readonly domain: string; readonly plist: string } | null
  readonly isActive: boolean
  readonly isEnabled: boolean
  /** What the unit itself allows for a stop, in ms. */
  readonly stopLimitMs: number
}

/** What launchd allows for a stop where a list does not say (ExitTimeOut), in ms. */
const LAUNCHD_STOP_LIMIT_MS = 20_000

const ENDED: ReadonlySet<string> = new Set(['inactive', 'failed'])

/** The services behind unit files that go. Only what is known to run or to be enabled is ever brought back. */
export function unitsToEnd(items: readonly DeletionItem[], survey: Survey): readonly UnitToEnd[] {
  const known = survey.profiles.flatMap(profile => profile.services)
  const units = items.flatMap(item => {
    if (item.kind !== 'unit' || item.verdict !== 'goes') return []
    const unit = survey.os.platform === 'darwin' ? agentOf(item, known, survey.os.uid) : unitOf(item)
    return unit === null ? [] : [withFacts(unit, known)]
  })
  return [...new Map(units.map(unit => [`${unit.scope}:${unit.name}`, unit])).values()]
}

/** The service a unit file defines; null for drop-ins, copies and links. A quadlet's service carries its name. */
function unitOf({ path, name }: DeletionItem): Unit | null {
  const at = path ?? name
  const file = basename(at).replace(/\.container$/, '.service')
  if (!file.endsWith('.service') || /\.(wants|requires|upholds|d)$/.test(dirname(at))) return null
  const scope = /^\/(etc|usr(\/local)?\/lib|lib)\/systemd\/system\//.test(at) ? 'system' : 'user'
  return { name: file, scope, launchd: null }
}

type Unit = Pick<UnitToEnd, 'name' | 'scope' | 'launchd'>

/** The service that a property list defines; null for copies, such as those in the Trash. */
function agentOf({ path }: DeletionItem, known: readonly ServiceFacts[], uid: number): Unit | null {
  const folder = /\/Library\/(LaunchAgents|LaunchDaemons)\/[^/]+\.plist$/.exec(path ?? '')?.[1]
  if (path === null || folder === undefined) return null
  const scope = folder === 'LaunchDaemons' ? 'system' : 'user'
  const service = known.find(one => one.path === path)
  const domain = service?.domain ?? defaultDomain(scope, uid)
  return { name: service?.name ?? basename(path, '.plist'), scope, launchd: { domain, plist: path } }
}

/** Agents belong to the session at the screen. */
function defaultDomain(scope: 'user' | 'system', uid: number): string {
  return scope === 'system' ? 'system' : `gui/${uid}`
}

function withFacts(unit: Unit, known: readonly ServiceFacts[]): UnitToEnd {
  const nameOf = (service: ServiceFacts): string => (unit.launchd === null ? withSuffix(service.name) : service.name)
  const facts = known.find(service => service.scope === unit.scope && nameOf(service) === unit.name)
  const active = facts === undefined ? undefined : valueOf(facts.activeState)
  return {
    ...unit,
    isActive: active !== undefined && !ENDED.has(active),
    isEnabled: facts !== undefined && valueOf(facts.isEnabled) === true,
    stopLimitMs: facts?.stopLimitMs ?? (unit.launchd === null ? DEFAULT_STOP_LIMIT_MS : LAUNCHD_STOP_LIMIT_MS),
  }
}

/** As systemd is asked for it; a survey names services without their suffix. */
export function withSuffix(name: string): string {
  return name.endsWith('.service') ? name : `${name}.service`
}

export type ManagerVerb = 'stop' | 'start' | 'enable' | 'disable'

/** A command for the service manager about one service, in plain words. */
export function managerCommand({ name, scope, launchd }: Unit, verb: ManagerVerb): Argv {
  if (launchd === null) return ['systemctl', ...(scope === 'user' ? ['--user'] : []), verb, '--', name]
  const target = `${launchd.domain}/${name}`
  switch (verb) {
    // launchd would start again what is merely stopped: only what is not loaded stays so.
    case 'stop':
      return ['launchctl', 'bootout', target]
    case 'start':
      return ['launchctl', 'bootstrap', launchd.domain, launchd.plist]
    default:
      return ['launchctl', verb, target]
  }
}

/** The same of a service as a survey saw it. */
export function unitOfService({ name, scope, manager, path, domain }: ServiceFacts, { os }: Survey): Unit {
  if (manager !== 'launchd') return { name: withSuffix(name), scope, launchd: null }
  return { name, scope, launchd: { domain: domain ?? defaultDomain(scope, os.uid), plist: path ?? '' } }
}
