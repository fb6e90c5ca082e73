import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { tempFolder, until, type TempFolder } from './temp'

/** A D-Bus session of its own, with or without a Secret Service. */
export interface Keyring extends AsyncDisposable {
  /** What a process needs in its environment to reach it. */
  readonly env: Readonly<Record<string, string>>
  /** Locks every collection, as a desktop does when the user is away. */
  lock(): void
  /** Stops the Secret Service from answering, without ending it. */
  hang(): void
  /** Runs one script in a Node of its own that sees this keyring; answers what it printed. */
  run(script: string, limitMs?: number): Promise<string>
}

/**
 * Starts a session bus and, unless `secretService` is false, a real gnome-keyring with an unlocked login collection. Nothing
 * of the user's own keyring is touched. keytar takes the bus from the environment when it is first used, so either
 * `run` a script or call `useKeyring` before anything loads keytar.
 */
export async function startKeyring(options: { readonly secretService?: boolean } = {}): Promise<Keyring> {
  const folder = tempFolder()
  const env: Record<string, string> = {
    HOME: folder.join('home'),
    XDG_DATA_HOME: folder.join('data'),
    XDG_RUNTIME_DIR: folder.join('run'),
  }
  for (const path of Object.values(env)) mkdirSync(path, { recursive: true, mode: 0o700 })
  const bus = await startBus(folder)
  env['DBUS_SESSION_BUS_ADDRESS'] = bus.address
  const daemon =
    options.secretService === false
      ? null
      : await startDaemon({ ...process.env, ...env }).catch(async (error: unknown) => {
          await bus.stop()
          throw error
        })
  return {
    env,
    lock: () => {
      execFileSync(
        'dbus-send',
        [
          ...['--session', '--print-reply', '--dest=org.freedesktop.secrets', '/org/freedesktop/secrets'],
          ...['org.freedesktop.Secret.Service.Lock', 'array:objpath:/org/freedesktop/secrets/collection/login'],
        ],
        { env: { ...process.env, ...env } },
      )
    },
    hang: () => void daemon?.kill('SIGSTOP'),
    run: (script, limitMs = 30_000) => runNode(script, { ...process.env, ...env }, limitMs),
    [Symbol.asyncDispose]: async () => {
      if (daemon) await end(daemon)
      await bus.stop()
      folder[Symbol.dispose]()
    },
  }
}

let isKeyringUsed = false

/**
 * Points this process at the keyring until disposed. Only before keytar is used for the first time.
 * @throws Error for a second one: libsecret keeps its connection to the first, which is gone by then.
 */
export function useKeyring(keyring: Keyring): Disposable {
  if (isKeyringUsed) throw new Error('Each test file with a keyring needs a process of its own (see vitest.config.ts).')
  isKeyringUsed = true
  const before = new Map(Object.keys(keyring.env).map(name => [name, process.env[name]]))
  Object.assign(process.env, keyring.env)
  return {
    [Symbol.dispose]: () => {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name)
        else process.env[name] = value
      }
    },
  }
}

/** Without service folders: nothing is started by asking for it, least of all a stray keyring. */
const BUS_CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=SOCKET</listen>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`

async function startBus(folder: TempFolder): Promise<{ address: string; stop: () => Promise<void> }> {
  const socket = folder.join('bus')
  writeFileSync(folder.join('bus.conf'), BUS_CONFIG.replace('SOCKET', socket))
  const child = spawn('dbus-daemon', [`--config-file=${folder.join('bus.conf')}`, '--nofork'], { stdio: 'ignore' })
  await once(child, 'spawn')
  await until(() => existsSync(socket))
  return { address: `unix:path=${socket}`, stop: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGCONT') // a test may have stopped it
  child.kill('SIGTERM')
  await ended
}

/** `--unlock` reads the password of the login collection from stdin, and makes the collection if it is not there. */
async function startDaemon(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await once(child, 'spawn')
  child.stdin.end('\n')
  try {
    await promisify(execFile)('gdbus', ['wait', '--session', '--timeout', '20', 'org.freedesktop.secrets'], { env })
    return child
  } catch (error) {
    await end(child)
    throw error
  }
}

async function runNode(script: string, env: NodeJS.ProcessEnv, limitMs: number): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  let complaints = ''
  child.stdout.on('data', (part: Buffer) => (printed += part.toString()))
  child.stderr.on('data', (part: Buffer) => (complaints += part.toString()))
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  clearTimeout(timer)
  if (code !== 0) throw new Error(`The script ended with ${String(code)}: ${complaints}${printed}`)
  return printed
}
