import { readdirSync } from 'node:fs'
import { basename, dirname, join } from '../path'
import { LABEL, type LoadedService } from '../../shared/launchctl'
import { valueOf, type Known } from '../../shared/survey'
import { readTextIfThere } from '../bounded-read'
import { parseEnvironmentFile } from '../environment-file'
import { isOpenClaw } from '../recognize'
import { isInReach } from '../traces/look'
import { askLaunchd, askLoadedLabels, askSwitchedOff } from './launchctl'
import { readPlist, type LaunchdPlist } from './plist'
import { kindOf, type Service } from './service'
import type { Account } from './systemd'

const MAX_PLISTS = 2_000

type Scope = 'user' | 'system'

/** What is asked once for all services. */
interface Asked {
  readonly account: Account
  readonly switchedOff: Readonly<Record<Scope, Known<ReadonlySet<string>>>>
  readonly problems: string[]
}

/** Where property lists of services lie, the login's own first; and in which domain launchd loads them. */
export function plistFolders(home: string): readonly { readonly folder: string; readonly scope: Scope }[] {
  return [
    { folder: join(home, 'Library/LaunchAgents'), scope: 'user' },
    { folder: '/Library/LaunchAgents', scope: 'user' },
    { folder: '/Library/LaunchDaemons', scope: 'system' },
  ]
}

/**
 * LaunchAgents and LaunchDaemons of OpenClaw: by their labels, and by what they run. `withLoaded`: also those that launchd has
 * loaded though their file is gone.
 */
export async function launchdServices(
  account: Account,
  withLoaded = false,
): Promise<{ services: Service[]; problems: string[] }> {
  const problems: string[] = []
  const [user, system] = await Promise.all([askSwitchedOff('user', account.uid), askSwitchedOff('system', account.uid)])
  const asked: Asked = { account, switchedOff: { user, system }, problems }
  const onDisk = await Promise.all(
    plistFolders(account.home).flatMap(({ folder, scope }) =>
      plistsIn(folder)
        .filter(path => isInReach(path, account.home))
        .map(path => serviceAt(path, scope, asked)),
    ),
  )
  const services = onDisk.flatMap(service => service ?? [])
  if (withLoaded) services.push(...(await loadedOnly(services, asked)))
  return { services, problems }
}

async function serviceAt(path: string, scope: Scope, asked: Asked): Promise<Service | null> {
  try {
    const plist = await readPlist(path)
    const label = plist.label ?? basename(path, '.plist')
    const execStart = withoutWrapper(plist.words)
    if (!LABEL.test(label) && !isOpenClaw(execStart)) return null
    return await describe({ label, scope, path, plist }, asked)
  } catch (error) {
    if (LABEL.test(basename(path, '.plist'))) asked.problems.push(`${path}: ${(error as Error).message}`)
    return null
  }
}

interface Found {
  readonly label: string
  readonly scope: Scope
  readonly path: string
  readonly plist: LaunchdPlist
}

async function describe(found: Found, asked: Asked): Promise<Service | null> {
  const { label, scope, path, plist } = found
  const { account } = asked
  const execStart = withoutWrapper(plist.words)
  const files = plist.words.filter(word => word.endsWith('.env'))
  const environment = new Map([...variablesIn(files), ...plist.environment])
  const environmentNames = [...environment.keys()].sort()
  const stateDir = files.map(file => dirname(file)).find(folder => basename(folder) === 'service-env')
  const isNamed = ['OPENCLAW_STATE_DIR', 'CLAWDBOT_STATE_DIR', 'OPENCLAW_PROFILE'].some(name => environment.has(name))
  // The installer puts this file into the state directory of its profile, and names neither in the list itself.
  if (stateDir !== undefined && !isNamed) environment.set('OPENCLAW_STATE_DIR', dirname(stateDir))
  // The app's own entry starts the app, which is no gateway.
  const kind = label === 'ai.openclaw.mac' ? null : (kindOf(label, execStart, environment) ?? kindOfLabel(label))
  if (kind === null) return null
  const state = await askLaunchd(label, scope, account.uid)
  const off = asked.switchedOff[scope]
  const domain = valueOf(state)?.domain
  return {
    facts: {
      name: label,
      kind,
      scope,
      manager: 'launchd',
      ...(domain === undefined ? {} : { domain }),
      path,
      isEnabled: off.state === 'unknown' ? off : { state: 'known', value: plist.startsItself && !off.value.has(label) },
      activeState: activeOf(state),
      mainPid: valueOf(state)?.pid ?? null,
      execStart,
      environmentNames,
      stopLimitMs: plist.stopLimitMs,
    },
    environment,
    environmentFiles: files,
    home: homeOf(found, account),
  }
}

/** What launchd has loaded and no file is there for: an earlier removal by hand, which did not stop it. */
async function loadedOnly(known: readonly Service[], asked: Asked): Promise<Service[]> {
  const { account } = asked
  const services: Service[] = []
  for (const scope of ['user', 'system'] as const) {
    const labels = await askLoadedLabels(scope, account.uid)
    if (labels.state === 'unknown') asked.problems.push(labels.why)
    const missing = (valueOf(labels) ?? []).filter(label => !known.some(({ facts }) => facts.name === label))
    for (const label of new Set(missing)) {
      const loaded = valueOf(await askLaunchd(label, scope, account.uid))
      if (loaded === undefined || loaded === null) continue
      const folder = scope === 'system' ? '/Library/LaunchDaemons' : join(account.home, 'Library/LaunchAgents')
      const plist = plistOf(label, loaded)
      const service = await describe(
        { label, scope, path: loaded.path ?? join(folder, `${label}.plist`), plist },
        asked,
      )
      if (service !== null) services.push(service)
    }
  }
  return services
}

function plistOf(label: string, { words }: LoadedService): LaunchdPlist {
  return { label, words, environment: new Map(), startsItself: true, stopLimitMs: 20_000, user: null }
}

function activeOf(state: Known<LoadedService | null>): Known<string> {
  if (state.state === 'unknown') return state
  return { state: 'known', value: state.value?.active ?? 'inactive' }
}

/** The generated list starts node through a wrapper: sh, wrapper, environment file, then the real words. */
function withoutWrapper(words: readonly string[]): string[] {
  const at = words.findIndex(word => /(^|\/)(node|bun)$/.test(word))
  return at > 0 ? words.slice(at) : [...words]
}

function kindOfLabel(label: string): 'gateway' | 'node-host' {
  return label.endsWith('.node') ? 'node-host' : 'gateway'
}

/** A daemon runs as whomever it names; agents run as the login. */
function homeOf({ scope, plist }: Found, { user, home }: Account): string {
  if (scope === 'user' || plist.user === user) return home
  return plist.user === null ? '/var/root' : `/Users/${plist.user}`
}

function variablesIn(files: readonly string[]): [string, string][] {
  return files.flatMap(file => {
    try {
      return [...parseEnvironmentFile(readTextIfThere(file) ?? '')]
    } catch {
      return [] // Closed to us; whoever reads the files themselves notes it.
    }
  })
}

function plistsIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter(name => name.endsWith('.plist'))
    return names.slice(0, MAX_PLISTS).map(name => join(folder, name))
  } catch {
    return [] // No such folder.
  }
}
