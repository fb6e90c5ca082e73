import { setTimeout as sleep } from 'node:timers/promises'
import type { Trace } from '../../../shared/deletion'
import { AppError } from '../../../shared/errors'
import { MINUTE, SECOND } from '../../../shared/units'
import { aliveOf, type Alive } from './alive'
import { isWindows, runAsRoot } from './commands'
import { ask, bounds, type Part } from './part'

/** A process that is asked to end gets so long before it is ended, ms. */
const PATIENCE_MS = 10 * SECOND

/** The kernel needs a moment to clear away what was killed, ms. */
const CLEARING_MS = 5 * SECOND

const LOOK_EVERY_MS = 250

/**
 * Signals a process of root, only if pid and start time still match: field 22 of its `stat`, counted after the name, which
 * may hold spaces, brackets and line feeds. Between the look and the signal the shell starts nothing and waits for nothing.
 */
const SIGNAL_AS_ROOT = `
stat=
while IFS= read -r line; do stat="$stat $line"; done 2>/dev/null <"/proc/$1/stat" || exit 0
ticks=$2 signal=$3 pid=$1
set -- \${stat##*) }
shift 19
[ "$1" = "$ticks" ] && kill "-$signal" "$pid"
`

/** What may not be ended shows in the proof, with its name; the others are still to be asked. */
const LEFT_TO_PROOF: ReadonlySet<AppError['code']> = new Set([
  'permission-denied',
  'credential-missing',
  'credential-refused',
])

/** Whether an error says that OCM cannot become root on the node: asking again would only count as one more wrong try. */
export function isNoRoot(error: AppError | null): boolean {
  return error !== null && LEFT_TO_PROOF.has(error.code)
}

/**
 * Asks every process that goes to end, and ends after 10 s those that do not; those of root only when `canSudo`.
 * @returns what lives on nevertheless.
 */
export async function endProcesses(
  part: Part,
  uid: number,
  canSudo: boolean,
): Promise<Alive & { readonly hasSignalled: boolean }> {
  let hasSignalled = false
  for (const [signal, patienceMs] of [['SIGTERM', PATIENCE_MS] as const, ['SIGKILL', CLEARING_MS] as const]) {
    const alive = await aliveOf(part)
    const processes = alive.processes.filter(process => canSudo || !process.needsRoot)
    if (processes.length === 0) return { ...alive, hasSignalled }
    hasSignalled = true
    const names = processes.map(process => process.name).join(', ')
    // Windows knows no asking: both are TerminateProcess there.
    const isAsking = signal === 'SIGTERM' && !isWindows(part)
    part.context.note(`${isAsking ? 'Asking to end' : 'Ending by force'}: ${names}`)
    await signalAll(part, uid, processes, signal)
    await untilGone(part, processes, patienceMs)
  }
  return { ...(await aliveOf(part)), hasSignalled }
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
    const signalling =
      needsRoot && uid !== 0
        ? signalAsRoot(part, uid, process, signal)
        : ask(part, remote => remote.request('kill', { pid, startedAtTicks, signal }, bounds(part)))
    await signalling.catch((error: unknown) => {
      if (!(error instanceof AppError) || !LEFT_TO_PROOF.has(error.code)) throw error
    })
  }
}

async function signalAsRoot(
  part: Part,
  uid: number,
  { pid, startedAtTicks }: NonNullable<Trace['process']>,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  if (isWindows(part))
    return runAsRoot(part, uid, ['taskkill', '/F', '/PID', String(pid)], 20 * SECOND).then(() => undefined)
  const words = [String(pid), String(startedAtTicks), signal.replace('SIG', '')]
  await runAsRoot(part, uid, ['sh', '-c', SIGNAL_AS_ROOT, 'sh', ...words], 20 * SECOND)
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
