import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { createRegistry, type Registry } from '../../main/nodes/registry'
import { createSecrets, type Secrets } from '../../main/secrets/secrets'
import { createHostKeys, hostKeyOf, type HostKeys } from '../../main/ssh/host-keys'
import { createPool, type NodePool, type PoolOptions } from '../../main/ssh/pool'
import { openDatabase, type Store } from '../../main/store/database'
import { SILENT_LOG } from '../../main/store/log'
import type { HostKey, NodeInput, NodeRecord } from '../../shared/node'
import { tempFolder, type TempFolder } from './temp'

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find(existsSync)

/** What an SSH server of a test should be like. */
export interface SshdOptions {
  /** Further lines of sshd_config. */
  readonly config?: readonly string[]
  /** Environment of every session, e.g. `HOME`. `PATH` leads to the Node that runs the test unless set. */
  readonly env?: Readonly<Record<string, string>>
  /** Who may log in. Default: whoever runs the test. */
  readonly user?: string
  readonly hostKeyType?: 'ed25519' | 'ecdsa' | 'rsa'
  /** A free port unless set (for a server that comes back). */
  readonly port?: number
  /**
   * Sessions see no processes but their own, and none of these files: a machine apart. Root on Linux only, see
   * `MOUNT_OBSTACLE`.
   */
  readonly hiding?: readonly string[]
  /** With `hiding`: what sessions see at these paths instead of what this machine has there. */
  readonly showing?: Readonly<Record<string, string>>
  /** Instead of `hiding`: what every session is started through, such as a way into namespaces that last. */
  readonly within?: readonly string[]
}

/** A real sshd, one process per connection (`sshd -i`), behind a loopback port. */
export interface Sshd extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly user: string
  /** A private key that may log in (OpenSSH format, without passphrase). */
  readonly keyPath: string
  readonly hostKey: HostKey
  readonly folder: TempFolder
  /** Live connections. */
  readonly connections: number
  /** Everything sshd wrote to its log. */
  log(): string
  /** Cuts every connection, as a pulled cable would (both ends get a reset). */
  cut(): void
  /** What to add to a registry. */
  readonly input: NodeInput
}

/** Starts the server. Fails when OpenSSH's server is not installed: a missing tool is no reason to pass. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  if (!SSHD) throw new Error('A real sshd is needed: install openssh-server (Linux, macOS)')
  const folder = tempFolder()
  const user = options.user ?? userInfo().username
  const type = options.hostKeyType ?? 'ed25519'
  makeKey(folder.join('host_key'), type)
  makeKey(folder.join('id'), 'ed25519')
  writeFileSync(folder.join('authorized_keys'), readFileSync(folder.join('id.pub')), { mode: 0o644 })
  execFileSync('chmod', ['755', folder.path]) // read by sshd as the user who logs in
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  writeFileSync(folder.join('sshd_config'), configFor(folder, options))

  const children = new Map<ChildProcess, Socket>()
  let log = ''
  const server = createServer({ pauseOnConnect: true }, socket => {
    const [program, ...words] = apart([SSHD, '-i', '-e', '-f', folder.join('sshd_config')], options)
    const child = spawn(program, words, { stdio: [socket, socket, 'pipe'] })
    children.set(child, socket)
    child.stderr.on('data', (part: Buffer) => (log += part.toString()))
    child.on('exit', () => {
      children.delete(child)
      socket.destroy()
    })
    socket.on('error', () => undefined) // a client that hangs up hard is the client's business
  })
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', () => resolve()),
  )
  const { port } = server.address() as AddressInfo
  const keyPath = folder.join('id')
  const cut = (): void => {
    for (const [child, socket] of children) {
      child.kill('SIGKILL')
      socket.resetAndDestroy()
    }
  }
  return {
    host: '127.0.0.1',
    port,
    user,
    keyPath,
    hostKey: hostKeyOf(Buffer.from(readFileSync(folder.join('host_key.pub'), 'utf8').split(' ')[1] ?? '', 'base64')),
    folder,
    get connections() {
      return children.size
    },
    log: () => log,
    cut,
    input: {
      label: `sshd ${port}`,
      host: '127.0.0.1',
      port,
      user,
      auth: { method: 'key', keyPath },
      tags: [],
      isProtected: false,
    },
    [Symbol.asyncDispose]: async () => {
      cut()
      await new Promise(resolve => server.close(resolve))
      folder[Symbol.dispose]()
    },
  }
}

/** The command in namespaces of its own, where they are asked for. */
function apart(
  command: readonly [string, ...string[]],
  { hiding, showing = {}, within: [way, ...words] = [] }: Pick<SshdOptions, 'hiding' | 'showing' | 'within'>,
): readonly [string, ...string[]] {
  if (way !== undefined) return [way, ...words, ...command]
  if (hiding === undefined) return command
  const hidden = hiding.map(file => ['/dev/null', file] as const)
  const shown = Object.entries(showing).map(([path, source]) => [source, path] as const)
  const mounts = [...hidden, ...shown].map(([source, path]) => `mount --bind '${source}' '${path}' || exit 1; `)
  const script = `${mounts.join('')}exec "$@"`
  return ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script, 'sh', ...command]
}

/** Makes a key pair with ssh-keygen. */
export function makeKey(path: string, type: string, passphrase = '', extra: readonly string[] = []): void {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-f', path, '-C', 'ocm-test', ...extra])
}

function configFor(folder: TempFolder, options: SshdOptions): string {
  const env = { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`, ...options.env }
  const variables = Object.entries(env).map(([name, value]) => `"${name}=${value}"`)
  return [
    ...(options.config ?? []), // sshd takes the first value of each option
    `HostKey ${folder.join('host_key')}`,
    `AuthorizedKeysFile ${folder.join('authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'PrintMotd no',
    'PidFile none',
    'LogLevel VERBOSE',
    `SetEnv ${variables.join(' ')}`,
    '',
  ].join('\n')
}

/** Everything that reaches nodes, for tests: an own data folder, secrets in memory. */
export interface Access extends AsyncDisposable {
  readonly store: Store
  readonly registry: Registry
  readonly hostKeys: HostKeys
  readonly secrets: Secrets
  readonly pool: NodePool
  /** Adds a node whose host key is trusted. */
  addTrusted(sshd: Pick<Sshd, 'input' | 'hostKey'>, change?: Partial<NodeInput>): NodeRecord
}

/** Services over a temporary data folder. */
export function createAccess(options: Partial<PoolOptions> = {}): Access {
  const folder = tempFolder()
  const store = openDatabase(folder.path)
  const registry = createRegistry(store)
  const hostKeys = createHostKeys(store)
  const secrets = createSecrets({ log: SILENT_LOG, keychain: null })
  const pool = createPool({ registry, hostKeys, secrets, log: SILENT_LOG, ...options })
  return {
    store,
    registry,
    hostKeys,
    secrets,
    pool,
    addTrusted: (sshd, change = {}) => {
      const node = registry.add({ ...sshd.input, ...change })
      hostKeys.replace(node.id, sshd.hostKey)
      return node
    },
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]()
      secrets[Symbol.dispose]()
      store[Symbol.dispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** A ready pool with one trusted node on a real sshd: `await using { pool, node } = await connectedPool()`-like use. */
export interface ConnectedPool extends Access {
  readonly sshd: Sshd
  readonly node: NodeRecord
  /** The node's id, as the pool wants it. */
  readonly nodeId: string
}

/** Starts an sshd and a pool that can log in to it with a key. */
export async function connectedPool(
  options: SshdOptions & { readonly pool?: Partial<PoolOptions> } = {},
): Promise<ConnectedPool> {
  const sshd = await startSshd(options)
  const access = createAccess(options.pool)
  const node = access.addTrusted(sshd)
  return {
    ...access,
    sshd,
    node,
    nodeId: node.id,
    [Symbol.asyncDispose]: async () => {
      await access[Symbol.asyncDispose]()
      await sshd[Symbol.asyncDispose]()
    },
  }
}
