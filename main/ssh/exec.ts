import { AppError } from '../../shared/errors'
import type { Argv } from '../../shared/plan'
import { MIB, SECOND } from '../../shared/units'
import type { SshConnection } from './connection'
import { commandLine } from './quote'
import { aborted, checkAborted, unlessStopped } from './socket'
import type { Channel, Connection, ExecOptions, ExecResult } from './types'

/** We wait this much longer than the node's own limit. */
const GRACE_MS = 10 * SECOND

/** Exit status of GNU `timeout` when the limit was reached, and when it had to kill. */
const TIMED_OUT: readonly number[] = [124, 137]

/**
 * Runs one command on the node and collects its output.
 *
 * @param argv Words, quoted here; the first is a program, never a shell line.
 * @returns Exit status 0–255; non-zero is an answer, not an error.
 * @throws AppError `timeout`, `aborted`, `connection-lost`, `output-too-large`, `command-failed` (ended by a signal).
 * @see RFC 4254 6.5 and 6.10; GNU coreutils `timeout` (status 124)
 */
export async function exec(connection: SshConnection, argv: Argv, options: ExecOptions): Promise<ExecResult> {
  const { limitMs, signal = NEVER, maxBytes = MIB } = options
  checkAborted(signal)
  const startedAt = performance.now()
  const deadline = AbortSignal.timeout(limitMs + GRACE_MS)
  const stop = AbortSignal.any([signal, deadline])
  let isLimited = false
  let channel: Channel | undefined
  try {
    isLimited = await unlessStopped(connection.hasTimeout(), stop)
    const opening = connection.openWithin(lineFor(argv, options, isLimited), stop)
    opening.then(
      late => stop.aborted && late.close(),
      () => undefined,
    ) // reported below, unless nobody waits any more
    channel = await unlessStopped(opening, stop)
    channel.stdin.end(options.input ?? Buffer.alloc(0))
    const given = isLimited ? stop : AbortSignal.any([stop, AbortSignal.timeout(limitMs)])
    const output = collect(channel, maxBytes)
    const { code, signal: endedBy } = await unlessStopped(Promise.race([channel.closed, output.tooLarge]), given)
    const tookMs = performance.now() - startedAt
    if (isLimited && code !== null && TIMED_OUT.includes(code) && tookMs >= limitMs) throw outOfTime()
    if (code !== null) return { code, ...output.text() }
    if (endedBy) throw new AppError('command-failed', `The command was ended by ${endedBy}.`)
    throw new AppError('connection-lost', 'The connection to the node was lost.', {
      hint: 'OCM connects again on the next try.',
    })
  } catch (error) {
    channel?.close()
    if (signal.aborted) throw aborted(signal)
    if (error instanceof AppError) throw error
    // The node should have ended the command by itself: the line is dead, and nothing else may hang on it.
    if (deadline.aborted) connection.destroy()
    throw outOfTime(error)
  }
}

const NEVER = new AbortController().signal

function outOfTime(cause?: unknown): AppError {
  return new AppError('timeout', 'The command ran out of time.', {
    hint: 'The node may be very busy. Try again later.',
    cause,
  })
}

/** The shell line: limit on the node, working directory, environment, then the words. */
function lineFor(argv: Argv, options: ExecOptions, isLimited: boolean): string {
  const limit = isLimited ? ['timeout', '-k', '5', String(Math.ceil(options.limitMs / SECOND))] : []
  const folder = options.cwd === undefined ? [] : ['sh', '-c', 'cd -- "$1" && shift && exec "$@"', 'sh', options.cwd]
  const variables = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`)
  const environment = variables.length === 0 ? [] : ['env', ...variables]
  return commandLine([...limit, ...folder, ...environment, ...argv])
}

function collect(channel: Channel, maxBytes: number) {
  const tooLarge = Promise.withResolvers<never>()
  tooLarge.promise.catch(() => undefined) // nobody listens any more once the command has ended
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  let bytes = 0
  const into = (parts: Buffer[]) => (part: Buffer) => {
    bytes += part.length
    if (bytes <= maxBytes) parts.push(part)
    else tooLarge.reject(new AppError('output-too-large', `The command printed more than ${maxBytes} bytes.`))
  }
  channel.stdout.on('data', into(stdout))
  channel.stderr.on('data', into(stderr))
  return {
    tooLarge: tooLarge.promise,
    text: () => ({ stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') }),
  }
}

/**
 * Runs one command as root through `sudo`, with the password on stdin. `-k` makes sudo ask every time, so that the password
 * is never left unread for the command. The limit is kept by a `timeout` inside: one outside may not signal a process of root.
 *
 * @throws AppError `credential-refused` (wrong sudo password), `permission-denied` (not in sudoers), and all of `exec`.
 */
export async function sudoExec(
  connection: Connection,
  argv: Argv,
  options: Omit<ExecOptions, 'input'> & { readonly secret: Buffer },
): Promise<ExecResult> {
  const { secret, ...rest } = options
  const input = Buffer.concat([secret, Buffer.from('\n')])
  try {
    const limit = ['timeout', '-k', '5', String(Math.ceil(options.limitMs / SECOND))]
    const hasTimeout = (await connection.exec(['timeout', '-k', '1', '5', 'true'], rest)).code === 0
    const sudo = ['env', 'LC_ALL=C', 'sudo', '-S', '-k', '-p', '', '--']
    const words: Argv = [...sudo, ...(hasTimeout ? limit : []), ...argv]
    const result = await connection.exec(words, { ...rest, input })
    if (result.code === 1 && /incorrect password|no password was provided/i.test(result.stderr)) {
      throw new AppError('credential-refused', 'The node refused the sudo password.', {
        hint: 'Enter it again in the node’s settings.',
      })
    }
    if (result.code === 1 && /not in the sudoers|not allowed to (execute|run sudo)/i.test(result.stderr)) {
      throw new AppError('permission-denied', 'This user may not use sudo for that.', {
        hint: 'Ask the administrator of the node.',
      })
    }
    return result
  } finally {
    input.fill(0)
  }
}
