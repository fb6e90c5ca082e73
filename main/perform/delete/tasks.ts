import { z } from 'zod'
import type { Argv } from '../../../shared/plan'
import { SECOND } from '../../../shared/units'
import { ALL_TASKS } from '../../remote/powershell-looks'
import type { ExecResult } from '../../ssh/types'
import { askPowerShell, run, type Running } from './commands'
import type { Unit, UnitState } from './units'

const QUESTION_MS = 30 * SECOND

/** What the task scheduler of Windows tells of one task; `state` as its API numbers them, `restart` an ISO 8601 span. */
const Told = z.discriminatedUnion('found', [
  z.object({ found: z.literal(false) }),
  z.object({ found: z.literal(true), state: z.number().int(), enabled: z.boolean(), restart: z.string() }),
])
type Told = z.infer<typeof Told>

/**
 * Of all tasks, so that one that is not there is told from a scheduler that does not answer: Windows has many tasks of its own.
 * Names of states are those of the language of the machine; their numbers are not.
 */
const ASK = `
  ${ALL_TASKS}
  $named = @(Get-Tasks | Where-Object { $_.name -eq $asked.task })
  if ($named.Count -eq 0) {
    Say '{"found":false}'
    exit 0
  }
  $task = $named[0]
  $answer = @{ found = $true; state = $task.state; enabled = $task.enabled; restart = $task.restart }
  Say ($answer | ConvertTo-Json -Compress)
`

/** The scheduled task that a command is about; null when it is about none. */
export function taskOf(argv: Argv): Unit | null {
  const name = argv[0] === 'schtasks' ? argv[argv.indexOf('/TN') + 1] : undefined
  if (name === undefined || !name.startsWith('\\')) return null
  return { scope: 'user', name, manager: 'task-scheduler' }
}

/**
 * What the task scheduler says of a task, in systemd's words; null when it does not tell. One that is `inactive` may have left
 * processes behind: they have to be asked for otherwise.
 */
export async function taskState(part: Running, unit: Unit): Promise<UnitState | null> {
  const told = await tell(part, unit)
  if (told === null) return null
  if (!told.found) return { load: 'not-found', active: 'inactive', mainPid: 0, file: '' }
  return { load: 'loaded', active: wordFor(told.state), mainPid: 0, file: told.enabled ? 'enabled' : 'disabled' }
}

/** TASK_STATE of the scheduler's API: 0 unknown, 1 disabled, 2 queued, 3 ready, 4 running. */
function wordFor(state: number): string {
  if (state === 4) return 'active'
  if (state === 2) return 'activating'
  return state === 1 || state === 3 ? 'inactive' : 'unknown'
}

/** How long the scheduler waits before it starts a task again that failed, in ms; null when it does not, or it is not told. */
export async function restartMs(part: Running, unit: Unit): Promise<number | null> {
  const told = await tell(part, unit)
  return told?.found === true ? spanMs(told.restart) : null
}

/** `PT1M` and the like. */
function spanMs(text: string): number | null {
  const [, days, hours, minutes, seconds] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text) ?? []
  const sum = Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
  return sum === 0 ? null : sum * SECOND
}

async function tell(part: Running, { name }: Unit): Promise<Told | null> {
  const { code, stdout } = await askPowerShell(part, { purpose: 'task', text: ASK, data: { task: name } }, QUESTION_MS)
  if (code !== 0) return null
  try {
    return Told.parse(JSON.parse(stdout))
  } catch {
    return null // It answered something else: that tells nothing about the task.
  }
}

/**
 * Tells the scheduler to act on a task. `schtasks` says success also of a task that ends later, or never; what the scheduler
 * and the processes show decides.
 */
export function driveTask(part: Running, uid: number, argv: Argv, limitMs: number): Promise<ExecResult> {
  return run(part, uid, argv, Math.min(limitMs, QUESTION_MS))
}
