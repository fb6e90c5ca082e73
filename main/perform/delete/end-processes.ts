import { setTimeout as sleep } from 'node:timers/promises'
import type { Trace } from '../../../shared/deletion'
import { AppError } from '../../../shared/errors'
import { MINUTE, SECOND } from '../../../shared/units'
import { aliveOf, type Alive } from './alive'
import { runAsRoot } from './commands'
import { ask, bounds, type Part } from './part'

/** A process that is asked to end gets so long before it is ended, ms. */
const PATIENCE_MS = 10 * SECOND

/** The kernel needs a moment to clear away what was killed, ms. */
const CLEARING_MS = 5 * SECOND

const LOOK_EVERY_MS = 250

/**
 * Signals a process of root, only if pid and start time still match: field 22 of its `stat`, counted after the name, which
 * may hold spaces and brackets.
 */
const SIGNAL_AS_ROOT = `
stat=$(cat "/proc/$1/stat" 2>/dev/null) || exit 0
ticks=$2 signal=$3 pid=$1
set -- \${stat##*) }
shift 19
[ "$1" = "$ticks" ] && kill "-$signal" "$pid"
`

/** Asks every process that goes to end, and ends after 10 s those that do not. @returns what lives on nevertheless. */
export async function endProcesses(part: Part, uid: number): Promise<Alive> {
  for (const [signal, patienceMs] of [['SIGTERM', PATIENCE_MS] as const, ['SIGKILL', CLEARING_MS] as const]) {
    const alive = await aliveOf(part)
    const { processes } = alive
    if (processes.length === 0) return alive
    const names = processes.map(process => process.name).join(', ')
    part.context.note(`${signal === 'SIGTERM' ? 'Asking to end' : 'Ending by force'}: ${names}`)
    await signalAll(part, uid, processes, signal)
    await untilGone(part, processes, patienceMs)
  }
  return aliveOf(part)
}

/** Ends every process that goes at once, without asking. */
export async function killAll(part: Part, uid: number): Promise<void> {
  const { processes } = await aliveOf(part)
  await signalAll(part, uid, processes, 'SIGKILL')
  await untilGone(part, processes, CLEARING_MS)
}

async function signalAll(
  part: Part,
  uid: number,
  processes: readonly Trace[],
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  for (const { process, needsRoot } of processes) {
    if (process === null) continue
    const { pid, startedAtTicks } = process
    if (needsRoot && uid !== 0) {
      const words = [String(pid), String(startedAtTicks), signal.replace('SIG', '')]
      await runAsRoot(part, uid, ['sh', '-c', SIGNAL_AS_ROOT, 'sh', ...words], 20 * SECOND)
      continue
    }
    await ask(part, remote => remote.request('kill', { pid, startedAtTicks, signal }, bounds(part))).catch(
      (error: unknown) => {
        // What may not be ended shows in the proof, with its name; the others are still to be asked.
        if (!(error instanceof AppError) || error.code !== 'permission-denied') throw error
      },
    )
  }
}

/** Waits until none of these processes is there any more, or the time is up. */
async function untilGone(part: Part, processes: readonly Trace[], limitMs: number): Promise<void> {
  const until = performance.now() + limitMs
  const isOpen = (found: { readonly pid: number; readonly startedAtTicks: number }): boolean =>
    processes.some(({ process }) => process?.pid === found.pid && process.startedAtTicks === found.startedAtTicks)
  while (performance.now() < until) {
    const now = await ask(part, remote => remote.request('processes', {}, bounds(part, MINUTE)))
    if (!now.processes.some(isOpen)) return
    await sleep(LOOK_EVERY_MS, undefined, { signal: part.context.signal })
  }
}
