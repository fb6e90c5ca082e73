import { readdirSync, readlinkSync } from 'node:fs'
import type { ProcessRole, Trace } from '../../shared/deletion'
import type { ProcessFacts } from '../../shared/process'
import { argvOf, environmentOf, hasEnded, listPids, readProcess } from '../proc'
import { processesByPs } from '../processes'
import { isOpenClaw, isPackageScript, roleOf } from '../recognize'
import { openPathsByLsof } from '../listeners'
import { stateDirFor, stateDirOf } from '../survey/found-profile'
import { lockOf } from '../survey/gateway'
import { isBeneath } from '../path'
import { findWindowsProcesses } from './windows'
import { FAMILY, profileAt, realOf, traceOf, type Look } from './look'

const RUNTIME = /(^|[\\/])(node|nodejs|bun|node-\d+)(\.exe)?$/
const MAX_PROCESSES = 1_000
const MAX_NAMED = 5

/** Processes of OpenClaw that belong to this login or to its units of the system, and those of other accounts. */
export async function findProcesses(look: Look): Promise<{ traces: Trace[]; foreign: ProcessFacts[] }> {
  if (process.platform === 'win32') {
    const found = await findWindowsProcesses(look)
    noteUnattributed(found.traces, look)
    return found
  }
  const all = await familyProcesses()
  const isOwn = (facts: ProcessFacts): boolean => facts.uid === look.account.uid || isInOwnSystemUnit(facts, look)
  const own = all.filter(isOwn)
  const foreign = all.filter(facts => !isOwn(facts))
  if (own.length > MAX_PROCESSES) look.notSeen('Processes', `Only the first ${MAX_PROCESSES} are listed.`)
  const elsewhere: string[] = []
  const open = await openPathsOf(own.slice(0, MAX_PROCESSES).map(({ pid }) => pid))
  const traces = own.slice(0, MAX_PROCESSES).flatMap(facts => {
    const home = homeOf(facts, look)
    // What has ended meanwhile had no variables any more that could tell its home.
    if (home === null) return hasEnded(facts) ? [] : processTrace(facts, look, open)
    elsewhere.push(`${facts.pid} (${home})`)
    return []
  })
  if (elsewhere.length > 0) {
    const named = [...elsewhere.slice(0, MAX_NAMED), ...(elsewhere.length > MAX_NAMED ? ['…'] : [])].join(', ')
    look.notSeen('Processes with another home', `They run for another set-up of this account and stay: ${named}`)
  }
  noteUnattributed(traces, look)
  if (foreign.length > 0) {
    const users = [...new Set(foreign.map(({ uid }) => uid))].join(', ')
    look.notSeen('Processes of other accounts', `${foreign.length} run for uid ${users}; they stay.`)
  }
  return { traces, foreign }
}

type OpenPaths = ReadonlyMap<number, readonly string[]>

/** Files that processes have open, where only a program tells; what it cannot tell is noted below. */
async function openPathsOf(pids: readonly number[]): Promise<OpenPaths> {
  if (process.platform !== 'darwin') return new Map()
  return openPathsByLsof(pids).catch((): OpenPaths => new Map())
}

/**
 * Without its variables nothing tells the profile of a process that has neither a lock, a service nor a file of one open.
 * A stop of one of several profiles is not proven while there is such a process.
 */
function noteUnattributed(traces: readonly Trace[], look: Look): void {
  if (process.platform === 'linux' || look.profiles.length < 2) return
  const pids = traces.flatMap(trace => (trace.profile === null ? (trace.process?.pid ?? []) : []))
  if (pids.length === 0) return
  const named = [...pids.slice(0, MAX_NAMED), ...(pids.length > MAX_NAMED ? ['…'] : [])].join(', ')
  look.notSeen('Processes of an unknown profile', `It could not be told which profile they belong to: pid ${named}`)
}

/** All processes of the family, whoever runs them. */
async function familyProcesses(): Promise<ProcessFacts[]> {
  const isMeant = (argv: readonly string[]): boolean => isOpenClaw(argv) || isPackageScript(argv)
  if (process.platform !== 'linux') return (await processesByPs()).filter(({ argv }) => isMeant(argv))
  return listPids().flatMap(pid => {
    const argv = argvOf(pid)
    return argv !== null && isMeant(argv) ? (readProcess(pid) ?? []) : []
  })
}

/** Where it lives, when that is not the home of this login and none of its profiles; null when it is one of ours. */
function homeOf({ pid, argv }: ProcessFacts, { account, profiles }: Look): string | null {
  const environment = environmentOf(pid)
  if (environment === null) return null
  const home = environment.get('OPENCLAW_HOME') ?? environment.get('HOME') ?? account.home
  const stateDir = realOf(stateDirFor({ environment, home, words: argv }))
  const isOurs =
    isBeneath(stateDir, realOf(account.home)) || profiles.some(profile => realOf(profile.stateDir) === stateDir)
  return isOurs ? null : home
}

function processTrace(facts: ProcessFacts, look: Look, open: OpenPaths): Trace {
  const { pid, startedAtTicks, argv } = facts
  const title = argv[0]?.split('/').at(-1) ?? 'openclaw'
  const role = fineRole(facts)
  return traceOf(
    { kind: 'process', key: `${pid}:${startedAtTicks}`, name: `${shown(title, role)} (pid ${pid})` },
    {
      profile: profileOf(facts, look, open),
      process: { pid, startedAtTicks, role, unit: unitOf(facts, look) },
      needsRoot: look.account.uid !== 0 && facts.uid !== look.account.uid,
    },
  )
}

/** Whether a unit of the system that starts this login's OpenClaw runs it, be it as root or as somebody else. */
function isInOwnSystemUnit({ pid, ppid, cgroup }: ProcessFacts, { services }: Look): boolean {
  if (process.platform !== 'linux') return false
  const groups = cgroup?.split('/') ?? []
  // Each account may have a unit of the same name in its own manager.
  const unit = groups.some(group => group.startsWith('user@'))
    ? undefined
    : groups.findLast(group => group.endsWith('.service'))
  return services.some(
    ({ facts }) =>
      facts.scope === 'system' &&
      ((facts.mainPid !== null && [pid, ppid].includes(facts.mainPid)) || unit === `${facts.name}.service`),
  )
}

function shown(title: string, role: ProcessRole): string {
  return RUNTIME.test(title) ? `${title}, OpenClaw${role === 'other' ? '' : ` ${role}`}` : title
}

function fineRole({ pid, argv }: ProcessFacts): ProcessRole {
  const environment = environmentOf(pid)
  if (/(^|\/)openclaw-hooks$/.test(argv[0] ?? '') || argv.includes('hooks')) return 'hooks'
  const role = roleOf(argv, environment)
  const at = argv.indexOf('node', 1)
  const isSupervisor = role === 'node-host' && at > 0 && argv[at + 1] === 'run'
  return isSupervisor && environment?.get('OPENCLAW_SERVICE_KIND') !== 'node' ? 'node-run' : role
}

/** Only a unit of OpenClaw counts: what was started over SSH runs in the unit of the SSH server, which must never be stopped. */
function unitOf({ pid, ppid, cgroup }: ProcessFacts, { services }: Look): string | null {
  const main = services.find(({ facts }) => facts.mainPid !== null && [pid, ppid].includes(facts.mainPid))
  if (main !== undefined) return main.facts.name
  const name = cgroup
    ?.split('/')
    .findLast(part => part.endsWith('.service'))
    ?.replace(/\.service$/, '')
  if (name === undefined) return null
  const isOurs = new RegExp(`^(${FAMILY})`).test(name) || services.some(({ facts }) => facts.name === name)
  return isOurs ? name : null
}

/** The lock of its gateway and its open files know best: a running process has forgotten its words. */
function profileOf(
  { pid, argv }: ProcessFacts,
  { account, profiles, services }: Look,
  openPaths: OpenPaths,
): string | null {
  const locked = profiles.find(profile => lockOf(profile)?.pid === pid)
  if (locked !== undefined) return locked.name
  const managed = services.find(({ facts }) => facts.mainPid === pid && facts.manager === 'launchd')
  if (managed !== undefined) return profileAt(stateDirOf(managed), profiles)
  const open = openPaths.get(pid) ?? openFilesOf(pid)
  const deepestFirst = [...profiles].sort((a, b) => b.stateDir.length - a.stateDir.length)
  const opened = deepestFirst.find(({ stateDir }) => open.some(path => isBeneath(path, realOf(stateDir))))
  if (opened !== undefined) return opened.name
  const environment = environmentOf(pid)
  if (environment === null) return null
  return profileAt(stateDirFor({ environment, home: environment.get('HOME') ?? account.home, words: argv }), profiles)
}

function openFilesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`)
      } catch {
        return [] // Closed between two looks.
      }
    })
  } catch {
    return [] // No /proc on this system, or gone.
  }
}
