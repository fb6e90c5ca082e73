import type { Handler } from './handler'
import { whoAmI } from './hello'
import { listenersOn, type Listener } from './listeners'
import { openClawProcesses, processesByPs } from './processes'
import { isOpenClaw } from './recognize'
import type { ProcessFacts } from '../shared/process'
import type { Survey } from '../shared/survey'
import { findProfiles, stateDirOf, type FoundProfile } from './survey/found-profile'
import { portOf } from './survey/gateway'
import { diskFacts, nodeFacts, osFacts } from './survey/host'
import { findInstall } from './survey/install'
import { launchdServices } from './survey/launchd'
import { gatherProfile } from './survey/profile'
import type { Service } from './survey/service'
import { hasSystemd, lingerOf, systemdServices, type Account } from './survey/systemd'
import { warningsFor } from './survey/warnings'
import { beginLook } from './windows/look'
import { windowsFamily } from './windows/processes'
import { taskServices } from './windows/tasks'

/** Read-only facts about this machine. Every part that cannot be read is `unknown` with the reason. */
export const handleSurvey: Handler<'survey'> = async ({ extraStateDirs, withSizes }, { signal }) => {
  const startedMs = Date.now()
  beginLook()
  const account = whoAmI()
  const linger = lingerFact(managerHere(), account)
  const [{ services, problems, serviceManager }, processes] = await Promise.all([
    findServices(account),
    findProcesses(),
  ])
  const found = findProfiles(account.home, services, extraStateDirs)
  const openclaw = await installOf({ services, processes, home: account.home })
  const install = openclaw.state === 'known' ? openclaw.value : null
  const version = install?.version ?? null
  const listeners = await listenersFor(found, version, processes)
  const gathered = []
  for (const profile of found) {
    gathered.push(await gatherProfile(profile, { processes, listeners, version, withSizes, signal }))
  }
  const profiles = gathered.map(({ profile }) => profile)
  const programs = services.map(({ facts }) => facts.execStart[0] ?? '').filter(path => /(^|\/)node[^/]*$/i.test(path))
  const facts = {
    os: osFacts(account),
    nodes: await nodeFacts(install === null ? programs : [...programs, install.nodePath]),
    openclaw,
    profiles,
    disk: diskFacts(profiles[0]?.stateDir ?? account.home),
    linger: await linger,
    serviceManager,
  }
  const notes = new Map(gathered.map(({ profile, notes: own }) => [profile.name, own]))
  return {
    ...facts,
    at: new Date(startedMs).toISOString(),
    tookMs: Date.now() - startedMs,
    digest: '',
    warnings: [...warningsFor(facts, notes, problems), ...homelessServices(services, found)],
  }
}

/** The profile of this name and its gateway's service, for requests that act on one profile. */
export async function findProfile(name: string): Promise<FoundProfile | undefined> {
  const account = whoAmI()
  const { services } = await findServices(account)
  return findProfiles(account.home, services, []).find(profile => profile.name === name)
}

/** Services whose state is gone or closed to us belong to no profile; they must not vanish from sight. */
function homelessServices(services: readonly Service[], profiles: readonly FoundProfile[]): Survey['warnings'] {
  const housed = new Set(profiles.flatMap(profile => profile.services))
  return services
    .filter(service => !housed.has(service))
    .map(service => {
      const { name, scope } = service.facts
      const text = `The ${scope} service ${name} uses ${stateDirOf(service)}, which is not there or closed to this account.`
      return { code: 'service-without-state', text }
    })
}

interface FoundServices {
  readonly services: Service[]
  readonly problems: string[]
  readonly serviceManager: Survey['serviceManager']
}

/** Services of all accounts that can be seen; `withLoaded`: also those that run without a file. Never rejects. */
export async function findServices(account: Account, withLoaded = false): Promise<FoundServices> {
  const serviceManager = managerHere()
  try {
    if (serviceManager === 'launchd') return { ...(await launchdServices(account, withLoaded)), serviceManager }
    if (serviceManager === 'task-scheduler') return { ...(await taskServices(account)), serviceManager }
    // Without systemd running, unit files may still lie there: they tell where state is.
    const { services, problems } = await systemdServices(account)
    return { services, problems, serviceManager }
  } catch (error) {
    return { services: [], problems: [(error as Error).message], serviceManager }
  }
}

function managerHere(): Survey['serviceManager'] {
  // Machines of the demo fleet bring systemd's stand-in also where they run on a Mac.
  if (process.platform === 'darwin' && !hasSystemd()) return 'launchd'
  if (process.platform === 'win32') return 'task-scheduler'
  return hasSystemd() ? 'systemd' : 'none'
}

async function findProcesses(): Promise<ProcessFacts[]> {
  if (process.platform === 'linux') return openClawProcesses()
  if (process.platform === 'win32') return [...(await windowsFamily()).processes]
  return (await processesByPs()).filter(({ argv }) => isOpenClaw(argv))
}

async function installOf(clues: Parameters<typeof findInstall>[0]): Promise<Survey['openclaw']> {
  try {
    return { state: 'known', value: await findInstall(clues) }
  } catch (error) {
    return { state: 'unknown', why: (error as Error).message }
  }
}

async function listenersFor(
  profiles: readonly FoundProfile[],
  version: string | null,
  processes: readonly ProcessFacts[],
): Promise<Map<number, Listener>> {
  const ports = [...new Set(profiles.flatMap(profile => portOf(profile, version) ?? []))]
  try {
    const likely = processes.map(({ pid }) => pid)
    return new Map((await listenersOn(ports, likely)).map(listener => [listener.port, listener]))
  } catch {
    return new Map() // Who listens stays unknown; health still asks the port itself.
  }
}

async function lingerFact(manager: Survey['serviceManager'], account: Account): Promise<Survey['linger']> {
  if (manager === 'systemd') return lingerOf(account)
  return { state: 'unknown', why: 'Only systemd has lingering.' }
}
