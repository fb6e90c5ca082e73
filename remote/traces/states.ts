import { readdirSync } from 'node:fs'
import { basename, isBeneath, join } from '../path'
import type { Trace } from '../../shared/deletion'
import { display } from '../paths'
import { agentDirsOf, agentsOf, isOutside } from '../survey/agents'
import { stateDirOf, type FoundProfile } from '../survey/found-profile'
import { FAMILY, isInReach, profileAt, realOf, statsOf, traceOf, type Look } from './look'
import { measured, needsRootFor, refusalFor, rootRefusal, scopeOf } from './removal'

const STANDARD = new RegExp(`^\\.(${FAMILY}|moldbot)$`)
const CONFIG = /^(openclaw|clawdbot|moltbot)\.json/
/** What OpenClaw of either era has directly in its state directory, and what installers put there. */
const KNOWN = new RegExp(
  [
    '^((openclaw|clawdbot|moltbot)\\.json.*|\\.env|state|agents|workspace.*|credentials|identity|devices|nodes|pairing|cron',
    'tasks|flows|telegram|sessions|session-.*|memory|skills|hooks|extensions|plugins|plugin-skills|media|canvas|browser',
    'sandboxes|completions|backups|migration|cache|logs|tmp|delivery-queue.*|npm.*|git|dev|tools|node-runtime|bin|lib',
    'node_modules|package(-lock)?\\.json|service-env|.*\\.systemd\\.env|(gateway|node)\\.(cmd|vbs)|(node|secrets)\\.json',
    'exec-approvals\\.json|update-check\\.json|config-journal-fingerprint\\.key|disable-launchagent|.*\\.migrated.*',
    '.*\\.(tmp|lock|log|pid|sock)|\\.ocm-.*)$',
  ].join('|'),
)
const MAX_DIRS = 200
const AGENT_DIR =
  'An agent keeps conversations and credentials here, outside the state directory. Look into it, then remove it by hand.'
const NOT_STATE = 'It does not look like a state directory of OpenClaw.'

/** State directories: of all profiles, of older names, and those that services name. */
export async function findStates(look: Look): Promise<Trace[]> {
  const traces: Trace[] = []
  for (const path of candidates(look)) {
    const refusal = rootRefusal(path) ?? lookRefusal(path, look)
    traces.push(
      traceOf(
        { kind: 'state', key: path },
        {
          path,
          scope: scopeOf(path, look.account.uid),
          profile: profileAt(path, look.profiles),
          refusal,
          needsRoot: needsRootFor(path),
          // Nothing is counted where nothing will be removed: a unit may well name the whole disk.
          size: refusal === null ? await measured(path, look) : null,
        },
      ),
    )
  }
  return traces
}

/** Folders that agents work in outside the state directory or keep their own data in, and configurations that lie elsewhere. */
export async function findOutside(look: Look): Promise<Trace[]> {
  const traces = new Map<string, Trace>()
  for (const profile of look.profiles) {
    for (const path of workspacesOf(profile, look)) {
      traces.set(path, await outsideTrace('workspace', path, rootRefusal(path), { profile, look }))
    }
    for (const { path } of agentDirsOf(profile)) {
      if (isThereOutside(path, profile, look) && !traces.has(path))
        traces.set(path, await outsideTrace('leftover', path, AGENT_DIR, { profile, look }))
    }
    const { configPath, stateDir } = profile
    if (isOutside(realOf(configPath), realOf(stateDir)) && statsOf(configPath) !== undefined) {
      const refusal = CONFIG.test(basename(configPath))
        ? refusalFor(configPath)
        : 'It has not the name of a configuration.'
      traces.set(configPath, await outsideTrace('leftover', configPath, refusal, { profile, look }))
    }
  }
  return [...traces.values()]
}

async function outsideTrace(
  kind: 'workspace' | 'leftover',
  path: string,
  refusal: string | null,
  { profile, look }: { readonly profile: FoundProfile; readonly look: Look },
): Promise<Trace> {
  const size = refusal === null ? await measured(path, look) : null
  const scope = scopeOf(path, look.account.uid)
  return traceOf(
    { kind, key: path },
    { path, scope, profile: profile.name, refusal, needsRoot: needsRootFor(path), size },
  )
}

function workspacesOf(profile: FoundProfile, look: Look): string[] {
  const { config, name } = profile
  if (config.state === 'broken' || config.state === 'unreadable') {
    look.notSeen(`Workspaces of profile ${name}`, 'The configuration that names them cannot be read.')
    return []
  }
  return agentsOf(profile).flatMap(({ workspace }) =>
    workspace !== null && isThereOutside(workspace, profile, look) ? workspace : [],
  )
}

function isThereOutside(path: string, { stateDir }: FoundProfile, { account }: Look): boolean {
  if (statsOf(path) === undefined || !isInReach(path, account.home)) return false
  return isOutside(path, stateDir) && isOutside(realOf(path), realOf(stateDir))
}

function candidates(look: Look): string[] {
  const { home } = look.account
  let names: string[] = []
  try {
    names = readdirSync(home)
  } catch (error) {
    look.notSeen(home, `It could not be listed: ${(error as Error).message}`)
  }
  const byName = names.filter(name => STANDARD.test(name) || /^\.openclaw-./.test(name)).sort()
  const all = [
    ...byName.filter(name => !name.endsWith('.update-captures')).map(name => join(home, name)),
    ...look.profiles.map(({ stateDir }) => stateDir),
    ...look.services.map(stateDirOf),
  ]
  const there = [...new Set(all.map(plain))].filter(path => {
    const stats = statsOf(path)
    return isInReach(path, home) && (stats?.isDirectory() === true || stats?.isSymbolicLink() === true)
  })
  if (there.length > MAX_DIRS) look.notSeen('State directories', `Only the first ${MAX_DIRS} are listed.`)
  return there.slice(0, MAX_DIRS)
}

/** A service or configuration may name any folder of the machine: only what plainly is OpenClaw's passes. */
function lookRefusal(path: string, { account }: Look): string | null {
  let names: string[]
  try {
    names = readdirSync(path)
  } catch {
    return 'It could not be looked into.'
  }
  const isStandard = STANDARD.test(basename(path)) && isBeneath(path, account.home)
  // Half of it may be gone already: an emptied directory of the usual name still is one.
  if (isStandard || names.length === 0) return null
  const isNamed = new RegExp(FAMILY).test(basename(path))
  const isState = names.some(name => CONFIG.test(name) || ['state', 'agents'].includes(name))
  const known = names.filter(name => KNOWN.test(name))
  if (!isState && !(isNamed && known.length > 0)) return NOT_STATE
  const foreign = names.filter(name => !KNOWN.test(name))
  if (isNamed || foreign.length === 0) return null
  return `It also holds what is not OpenClaw’s: ${display(foreign.slice(0, 3).join(', '))}.`
}

function plain(path: string): string {
  return path.replace(/(?<=.)\/+$/, '')
}
