import type Electron from 'electron'
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { InstanceLock } from './instance-lock'
import { makeEvent, type HostState } from './state'

type AppPart = Pick<
  Electron.App,
  | 'enableSandbox'
  | 'exit'
  | 'focus'
  | 'getAppPath'
  | 'getLoginItemSettings'
  | 'getName'
  | 'getPath'
  | 'getVersion'
  | 'hasSingleInstanceLock'
  | 'isReady'
  | 'quit'
  | 'releaseSingleInstanceLock'
  | 'requestSingleInstanceLock'
  | 'setAppUserModelId'
  | 'setLoginItemSettings'
  | 'setPath'
  | 'setToastActivatorCLSID'
  | 'whenReady'
>

/** `app`: paths, the lock, and the life of the process. */
export class HostApp extends EventEmitter implements AppPart {
  readonly isPackaged = false
  private readonly paths = new Map<string, string>()
  private readonly ready = Promise.withResolvers<undefined>()
  private readonly manifest: { readonly name: string; readonly version: string; readonly folder: string }
  private lock: InstanceLock | null = null
  private isEnding = false

  constructor(private readonly state: HostState) {
    super()
    this.manifest = findManifest(dirname(state.options.entry))
    const config = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')
    this.paths.set('home', homedir()).set('temp', tmpdir()).set('appData', config)
    this.paths.set('userData', join(config, this.manifest.name)).set('exe', process.execPath)
  }

  /** The entry module has run to its end: Electron is ready only then. */
  becomeReady(): void {
    this.state.isReady = true
    this.ready.resolve(undefined)
    this.emit('ready', makeEvent({}), {})
  }
  isReady(): boolean {
    return this.state.isReady
  }
  whenReady(): Promise<void> {
    return this.ready.promise
  }
  enableSandbox(): void {
    this.state.onlyBeforeReady('app.enableSandbox()')
  }
  getName(): string {
    return this.manifest.name
  }
  getVersion(): string {
    return this.manifest.version
  }
  getAppPath(): string {
    return this.manifest.folder
  }
  getPath(name: string): string {
    const path = this.paths.get(name) ?? (name === 'sessionData' ? this.paths.get('userData') : undefined)
    if (path === undefined) throw new Error(`Failed to get '${name}' path`)
    if (name === 'userData') mkdirSync(path, { recursive: true, mode: 0o700 })
    return path
  }
  setPath(name: string, path: string): void {
    if (!existsSync(path)) throw new Error(`Failed to set path '${name}': it does not exist`)
    this.paths.set(name, path)
  }
  requestSingleInstanceLock(additionalData: Record<string, unknown> = {}): boolean {
    this.lock ??= InstanceLock.take(this.getPath('userData'), {
      argv: process.argv,
      cwd: process.cwd(),
      additionalData,
    })
    this.lock?.listen(({ argv, cwd, additionalData: data }) => {
      void this.ready.promise.then(() => this.emit('second-instance', makeEvent({}), argv, cwd, data))
    })
    return this.lock !== null
  }
  hasSingleInstanceLock(): boolean {
    return this.lock !== null
  }
  releaseSingleInstanceLock(): void {
    this.lock?.release()
    this.lock = null
  }
  setAppUserModelId(): void {
    // Names the app to the Windows task bar, which the host does not have.
  }
  setToastActivatorCLSID(id: string): void {
    // As Electron on Windows refuses what is no GUID.
    if (!/^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i.test(id)) throw new Error('Invalid CLSID format')
  }
  focus(): void {
    // Windows of the host take the focus by themselves.
  }
  setLoginItemSettings(): void {
    throw new Error('The host is never packaged: it must not be registered at login')
  }
  getLoginItemSettings(): Electron.LoginItemSettings {
    throw new Error('The host is never packaged: it is not registered at login')
  }

  /** before-quit, windows close, will-quit, quit, end; the first two can be prevented. */
  quit(): void {
    const asked = makeEvent({})
    this.emit('before-quit', asked)
    if (asked.defaultPrevented) return
    for (const window of [...this.state.windows]) window.close()
    if (this.state.windows.size > 0) return
    const last = makeEvent({})
    this.emit('will-quit', last)
    if (!last.defaultPrevented) this.exit(0)
  }
  exit(exitCode = 0): void {
    if (this.isEnding) return
    this.isEnding = true
    for (const window of [...this.state.windows]) window.destroy()
    this.emit('quit', makeEvent({}), exitCode)
    this.releaseSingleInstanceLock()
    process.exit(exitCode)
  }
  /** What Electron does when the last window goes and nobody listens. */
  lastWindowClosed(): void {
    if (this.isEnding) return
    const isHeard = this.listenerCount('window-all-closed') > 0
    if (isHeard) this.emit('window-all-closed')
    // The host draws no tray icon: a person could not get the window back.
    if (!isHeard || !this.state.options.isTest) this.quit()
  }
}

/** The nearest package.json above the entry, as Electron looks for it. */
function findManifest(folder: string): { readonly name: string; readonly version: string; readonly folder: string } {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) {
    if (dirname(folder) === folder) throw new Error('No package.json above the entry')
    return findManifest(dirname(folder))
  }
  const { name, productName, version } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<string, string>>
  return { name: productName ?? name ?? 'app', version: version ?? '0.0.0', folder }
}
