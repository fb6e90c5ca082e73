import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../shared/errors'
import type { Argv } from '../../../shared/plan'
import { SECOND } from '../../../shared/units'
import { countUp, onAbort } from '../waiting'
import { done, type Outcome } from '../types'
import { aliveOf, type Alive } from './alive'
import { isWindows, run, uidOf } from './commands'
import { endProcesses, isNoRoot, killAll } from './end-processes'
import { Outcomes } from './outcomes'
import type { Part, VerbPerformer } from './part'
import { restartMs } from './tasks'
import { drive, isEnabled, isStopped, stateOf, unitOf, type Unit, type UnitState } from './units'

/** Kept of the step's time for the proof, ms; and again for ending what is left. */
const PROOF_MS = 15 * SECOND

/** Longer than launchd waits between two starts, ms. */
const REVIVAL_MS = 12 * SECOND

/** So long is waited at most for a task that is started again when it failed, ms. */
const LONGEST_REVIVAL_MS = 150 * SECOND

/** After processes were ended by force the manager notices soon, ms. */
const NOTICE_MS = 10 * SECOND

/**
 * Stops every service that goes through its own manager, waiting as long as the units allow, then ends what is left by pid
 * and start time. Done only when no process and no listener is left; all later steps rely on that.
 */
export const stop: VerbPerformer = async part => {
  const uid = await uidOf(part)
  const refused = await stopUnits(part, uid)
  const alive = await endProcesses(part, uid, !isNoRoot(refused))
  const hasEnded = alive.hasSignalled && alive.processes.length === 0
  const revival = hasEnded ? await revivalOf(part, uid) : null
  return prove(part, uid, revival === null ? alive : await unlessRevived(part, revival), refused)
}

/** Who may start again what was ended, and how long that can take. */
interface Revival {
  readonly by: string
  readonly ms: number
}

async function revivalOf(part: Part, uid: number): Promise<Revival | null> {
  if (!isWindows(part)) return (await isMac(part, uid)) ? { by: 'launchd', ms: REVIVAL_MS } : null
  const spans: (number | null)[] = []
  for (const unit of unitsIn(part)) {
    const state = await stateOf(part, uid, unit)
    // Only what is still switched on is started again, or what does not tell.
    if (state === null || isEnabled(state)) spans.push(await restartMs(part, unit))
  }
  return { by: 'the task scheduler', ms: Math.max(REVIVAL_MS, ...spans.map(ms => (ms ?? 0) + NOTICE_MS)) }
}

/**
 * What launchd keeps alive it starts again at once, or 10 s after its last start, also from a session at the screen that a
 * login over SSH cannot ask about; the task scheduler of Windows waits as long as the task says. What had to be ended otherwise
 * counts as stopped only when it stays away longer than that.
 */
async function unlessRevived(part: Part, { by, ms }: Revival): Promise<Alive> {
  part.context.note(`Looking whether ${by} starts it again`)
  if (ms > LONGEST_REVIVAL_MS)
    return { ...(await aliveOf(part)), unproven: [`${by} may start it again after ${Math.round(ms / SECOND)} s`] }
  const until = performance.now() + ms
  for (;;) {
    const alive = await aliveOf(part)
    if (alive.processes.length > 0 || performance.now() > until) return alive
    await sleep(SECOND, undefined, { signal: part.context.signal })
  }
}

async function isMac(part: Part, uid: number): Promise<boolean> {
  return (await run(part, uid, ['uname', '-s'], 10 * SECOND)).stdout.trim() === 'Darwin'
}

/** @returns what kept the manager from being asked, such as a missing sudo password. */
async function stopUnits(part: Part, uid: number): Promise<AppError | null> {
  const ending = isWindows(part)
    ? inTurn(part.commands, argv => stopOne(part, uid, argv))
    : Promise.all(part.commands.map(argv => stopOne(part, uid, argv)))
  ending.catch(() => undefined) // Read below, unless it was forced: then the proof tells.
  using forced = onAbort(part.context.force)
  const waiting = countUp(part.context, 'Waiting for the services to end')
  try {
    await Promise.race([ending, forced.fired])
    if (!part.context.force.aborted) return (await ending).find(error => error !== null) ?? null
    await killAll(part, uid)
    using patience = new Patience(NOTICE_MS)
    await Promise.race([ending, patience.over])
    return null
  } finally {
    waiting[Symbol.dispose]()
  }
}

/** A task is switched off before it is ended. */
async function inTurn<T>(commands: readonly Argv[], act: (argv: Argv) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (const argv of commands) results.push(await act(argv))
  return results
}

/** Stops one unit that is not stopped yet. That it ran out of time or was not allowed is told by the proof. */
async function stopOne(part: Part, uid: number, argv: Argv): Promise<AppError | null> {
  const unit = unitOf(argv)
  const before = unit === null ? null : await stateOf(part, uid, unit)
  const isDone = argv.includes('/DISABLE') ? isOff : isStopped
  if (before !== null && isDone(before)) return null
  const keptMs = unit === null || unit.manager === 'systemd' ? PROOF_MS : 2 * PROOF_MS + REVIVAL_MS
  const limitMs = Math.max(SECOND, part.context.limitMs - keptMs)
  try {
    if (unit === null) await run(part, uid, argv, limitMs)
    else await drive(part, uid, { argv, unit }, limitMs)
    return null
  } catch (error) {
    if (error instanceof AppError && TOLD_BY_PROOF.has(error.code)) return error
    throw error
  }
}

function isOff(state: UnitState): boolean {
  return !isEnabled(state)
}

const TOLD_BY_PROOF: ReadonlySet<AppError['code']> = new Set([
  'timeout',
  'credential-missing',
  'credential-refused',
  'permission-denied',
  'command-failed',
])

/** Fires after so long; no timer is left behind. */
class Patience implements Disposable {
  #timer: NodeJS.Timeout | undefined
  readonly over: Promise<void>

  constructor(ms: number) {
    this.over = new Promise(resolve => (this.#timer = setTimeout(resolve, ms)))
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}

async function prove(part: Part, uid: number, alive: Alive, refused: AppError | null): Promise<Outcome> {
  const units = unitsIn(part)
  const unitSigns = (await Promise.all(units.map(unit => signOf(part, uid, unit)))).flat()
  noteItems(part, alive)
  const signs = [
    ...unitSigns,
    ...alive.processes.map(({ name }) => `${name} runs`),
    ...alive.ports.map(({ name }) => `${name} is listened on`),
    ...alive.unproven,
  ]
  if (signs.length === 0) return done('Stopped: no process runs and nobody listens.')
  return {
    state: 'failed',
    note: `Not stopped: ${signs.join('; ')}.`,
    error: {
      code: refused?.code ?? 'check-failed',
      message: `It is not proven stopped, so nothing is deleted: ${signs.join('; ')}.${refused === null ? '' : ` ${refused.message}`}`,
      hint: refused?.hint ?? 'Force it, or look on the node at what keeps it running, then try again.',
    },
  }
}

function unitsIn({ commands }: Part): readonly Unit[] {
  const units = commands.flatMap(argv => unitOf(argv) ?? [])
  return [...new Map(units.map(unit => [`${unit.scope}:${unit.name}`, unit])).values()]
}

async function signOf(part: Part, uid: number, unit: Unit): Promise<readonly string[]> {
  const state = await stateOf(part, uid, unit)
  if (state === null) return [`the service manager does not tell about ${unit.name}`]
  return isStopped(state) ? [] : [`${unit.name} is ${state.active}`]
}

function noteItems(part: Part, alive: Alive): void {
  const outcomes = new Outcomes(part)
  const open = new Set([...alive.processes, ...alive.ports].map(trace => trace.id))
  for (const item of part.items) {
    if (alive.unproven.length > 0) outcomes.note(item, 'unknown', alive.unproven.join('; '))
    else if (open.has(item.id)) outcomes.note(item, 'remains', 'it is still there.')
    else outcomes.note(item, 'gone')
  }
}
