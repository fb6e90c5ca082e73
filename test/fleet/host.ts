/** What the fleet asks of the computer it runs on: commands, locks that die with their holder, and whether it can run at all. */
import { execFileSync, spawn, type StdioOptions } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { delimiter, join } from 'node:path'

/** Where running fleets keep their keys, sockets and locks; gone after a reboot, as the fleets are. */
export const RUN_FOLDER = '/run/ocm-fleet'

const TOOLS = [
  'debootstrap',
  'systemd-nspawn',
  'ip',
  'mount',
  'flock',
  'setpriv',
  'ssh',
  'ssh-keygen',
  'chroot',
  'npm',
  'tar',
]

/** Why machines cannot run here, in words for a person; undefined when they can. */
export function fleetObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'real machines need Linux (systemd-nspawn)'
  if (process.getuid?.() !== 0) return 'real machines need root (systemd-nspawn, overlayfs and a network bridge)'
  if (process.arch !== 'x64') return `real machines are built for x64 only, this is ${process.arch}`
  const missing = TOOLS.filter(tool => !isOnPath(tool))
  return missing.length === 0
    ? undefined
    : `real machines need ${missing.join(', ')} (node build/setup.mjs test installs them)`
}

function isOnPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, tool), constants.X_OK)
      return true
    } catch {
      return false // not in this folder: the next one may have it
    }
  })
}

/** Runs a command of this computer to its end and returns what it printed; its error output is in the error. */
export function run(command: string, words: readonly string[], options: { readonly input?: string } = {}): string {
  return execFileSync(command, words, {
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
    ...options,
  })
}

/** Runs a long command with its output shown; the event loop stays free. */
export function runShown(command: string, words: readonly string[], environment = process.env): Promise<void> {
  const stdio: StdioOptions = ['ignore', 'ignore', 'pipe']
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio, env: environment })
    let tail = ''
    child.stderr?.on('data', (chunk: Buffer) => (tail = (tail + chunk.toString()).slice(-4000)))
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve()
      else reject(new Error(`${command} ${words.join(' ')} ended with ${code ?? 'a signal'}\n${tail}`))
    })
  })
}

/** One line of progress for the person who waits; on stderr, so that answers on stdout stay clean. */
export function tell(line: string): void {
  process.stderr.write(`fleet: ${line}\n`)
}

/**
 * Takes a lock that the kernel frees when this process ends, however it ends. With `wait` it waits for its turn; without, it
 * returns undefined when somebody else holds it.
 */
export async function takeLock(file: string, { wait }: { readonly wait: boolean }): Promise<Disposable | undefined> {
  const words = [...(wait ? [] : ['--nonblock']), '--no-fork', file, 'sh', '-c', 'echo held; exec cat']
  const holder = spawn('flock', words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const held = await new Promise<boolean>((resolve, reject) => {
    holder.stdout.once('data', () => resolve(true))
    holder.once('error', reject)
    holder.once('close', () => resolve(false))
  })
  if (!held) return undefined
  // Only now: an unreferenced child would let the process end while it still waits for the answer.
  holder.unref()
  if (holder.stdin instanceof Socket) holder.stdin.unref() // else the lock would keep the process alive
  holder.stdout.destroy()
  return { [Symbol.dispose]: () => holder.stdin.destroy() } // cat reads the end of its input and lets go
}

/** Short name for a content: the same recipe gives the same one. */
export function fingerprint(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12)
}

/** Where overlays may not leave anything when a fleet was killed: every mount below a folder is undone, innermost first. */
export function unmountBelow(folder: string): void {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter(point => point.startsWith(`${folder}/`))
  for (const point of points.reverse()) run('umount', ['--lazy', point])
}

/**
 * Folders of a control group of its own for a machine, one for each hierarchy that systemd uses. Two machines in one group would
 * take each other's services for their own.
 */
export function controlGroups(name: string): readonly string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  const roots = mounts
    .map(line => line.split(' '))
    .filter(([, , type, flags]) => type === 'cgroup2' || (type === 'cgroup' && /name=systemd/.test(flags ?? '')))
    .map(([, point]) => join(point ?? '', name))
  for (const folder of roots) mkdirSync(folder, { recursive: true })
  return roots
}

/** Ends every process in the control groups: exactly the machine's, whatever they call themselves. */
export async function killControlGroups(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    if (existsSync(join(folder, 'cgroup.kill'))) run('sh', ['-c', 'echo 1 > "$0/cgroup.kill"', folder])
  }
  for (let attempt = 0; attempt < 100 && folders.some(folder => membersOf(folder).length > 0); attempt++) {
    // The older hierarchy has no `cgroup.kill`: its members are ended one by one, and those they started meanwhile.
    for (const pid of folders.flatMap(membersOf)) killNow(pid)
    await sleep(50)
  }
  for (const folder of folders) {
    if (existsSync(folder)) run('find', [folder, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'])
  }
}

/** Process ids in a control group and those below it. */
function membersOf(folder: string): readonly number[] {
  if (!existsSync(folder)) return []
  const listed = run('find', [folder, '-name', 'cgroup.procs', '-exec', 'cat', '{}', '+']).trim()
  return listed === '' ? [] : listed.split('\n').map(Number)
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself since it was listed.
  }
}

/** Waits without holding the process open for longer than needed. */
export function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
