import { AppError } from '../../shared/errors'
import { SECOND } from '../../shared/units'
import type { Channel, Connection } from '../ssh/types'
import type { ShellKind } from './bootstrap'
import { POSIX_LOCATOR, WINDOWS_LOCATOR } from './locator-scripts'

/** A Node.js found on a machine. `from` says in a word or two how. */
export interface LocatedNode {
  readonly path: string
  readonly version: string
  readonly from: string
}

const LIMIT_MS = 30 * SECOND
const MAX_ANSWER_BYTES = 64 * 1024
const OLDEST_MAJOR = 18

/**
 * Looks for Node.js on the machine: the running gateway's own, the service's, the login shell's, version managers'.
 * @throws AppError `node-missing`, and all that running a command can throw.
 */
export async function locateNode(connection: Connection, signal?: AbortSignal): Promise<LocatedNode> {
  const found = await askPosix(connection, signal)
  const all = found ?? (await askWindows(connection, signal))
  const best = bestNode(all)
  if (best !== undefined) return best
  const old = all[0]
  throw new AppError(
    'node-missing',
    old === undefined
      ? 'No Node.js was found on this machine.'
      : `The newest Node.js on this machine is ${old.version}; OCM needs ${OLDEST_MAJOR} or later.`,
    { hint: 'OpenClaw brings or needs Node.js. Install it for this account, then test the node again.' },
  )
}

/** The first with built-in SQLite, else the first that runs the remote program at all. */
export function bestNode(nodes: readonly LocatedNode[]): LocatedNode | undefined {
  return (
    nodes.find(({ version }) => isAtLeast(version, 22, 5)) ??
    nodes.find(({ version }) => isAtLeast(version, OLDEST_MAJOR, 0))
  )
}

/** How the machine's login shell wants programs named: Windows paths have a drive letter. */
export function shellOf(nodePath: string): ShellKind {
  return /^[A-Za-z]:[\\/]/.test(nodePath) ? 'windows' : 'posix'
}

/** Lines `ocm-node TAB from TAB path TAB version`; everything else is what a login shell prints. */
export function parseLocator(output: string): LocatedNode[] {
  const nodes: LocatedNode[] = []
  for (const line of output.split(/\r?\n/)) {
    const [mark, from, path, version] = line.split('\t')
    if (mark !== 'ocm-node' || from === undefined || path === undefined) continue
    const digits = /^v?(\d+\.\d+\.\d+)/.exec(version ?? '')?.[1]
    if (digits !== undefined && path.length < 1024 && !/[\0-\x1f]/.test(path))
      nodes.push({ from, path, version: digits })
  }
  return nodes
}

/** Null when there is no `sh`: then it is Windows. */
async function askPosix(connection: Connection, signal?: AbortSignal): Promise<LocatedNode[] | null> {
  // One word for the login shell, whatever it is: base64 has nothing that any shell would touch.
  const script = Buffer.from(POSIX_LOCATOR, 'utf8').toString('base64')
  const { stdout } = await readAll(
    await connection.open(`sh -c "echo ${script} | (base64 -d 2>/dev/null || openssl base64 -A -d) | sh"`),
    signal,
  )
  return stdout.includes('ocm-located') ? parseLocator(stdout) : null
}

async function askWindows(connection: Connection, signal?: AbortSignal): Promise<LocatedNode[]> {
  const script = Buffer.from(WINDOWS_LOCATOR, 'utf16le').toString('base64')
  const channel = await connection.open(`powershell -NoProfile -NonInteractive -EncodedCommand ${script}`)
  return parseLocator((await readAll(channel, signal)).stdout)
}

async function readAll(channel: Channel, signal?: AbortSignal): Promise<{ stdout: string; code: number | null }> {
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
  channel.stdin.on('error', () => undefined) // The node may close it first; nothing is lost.
  channel.stdin.end()
  const { code, signal: killed } = await channel.closed
  stop.removeEventListener('abort', close)
  if (signal?.aborted === true) throw new AppError('aborted', 'Cancelled.', { cause: signal.reason })
  if (limit.aborted) throw new AppError('timeout', 'Looking for Node.js took too long.')
  if (code === null && killed === null) throw new AppError('connection-lost', 'The connection was lost.')
  return { stdout: Buffer.concat(parts).toString('utf8'), code }
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number)
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}
