import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { argvOf, listPids } from './proc'
import { runCommand } from './run-command'
import { lookAtWindows } from './windows/look'

/** Who listens on a port. `pid` null: nobody does, or it is another user's process. */
export interface Listener {
  readonly port: number
  /** What to call it; null when nobody listens. */
  readonly listener: string | null
  readonly pid: number | null
}

/** The state of a listening socket in the kernel's table. */
const LISTEN = '0A'
const PROBE_LIMIT_MS = 500
const LSOF_LIMIT_MS = 5_000

/** What listens on the machine as Linux tells it, read when it is first asked for. */
export type SocketTable = () => readonly Socket[]

/** The kernel takes milliseconds to go through its table: for several questions about one moment it is asked once. */
export function socketTable(): SocketTable {
  let sockets: readonly Socket[] | undefined
  return () => (sockets ??= [...tableOf('/proc/net/tcp'), ...tableOf('/proc/net/tcp6')])
}

/**
 * Who listens on these TCP ports of the machine, on any address. `likely`: pids to look at first; looking through all
 * processes costs more than everything else of a survey.
 */
export async function listenersOn(
  ports: readonly number[],
  likely: readonly number[] = [],
  table = socketTable(),
): Promise<Listener[]> {
  if (ports.length === 0) return []
  if (process.platform === 'linux') return fromProc(ports, likely, table)
  if (process.platform === 'win32') return fromWindows(ports)
  return Promise.all(ports.map(port => (process.platform === 'darwin' ? fromLsof(port) : fromProbe(port))))
}

/** TCP ports that these processes listen on, on any address. */
export async function listeningPorts(
  pids: readonly number[],
  table = socketTable(),
): Promise<{ port: number; pid: number }[]> {
  // Asked also without any process: where those could not be told, the ports say so too.
  if (process.platform === 'win32') return (await windowsPorts()).filter(({ pid }) => pids.includes(pid))
  if (pids.length === 0) return []
  if (process.platform !== 'linux') return portsFromLsof(pids)
  const sockets = table()
  const owners = ownersOf(new Set(sockets.map(({ inode }) => inode)), pids)
  return sockets.flatMap(({ port, inode }) => {
    const pid = owners.get(inode)
    return pid === undefined ? [] : [{ port, pid }]
  })
}

async function portsFromLsof(pids: readonly number[]): Promise<{ port: number; pid: number }[]> {
  const stdout = await lsof('-a', '-iTCP', '-sTCP:LISTEN', '-p', pids.join(','), '-Fpn')
  let pid = 0
  return stdout.split('\n').flatMap(line => {
    if (line.startsWith('p')) pid = Number(line.slice(1))
    const port = /^n.*:(\d+)$/.exec(line)?.[1]
    return port === undefined ? [] : [{ port: Number(port), pid }]
  })
}

/** Paths of the files that these processes have open, where there is no /proc. @throws when lsof cannot tell. */
export async function openPathsByLsof(pids: readonly number[]): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, string[]>()
  let pid = 0
  for (const line of (pids.length === 0 ? '' : await lsof('-p', pids.join(','), '-Fpn')).split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1))
    if (line.startsWith('n/')) found.set(pid, [...(found.get(pid) ?? []), line.slice(1)])
  }
  return found
}

/** Finding nothing is an answer (status 1 without a word), a complaint is not. */
async function lsof(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['lsof', '-nPw', ...words], { limitMs: LSOF_LIMIT_MS })
  if (code !== 0 && stderr.trim() !== '') throw new Error(`lsof: ${stderr.trim().slice(0, 200)}`)
  return stdout
}

function fromProc(ports: readonly number[], likely: readonly number[], table: SocketTable): Listener[] {
  const sockets = table().filter(({ port }) => ports.includes(port))
  const owners = ownersOf(new Set(sockets.map(({ inode }) => inode)), pidsFrom(likely))
  return ports.map(port => {
    const own = sockets.filter(socket => socket.port === port)
    const pid = own.map(({ inode }) => owners.get(inode)).find(found => found !== undefined) ?? null
    const other = own[0]
    if (other === undefined) return { port, listener: null, pid: null }
    return { port, pid, listener: pid === null ? `a process of user ${other.uid}` : nameOf(pid) }
  })
}

interface Socket {
  readonly port: number
  readonly uid: number
  readonly inode: string
}

function tableOf(path: string): Socket[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return [] // A kernel without IPv6.
  }
  return text.split('\n').flatMap(line => {
    if (!line.includes(` ${LISTEN} `)) return [] // Most lines of a busy machine are connections.
    const fields = line.trim().split(/\s+/)
    const port = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16)
    const inode = fields[9]
    if (fields[3] !== LISTEN || inode === undefined || Number.isNaN(port)) return []
    return [{ port, uid: Number(fields[7]), inode }]
  })
}

/** Which process holds a socket: the only way is to look through the open files of all that may be looked into. */
function ownersOf(inodes: ReadonlySet<string>, pids: Iterable<number>): Map<string, number> {
  const owners = new Map<string, number>()
  for (const pid of pids) {
    if (owners.size === inodes.size) break
    for (const fd of openFilesOf(pid)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1]
      if (inode !== undefined && inodes.has(inode)) owners.set(inode, pid)
    }
  }
  return owners
}

/** Lazily: once all owners are found, the rest need not even be listed. */
function* pidsFrom(likely: readonly number[]): Generator<number> {
  yield* likely
  yield* listPids()
}

function openFilesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`)
  } catch {
    return [] // Another user's process, or gone.
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return '' // Closed between two looks.
  }
}

function nameOf(pid: number): string {
  const [program = 'a process', ...words] = argvOf(pid) ?? []
  const name = program.split('/').at(-1) ?? program
  const script = words
    .find(word => !word.startsWith('-'))
    ?.split('/')
    .slice(-3)
    .join('/')
  return /^(node|bun|python[\d.]*|sh|bash)$/.test(name) && script !== undefined ? `${name} ${script}` : name
}

async function windowsPorts(): Promise<readonly { port: number; pid: number }[]> {
  const { ports } = await lookAtWindows(['processes', 'ports'])
  if (ports.state === 'unknown') throw new Error(ports.why)
  return ports.value
}

async function fromWindows(ports: readonly number[]): Promise<Listener[]> {
  const { ports: held, processes } = await lookAtWindows(['processes', 'ports'])
  if (held.state === 'unknown') return Promise.all(ports.map(fromProbe))
  const rows = processes.state === 'known' ? processes.value : []
  return ports.map(port => {
    const pid = held.value.find(one => one.port === port)?.pid ?? null
    if (pid === null) return { port, listener: null, pid }
    return { port, pid, listener: rows.find(row => row.pid === pid)?.name ?? 'a process' }
  })
}

async function fromLsof(port: number): Promise<Listener> {
  const { stdout } = await runCommand(['lsof', '-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    limitMs: LSOF_LIMIT_MS,
  })
  const pid = /^p(\d+)/m.exec(stdout)?.[1]
  if (pid === undefined) return fromProbe(port)
  return { port, pid: Number(pid), listener: /^c(.+)/m.exec(stdout)?.[1] ?? 'a process' }
}

/** Where we cannot see who listens, we can still see that someone does. */
function fromProbe(port: number): Promise<Listener> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1', timeout: PROBE_LIMIT_MS })
    const settle = (isTaken: boolean) => (): void => {
      socket.destroy()
      resolve({ port, pid: null, listener: isTaken ? 'a process' : null })
    }
    socket.once('connect', settle(true))
    socket.once('error', settle(false))
    socket.once('timeout', settle(false))
  })
}
