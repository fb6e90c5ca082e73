import { readdirSync } from 'node:fs'
import { join } from '../path'
import type { Known } from '../../shared/survey'
import { readTextIfThere } from '../bounded-read'
import { runCommand } from '../run-command'
import { kindOf, type Service } from './service'
import { parseSpan, parseUnit } from './unit-file'

type Scope = 'user' | 'system'

const SHOW_LIMIT_MS = 5_000
const MAX_UNIT_BYTES = 256 * 1024
const OUR_NAMES = /^(openclaw|clawdbot|moltbot)[^@]*\.service$/
const OUR_WORDS = /OPENCLAW_SERVICE_MARKER|^ExecStart=.*(openclaw|clawdbot|moltbot).* gateway\b/m
const PROPERTIES = 'Id,ActiveState,UnitFileState,MainPID,FragmentPath,DropInPaths,TimeoutStopUSec,LoadState'

/** The account whose services are looked for. */
export interface Account {
  readonly user: string
  readonly uid: number
  readonly home: string
}

/** Whether systemd runs this machine. */
export function hasSystemd(): boolean {
  // Machines of the demo fleet bring a stand-in, whatever runs the machine that they are on.
  if (process.env['OCM_DEMO_SERVICE_MANAGER'] === 'systemd') return true
  try {
    readdirSync('/run/systemd/system')
    return true
  } catch {
    return false // The documented test: the folder is there exactly while systemd is pid 1.
  }
}

/** User and system services of OpenClaw, installed or only loaded. */
export async function systemdServices(account: Account): Promise<{ services: Service[]; problems: string[] }> {
  const answers = await Promise.all([servicesIn('user', account), servicesIn('system', account)])
  return {
    services: answers.flatMap(({ services }) => services),
    problems: answers.flatMap(({ problem }) => problem ?? []),
  }
}

/** The same from unit files alone, without asking systemd what runs: costs nothing, and tells where state is. */
export function systemdUnitsOnDisk(account: Account): Service[] {
  return (['user', 'system'] as const).flatMap(scope =>
    [...unitFiles(scope, account)].flatMap(
      ([id, path]) => serviceOf({ id, path, scope, shown: undefined, problem: null }, account) ?? [],
    ),
  )
}

/** The environment that `systemctl --user` needs over SSH where PAM did not set it. */
export function userManagerEnvironment(uid: number): NodeJS.ProcessEnv {
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}`
  return {
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? `unix:path=${runtime}/bus`,
  }
}

/** Whether the account's services live on after logout and start at boot. */
export async function lingerOf({ user }: Account): Promise<Known<boolean>> {
  const noted = lingersOnDisk(user)
  if (noted !== null) return { state: 'known', value: noted }
  try {
    const { stdout, code, stderr } = await runCommand(['loginctl', 'show-user', user, '-p', 'Linger'], {
      limitMs: SHOW_LIMIT_MS,
    })
    if (code === 0) return { state: 'known', value: /Linger=yes/.test(stdout) }
    // A user that is not logged in and does not linger is not known to logind.
    if (/not logged in|not known/i.test(stderr)) return { state: 'known', value: false }
    return { state: 'unknown', why: stderr.trim().slice(0, 200) || 'loginctl gave no answer' }
  } catch (error) {
    return { state: 'unknown', why: (error as Error).message }
  }
}

/** What logind itself goes by: a file in this folder. Null when there is no such folder, or it is not ours to read. */
function lingersOnDisk(user: string): boolean | null {
  try {
    return readdirSync(process.env['OCM_DEMO_LINGER'] ?? '/var/lib/systemd/linger').includes(user)
  } catch {
    return null // Then logind itself is asked.
  }
}

async function servicesIn(scope: Scope, account: Account): Promise<{ services: Service[]; problem: string | null }> {
  const files = unitFiles(scope, account)
  if (files.size === 0) return { services: [], problem: null }
  let shown = new Map<string, Map<string, string>>()
  let problem: string | null = null
  try {
    shown = await show(scope, [...files.keys()], account.uid)
  } catch (error) {
    problem = (error as Error).message
  }
  const services = [...files].flatMap(([id, path]) => {
    const service = serviceOf({ id, path, scope, shown: shown.get(id), problem }, account)
    return service ?? []
  })
  return { services, problem }
}

function unitFolders(scope: Scope, { uid, home }: Account): string[] {
  const run = `/run/user/${uid}/systemd`
  return scope === 'user'
    ? [
        join(home, '.config/systemd/user'),
        join(home, '.local/share/systemd/user'),
        '/etc/systemd/user',
        '/usr/lib/systemd/user',
        ...['user', 'generator', 'transient'].map(name => join(run, name)),
      ]
    : [
        '/etc/systemd/system',
        '/usr/local/lib/systemd/system',
        '/usr/lib/systemd/system',
        '/lib/systemd/system',
        ...['system', 'generator', 'transient'].map(name => join('/run/systemd', name)),
      ]
}

/** Our units by name; the first folder wins, as with systemd itself. */
function unitFiles(scope: Scope, account: Account): Map<string, string> {
  const found = new Map<string, string>()
  const folders = unitFolders(scope, account)
  for (const folder of folders) {
    // Only in folders that people and installers write to can a unit of any name be ours.
    const mayHaveAnyName = folder.includes('/.config/') || folder.startsWith('/etc/')
    for (const name of namesIn(folder)) {
      const path = join(folder, name)
      if (found.has(name) || !name.endsWith('.service')) continue
      if (OUR_NAMES.test(name) || (mayHaveAnyName && OUR_WORDS.test(textOrNothing(path)))) found.set(name, path)
    }
  }
  return found
}

async function show(scope: Scope, ids: readonly string[], uid: number): Promise<Map<string, Map<string, string>>> {
  const scoped = scope === 'user' ? ['--user'] : []
  const { stdout, code, stderr } = await runCommand(
    ['systemctl', ...scoped, 'show', '--no-pager', '-p', PROPERTIES, '--', ...ids],
    { limitMs: SHOW_LIMIT_MS, ...(scope === 'user' ? { env: userManagerEnvironment(uid) } : {}) },
  )
  if (code !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? `systemctl ended with ${code}`)
  const units = stdout.split(/\n\n+/).map(block => new Map(block.split('\n').map(splitProperty)))
  return new Map(units.flatMap(unit => (unit.has('Id') ? [[unit.get('Id') ?? '', unit]] : [])))
}

interface FoundUnit {
  readonly id: string
  readonly path: string
  readonly scope: Scope
  readonly shown: ReadonlyMap<string, string> | undefined
  readonly problem: string | null
}

function serviceOf({ id, path, scope, shown, problem }: FoundUnit, account: Account): Service | null {
  const fragment = shown?.get('FragmentPath') || path
  const dropIns = shown?.get('DropInPaths')?.split(' ').filter(Boolean) ?? dropInsOf(path)
  const text = [fragment, ...dropIns].map(textOrNothing).join('\n')
  const rough = parseUnit(text, account.home)
  const home = scope === 'system' ? (homeOf(rough.user ?? 'root') ?? account.home) : account.home
  const unit = home === account.home ? rough : parseUnit(text, home)
  const name = id.replace(/\.service$/, '')
  const kind = kindOf(name, unit.execStart, unit.environment)
  if (kind === null || shown?.get('LoadState') === 'masked') return null
  const unknown = { state: 'unknown', why: problem ?? 'systemd does not know this unit' } as const
  const active = shown?.get('ActiveState')
  const fileState = shown?.get('UnitFileState')
  const span = parseSpan(shown?.get('TimeoutStopUSec') ?? '')
  const stopLimitMs = shown === undefined || span === null ? unit.stopLimitMs : span
  const pid = Number(shown?.get('MainPID') ?? 0)
  return {
    facts: {
      name,
      kind,
      scope,
      manager: 'systemd',
      path: fragment,
      isEnabled:
        fileState === undefined
          ? enabledByLink(path, id, unknown.why)
          : { state: 'known', value: /^(enabled|generated|linked|alias)/.test(fileState) },
      activeState: active === undefined ? unknown : { state: 'known', value: active },
      mainPid: pid > 0 ? pid : null,
      execStart: [...unit.execStart],
      environmentNames: [...unit.environment.keys()].sort(),
      stopLimitMs: stopLimitMs !== null && Number.isFinite(stopLimitMs) ? stopLimitMs : null,
    },
    environment: unit.environment,
    environmentFiles: unit.environmentFiles,
    home: unit.environment.get('HOME') ?? home,
  }
}

/** Without the manager the link in a `.wants` folder still tells. */
function enabledByLink(path: string, id: string, why: string): Known<boolean> {
  const folder = join(path, '..')
  const wants = namesIn(folder).filter(name => name.endsWith('.wants'))
  return wants.some(name => namesIn(join(folder, name)).includes(id))
    ? { state: 'known', value: true }
    : { state: 'unknown', why }
}

function dropInsOf(path: string): string[] {
  return namesIn(`${path}.d`)
    .filter(name => name.endsWith('.conf'))
    .sort()
    .map(name => join(`${path}.d`, name))
}

function homeOf(user: string): string | null {
  const line = textOrNothing('/etc/passwd')
    .split('\n')
    .find(text => text.startsWith(`${user}:`))
  return line?.split(':')[5] ?? null
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // Most of these folders do not exist.
  }
}

function textOrNothing(path: string): string {
  try {
    return readTextIfThere(path, MAX_UNIT_BYTES) ?? ''
  } catch {
    return '' // A masked unit (a link to /dev/null), or not ours to read.
  }
}

function splitProperty(line: string): [string, string] {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1)]
}
