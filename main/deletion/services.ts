import { basename, dirname } from 'node:path/posix'
import type { DeletionItem } from '../../shared/deletion'
import type { Argv } from '../../shared/plan'
import { valueOf, type ServiceFacts, type Survey } from '../../shared/survey'
import { DEFAULT_STOP_LIMIT_MS } from '../openclaw/commands'

/** A service that a deletion stops and switches off. */
export interface UnitToEnd {
  /** With its suffix: `openclaw-gateway.service`; for launchd its label; of a scheduled task its whole name. */
  readonly name: string
  readonly scope: 'user' | 'system'
  /** Where launchd runs it; null elsewhere. */
  readonly launchd: { readonly domain: string; readonly plist: string } | null
  /** The task scheduler of Windows runs it. */
  readonly isTask: boolean
  readonly isActive: boolean
  readonly isEnabled: boolean
  /** What the unit itself allows for a stop, in ms. */
  readonly stopLimitMs: number
}

/** What launchd allows for a stop where a list does not say (ExitTimeOut), in ms. */
const LAUNCHD_STOP_LIMIT_MS = 20_000

/** A task is ended at once; this is for the scheduler to say so, in ms. */
const TASK_STOP_LIMIT_MS = 20_000

const ENDED: ReadonlySet<string> = new Set(['inactive', 'failed'])

/** What the task scheduler calls a task that runs, or is about to. */
const UNDER_WAY: ReadonlySet<string> = new Set(['running', 'queued'])

/** The services behind unit files that go. Only what is known to run or to be enabled is ever brought back. */
export function unitsToEnd(items: readonly DeletionItem[], survey: Survey): readonly UnitToEnd[] {
  const known = survey.profiles.flatMap(profile => profile.services)
  const units = items.flatMap(item => {
    if (item.kind !== 'unit' || item.verdict !== 'goes') return []
    const unit = serviceOf(item, known, survey)
    return unit === null ? [] : [withFacts(unit, known)]
  })
  return [...new Map(units.map(unit => [`${unit.scope}:${unit.name}`, unit])).values()]
}

function serviceOf(item: DeletionItem, known: readonly ServiceFacts[], { os }: Survey): Unit | null {
  if (os.platform === 'win32') return item.task === undefined ? null : taskNamed(item.task)
  return os.platform === 'darwin' ? agentOf(item, known, os.uid) : unitOf(item)
}

function taskNamed(name: string): Unit {
  return { name, scope: 'user', launchd: null, isTask: true }
}

/** The service a unit file defines; null for drop-ins, copies and links. A quadlet's service carries its name. */
function unitOf({ path, name }: DeletionItem): Unit | null {
  const at = path ?? name
  const file = basename(at).replace(/\.container$/, '.service')
  if (!file.endsWith('.service') || /\.(wants|requires|upholds|d)$/.test(dirname(at))) return null
  const scope = /^\/(etc|usr(\/local)?\/lib|lib)\/systemd\/system\//.test(at) ? 'system' : 'user'
  return { name: file, scope, launchd: null, isTask: false }
}

type Unit = Pick<UnitToEnd, 'name' | 'scope' | 'launchd' | 'isTask'>

/** The service that a property list defines; null for copies, such as those in the Trash. */
function agentOf({ path }: DeletionItem, known: readonly ServiceFacts[], uid: number): Unit | null {
  const folder = /\/Library\/(LaunchAgents|LaunchDaemons)\/[^/]+\.plist$/.exec(path ?? '')?.[1]
  if (path === null || folder === undefined) return null
  const scope = folder === 'LaunchDaemons' ? 'system' : 'user'
  const service = known.find(one => one.path === path)
  const domain = service?.domain ?? defaultDomain(scope, uid)
  return { name: service?.name ?? basename(path, '.plist'), scope, launchd: { domain, plist: path }, isTask: false }
}

/** Agents belong to the session at the screen. */
function defaultDomain(scope: 'user' | 'system', uid: number): string {
  return scope === 'system' ? 'system' : `gui/${uid}`
}

function withFacts(unit: Unit, known: readonly ServiceFacts[]): UnitToEnd {
  const facts = known.find(service => service.scope === unit.scope && nameFor(unit, service) === unit.name)
  const active = facts === undefined ? undefined : valueOf(facts.activeState)
  return {
    ...unit,
    isActive: active !== undefined && (unit.isTask ? runsAsTask(active, facts) : !ENDED.has(active)),
    isEnabled: facts !== undefined && valueOf(facts.isEnabled) === true,
    stopLimitMs: facts?.stopLimitMs ?? defaultStopLimitMs(unit),
  }
}

/** A task may be over while what it started lives on. */
function runsAsTask(active: string, facts: ServiceFacts | undefined): boolean {
  return UNDER_WAY.has(active) || (facts?.mainPid ?? 0) > 0
}

function nameFor({ launchd, isTask }: Unit, service: ServiceFacts): string {
  if (isTask) return service.path ?? service.name
  return launchd === null ? withSuffix(service.name) : service.name
}

function defaultStopLimitMs({ launchd, isTask }: Unit): number {
  if (isTask) return TASK_STOP_LIMIT_MS
  return launchd === null ? DEFAULT_STOP_LIMIT_MS : LAUNCHD_STOP_LIMIT_MS
}

/** As systemd is asked for it; a survey names services without their suffix. */
export function withSuffix(name: string): string {
  return name.endsWith('.service') ? name : `${name}.service`
}

export type ManagerVerb = 'stop' | 'start' | 'enable' | 'disable'

const OF_TASKS: Readonly<Record<ManagerVerb, Argv>> = {
  stop: ['/End'],
  start: ['/Run'],
  enable: ['/Change', '/ENABLE'],
  disable: ['/Change', '/DISABLE'],
}

/** A command for the service manager about one service, in plain words. */
export function managerCommand({ name, scope, launchd, isTask }: Unit, verb: ManagerVerb): Argv {
  if (isTask) {
    const [what = '', ...how] = OF_TASKS[verb]
    return ['schtasks', what, '/TN', name, ...how]
  }
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
  if (manager === 'task-scheduler') return taskNamed(path ?? name)
  if (manager !== 'launchd') return { name: withSuffix(name), scope, launchd: null, isTask: false }
  return { name, scope, launchd: { domain: domain ?? defaultDomain(scope, os.uid), plist: path ?? '' }, isTask: false }
}

/** What keeps a task from starting and ends what it runs: only one that is switched off is not started again by itself. */
export function stopCommands(unit: Unit): readonly Argv[] {
  const stop = managerCommand(unit, 'stop')
  return unit.isTask ? [managerCommand(unit, 'disable'), stop] : [stop]
}

/** What brings a service back as it was. */
export function startCommands(unit: UnitToEnd): readonly Argv[] {
  const start = unit.isActive ? [managerCommand(unit, 'start')] : []
  return unit.isTask && unit.isEnabled ? [managerCommand(unit, 'enable'), ...start] : start
}

/** What takes a task out of the scheduler. */
export function taskRemoval({ name }: Unit): Argv {
  return ['schtasks', '/Delete', '/F', '/TN', name]
}
