import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { standIns } from '../demo/find'
import { freePort, startManagerFront, type Manager } from '../demo/manager-front'
import { lightNode } from '../demo/personalities'
import { HostedSshServer } from '../demo/hosted-ssh-server'
import { put, writeSessionFiles } from '../demo/state'
import { isLive } from './nodes'
import { clientKeyIn, makeKnown, placePackage, type Known } from './stand-in-machine'
import { tempFolder, until } from './temp'
import { idle, WindowsModel } from './windows-model'
import { WindowsPowerShell } from './windows-powershell'

/** The task of the gateway. */
export const TASK = '\\OpenClaw Gateway'
const HOME = 'C:/Users/ada'
const STATE = `${HOME}/.openclaw`
const STARTUP = `${HOME}/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup`
const NPM = `${HOME}/AppData/Roaming/npm`
const NODE = 'C:\\Program Files\\nodejs\\node.exe'

/** A machine that stands for Windows, and the services that know it. */
export interface Windows extends Known, AsyncDisposable {
  readonly model: WindowsModel
  readonly powershell: WindowsPowerShell
  readonly server: HostedSshServer
  readonly gatewayPort: number
  /** `C:/x` as it is here. */
  real(path: string): string
  isLive(): Promise<boolean>
  /** Keeps a file from being removed, as an open one is, until disposed. */
  hold(path: string): Disposable
  /** Node.js is there no more, as after an uninstallation by somebody else. */
  loseNode(): void
  bringNodeBack(): void
  /** What of OpenClaw is on it, seen without any of the app's code. */
  left(): readonly string[]
}

/** Starts the machine with a gateway that its task started. `isStartupEntry`: it is started by an entry of the folder Startup instead. */
export async function startWindows(options: { readonly isStartupEntry?: boolean } = {}): Promise<Windows> {
  await using undo = new AsyncDisposableStack()
  const own = undo.use(tempFolder())
  const base = own.join('pc')
  const real = (path: string): string => join(base, path.replace(':', '').replaceAll('\\', '/'))
  const named = (path: string): string => `C:${path.slice(join(base, 'C').length)}`
  const gatewayPort = await freePort()
  await furnish(real, gatewayPort)
  const model = undo.use(
    new WindowsModel({
      gateway: {
        words: [real(`${NPM}/node_modules/openclaw/dist/index.js`), 'gateway', '--port', String(gatewayPort)],
        env: { HOME: real(HOME), OPENCLAW_STATE_DIR: real(STATE), PATH: '/usr/bin:/bin' },
      },
      line: gatewayLine(gatewayPort),
      ...{ stateDir: STATE, port: gatewayPort },
    }),
  )
  if (options.isStartupEntry === true) {
    const line = `start "" /min "C:\\Windows\\system32\\cmd.exe" /d /c "${native(STATE)}\\gateway.cmd"`
    await put(real(STARTUP), 'OpenClaw Gateway.cmd', `@echo off\r\nrem OpenClaw Gateway\r\n${line}\r\n`)
    model.launch()
  } else {
    model.tasks.set(TASK, idle(`${native(STATE)}\\gateway.vbs`, { restart: 'PT1M' }))
    model.start(TASK)
  }
  const powershell = new WindowsPowerShell(model, { real, named })
  const managers = new Map<string, Manager>([['pc', powershell]])
  const front = undo.use(await startManagerFront(managers))
  writeTools(base)
  const key = clientKeyIn(own)
  const environment = environmentOf(base, `http://127.0.0.1:${front.port}/pc`)
  const account = { user: 'ada', password: 'x', authorizedKeys: [key.line], home: real(HOME) }
  const server = undo.use(new HostedSshServer({ ...account, shell: join(base, 'bin/cmd'), environment }))
  await server.listen()
  await until(() => isLive({ gatewayPort }), 30_000)
  const platform = readFileSync(join(standIns(), 'windows/platform.mjs'), 'utf8')
  const known = await makeKnown(undo, own, { label: 'pc', user: 'ada', server, key, platform })
  const all = undo.move()
  return {
    ...known,
    ...{ model, powershell, server, gatewayPort, real },
    isLive: () => isLive({ gatewayPort }),
    hold: path => {
      writeFileSync(join(base, 'held'), `${real(path)}\n`)
      return { [Symbol.dispose]: () => rmSync(join(base, 'held'), { force: true }) }
    },
    loseNode: () => {
      writeFileSync(join(base, 'no-node'), '')
      powershell.answersInstead.set('locate', 'ocm-located\n')
      known.services.pool.dropAll()
    },
    bringNodeBack: () => {
      rmSync(join(base, 'no-node'))
      powershell.answersInstead.delete('locate')
    },
    left: () => leftIn(real, model),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

function native(path: string): string {
  return path.replaceAll('/', '\\')
}

function gatewayLine(port: number): string {
  return `"${NODE}" ${native(NPM)}\\node_modules\\openclaw\\dist\\index.js gateway --port ${port} --task-supervisor`
}

function environmentOf(base: string, door: string): Readonly<Record<string, string>> {
  const path = `C:\\Windows\\system32;C:\\Program Files\\nodejs;${native(NPM)}`
  return {
    ...{ OCM_WINDOWS_BASE: base, OCM_WINDOWS_DOOR: door, OCM_WINDOWS_NODE: process.execPath },
    ...{ USERPROFILE: native(HOME), HOMEDRIVE: 'C:', HOMEPATH: '\\Users\\ada', USERNAME: 'ada' },
    ...{ APPDATA: native(`${HOME}/AppData/Roaming`), LOCALAPPDATA: native(`${HOME}/AppData/Local`) },
    ...{ TEMP: native(`${HOME}/AppData/Local/Temp`), TMP: native(`${HOME}/AppData/Local/Temp`) },
    ...{
      SystemRoot: 'C:\\Windows',
      SystemDrive: 'C:',
      ProgramFiles: 'C:\\Program Files',
      ProgramData: 'C:\\ProgramData',
    },
    ...{ ComSpec: 'C:\\Windows\\system32\\cmd.exe', Path: path, PATHEXT: '.COM;.EXE;.BAT;.CMD' },
  }
}

function writeTools(base: string): void {
  mkdirSync(join(base, 'bin'), { recursive: true })
  for (const name of ['cmd', 'powershell']) {
    const text = readFileSync(join(standIns(), `windows/${name}.sh`), 'utf8')
    const to = join(base, 'bin', name)
    writeFileSync(to, `#!/bin/bash\nPATH=/usr/bin:/bin\n${text}`)
    chmodSync(to, 0o755)
  }
}

/** A set-up as OpenClaw leaves it on Windows: launchers in the state directory, npm's own folder, a log in the folder Temp. */
async function furnish(real: (path: string) => string, gatewayPort: number): Promise<void> {
  const home = real(HOME)
  const stateDir = real(STATE)
  await mkdir(stateDir, { recursive: true })
  await lightNode(1).furnish({ home, stateDir, gatewayPort })
  const config = join(stateDir, 'openclaw.json')
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll(stateDir, STATE).replaceAll(home, HOME))
  await writeSessionFiles(stateDir, 'main', 2)
  await put(stateDir, 'gateway.cmd', launcher(gatewayPort))
  await put(stateDir, 'gateway.vbs', Buffer.from(`\ufeff${hiddenLauncher()}`, 'utf16le'))
  await put(home, 'AppData/Local/Temp/openclaw/openclaw-2026-11-22.log', 'listening\n')
  await put(home, 'Documents/WindowsPowerShell/Microsoft.PowerShell_profile.ps1', 'Set-Alias ll dir\r\n')
  await mkdir(real('C:/Windows/System32'), { recursive: true })
  await put(real('C:/Program Files/nodejs'), 'node.exe', 'MZ')
  await put(real('C:/Program Files/nodejs'), 'node_modules/npm/bin/npm-cli.js', '// npm\n')
  await placePackage(real(`${NPM}/node_modules/openclaw`))
  const shim = '@ECHO off\r\n"%dp0%\\node.exe" "%dp0%\\node_modules\\openclaw\\openclaw.mjs" %*\r\n'
  await put(real(NPM), 'openclaw.cmd', shim)
  await put(real(NPM), 'openclaw', '#!/bin/sh\nexec node "$basedir/node_modules/openclaw/openclaw.mjs" "$@"\n')
  await put(real(NPM), 'openclaw.ps1', '& node "$basedir/node_modules/openclaw/openclaw.mjs" $args\r\n')
}

function launcher(port: number): string {
  const lines = [
    '@echo off',
    'rem OpenClaw Gateway (v2026.9.6)',
    `cd /d "${native(HOME)}"`,
    'set "OPENCLAW_SERVICE_MARKER=openclaw"',
    'set "OPENCLAW_SERVICE_KIND=gateway"',
    `set "OPENCLAW_GATEWAY_PORT=${port}"`,
    `${gatewayLine(port)} < NUL`,
  ]
  return lines.map(line => `${line}\r\n`).join('')
}

function hiddenLauncher(): string {
  const lines = [
    "' OpenClaw Gateway (v2026.9.6)",
    'Set shell = CreateObject("WScript.Shell")',
    'shell.Environment("Process")("OPENCLAW_WINDOWS_TASK_HIDDEN_LAUNCHER") = "wscript"',
    `WScript.Quit shell.Run("""${native(STATE)}\\gateway.cmd""", 0, True)`,
  ]
  return lines.map(line => `${line}\r\n`).join('')
}

function leftIn(real: (path: string) => string, model: WindowsModel): readonly string[] {
  const folders = [HOME, `${HOME}/AppData/Local/Temp`, NPM, `${NPM}/node_modules`, STARTUP]
  const paths = folders.flatMap(folder =>
    existsSync(real(folder))
      ? readdirSync(real(folder)).flatMap(name => (/openclaw|clawdbot/i.test(name) ? [`${folder}/${name}`] : []))
      : [],
  )
  const tasks = [...model.tasks.keys()].filter(name => /openclaw/i.test(name))
  return [...paths, ...tasks, ...model.pids.map(pid => `process ${pid}`)]
}
