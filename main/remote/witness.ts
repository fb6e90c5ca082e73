import { AppError } from '../../shared/errors'
import { SECOND } from '../../shared/units'
import type { Channel, Connection, Pool } from '../ssh/types'
import { testimonyFrom, type Questions, type Testimony } from './testimony'
import { WITNESS_SCRIPT } from './witness-script'
import { askWindows } from './witness-windows'

export type { Questions, Testimony, WitnessedFile, WitnessedProcess } from './testimony'

/** Looks at a node with other eyes than those that acted: a fresh connection, plain sh or PowerShell, nothing of the remote program. */
export interface Witness {
  /** @throws AppError `bad-answer` when the machine has no POSIX sh or its answer is incomplete, and all that connecting can. */
  look(nodeId: string, questions: Questions, signal?: AbortSignal): Promise<Testimony>
}

const LIMIT_MS = 60 * SECOND
const MAX_ANSWER_BYTES = 1024 * 1024

/** A witness for the nodes of a pool. */
export function createWitness({ pool }: { readonly pool: Pool }): Witness {
  return {
    look: (nodeId, questions, signal) =>
      pool.fresh(nodeId, connection => testify(connection, questions, signal), signal),
  }
}

/** Asks over one connection. The questions are data: they go up on stdin, never into a command line. */
export async function testify(connection: Connection, questions: Questions, signal?: AbortSignal): Promise<Testimony> {
  if (questions.platform === 'win32') {
    return testimonyFrom(await askWindows(connection, questions, signal), questions)
  }
  const { paths = [], ports = [], healthPorts = [], units = [] } = questions
  const words = [
    ...paths.flatMap(path => ['path', path]),
    ...ports.flatMap(port => ['port', String(port)]),
    ...healthPorts.flatMap(port => ['health', String(port)]),
    ...units.flatMap(({ name, scope, manager }) => [kindOf(scope, manager ?? 'systemd'), name]),
  ]
  if (words.some(word => word.includes('\0'))) throw new AppError('bad-input', 'A path cannot hold a NUL character.')
  const script = `set -- ${words.map(quoted).join(' ')}\n${WITNESS_SCRIPT}`
  const answer = await converse(await connection.open('sh -s'), script, signal)
  return testimonyFrom(answer, questions)
}

function kindOf(scope: 'user' | 'system', manager: 'systemd' | 'launchd' | 'task-scheduler'): string {
  if (manager !== 'launchd') return `${scope}-unit`
  return scope === 'user' ? 'user-agent' : 'system-daemon'
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** What was printed, one character per byte: lines are compared byte by byte. */
async function converse(channel: Channel, script: string, signal?: AbortSignal): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  const limit = AbortSignal.timeout(LIMIT_MS)
  const stop = signal === undefined ? limit : AbortSignal.any([limit, signal])
  const close = (): void => channel.close()
  stop.addEventListener('abort', close)
  channel.stdout.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes <= MAX_ANSWER_BYTES) parts.push(part)
    else channel.close()
  })
  channel.stderr.resume()
  channel.stdin.on('error', () => undefined) // The end of the answer tells.
  // Compound, so that sh reads all of it before running any: a program in it cannot eat the rest as its input.
  channel.stdin.end(`{\n${script}\n} </dev/null\nexit 0\n`)
  const { code, signal: killed } = await channel.closed
  stop.removeEventListener('abort', close)
  if (signal?.aborted === true) throw new AppError('aborted', 'Cancelled.', { cause: signal.reason })
  if (limit.aborted) throw new AppError('timeout', 'The last look at the machine took too long.')
  if (bytes > MAX_ANSWER_BYTES) throw new AppError('output-too-large', 'The machine printed too much.')
  if (code === null && killed === null) throw new AppError('connection-lost', 'The connection was lost.')
  return Buffer.concat(parts).toString('latin1')
}
