import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, lchown, mkdir, readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Connection } from '../../main/ssh/types'
import { Launchd } from '../demo/launchd'
import { freePort, startManagerFront } from '../demo/manager-front'
import { lightNode } from '../demo/personalities'
import { HostedSshServer } from '../demo/hosted-ssh-server'
import { put, writeSessionFiles } from '../demo/state'
import { realOf, replaced, writeTools } from './mac-tools'
import { isLive } from './nodes'
import { clientKeyIn, makeKnown, placePackage, type Known } from './stand-in-machine'
import { tempFolder, until } from './temp'
import { ACCOUNT, processesOf } from './victim'

/** The label of the gateway's agent. */
export const LABEL = 'ai.openclaw.gateway'

/** A machine that stands for a Mac, and the services that know it. */
export interface Mac extends Known, AsyncDisposable {
  readonly home: string
  readonly stateDir: string
  readonly gatewayPort: number
  readonly uid: number
  readonly plist: string
  readonly launchd: Launchd
  readonly server: HostedSshServer
  /** Where its own stand-ins of tools lie. */
  readonly bin: string
  isLive(): Promise<boolean>
  /** Works with a connection of its own to the machine. */
  witness<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** Puts a script in the place of one of its tools, until disposed. */
  replaceTool(name: string, line: string): Disposable
  /** What of OpenClaw is on it, seen without any of the app's code. */
  left(): readonly string[]
}

/** Starts the machine with a gateway that launchd keeps alive. `hasScreen` false: nobody is logged in at its screen. */
export async function startMac(options: { readonly hasScreen?: boolean } = {}): Promise<Mac> {
  await using undo = new AsyncDisposableStack()
  const own = undo.use(tempFolder())
  const base = own.join('mac')
  const home = join(base, 'Users/ada')
  const stateDir = join(home, '.openclaw')
  const bin = join(base, 'bin')
  const prefix = join(home, '.npm-global')
  const uid = ACCOUNT?.uid ?? process.getuid?.() ?? 0
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const path = [bin, join(prefix, 'bin')].join(':')
  const managers = new Map<string, Launchd>()
  const front = undo.use(await startManagerFront(managers))
  const environment = {
    HOME: home,
    USER: 'ada',
    LOGNAME: 'ada',
    SHELL: realOf('bash'),
    PATH: path,
    OCM_DEMO_MANAGER: `http://127.0.0.1:${front.port}/mac`,
    OCM_DEMO_SERVICE_MANAGER: 'launchd',
  }
  const gatewayPort = await freePort()
  await furnish({ home, stateDir, gatewayPort, prefix, path })
  writeTools(bin)
  const login = {
    ...environment,
    OCM_MAC_REAL_PS: realOf('ps'),
    OCM_MAC_BROKEN_PS: join(base, 'broken-ps'),
  }
  if (ACCOUNT !== undefined) await handOver([own.path, base, dirname(home)], home, ACCOUNT)
  const node = { home, user: 'ada', environment, account: ACCOUNT }
  const launchd = undo.use(new Launchd(node, uid))
  launchd.hasScreen = options.hasScreen ?? true
  managers.set('mac', launchd)
  const key = clientKeyIn(own)
  const server = undo.use(
    new HostedSshServer({
      ...{ user: 'ada', password: 'x', authorizedKeys: [key.line], shell: join(bin, 'sh'), home, account: ACCOUNT },
      environment: login,
    }),
  )
  await server.listen()
  const plist = join(home, `Library/LaunchAgents/${LABEL}.plist`)
  launchd.load(`${launchd.hasScreen ? 'gui' : 'user'}/${uid}`, plist)
  await until(() => isLive({ gatewayPort }), 30_000)
  // Nothing else of the remote program differs.
  const platform = "Object.defineProperty(process, 'platform', { value: 'darwin' })"
  const known = await makeKnown(undo, own, { label: 'mac', user: 'ada', server, key, platform })
  const all = undo.move()
  return {
    ...known,
    ...{ home, stateDir, gatewayPort, uid, plist, launchd, server, bin },
    isLive: () => isLive({ gatewayPort }),
    witness: work => known.services.pool.fresh(known.nodeId, work),
    replaceTool: (name, line) => replaced(join(bin, name), line),
    left: () => leftIn(home),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

interface Furnishing {
  readonly home: string
  readonly stateDir: string
  readonly gatewayPort: number
  readonly prefix: string
  readonly path: string
}

/** A set-up as OpenClaw leaves it on a Mac: the agent's list starts the gateway through a wrapper in `service-env`. */
async function furnish({ home, stateDir, gatewayPort, prefix, path }: Furnishing): Promise<void> {
  await lightNode(1).furnish({ home, stateDir, gatewayPort })
  await writeSessionFiles(stateDir, 'main', 2)
  await put(home, 'Library/Logs/openclaw/gateway.log', 'listening\n')
  await put(home, '.Trash/com.clawdbot.gateway.plist', '<plist/>\n')
  for (const file of ['.profile', '.bash_profile']) await put(home, file, `export PATH='${path}'\n`)
  const completions = `${stateDir}/completions/openclaw.zsh`
  await put(
    home,
    '.zshrc',
    `alias ll='ls -l'\n\n# OpenClaw Completion\n[ -f "${completions}" ] && source "${completions}"\n`,
  )
  const root = join(prefix, 'lib/node_modules/openclaw')
  await placePackage(root)
  await mkdir(join(prefix, 'bin'), { recursive: true })
  await symlink(join(root, 'openclaw.mjs'), join(prefix, 'bin/openclaw'))
  const wrapper = `service-env/${LABEL}-env-wrapper.sh`
  const env = `service-env/${LABEL}.env`
  await put(stateDir, wrapper, '#!/bin/sh\nset -a\n. "$1"\nshift\nexec "$@"\n')
  await put(stateDir, env, `OPENCLAW_GATEWAY_PORT='${gatewayPort}'\nOPENCLAW_SERVICE_KIND='gateway'\n`)
  const words = [
    ...['/bin/sh', join(stateDir, wrapper), join(stateDir, env)],
    ...[process.execPath, join(root, 'dist/index.js'), 'gateway', '--port', String(gatewayPort)],
  ]
  await put(home, `Library/LaunchAgents/${LABEL}.plist`, plistText(words))
}

/** The list as `openclaw gateway install` writes it. */
export function plistText(words: readonly string[], label = LABEL): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
  <dict>
    <key>Label</key>
    <string>${label}</string>
    <key>RunAtLoad</key>
    <true/>
    <key>KeepAlive</key>
    <true/>
    <key>ThrottleInterval</key>
    <integer>10</integer>
    <key>ExitTimeOut</key>
    <integer>20</integer>
    <key>ProgramArguments</key>
    <array>
${words.map(word => `      <string>${word}</string>`).join('\n')}
    </array>
  </dict>
</plist>
`
}

async function handOver(
  closed: readonly string[],
  home: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<void> {
  for (const path of closed) await chmod(path, 0o711)
  const all = (await readdir(home, { recursive: true })).map(name => join(home, name))
  for (const path of [home, ...all]) await lchown(path, uid, gid)
}

function leftIn(home: string): readonly string[] {
  const isOurs = /openclaw|clawdbot/i
  const names = (folder: string): string[] => (existsSync(join(home, folder)) ? readdirSync(join(home, folder)) : [])
  const folders = [
    '.',
    'Library/LaunchAgents',
    'Library/Logs',
    '.Trash',
    '.npm-global/bin',
    '.npm-global/lib/node_modules',
  ]
  const paths = folders.flatMap(folder =>
    names(folder).flatMap(name => (isOurs.test(name) ? [join(folder, name)] : [])),
  )
  return [...paths, ...processesOf({ home }).map(pid => `process ${pid}`)]
}

/** Makes `ps` answer nothing at all, as a broken one does, until disposed. */
export function breakPs({ bin }: Mac): Disposable {
  const path = join(dirname(bin), 'broken-ps')
  writeFileSync(path, '')
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) }
}

/** What a person at this machine would see running. */
export function gatewayPids({ home }: Mac): readonly number[] {
  return processesOf({ home })
}

/** Ends a process as somebody else would, by its pid. */
export function endByHand(pid: number): void {
  execFileSync('kill', ['-KILL', String(pid)])
}
