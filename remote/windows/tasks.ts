import { TASKS_UNTOLD } from '../../shared/deletion'
import { windowsWords } from '../../shared/windows-words'
import { isBeneath, wordAsPath } from '../path'
import { runOf } from '../traces/runs'
import { kindOf, type Service } from '../survey/service'
import type { Account } from '../survey/systemd'
import { isOwnLauncher, launcherIn, readLauncher, type Launcher } from './launcher'
import { lookAtWindows, type TaskRow, type WindowsLook } from './look'
import { familyIn } from './processes'

const STATES = ['unknown', 'disabled', 'queued', 'ready', 'running']
/** Names that OpenClaw gives: `OpenClaw Gateway`, `OpenClaw Gateway (work)`, `OpenClaw Node`. */
const GIVEN = /^(?:openclaw|clawdbot|moltbot) (gateway|node)(?: \((.+)\))?$/i

/** A scheduled task that starts OpenClaw the way OpenClaw itself does it: through a launcher, or under the name it gives. */
export interface OwnTask {
  readonly row: TaskRow
  /** Null for a task whose launcher is gone, or that starts the program itself. */
  readonly launcher: string | null
  readonly started: Launcher | null
}

/** The name of a task without its folder. */
export function nameOfTask(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1)
}

/** The profile that a task's name speaks of; null when it is none that OpenClaw gives. */
export function profileOfTask(path: string): string | null {
  const found = GIVEN.exec(nameOfTask(path))
  return found === null ? null : (found[2] ?? 'default')
}

/** Tasks of OpenClaw, and those that merely name it or run something of it. */
export function sortTasks(rows: readonly TaskRow[]): { readonly own: OwnTask[]; readonly others: TaskRow[] } {
  const own = rows.flatMap(row => ownTask(row) ?? [])
  return { own, others: rows.filter(row => !own.some(task => task.row === row)) }
}

function ownTask(row: TaskRow): OwnTask | null {
  const lines = row.actions.map(action => [action.path, action.arguments].filter(Boolean).join(' '))
  const launcher = lines.map(launcherIn).find(path => path !== null && isOwnLauncher(path)) ?? null
  if (launcher !== null) return { row, launcher, started: readLauncher(launcher) }
  if (!GIVEN.test(nameOfTask(row.path))) return null
  const words = windowsWords(lines[0] ?? '').map(word => wordAsPath(word, 'win32'))
  return { row, launcher: null, started: words.length > 0 ? { words, environment: new Map() } : null }
}

/** Whether a task runs OpenClaw, rather than only naming it. */
export function runsOpenClaw({ actions }: TaskRow): boolean {
  return actions.some(action => runOf(wordAsPath(`${action.path} ${action.arguments}`, 'win32')) !== null)
}

/**
 * Services of OpenClaw that the task scheduler starts; what could not be seen is told. Their variables stand in the launcher.
 * @throws when the tasks cannot be told at all.
 */
export async function taskServices(account: Account): Promise<{ services: Service[]; problems: string[] }> {
  const look = await lookAtWindows(['processes', 'tasks'])
  const { tasks } = look
  if (tasks.state === 'unknown') throw new Error(`${TASKS_UNTOLD}: ${tasks.why}`)
  const closed = tasks.value.closed.slice(0, 5).join(', ')
  return {
    services: sortTasks(tasks.value.rows).own.map(task => serviceOf(task, account, look)),
    problems: closed === '' ? [] : [`These scheduled tasks could not be looked at: ${closed}`],
  }
}

function serviceOf({ row, launcher, started }: OwnTask, account: Account, look: WindowsLook): Service {
  const name = nameOfTask(row.path)
  const words = started?.words ?? []
  const environment = new Map(started?.environment)
  const profile = profileOfTask(row.path)
  // Of a launcher in a folder of its own nothing else tells where the state is: there.
  if (launcher !== null && !environment.has('OPENCLAW_STATE_DIR')) {
    environment.set('OPENCLAW_STATE_DIR', launcher.slice(0, launcher.lastIndexOf('/')))
  }
  const isOwn = isOwnTask({ row, launcher }, account, look.sid)
  return {
    facts: {
      name,
      kind: kindOf(name, words, environment) ?? (/\bnode\b/i.test(name) ? 'node-host' : 'gateway'),
      scope: isOwn ? 'user' : 'system',
      manager: 'task-scheduler',
      path: row.path,
      isEnabled: { state: 'known', value: row.isEnabled && row.state !== 1 },
      activeState: { state: 'known', value: STATES[row.state] ?? 'unknown' },
      mainPid: row.state === 4 ? mainPidOf(launcher, look) : null,
      execStart: [...words],
      environmentNames: [...environment.keys()].filter(key => started?.environment.has(key) === true).sort(),
      stopLimitMs: null,
    },
    environment: profile === null || profile === 'default' ? environment : withProfile(environment, profile),
    environmentFiles: [],
    home: isOwn ? account.home : homeAround(launcher ?? ''),
  }
}

function withProfile(environment: Map<string, string>, profile: string): Map<string, string> {
  return environment.has('OPENCLAW_PROFILE') ? environment : environment.set('OPENCLAW_PROFILE', profile)
}

/** A task of this login: it starts what lies in its home, or runs as it. */
export function isOwnTask(
  { row, launcher }: Pick<OwnTask, 'row' | 'launcher'>,
  { user, home }: Pick<Account, 'user' | 'home'>,
  sid: string | null,
): boolean {
  if (launcher !== null && isBeneath(launcher, home, 'win32')) return true
  if (launcher !== null && homeAround(launcher) !== '') return false
  const name = row.user.slice(row.user.lastIndexOf('\\') + 1)
  return row.user === '' || row.user === sid || name.toLowerCase() === user.toLowerCase()
}

/** The home that a path lies in; '' when it lies in none. */
function homeAround(path: string): string {
  return /^[A-Z]:\/Users\/[^/]+/i.exec(path)?.[0] ?? ''
}

/** The program behind the launcher of a running task: what its supervisor runs, where there is one. */
function mainPidOf(launcher: string | null, look: WindowsLook): number | null {
  if (launcher === null || look.processes.state === 'unknown') return null
  const named = withoutEnding(launcher)
  const own = familyIn(look, Date.now()).processes.filter(
    one => !one.isLauncher && one.launcher !== null && withoutEnding(one.launcher) === named,
  )
  const supervised = own.find(({ argv }) => argv.some(word => word.startsWith('--task-supervisor-child')))
  return (supervised ?? own[0])?.pid ?? null
}

/** `gateway.vbs` and the `gateway.cmd` that it runs are one. */
function withoutEnding(launcher: string): string {
  return launcher.slice(0, launcher.lastIndexOf('.')).toLowerCase()
}
