import { AppError } from '../../../shared/errors'
import type { Argv } from '../../../shared/plan'
import { SECOND } from '../../../shared/units'
import { commandScript, powershellLine, runScript, type Script } from '../../remote/powershell'
import { commandLine } from '../../ssh/quote'
import type { Connection, ExecResult } from '../../ssh/types'
import { endLeftCommands } from '../left-commands'
import { userBus } from '../user-bus'
import type { Part } from './part'

/** A command of the node itself may take so long to answer a question, ms. */
const QUESTION_MS = 20 * SECOND

/** What running a command takes. */
export type Running = Pick<Part, 'nodeId' | 'context' | 'means'>

/** Whether the commands are for a Windows machine, as the plan saw it. */
export function isWindows({ context }: Pick<Running, 'context'>): boolean {
  return context.plan.platform === 'win32'
}

/** The same for another machine than the plan's. */
export function onPlatform(part: Running, platform: string): Running {
  const { platform: _plans, ...plan } = part.context.plan
  return { ...part, context: { ...part.context, plan: platform === 'win32' ? { ...plan, platform } : plan } }
}

/** Asks a Windows machine's PowerShell. Its exit status is an answer. */
export function askPowerShell(
  { nodeId, means, context }: Running,
  script: Script,
  limitMs: number,
): Promise<ExecResult> {
  return means.pool.use(
    nodeId,
    async connection => {
      const printed = await runScript(connection, script, { limitMs, signal: context.signal })
      return { ...printed, stdout: printed.stdout.toString('utf8') }
    },
    context.signal,
  )
}

/** Runs a command as the login. Its exit status is an answer; what the node shows afterwards decides. */
export async function run(part: Running, uid: number, argv: Argv, limitMs: number): Promise<ExecResult> {
  const { nodeId, means, context } = part
  if (isWindows(part)) return runOnWindows(part, argv, limitMs)
  return means.pool.use(
    nodeId,
    connection =>
      connection.exec(argv, { limitMs, signal: context.signal, env: { ...userBus(uid), ...surroundingsOf(argv) } }),
    context.signal,
  )
}

/** Nothing on Windows ends a command that takes too long: it is looked for and ended, with what it started. */
async function runOnWindows(part: Running, argv: Argv, limitMs: number): Promise<ExecResult> {
  const { nodeId, means, context } = part
  try {
    return await askPowerShell(part, commandScript(argv, context.operationId), limitMs)
  } catch (error) {
    if (error instanceof AppError && error.code === 'timeout') {
      // What does not end shows in what is left.
      await endLeftCommands(nodeId, context.operationId, means, 'win32').catch(() => undefined)
    }
    throw error
  }
}

/**
 * Runs a command as root: as it is when the login is root, else through sudo with the stored password.
 * @throws AppError `credential-missing` with the exact command, when no sudo password is stored.
 */
export async function runAsRoot(part: Running, uid: number, argv: Argv, limitMs: number): Promise<ExecResult> {
  if (uid === 0) return run(part, uid, argv, limitMs)
  if (isWindows(part)) throw notAdministrator(argv)
  const surroundings = Object.entries(surroundingsOf(argv)).map(([name, value]) => `${name}=${value}`)
  const command: Argv = surroundings.length === 0 ? argv : ['env', ...surroundings, ...argv]
  const result = await part.means.sudo(part.nodeId, command, limitMs)
  if (result === null) throw sudoMissing(argv)
  return { ...result, stdout: '' }
}

/** On Windows nobody becomes the administrator over SSH: the login is one, or it is not. */
function notAdministrator(argv: Argv): AppError {
  const command = powershellLine(argv)
  return new AppError('permission-denied', `This needs an administrator on the machine: ${command}`, {
    hint: `Run it there in a PowerShell that was started as administrator: ${command}`,
  })
}

/** What a person is told who has to do it: the very command. */
export function sudoMissing(argv: Argv): AppError {
  const command = `sudo ${commandLine(argv)}`
  return new AppError('credential-missing', `This needs root on the node, and no sudo password is stored: ${command}`, {
    hint: `Run "${command}" there, or store a sudo password for this node, then try again.`,
  })
}

/** Who the login is. */
export interface Login {
  readonly uid: number
  readonly home: string
}

/** User id and home of the login, asked plainly. */
export async function loginOf(part: Running): Promise<Login> {
  if (isWindows(part)) return windowsLogin(part)
  const uid = await uidOf(part)
  const { stdout } = await run(part, uid, ['sh', '-c', 'cd ~ && pwd -P; printf "%s\\n" "$HOME"'], QUESTION_MS)
  const [real = '', named = ''] = stdout.split('\n')
  return { uid, home: named === '' ? real : named }
}

/** Accounts of Windows have no such numbers. */
const NO_UID = -1

async function windowsLogin(part: Running): Promise<Login> {
  const text = "Say ([Environment]::GetFolderPath('UserProfile'))"
  const { stdout } = await askPowerShell(part, { purpose: 'login', text }, QUESTION_MS)
  return { uid: NO_UID, home: stdout.trim().replaceAll('\\', '/') }
}

/** A connection is that of one login for as long as it lasts, so each is asked once. */
const uids = new WeakMap<Connection, number>()

/** The user id of the login. Asked plainly, so that it is known also where there is no Node.js any more. */
export async function uidOf(part: Running): Promise<number> {
  if (isWindows(part)) return NO_UID
  const { nodeId, means, context } = part
  return means.pool.use(
    nodeId,
    async connection => {
      const uid = uids.get(connection) ?? (await askUid(connection, context.signal))
      uids.set(connection, uid)
      return uid
    },
    context.signal,
  )
}

async function askUid(connection: Connection, signal: AbortSignal): Promise<number> {
  const { stdout } = await connection.exec(['id', '-u'], { limitMs: QUESTION_MS, signal })
  const uid = /^\s*(\d+)\s*$/.exec(stdout)?.[1]
  if (uid === undefined) throw new AppError('bad-answer', 'The node did not tell the user id of the login.')
  return Number(uid)
}

/** Keeps npm from leaving a cache of compiled code in /tmp, root's at that, while it removes something. */
const TRACELESS = { NODE_DISABLE_COMPILE_CACHE: '1' }

/** A program named by its whole path finds its companions beside it first: npm needs its own Node. */
function surroundingsOf([program = '']: Argv): Readonly<Record<string, string>> {
  if (!program.startsWith('/')) return {}
  const folder = program.slice(0, program.lastIndexOf('/'))
  const path = [folder, '/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(':')
  return { PATH: path, ...TRACELESS }
}

/** The last line that a failed command printed, for a person; at most 200 characters. */
export function lastLine({ stderr, code }: Pick<ExecResult, 'stderr' | 'code'>): string {
  const line = stderr.trim().split('\n').at(-1) ?? ''
  const plain = line.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').trim()
  return plain === '' ? `it ended with ${code}` : plain.slice(0, 200)
}
