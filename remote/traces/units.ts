import { readdirSync } from 'node:fs'
import { basename, dirname, join } from '../path'
import type { Trace } from '../../shared/deletion'

import { codeOf } from '../paths'
import { stateDirOf } from '../survey/found-profile'
import { plistFolders } from '../survey/launchd'
import type { Service } from '../survey/service'
import { FAMILY, isInReach, profileAt, statsOf, traceOf, type Look } from './look'
import { needsRootFor, refusalFor } from './removal'

/** Names that installers of OpenClaw give; what merely begins alike is somebody's own. */
const INSTALLED = new RegExp(`^(${FAMILY})(-gateway(-[^@]+?)?|-node)?\\.service$`)
const CONTAINER = new RegExp(`^(${FAMILY})[^/]*\\.container$`)
const PLIST = /^(ai\.openclaw|com\.clawdbot|bot\.molt)\..+\.plist$/
/** The label of a gateway's list says its profile. */
const PLIST_PROFILE = /^(?:ai\.openclaw|com\.clawdbot|bot\.molt)\.(?!(?:node|mac)\.)([A-Za-z0-9_-]+)\.plist$/
/** Folders of packages and of what systemd makes up by itself: nothing in them is ours to remove. */
const NOT_OURS = /^(\/run|\/usr\/lib|\/lib)\//
const MAX_NAMES = 20_000

/** Unit files, copies, drop-ins and links of OpenClaw's services, and launch agents. `told`: paths that other traces tell of. */
export function findUnits(look: Look, told: ReadonlySet<string>): Trace[] {
  const { home } = look.account
  const found = new Map<string, Trace>()
  const add = (path: string, service: Service | undefined): void => {
    const isThere = statsOf(path) !== undefined || isLoadedWithoutFile(path, service)
    if (found.has(path) || !isThere || !isInReach(path, home)) return
    if (NOT_OURS.test(path)) look.notSeen(path, 'It belongs to a package, or is made by the system itself.')
    else found.set(path, unitTrace(path, service, look))
  }
  const byId = new Map(look.services.map(service => [basename(service.facts.path ?? ''), service]))
  for (const service of byId.values()) if (service.facts.path !== null) add(service.facts.path, service)
  for (const folder of unitFolders(home)) {
    const isShared = !folder.startsWith(`${home}/`)
    for (const name of namesIn(folder, look)) {
      const id = name.replace(/\.(bak|d)$/, '')
      const service = byId.get(id)
      // What nothing tells the owner of is only ours in our own home.
      if (service === undefined && (isShared || !isInstalledName(id))) noteLookalike(join(folder, name))
      else add(join(folder, name), service)
      if (/\.(wants|requires|upholds)$/.test(name)) addLinks(join(folder, name), isShared)
    }
  }
  return [...found.values()]

  function addLinks(folder: string, isShared: boolean): void {
    for (const name of namesIn(folder, look)) {
      const service = byId.get(name)
      if (service !== undefined || (!isShared && INSTALLED.test(name))) add(join(folder, name), service)
    }
  }

  function noteLookalike(path: string): void {
    const isAlike = new RegExp(`^(${FAMILY})[^/]*\\.(service|timer|socket|path)(\\.d)?$`).test(basename(path))
    if (isAlike && isInReach(path, home) && !told.has(path))
      look.notSeen(
        path,
        'It sounds like OpenClaw, but belongs to somebody else or was made for another purpose; it stays.',
      )
  }
}

function isInstalledName(id: string): boolean {
  return INSTALLED.test(id) || CONTAINER.test(id) || (PLIST.test(id) && process.platform === 'darwin')
}

function unitFolders(home: string): string[] {
  if (process.platform === 'darwin') {
    return [...plistFolders(home).map(({ folder }) => folder), join(home, '.Trash')]
  }
  return [
    join(home, '.config/systemd/user'),
    join(home, '.local/share/systemd/user'),
    join(home, '.config/containers/systemd'),
    '/etc/systemd/user',
    '/etc/systemd/system',
    '/usr/local/lib/systemd/system',
  ]
}

function unitTrace(path: string, service: Service | undefined, { account, profiles }: Look): Trace {
  const isMain = service?.facts.path === path
  const isOutside = !path.startsWith(`${account.home}/`)
  const named = /^(?:openclaw|clawdbot|moltbot)-gateway-(.+)\.service(\.bak|\.d)?$/.exec(basename(path))?.[1]
  const stateDir = service === undefined ? null : stateDirOf(service)
  return traceOf(
    { kind: 'unit', key: path, name: isMain ? basename(path) : path },
    {
      path,
      scope: isOutside ? 'system' : 'user',
      profile: stateDir === null ? (named ?? profileOfPlist(path)) : profileAt(stateDir, profiles),
      // Outside the home the guard never lets the remote program remove; root's own commands do it there.
      refusal: isOutside ? null : refusalFor(path),
      needsRoot: needsRootFor(path),
      size: statsOf(dirname(path)) === undefined ? null : { bytes: statsOf(path)?.size ?? 0, files: 1 },
    },
  )
}

function profileOfPlist(path: string): string | null {
  const name = PLIST_PROFILE.exec(basename(path))?.[1] ?? null
  return name === 'gateway' ? 'default' : name
}

/** launchd holds on to what it loaded: without its list it runs, and is started again, until it is unloaded. */
function isLoadedWithoutFile(path: string, service: Service | undefined): boolean {
  if (service?.facts.manager !== 'launchd' || service.facts.path !== path) return false
  const { activeState } = service.facts
  return activeState.state === 'known' && activeState.value !== 'inactive'
}

function namesIn(folder: string, { notSeen }: Look): string[] {
  try {
    return readdirSync(folder).slice(0, MAX_NAMES)
  } catch (error) {
    // Most of these folders do not exist. macOS closes the Trash to logins over SSH, unless they have full disk access.
    if (process.platform === 'darwin' && codeOf(error) !== 'ENOENT')
      notSeen(
        folder,
        'It is closed to this login; OpenClaw moves the lists of its services there. Look there yourself.',
      )
    return []
  }
}
