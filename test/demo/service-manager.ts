import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ended } from './ended'
import { Linger } from './linger'
import { each, no, ok, type ManagerAnswer, type ManagerRequest } from './manager-answer'
import { parseSystemctl, valuesOf, wordsOf } from './unit-words'

/** Where the node whose services are managed lives. */
export interface ManagedNode {
  readonly home: string
  readonly user: string
  /** What every service finds in its environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Whom the services run as; our own account without it. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined
}

interface Service {
  child: ChildProcess
  wanted: boolean
  starts: number
  /** Set while it waits for its next start. */
  restart: NodeJS.Timeout | null
}

const WANTS = 'default.target.wants'

/** What systemd calls the states that a service of its own can be in. */
const SUB_STATES: Readonly<Record<string, string>> = { active: 'running', failed: 'failed', activating: 'auto-restart' }

/** A stand-in for one account's systemd: real unit files, real processes, the verbs that OCM and OpenClaw use. */
export class ServiceManager implements AsyncDisposable {
  private readonly running = new Map<string, Service>()
  private readonly others = new Set<ChildProcess>()
  private readonly linger: Linger

  constructor(
    private readonly node: ManagedNode,
    options: { readonly linger: boolean },
  ) {
    this.linger = new Linger(node)
    this.linger.set(options.linger)
  }

  /** Process ids of everything it started that still runs. */
  get pids(): readonly number[] {
    const children = [...[...this.running.values()].map(({ child }) => child), ...this.others]
    return children.flatMap(({ pid, exitCode, signalCode }) =>
      pid !== undefined && exitCode === null && signalCode === null ? [pid] : [],
    )
  }

  async answer({ name, words, ...context }: ManagerRequest): Promise<ManagerAnswer> {
    if (name === 'systemctl') return this.systemctl(words)
    if (name === 'loginctl') return this.loginctl(words)
    if (name === 'systemd-run') return this.runOnce(words, context)
    return no(127, `${name}: not known here`)
  }

  async start(unit: string): Promise<ManagerAnswer> {
    if (this.pidOf(unit) !== null) return ok()
    const text = await this.unitText(unit)
    if (text === null) return no(5, `Failed to start ${unit}: Unit ${unit} not found.`)
    if (this.pidOf(unit) !== null) return ok() // started by another request while the unit was read
    clearTimeout(this.running.get(unit)?.restart ?? undefined)
    this.launch(unit, text, 0)
    return ok()
  }

  async stop(unit: string): Promise<ManagerAnswer> {
    const service = this.running.get(unit)
    if (service === undefined) return (await this.unitText(unit)) === null ? no(5, `Unit ${unit} not loaded.`) : ok()
    service.wanted = false
    await ended(service.child, 'SIGTERM', stopMs((await this.unitText(unit)) ?? ''))
    this.running.delete(unit)
    return ok()
  }

  /** All that runs ends unasked, and nothing starts it again: the machine went down. */
  async fail(): Promise<void> {
    const services = [...this.running.values()]
    for (const service of services) {
      service.wanted = false
      clearTimeout(service.restart ?? undefined)
    }
    this.running.clear()
    await Promise.all([...services.map(({ child }) => child), ...this.others].map(child => ended(child, 'SIGKILL')))
  }

  /** Starts what is enabled, as the start of the machine or the first login does. */
  async boot(): Promise<void> {
    const names = await readdir(join(this.folder(), WANTS)).catch((): string[] => []) // none enabled yet
    for (const name of names) await this.start(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const service of this.running.values()) service.wanted = false
    const children = [...[...this.running.values()].map(({ child }) => child), ...this.others]
    await Promise.all(children.map(child => ended(child, 'SIGTERM')))
    this.running.clear()
  }

  private async systemctl(all: readonly string[]): Promise<ManagerAnswer> {
    const { verb, units, properties, isUser, isNow } = parseSystemctl(all)
    if (!isUser) {
      if (verb === 'show')
        return ok(units.map(unit => `Id=${unit}\nLoadState=not-found\nActiveState=inactive\nMainPID=0\n`).join('\n'))
      return verb === 'daemon-reload' ? no(1, 'Access denied') : no(4, 'The demo node has no system services.')
    }
    switch (verb) {
      case 'daemon-reload':
      case 'reset-failed':
        return ok()
      case 'is-system-running':
        return ok('running\n')
      case 'show':
        return ok(await this.show(units, properties))
      case 'list-unit-files':
        return ok(await this.listUnitFiles(units))
      case 'list-units':
        return ok((await this.unitNames()).map(name => `${name} loaded ${this.activeState(name)} - -\n`).join(''))
      case 'start':
        return each(units, unit => this.start(unit))
      case 'stop':
        return each(units, unit => this.stop(unit))
      case 'kill':
        return each(units, unit => this.stop(unit))
      case 'restart':
        return each(units, async unit => {
          await this.stop(unit)
          return this.start(unit)
        })
      case 'is-active':
        return this.state(units, unit => Promise.resolve(this.activeState(unit)), 'active', 3)
      case 'is-enabled':
        return this.state(units, unit => this.fileState(unit), 'enabled', 1)
      case 'is-failed':
        return this.state(units, unit => Promise.resolve(this.activeState(unit)), 'failed', 1)
      case 'enable':
        return each(units, async unit => (await this.enable(unit)) ?? (isNow ? this.start(unit) : ok()))
      case 'disable':
        return each(units, async unit => {
          await rm(join(this.folder(), WANTS, unit), { force: true })
          return isNow ? this.stop(unit) : ok()
        })
      case 'status':
        return this.status(units)
      default:
        return no(1, `Unknown command verb ${verb}.`)
    }
  }

  private loginctl(words: readonly string[]): ManagerAnswer {
    const [verb] = words.filter(word => !word.startsWith('-'))
    if (verb === 'enable-linger') this.linger.set(true)
    else if (verb === 'disable-linger') this.linger.set(false)
    else if (verb === 'show-user') {
      const linger = this.linger.isOn ? 'yes' : 'no'
      return ok(words.includes('--value') ? `${linger}\n` : `Linger=${linger}\n`)
    } else return no(1, `Unknown command verb ${verb ?? ''}.`)
    return ok()
  }

  /** `systemd-run [options] <program> [words]`: the program runs on its own; `--wait` and `--pipe` wait for it. */
  private runOnce(
    words: readonly string[],
    context: Pick<ManagerRequest, 'cwd' | 'environment'>,
  ): Promise<ManagerAnswer> {
    const takesValue = new Set(['-p', '--property', '-u', '--unit', '-E', '--setenv', '--working-directory'])
    let at = 0
    while (at < words.length && words[at]?.startsWith('-') === true) at += takesValue.has(words[at] ?? '') ? 2 : 1
    const [program, ...rest] = words.slice(at)
    if (program === undefined) return Promise.resolve(no(1, 'Command line to execute required.'))
    const { cwd, environment } = context
    const child = spawn(program, rest, { cwd, env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    this.others.add(child)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()))
    const closed = new Promise<ManagerAnswer>(resolve => {
      child.on('error', error => resolve(no(203, error.message)))
      child.on('close', code => {
        this.others.delete(child)
        resolve({ code: code ?? 1, stdout, stderr })
      })
    })
    const isWaiting = ['--wait', '--pipe', '-P', '--scope', '--pty'].some(option => words.slice(0, at).includes(option))
    return isWaiting ? closed : Promise.resolve({ ...ok(), stderr: 'Running as unit: run-demo.service\n' })
  }

  private launch(unit: string, text: string, starts: number): void {
    const [program, ...rest] = wordsOf(valuesOf(text, 'ExecStart').at(-1) ?? '')
    if (program === undefined) return
    const own = valuesOf(text, 'Environment').flatMap(wordsOf)
    const environment = Object.fromEntries(
      own.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    )
    const env = { ...this.node.environment, ...environment }
    // The pipe to its stdin stays open while we live; the stand-in ends when it closes.
    const child = spawn(program, rest, {
      cwd: this.node.home,
      env,
      ...this.node.account,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.stdin.on('error', () => undefined) // It is told by `exit`.
    child.on('error', () => undefined) // A program that is not there: the unit is then `failed`.
    const service: Service = { child, wanted: true, starts, restart: null }
    this.running.set(unit, service)
    child.on('exit', code => {
      const isPrevented = valuesOf(text, 'RestartPreventExitStatus').flatMap(wordsOf).includes(String(code))
      const restarts = valuesOf(text, 'Restart').at(-1) === 'always' && !isPrevented && starts < 5
      if (service.wanted && restarts) {
        service.restart = setTimeout(() => {
          service.restart = null
          if (service.wanted && this.running.get(unit) === service) this.launch(unit, text, starts + 1)
        }, restartMs(text)).unref()
      }
    })
  }

  private pidOf(unit: string): number | null {
    const child = this.running.get(unit)?.child
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null ? child.pid : null
  }

  private activeState(unit: string): string {
    if (this.pidOf(unit) !== null) return 'active'
    const service = this.running.get(unit)
    if (service?.wanted !== true) return 'inactive'
    return service.restart === null ? 'failed' : 'activating'
  }

  private folder(): string {
    return join(this.node.home, '.config/systemd/user')
  }

  private async unitText(unit: string): Promise<string | null> {
    const path = join(this.folder(), basename(unit))
    return existsSync(path) ? await readFile(path, 'utf8') : null
  }

  private async unitNames(): Promise<string[]> {
    const names = await readdir(this.folder()).catch((): string[] => []) // no folder: no units
    return names.filter(name => name.endsWith('.service')).sort()
  }

  private async fileState(unit: string): Promise<string> {
    if ((await this.unitText(unit)) === null) return 'not-found'
    return (await readdir(join(this.folder(), WANTS)).catch((): string[] => [])).includes(unit) ? 'enabled' : 'disabled' // none enabled yet
  }

  private async enable(unit: string): Promise<ManagerAnswer | null> {
    if ((await this.unitText(unit)) === null) return no(1, `Failed to enable unit: Unit file ${unit} does not exist.`)
    await mkdir(join(this.folder(), WANTS), { recursive: true })
    await rm(join(this.folder(), WANTS, unit), { force: true })
    await symlink(join(this.folder(), unit), join(this.folder(), WANTS, unit))
    return null
  }

  private async show(units: readonly string[], properties: readonly string[]): Promise<string> {
    const blocks = await Promise.all(units.map(unit => this.propertiesOf(unit)))
    return blocks
      .map(block => Object.entries(block).filter(([name]) => properties.length === 0 || properties.includes(name)))
      .map(pairs => pairs.map(([name, value]) => `${name}=${value}\n`).join(''))
      .join('\n')
  }

  private async propertiesOf(unit: string): Promise<Record<string, string>> {
    const text = await this.unitText(unit)
    const fileState = text === null ? '' : await this.fileState(unit)
    // From here on in one go, as systemd answers: between a state and a process id it may have ended.
    const state = this.activeState(unit)
    const stop = valuesOf(text ?? '', 'TimeoutStopSec').at(-1) ?? '90'
    const service = this.running.get(unit)
    return {
      Id: unit,
      LoadState: text === null ? 'not-found' : 'loaded',
      ActiveState: state,
      SubState: SUB_STATES[state] ?? 'dead',
      UnitFileState: fileState,
      MainPID: String(this.pidOf(unit) ?? 0),
      FragmentPath: text === null ? '' : join(this.folder(), unit),
      DropInPaths: '',
      TimeoutStopUSec: `${stop}s`,
      NRestarts: String(service?.starts ?? 0),
      ExecMainStatus: String(service?.child.exitCode ?? 0),
      Result: state === 'failed' ? 'exit-code' : 'success',
    }
  }

  private async listUnitFiles(patterns: readonly string[]): Promise<string> {
    const names = (await this.unitNames()).filter(
      name => patterns.length === 0 || patterns.some(pattern => name.startsWith(pattern.replace(/\*.*$/, ''))),
    )
    const lines = await Promise.all(names.map(async name => `${name} ${await this.fileState(name)} enabled\n`))
    return lines.join('')
  }

  private async state(
    units: readonly string[],
    read: (unit: string) => Promise<string>,
    ...[good, code]: readonly [string, number]
  ): Promise<ManagerAnswer> {
    const states = await Promise.all(units.map(read))
    return { code: states.includes(good) ? 0 : code, stdout: states.map(one => `${one}\n`).join(''), stderr: '' }
  }

  private async status(units: readonly string[]): Promise<ManagerAnswer> {
    const [unit = ''] = units
    const shown = await this.propertiesOf(unit)
    if (shown['LoadState'] === 'not-found') return no(4, `Unit ${unit} could not be found.`)
    const stdout = `${unit}\n   Active: ${shown['ActiveState'] ?? ''}\n Main PID: ${shown['MainPID'] ?? ''}\n`
    return { code: shown['ActiveState'] === 'active' ? 0 : 3, stdout, stderr: '' }
  }
}

/** How long a unit may take to stop; systemd's default is 90 s. */
function stopMs(text: string): number {
  return 1000 * Number(valuesOf(text, 'TimeoutStopSec').at(-1) ?? 90)
}

/** How long a unit waits before its next start; systemd's default is 100 ms. */
function restartMs(text: string): number {
  return 1000 * Number(valuesOf(text, 'RestartSec').at(-1) ?? 0.1)
}
