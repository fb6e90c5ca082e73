import { existsSync } from 'node:fs'
import { relative } from '../path'
import type { Known, Size } from '../../shared/survey'
import { gatherAgentDirs } from './agent-dirs'
import { agentsOf, isReallyOutside } from './agents'
import { channelsOf } from './channels'
import { countPlugins, countSkills } from './counts'
import { credentialsOf } from './credentials'
import { cronOf } from './cron'
import { eraOf } from './era'
import type { FoundProfile } from './found-profile'
import { gatewayOf, type Running } from './gateway'
import type { Profile } from './service'
import { measure, sizeOf, type Measured } from './sizes'
import type { ProfileNotes } from './warnings'

const MAX_ENTRIES = 200_000
const SIZES_LIMIT_MS = 10_000
const WORKSPACE_LIMIT_MS = 3_000

/** What gathering one profile needs besides the profile. */
export interface Gathering extends Running {
  readonly withSizes: boolean
}

/** All facts of one profile. What cannot be read becomes `unknown`; nothing fails the whole. */
export async function gatherProfile(
  found: FoundProfile,
  gathering: Gathering,
): Promise<{ profile: Profile; notes: ProfileNotes }> {
  const { name, stateDir, configPath, services } = found
  const needsConfig = <T>(read: () => T): Known<T> =>
    found.config.state === 'unreadable' ? { state: 'unknown', why: found.config.why } : attempt(read)
  const roster = needsConfig(() => agentsOf(found))
  const channels: Profile['channels'] =
    found.config.state === 'broken'
      ? { state: 'unknown', why: 'The configuration is broken.' }
      : needsConfig(() => channelsOf(found))
  const cron = cronSafely(stateDir)
  const measured = gathering.withSizes
    ? await measureSafely(stateDir, gathering.signal)
    : notMeasured('Sizes were not asked for.')
  const uncounted: string[] = []
  const workspaces = await workspacesOf(roster, { stateDir, measured, gathering, uncounted })
  const agentDirs = await gatherAgentDirs(found, {
    workspaces: workspaces.map(({ path }) => path),
    sizeOf: path => countedApart(path, { stateDir, measured, gathering, uncounted }),
  })
  const profile: Profile = {
    name,
    stateDir,
    configPath,
    era: eraOf(stateDir, gathering.version),
    config: configFact(found),
    gateway: await gatewayOf(found, gathering),
    services: services.map(({ facts }) => facts),
    agents: roster,
    channels,
    cron: cron.jobs,
    plugins: attempt(() => countPlugins(stateDir)),
    skills: attempt(() =>
      countSkills(
        stateDir,
        workspaces.map(({ path }) => path),
      ),
    ),
    credentials: needsConfig(() => credentialsOf(found)),
    environmentNames:
      found.dotenv.problem === null
        ? { state: 'known', value: [...found.dotenv.names] }
        : { state: 'unknown', why: found.dotenv.problem },
    workspaces,
    agentDirs,
    sizes: measured.sizes,
    leftOut: measured.leftOut,
  }
  const { orphans, unreadable } = measured
  return { profile, notes: { strandedJobs: cron.strandedJobs, orphans, unreadable, uncounted } }
}

/** The answer, or why there is none. */
export function attempt<T>(read: () => T): Known<T> {
  try {
    return { state: 'known', value: read() }
  } catch (error) {
    return { state: 'unknown', why: (error as Error).message.slice(0, 300) }
  }
}

function configFact({ config }: FoundProfile): Profile['config'] {
  switch (config.state) {
    case 'valid':
      return { state: 'known', value: { isValid: true, problem: null } }
    case 'broken':
      return { state: 'known', value: { isValid: false, problem: config.problem } }
    case 'absent':
      return { state: 'known', value: { isValid: false, problem: 'There is no configuration file.' } }
    case 'unreadable':
      return { state: 'unknown', why: config.why }
  }
}

function cronSafely(stateDir: string): ReturnType<typeof cronOf> {
  const reading = attempt(() => cronOf(stateDir))
  return reading.state === 'known' ? reading.value : { jobs: reading, strandedJobs: 0 }
}

async function measureSafely(stateDir: string, signal: AbortSignal): Promise<Measured> {
  try {
    return await measure(stateDir, { maxEntries: MAX_ENTRIES, limitMs: SIZES_LIMIT_MS, signal })
  } catch (error) {
    signal.throwIfAborted()
    return notMeasured((error as Error).message)
  }
}

function notMeasured(why: string): Measured {
  const none = { bytes: 0, files: 0 }
  return { sizes: { state: 'unknown', why }, leftOut: [], topLevel: new Map(), orphans: none, unreadable: [] }
}

interface Around {
  readonly stateDir: string
  readonly measured: Measured
  readonly gathering: Gathering
  /** Workspaces and agents' own folders whose size could not be told are noted here. */
  readonly uncounted: string[]
}

async function workspacesOf(agents: Profile['agents'], around: Around): Promise<Profile['workspaces']> {
  if (agents.state === 'unknown') return []
  const found: Profile['workspaces'] = []
  for (const { id, workspace } of agents.value) {
    if (workspace === null) continue
    found.push({
      agent: id,
      path: workspace,
      isOutside: isReallyOutside(workspace, around.stateDir),
      exists: existsSync(workspace),
      size: await workspaceSize(workspace, around),
    })
  }
  return found
}

/** Folders directly under the state directory were counted with it; others are counted on their own, within limits. */
async function workspaceSize(path: string, around: Around): Promise<Size> {
  const { stateDir, measured } = around
  const counted = measured.topLevel.get(relative(stateDir, path))
  if (counted !== undefined && measured.sizes.state === 'known' && existsSync(path)) return counted
  return countedApart(path, around)
}

async function countedApart(path: string, { gathering, uncounted }: Around): Promise<Size> {
  const none = { bytes: 0, files: 0 }
  if (!gathering.withSizes || !existsSync(path)) return none
  const bounds = { maxEntries: MAX_ENTRIES, limitMs: WORKSPACE_LIMIT_MS, signal: gathering.signal }
  const size = await sizeOf(path, bounds)
  if (size === null) uncounted.push(path)
  return size ?? none
}
