import { AppError } from '../../shared/errors'
import type { Known } from '../../shared/survey'
import { SECOND } from '../../shared/units'
import type { Channel, Connection, Pool } from '../ssh/types'
import { WITNESS_SCRIPT } from './witness-script'

/** What a witness is asked. Each answer stands at the same place as its question. */
export interface Questions {
  /** Absolute paths: is there anything, be it a dangling link? */
  readonly paths?: readonly string[]
  /** TCP ports: does anybody listen? */
  readonly ports?: readonly number[]
  /** Ports whose `/healthz` is asked over loopback. */
  readonly healthPorts?: readonly number[]
}

/** A process of the OpenClaw family as the witness saw it. */
export interface WitnessedProcess {
  readonly pid: number
  readonly argv: readonly string[]
}

/** What was seen. `unknown` where the machine could not be asked. */
export interface Testimony {
  /** True: there is something. */
  readonly paths: readonly Known<boolean>[]
  /** True: somebody listens. */
  readonly ports: readonly Known<boolean>[]
  /** HTTP status of `/healthz`; null when nothing answered. */
  readonly health: readonly Known<number | null>[]
  readonly processes: Known<readonly WitnessedProcess[]>
  /** Paths of unit files and launch agents. */
  readonly units: readonly string[]
  /** Where `openclaw` is found, in a plain and in a login shell; null when it is not. */
  readonly commands: { readonly plain: string | null; readonly login: string | null }
}

/** Looks at a node with other eyes than those that acted: a fresh connection, plain sh, nothing of the remote program. */
export interface Witness {
  /** @throws AppError `bad-answer` when the machine has no POSIX sh or its answer is incomplete, and all that connecting can. */
  look(nodeId: string, questions: Questions, signal?: AbortSignal): Promise<Testimony>
}

const LIMIT_MS = 60 * SECOND
const MAX_ANSWER_BYTES = 1024 * 1024
const WORD_BREAK = '\x1f'
const TITLE = /^(.*\/)?(openclaw|clawdbot|moltbot)(-[a-z-]+)?$/
const SCRIPT =
  /((^|\/)(openclaw|clawdbot|moltbot)\.mjs|\/(openclaw|clawdbot|moltbot)\/dist\/(index|entry)\.m?js|\/bin\/(openclaw|clawdbot|moltbot))$/

/** A witness for the nodes of a pool. */
export function createWitness({ pool }: { readonly pool: Pool }): Witness {
  return {
    look: (nodeId, questions, signal) =>
      pool.fresh(nodeId, connection => testify(connection, questions, signal), signal),
  }
}

/** Asks over one connection. The questions are data: they go up on stdin, never into a command line. */
export async function testify(connection: Connection, questions: Questions, signal?: AbortSignal): Promise<Testimony> {
  const { paths = [], ports = [], healthPorts = [] } = questions
  const words = [
    ...paths.flatMap(path => ['path', path]),
    ...ports.flatMap(port => ['port', String(port)]),
    ...healthPorts.flatMap(port => ['health', String(port)]),
  ]
  if (words.some(word => word.includes('\0'))) throw new AppError('bad-input', 'A path cannot hold a NUL character.')
  const script = `set -- ${words.map(quoted).join(' ')}\n${WITNESS_SCRIPT}`
  const answer = await converse(await connection.open('sh -s'), script, signal)
  return testimonyFrom(factsIn(answer), questions)
}

type Fact = readonly string[]

/** Lines `ocm-fact TAB kind TAB ...`; all else is what a login shell prints. */
function factsIn(answer: string): Fact[] {
  const facts = answer.split('\n').flatMap(line => {
    const [mark, ...fact] = line.split('\t')
    return mark === 'ocm-fact' ? [fact] : []
  })
  if (facts.at(-1)?.[0] !== 'end')
    throw new AppError('bad-answer', 'The last look at the machine was not answered in full.')
  return facts
}

function testimonyFrom(facts: readonly Fact[], { paths = [], ports = [], healthPorts = [] }: Questions): Testimony {
  const answers = new Map(facts.flatMap(([kind, number, value]) => [[`${kind ?? ''} ${number ?? ''}`, value ?? '']]))
  const told = <T>(kind: string, number: number, meaning: (text: string) => T | undefined): Known<T> => {
    const text = answers.get(`${kind} ${number}`)
    const value = text === undefined ? undefined : meaning(text)
    return value === undefined ? { state: 'unknown', why: 'The machine could not tell.' } : { state: 'known', value }
  }
  const oneOf = (yes: string, no: string) => (text: string) => (text === yes ? true : text === no ? false : undefined)
  const isComplete = facts.some(([kind, word]) => kind === 'processes' && word === 'complete')
  const command = (which: string): string | null =>
    facts.find(([kind, shell]) => kind === 'command' && shell === which)?.[2] || null
  return {
    paths: paths.map((_path, index) => told('path', index + 1, oneOf('present', 'absent'))),
    ports: ports.map((_port, index) => told('port', paths.length + index + 1, oneOf('taken', 'free'))),
    health: healthPorts.map((_port, index) => told('health', paths.length + ports.length + index + 1, statusOf)),
    processes: isComplete
      ? { state: 'known', value: facts.filter(([kind]) => kind === 'process').flatMap(processOf) }
      : { state: 'unknown', why: 'The machine could not list its processes.' },
    units: facts.filter(([kind]) => kind === 'unit').flatMap(([, path]) => path ?? []),
    commands: { plain: command('plain'), login: command('login') },
  }
}

function statusOf(text: string): number | null | undefined {
  if (text === 'none') return null
  return /^\d{3}$/.test(text) ? Number(text) : undefined
}

/** The recognition rule of OpenClaw's processes; shells and editors that merely name it are not meant. */
function processOf([, pid = '', words = '']: Fact): WitnessedProcess[] {
  const argv = words.split(WORD_BREAK)
  while (argv.at(-1) === '') argv.pop()
  const [program = '', ...rest] = argv
  const isRuntime = /(^|\/)(node|nodejs|bun|node-\d+)$/.test(program)
  const isMeant = TITLE.test(program) || (isRuntime && rest.some(word => SCRIPT.test(word)))
  return isMeant && /^\d+$/.test(pid) ? [{ pid: Number(pid), argv }] : []
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

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
  return Buffer.concat(parts).toString('utf8')
}
