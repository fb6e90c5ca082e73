import { basename } from 'node:path/posix'
import type { Deletion, DeletionItem } from '../../../shared/deletion'
import type { Argv } from '../../../shared/plan'
import { SECOND } from '../../../shared/units'
import type { ExecResult } from '../../ssh/types'
import { run, runAsRoot, type Running } from './commands'
import { agentOf, agentState, driveAgent } from './launchd'
import { driveTask, taskOf, taskState } from './tasks'

/** One service that a step drives. */
export interface Unit {
  readonly scope: 'user' | 'system'
  /** With its suffix: `openclaw-gateway.service`; for launchd its label; of a task its whole name, `\\OpenClaw Gateway`. */
  readonly name: string
  readonly manager: 'systemd' | 'launchd' | 'task-scheduler'
}

/** What its manager says of a service right now, in systemd's words; '' where it says nothing. */
export interface UnitState {
  readonly load: string
  readonly active: string
  readonly mainPid: number
  /** `enabled`, `disabled`, `static`, ...; '' for a unit that is not there. */
  readonly file: string
}

const QUESTION_MS = 20 * SECOND

/** The service a command of the plan drives; null for a command of no service manager, or that names none. */
export function unitOf(argv: Argv): Unit | null {
  if (argv[0] !== 'systemctl') return agentOf(argv) ?? taskOf(argv)
  const name = argv.at(-1) ?? ''
  if (!/\.(service|timer|socket|target)$/.test(name)) return null
  return { scope: argv.includes('--user') ? 'user' : 'system', name, manager: 'systemd' }
}

/** A command for systemd about one unit. */
export function systemctl({ scope, name }: Unit, ...words: readonly string[]): Argv {
  return ['systemctl', ...(scope === 'user' ? ['--user'] : []), ...words, '--', name]
}

/** Runs a command of the plan about one service, as root where it is the system's. What the manager shows then decides. */
export async function drive(
  part: Running,
  uid: number,
  command: { readonly argv: Argv; readonly unit: Unit },
  limitMs: number,
): Promise<ExecResult> {
  const { argv, unit } = command
  if (unit.manager === 'launchd') return driveAgent(part, uid, command, limitMs)
  if (unit.manager === 'task-scheduler') return driveTask(part, uid, argv, limitMs)
  return (unit.scope === 'system' ? runAsRoot : run)(part, uid, argv, limitMs)
}

/** What the service manager says of a service; null when it does not answer. */
export async function stateOf(part: Running, uid: number, unit: Unit): Promise<UnitState | null> {
  if (unit.manager === 'launchd') return agentState(part, uid, unit)
  if (unit.manager === 'task-scheduler') return taskState(part, unit)
  const properties = ['LoadState', 'ActiveState', 'MainPID', 'UnitFileState'].flatMap(name => ['-p', name])
  const { stdout, code } = await run(part, uid, systemctl(unit, 'show', '--no-pager', ...properties), QUESTION_MS)
  const said = (name: string): string | undefined => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1]?.trim()
  const active = said('ActiveState')
  if (code !== 0 || active === undefined) return null
  return {
    load: said('LoadState') ?? '',
    active,
    mainPid: Number(said('MainPID') ?? 0),
    file: said('UnitFileState') ?? '',
  }
}

/** True when nothing of the unit runs and nothing is about to: `activating` is a restart that waits. */
export function isStopped({ active, mainPid }: UnitState): boolean {
  return mainPid === 0 && (active === 'inactive' || active === 'failed' || active === '')
}

/** True when the unit starts by itself at a boot or a login. */
export function isEnabled({ file }: UnitState): boolean {
  return /^(enabled|linked|alias)/.test(file)
}

/** What launchd keeps of a service that was switched off, also when nothing else of it is left. */
export function noteName({ name }: Pick<Unit, 'name'>): string {
  return `launchd’s note that ${name} is switched off`
}

/** Names of services without `.service`: those that go, those of them that are the system's, and those that stay. */
export function serviceNames(deletion: Deletion): {
  readonly going: ReadonlySet<string>
  readonly goingForAll: ReadonlySet<string>
  readonly staying: ReadonlySet<string>
} {
  const namesOf = (isMeant: (item: DeletionItem) => boolean): ReadonlySet<string> =>
    new Set(deletion.items.filter(item => item.kind === 'unit' && isMeant(item)).flatMap(serviceName))
  return {
    going: namesOf(item => item.verdict === 'goes'),
    goingForAll: namesOf(item => item.verdict === 'goes' && isOfSystem(item)),
    staying: namesOf(item => item.verdict !== 'goes'),
  }
}

function isOfSystem({ path }: DeletionItem): boolean {
  return /\/systemd\/system\/|^\/Library\/LaunchDaemons\//.test(path ?? '')
}

function serviceName({ name, path, task }: DeletionItem): string[] {
  if (task !== undefined) return [task.slice(task.lastIndexOf('\\') + 1)]
  const file = basename(path ?? name)
  if (/\/Launch(Agents|Daemons)\/[^/]+\.plist$/.test(path ?? '')) return [file.slice(0, -'.plist'.length)]
  return file.endsWith('.service') ? [file.slice(0, -'.service'.length)] : []
}
