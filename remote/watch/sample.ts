import * as os from 'node:os'
import type { Sample, WatchedProcess } from '../../shared/sample'
import type { Handler } from '../handler'
import { whoAmI } from '../hello'
import { createPace } from '../slices'
import { beginLook } from '../windows/look'
import { realOf } from '../traces/look'
import { findProfiles, stateDirFor, type FoundProfile } from '../survey/found-profile'
import { lockOf } from '../survey/gateway'
import { agentRoots, outsideAgentDirs } from './agent-roots'
import { nodeClock } from './clock'
import { sortIntoFamilies, type Ground, type Member } from './family'
import { pulsesOf } from './gateways'
import type { ProcessLook } from './looks'
import { lookAtProcesses } from './machine'
import { assertAnswering, disksOf, installedVersion, meminfo, memoryOf, sizedRoots } from './places'
import { watchedServices } from './services'
import { measureFolders, type Sizes } from './sizes'
import { judge, shownWords } from './verdict'

const MAX_ENTRIES = 1_000_000
const SIZES_LIMIT_MS = 8_000
const MAX_CGROUP = 300

/** Processor time of this program that an earlier answer told of already. ms */
let toldCpuMs = 0

/** Answers `sample`: looks at everything that watching needs, once, and changes nothing. */
export const handleSample: Handler<'sample'> = async ({ extraStateDirs, withSizes }, { signal }) => {
  const startedMs = performance.now()
  beginLook()
  const account = whoAmI()
  await assertAnswering([account.home, ...extraStateDirs])
  const { services, notRead: unseen } = await watchedServices(account)
  const profiles = findProfiles(account.home, services, extraStateDirs)
  const { looks, showsTitles, notRead: hidden } = await lookAtProcesses()
  const sets = new SetUps(profiles, account.home)
  const ground: Ground = {
    uid: account.uid,
    lockPids: new Set(profiles.flatMap(profile => lockOf(profile)?.pid ?? [])),
    units: new Map(services.map(({ facts }) => [facts.name, facts.kind])),
    mainPids: new Set(services.flatMap(({ facts }) => facts.mainPid ?? [])),
    knowsMainPids: process.platform !== 'linux' && services.every(isToldOf),
    showsTitles,
    setUpOf: look => sets.stateDirOf(look),
  }
  const own = looks.filter(look => sets.isOurs(look, ground))
  const members = sortIntoFamilies(own, ground)
  const version = installedVersion(services, account.home)
  const profileOf = (pid: number): string | null => {
    const look = own.find(candidate => candidate.pid === pid)
    return look === undefined ? null : sets.profileOf(look)
  }
  const pulses = pulsesOf(profiles, { members, profileOf, version, signal })
  await assertAnswering([...profiles.map(({ stateDir }) => stateDir), ...outsideAgentDirs(profiles)])
  const others = sizedRoots(profiles, account.uid)
  const agents = agentRoots(profiles, others)
  const roots = [...others, ...agents.roots]
  const { disks, notRead: roomless } = disksOf(roots)
  const breathe = createPace(signal)
  const bounds = { maxEntries: MAX_ENTRIES, limitMs: SIZES_LIMIT_MS, breathe }
  const nothing: Sizes = { sizes: {}, orphans: [], notRead: [] }
  const { sizes, orphans, notRead } = withSizes ? await measureFolders(roots, bounds) : nothing
  const uncounted = withSizes ? agents.notRead : []
  return {
    clock: nodeClock(),
    gateways: await pulses,
    ...{ version, disks, sizes, orphans },
    processes: processesOf(members, ground, sets),
    memory: memoryOf(meminfo(), { totalBytes: os.totalmem(), freeBytes: os.freemem() }),
    cpus: processors(),
    notRead: [...unseen, ...hidden, ...roomless, ...uncounted, ...notRead],
    tookMs: Math.round(performance.now() - startedMs),
    cpuMs: spentMs(),
  } satisfies Sample
}

function processesOf(members: readonly Member[], ground: Ground, sets: SetUps): WatchedProcess[] {
  const verdicts = judge(members, ground)
  return members.map(({ look, family, rootPid }, index) => {
    const { pid, ppid, uid, startedAtTicks, ageMs, rssBytes, argv, exe, cgroup, cpuMs, hasTerminal, unit } = look
    return {
      ...{ pid, ppid, uid, startedAtTicks, ageMs, rssBytes, exe, cpuMs, hasTerminal, unit, family, rootPid },
      argv: shownWords(argv),
      cgroup: cgroup?.slice(0, MAX_CGROUP) ?? null,
      profile: sets.profileOf(look),
      verdict: verdicts[index]?.verdict ?? 'unsure',
      why: verdicts[index]?.why ?? [],
    }
  })
}

/** Processor time since the last answer; for the first one, since the program was started. */
function spentMs(): number {
  const { user, system } = process.cpuUsage()
  const all = (user + system) / 1000
  const spent = all - toldCpuMs
  toldCpuMs = all
  return Math.round(spent * 10) / 10
}

/** How many processors there are. The plain list of them is slow to make on large machines. */
function processors(): number {
  const { availableParallelism } = os as { readonly availableParallelism?: () => number }
  return Math.max(1, availableParallelism?.() ?? os.cpus().length)
}

/** A service whose main process is named, or that has none because it does not run. */
function isToldOf({ facts }: { readonly facts: { readonly activeState: { readonly state: string } } }): boolean {
  return facts.activeState.state === 'known'
}

/** Which set-up a process belongs to, by what it was started with. */
class SetUps {
  private readonly byStateDir: ReadonlyMap<string, string>
  private readonly home: string
  private readonly known = new Map<number, string | null>()

  constructor(profiles: readonly FoundProfile[], home: string) {
    this.home = realOf(home)
    this.byStateDir = new Map(profiles.map(({ stateDir, name }) => [realOf(stateDir), name]))
  }

  stateDirOf({ pid, environment, argv }: ProcessLook): string | null {
    if (environment === null) return null
    let found = this.known.get(pid)
    if (found === undefined) {
      found = realOf(stateDirFor({ environment, home: environment.get('HOME') ?? this.home, words: argv }))
      this.known.set(pid, found)
    }
    return found
  }

  profileOf(look: ProcessLook): string | null {
    const stateDir = this.stateDirOf(look)
    return stateDir === null ? null : (this.byStateDir.get(stateDir) ?? null)
  }

  /** Not of another set-up of the account (whose home lies elsewhere), and not of other accounts. */
  isOurs(look: ProcessLook, { uid, units }: Ground): boolean {
    const stateDir = this.stateDirOf(look)
    if (stateDir !== null) return this.byStateDir.has(stateDir) || stateDir.startsWith(`${this.home}/`)
    return look.uid === uid || (look.unit !== null && units.has(look.unit))
  }
}
