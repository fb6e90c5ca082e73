import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, lchown, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { findShell, standIns } from './find'
import { Leaks } from './leaks'
import { lightNode, PERSONALITIES, type Personality } from './personalities'
import { HostedSshServer } from './hosted-ssh-server'
import { freePort, startManagerFront } from './manager-front'
import { reboot } from './reboot'
import { ServiceManager } from './service-manager'
import { newClientKey, type Fault } from './ssh-server'
import { writeOrphans } from './state'

/** One machine of the demo fleet. */
export interface DemoNode {
  readonly name: string
  readonly host: '127.0.0.1'
  readonly port: number
  readonly user: string
  readonly password: string
  /** `SHA256:...`, as OpenSSH prints it. Changes with the fault `change-host-key`. */
  readonly hostFingerprint: string
  readonly home: string
  readonly stateDir: string
  readonly gatewayPort: number
  /** Process ids of its services and of commands that still run. */
  readonly pids: readonly number[]
  /** Leaks a node host, as a killed wrapper does; answers the pid of what stays. */
  leak(): Promise<number>
  /** Leaves so many half-written copies of the session store of so many bytes, 40 days old. */
  leaveOrphans(count: number, bytes: number): Promise<void>
  /** Switches a fault on. One at a time: the last one counts. */
  fault(fault: Fault): Promise<void>
  /** The machine goes down, with all that runs on it, and comes up again. Linux only. */
  reboot(): Promise<void>
  /** Switches all faults off; a node that was offline comes back on the same port. */
  heal(): Promise<void>
}

/** Machines to play with: SSH servers, real files, real processes. */
export interface DemoFleet extends AsyncDisposable {
  readonly folder: string
  readonly nodes: readonly DemoNode[]
  /** A private key (OpenSSH format) that every node lets in. */
  readonly keyPath: string
  /** @throws Error when no node has this name. */
  node(name: string): DemoNode
}

/** How a fleet is started. */
export interface DemoFleetOptions {
  /** Where the homes go; kept afterwards. Without it a temporary folder, removed at the end. */
  readonly folder?: string
  /** Number of nodes. More than six adds light ones, fewer leaves out the last. Default 6. */
  readonly count?: number
  /** These instead of the demo's own. */
  readonly personalities?: readonly Personality[]
  /** Runs everything on the nodes as this account, which owns their homes: what is forbidden is so. Needs root. */
  readonly account?: { readonly uid: number; readonly gid: number }
  /** Starts no gateways: for benches. */
  readonly withoutGateways?: boolean
}

/**
 * Starts the demo fleet on free loopback ports. Nothing needs root. Disposing it ends every process it started, by pid.
 * @throws Error on Windows without Git Bash: the nodes need a POSIX shell.
 */
export async function startDemoFleet(options: DemoFleetOptions = {}): Promise<DemoFleet> {
  const shell = findShell()
  await using undo = new AsyncDisposableStack()
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'ocm-demo-')))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (options.folder === undefined) undo.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const keyPath = join(folder, 'demo-key')
  const key = newClientKey()
  await writeFile(keyPath, key.private, { mode: 0o600 })
  const managers = new Map<string, ServiceManager>()
  const front = await startManagerFront(managers)
  undo.use(front)
  const nodes: DemoNode[] = []
  for (const personality of options.personalities ?? choose(options.count ?? PERSONALITIES.length)) {
    const token = randomBytes(16).toString('hex')
    const address = `http://127.0.0.1:${front.port}/${token}`
    const built = await buildNode(personality, {
      folder,
      shell,
      address,
      authorizedKeys: [key.public],
      account: options.account,
    })
    managers.set(token, built.manager)
    undo.use(built.manager)
    undo.use(built.server)
    undo.use(built.leaks)
    if (personality.isStarted && options.withoutGateways !== true) await built.manager.start(GATEWAY_UNIT)
    if (personality.isOffline === true) await built.server.setFault('offline')
    nodes.push(built.node)
  }
  const all = undo.move()
  return {
    folder,
    nodes,
    keyPath,
    node(name) {
      const found = nodes.find(one => one.name === name)
      if (found === undefined) throw new Error(`The demo fleet has no node ${name}.`)
      return found
    },
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

const GATEWAY_UNIT = 'openclaw-gateway.service'

function choose(count: number): Personality[] {
  const light = Array.from({ length: Math.max(0, count - PERSONALITIES.length) }, (_, number) =>
    lightNode(number + PERSONALITIES.length + 1),
  )
  return [...PERSONALITIES.slice(0, count), ...light]
}

interface Surroundings {
  readonly folder: string
  readonly shell: string
  /** Where the node's shims reach its service manager. */
  readonly address: string
  readonly authorizedKeys: readonly string[]
  readonly account: DemoFleetOptions['account']
}

async function buildNode(
  personality: Personality,
  { folder, shell, address, authorizedKeys, account }: Surroundings,
): Promise<{ node: DemoNode; server: HostedSshServer; manager: ServiceManager; leaks: Leaks }> {
  const { name, user, version } = personality
  const base = join(folder, name)
  const home = join(base, 'home', user)
  const stateDir = join(home, '.openclaw')
  const prefix = join(home, '.npm-global')
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const path = [join(base, 'bin'), join(prefix, 'bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(
    delimiter,
  )
  const environment = environmentOf({ home, user, path, address, shell, linger: join(base, 'linger') })
  await writeShims(join(base, 'bin'), prefix, version)
  // Login shells reset PATH; people's profiles put it right again, and so does this one.
  for (const file of ['.profile', '.bash_profile', '.zprofile'])
    await writeFile(join(home, file), `export PATH='${path}'\n`)
  const gatewayPort = await freePort()
  await personality.furnish({ home, stateDir, gatewayPort })
  if (version !== null) await writeUnit({ home, prefix, version, path, gatewayPort })
  if (account !== undefined) await handOver(folder, join(base, 'home'), account)
  const password = `demo-${randomBytes(6).toString('hex')}`
  const server = new HostedSshServer({ user, password, authorizedKeys, shell, home, environment, account })
  await server.listen()
  const manager = new ServiceManager({ home, user, environment, account }, { linger: personality.isStarted })
  const leaks = new Leaks({ home, environment, account })
  const node: DemoNode = {
    ...{ name, host: '127.0.0.1', user, password, home, stateDir, gatewayPort },
    get port() {
      return server.port
    },
    get hostFingerprint() {
      return server.hostFingerprint
    },
    get pids() {
      return [...manager.pids, ...server.pids, ...leaks.pids]
    },
    leak: () => leaks.leak(),
    leaveOrphans: (count, bytes) => writeOrphans(stateDir, 'main', { count, bytes }),
    fault: fault => server.setFault(fault),
    reboot: () => reboot({ home, server, manager }),
    heal: () => server.setFault(null),
  }
  return { node, server, manager, leaks }
}

type Account = NonNullable<DemoFleetOptions['account']>

/** Gives a home to an account, and lets it in. */
async function handOver(folder: string, homes: string, { uid, gid }: Account): Promise<void> {
  for (const path of [folder, dirname(homes)]) await chmod(path, 0o711)
  for (const path of [homes, ...(await readdir(homes, { recursive: true })).map(name => join(homes, name))])
    await lchown(path, uid, gid)
}

/** A clean environment: nothing of the person who runs the demo leaks into its nodes but what a system needs. */
function environmentOf(node: {
  home: string
  user: string
  path: string
  address: string
  shell: string
  linger: string
}): Record<string, string> {
  const system = ['SystemRoot', 'ComSpec', 'TEMP', 'TMP', 'TMPDIR', 'LANG'].flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(system),
    HOME: node.home,
    USERPROFILE: node.home,
    USER: node.user,
    LOGNAME: node.user,
    SHELL: node.shell,
    PATH: node.path,
    OCM_DEMO_MANAGER: node.address,
    OCM_DEMO_SERVICE_MANAGER: 'systemd',
    OCM_DEMO_LINGER: node.linger,
  }
}

const BASH_AT = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash']

async function writeShims(bin: string, prefix: string, version: string | null): Promise<void> {
  const from = standIns()
  await mkdir(bin, { recursive: true })
  await copyFile(join(from, 'shim.mjs'), join(bin, 'shim.mjs'))
  const quick = await readFile(join(from, 'shim.sh'), 'utf8')
  if (process.platform === 'darwin') {
    await copyFile(join(from, 'timeout.sh'), join(bin, 'timeout'))
    await chmod(join(bin, 'timeout'), 0o755)
  }
  const bash = BASH_AT.find(path => existsSync(path))
  for (const name of ['systemctl', 'loginctl', 'systemd-run']) {
    // What runs on its own needs its caller's environment, which only the slow one passes on.
    const isQuick = name !== 'systemd-run' && bash !== undefined
    if (isQuick) await script(join(bin, name), `set -- ${name} "$@"\n${quick}`, bash)
    else await script(join(bin, name), `exec "${process.execPath}" "${join(bin, 'shim.mjs')}" ${name} "$@"`)
  }
  if (version === null) return
  const root = join(prefix, 'lib/node_modules/openclaw')
  await mkdir(join(root, 'dist'), { recursive: true })
  await mkdir(join(prefix, 'bin'), { recursive: true })
  const manifest = { name: 'openclaw', version, type: 'module', bin: { openclaw: 'openclaw.mjs' } }
  await writeFile(join(root, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await copyFile(join(from, 'openclaw.mjs'), join(root, 'dist/index.js'))
  await copyFile(join(from, 'node-run.mjs'), join(root, 'dist/node-run.mjs'))
  await writeFile(join(root, 'openclaw.mjs'), "#!/usr/bin/env node\nimport './dist/index.js'\n", { mode: 0o755 })
  if (process.platform === 'win32')
    await script(join(prefix, 'bin/openclaw'), `exec node "${join(root, 'openclaw.mjs')}" "$@"`)
  else await symlink(join(root, 'openclaw.mjs'), join(prefix, 'bin/openclaw')).catch(ignoreExisting)
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}

async function script(path: string, text: string, shell = '/bin/sh'): Promise<void> {
  await writeFile(path, `#!${shell}\n${text}\n`)
  await chmod(path, 0o755)
}

interface UnitFacts {
  readonly home: string
  readonly prefix: string
  readonly version: string
  readonly path: string
  readonly gatewayPort: number
}

/** The unit as `openclaw gateway install` of that version writes it. */
async function writeUnit({ home, prefix, version, path, gatewayPort }: UnitFacts): Promise<void> {
  const folder = join(home, '.config/systemd/user')
  const isNew = version >= '2026.8'
  const unit = `[Unit]
Description=OpenClaw Gateway (v${version})
After=network-online.target

[Service]
ExecStart="${process.execPath}" "${join(prefix, 'lib/node_modules/openclaw/dist/index.js')}" gateway --port ${gatewayPort}
Restart=always
RestartSec=5
RestartPreventExitStatus=78
TimeoutStopSec=${isNew ? 330 : 30}
TimeoutStartSec=30
SuccessExitStatus=0 143
KillMode=${isNew ? 'mixed' : 'control-group'}
Environment="HOME=${home}"
Environment="PATH=${path}"
Environment="OPENCLAW_GATEWAY_PORT=${gatewayPort}"
Environment="OPENCLAW_SYSTEMD_UNIT=${GATEWAY_UNIT}"
Environment="OPENCLAW_SERVICE_MARKER=openclaw"
Environment="OPENCLAW_SERVICE_KIND=gateway"
Environment="OPENCLAW_SERVICE_VERSION=${version}"

[Install]
WantedBy=default.target
`
  await mkdir(join(folder, 'default.target.wants'), { recursive: true })
  await writeFile(join(folder, GATEWAY_UNIT), unit, { mode: 0o600 })
  await symlink(join(folder, GATEWAY_UNIT), join(folder, 'default.target.wants', GATEWAY_UNIT)).catch(ignoreExisting)
}
