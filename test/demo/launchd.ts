import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { LAUNCHCTL } from '../fixtures/launchctl-words'
import { ended } from './ended'
import { no, ok, type ManagerAnswer, type ManagerRequest } from './manager-answer'
import type { ManagedNode } from './service-manager'

interface Job {
  readonly domain: string
  readonly path: string
  readonly text: string
  child: ChildProcess | null
  /** False once it is being unloaded. */
  isWanted: boolean
}

/** A stand-in for launchd of one account: real property lists, real processes, the real one's words. */
export class Launchd implements AsyncDisposable {
  /** Somebody is logged in at the screen, so that there is a domain `gui`. */
  hasScreen = true
  /** Every `bootout` fails, and what is loaded stays so. */
  refusesBootout = false
  /** It prints `true` and `false` where newer releases print words. */
  isOld = false
  /** launchd waits 10 s before it starts again what ended soon after its start; here it does not take as long, ms. */
  throttleMs = 150
  /** So many times it answers `bootstrap` as it does while something is still being unloaded. */
  bootstrapsToRefuse = 0
  readonly #jobs = new Map<string, Job>()
  readonly #notes = new Map<string, boolean>()

  constructor(
    private readonly node: ManagedNode,
    private readonly uid: number,
  ) {}

  get pids(): readonly number[] {
    return [...this.#jobs.values()].flatMap(({ child }) => (child !== null && isAlive(child) ? (child.pid ?? []) : []))
  }

  /** Labels that are loaded, and those that are noted as switched off. */
  get state(): { readonly loaded: readonly string[]; readonly off: readonly string[] } {
    return {
      loaded: [...this.#jobs.keys()],
      off: [...this.#notes].flatMap(([label, isOff]) => (isOff ? [label] : [])),
    }
  }

  answer({ name, words }: Pick<ManagerRequest, 'name' | 'words'>): Promise<ManagerAnswer> {
    if (name !== 'launchctl') return Promise.resolve(no(127, `${name}: command not found`))
    const [verb = '', target = '', path = ''] = words
    switch (verb) {
      case 'print':
        return Promise.resolve(this.#print(target))
      case 'print-disabled':
        return Promise.resolve(this.#hasDomain(target) ? ok(this.#disabledBlock('')) : LAUNCHCTL.noDomain('print'))
      case 'bootout':
        return Promise.resolve(this.#bootout(target))
      case 'bootstrap':
        return Promise.resolve(this.#bootstrap(target, path))
      case 'enable':
      case 'disable': {
        const { domain, label } = parsed(target)
        if (!this.#hasDomain(domain)) return Promise.resolve(LAUNCHCTL.noDomain('print'))
        this.#notes.set(label, verb === 'disable')
        return Promise.resolve(ok())
      }
      default:
        return Promise.resolve(no(64, `Unrecognized subcommand: ${verb}`))
    }
  }

  /** Loads a list without anybody asking, as a login at the screen does. */
  load(domain: string, path: string): void {
    this.#bootstrap(domain, path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const jobs = [...this.#jobs.values()]
    for (const job of jobs) job.isWanted = false
    this.#jobs.clear()
    await Promise.all(jobs.flatMap(({ child }) => (child === null ? [] : ended(child, 'SIGKILL'))))
  }

  #hasDomain(domain: string): boolean {
    if (domain === 'system' || domain === `user/${this.uid}`) return true
    return domain === `gui/${this.uid}` && this.hasScreen
  }

  #print(target: string): ManagerAnswer {
    const { domain, label } = parsed(target)
    if (!this.#hasDomain(domain)) return LAUNCHCTL.noDomain('print')
    if (label === '') return ok(this.#domain(domain))
    const job = this.#jobs.get(label)
    if (job === undefined || job.domain !== domain) return LAUNCHCTL.noService(label, domain, this.uid)
    const pid = job.child !== null && isAlive(job.child) ? (job.child.pid ?? 0) : 0
    const words = stringsIn(job.text, 'ProgramArguments')
    return ok(
      [
        `${target} = {`,
        '\tactive count = 1',
        `\tpath = ${job.path}`,
        '\ttype = LaunchAgent',
        `\tstate = ${pid > 0 ? 'running' : job.isWanted ? 'spawn scheduled' : 'not running'}`,
        '',
        `\tprogram = ${words[0] ?? ''}`,
        '\targuments = {',
        ...words.map(word => `\t\t${word}`),
        '\t}',
        '',
        '\tdefault environment = {',
        '\t\tPATH => /usr/bin:/bin:/usr/sbin:/sbin',
        '\t}',
        '',
        '\tminimum runtime = 10',
        `\texit timeout = ${exitTimeoutMs(job.text) / 1000}`,
        '\truns = 1',
        ...(pid > 0 ? [`\tpid = ${pid}`] : ['\tlast exit code = 0']),
        '',
        '\tspawn type = daemon (3)',
        '}',
        '',
      ].join('\n'),
    )
  }

  #domain(domain: string): string {
    const jobs = [...this.#jobs].filter(([, job]) => job.domain === domain)
    const rows = jobs.map(([label, { child }]) => `\t\t${String(child?.pid ?? 0).padStart(8)}      - \t${label}`)
    const services = ['\t\t     411      - \tcom.apple.cfprefsd.xpc.agent', ...rows]
    return [
      `${domain} = {`,
      '\ttype = user',
      '\tservices = {',
      ...services,
      '\t}',
      this.#disabledBlock('\t'),
      '}',
      '',
    ].join('\n')
  }

  #disabledBlock(indent: string): string {
    const word = (isOff: boolean): string => (this.isOld ? String(isOff) : isOff ? 'disabled' : 'enabled')
    const lines = [...this.#notes].map(([label, isOff]) => `${indent}\t"${label}" => ${word(isOff)}\n`)
    return `${indent}disabled services = {\n${lines.join('')}${indent}}\n`
  }

  #bootout(target: string): ManagerAnswer {
    const { domain, label } = parsed(target)
    if (!this.#hasDomain(domain)) return LAUNCHCTL.noDomain('Boot-out')
    const job = this.#jobs.get(label)
    if (job === undefined || job.domain !== domain) return LAUNCHCTL.notLoaded
    if (this.refusesBootout) return LAUNCHCTL.bootoutFailed
    job.isWanted = false
    const gone = job.child === null ? Promise.resolve() : ended(job.child, 'SIGTERM', exitTimeoutMs(job.text))
    // It answers before what it was told is over.
    void gone.then(() => this.#jobs.delete(label))
    return ok()
  }

  #bootstrap(domain: string, path: string): ManagerAnswer {
    if (!this.#hasDomain(domain)) return LAUNCHCTL.noDomain('Bootstrap')
    if (!existsSync(path) || this.bootstrapsToRefuse-- > 0) return LAUNCHCTL.bootstrapFailed
    const text = readFileSync(path, 'utf8')
    const label = /<key>Label<\/key>\s*<string>(.*?)<\/string>/.exec(text)?.[1] ?? ''
    if (this.#jobs.has(label) || this.#notes.get(label) === true) return LAUNCHCTL.bootstrapFailed
    const job: Job = { domain, path, text, child: null, isWanted: true }
    this.#jobs.set(label, job)
    this.#spawn(job)
    return ok()
  }

  #spawn(job: Job): void {
    const [program = '', ...words] = stringsIn(job.text, 'ProgramArguments')
    const child = spawn(program, words, {
      cwd: this.node.home,
      env: { ...this.node.environment },
      ...this.node.account,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.stdin.on('error', () => undefined) // It is told by `exit`.
    child.on('error', () => undefined)
    job.child = child
    child.on('exit', () => {
      if (!/<key>KeepAlive<\/key>\s*<true\/>/.test(job.text)) return
      setTimeout(() => {
        if (job.isWanted) this.#spawn(job)
      }, this.throttleMs).unref()
    })
  }
}

function parsed(target: string): { readonly domain: string; readonly label: string } {
  const [, domain = '', label = ''] = /^(system|(?:gui|user)\/\d+)(?:\/(.+))?$/.exec(target) ?? []
  return { domain, label }
}

function stringsIn(text: string, key: string): string[] {
  const block = new RegExp(`<key>${key}</key>\\s*<array>(.*?)</array>`, 's').exec(text)?.[1] ?? ''
  return [...block.matchAll(/<string>(.*?)<\/string>/gs)].map(([, value = '']) => value)
}

function exitTimeoutMs(text: string): number {
  return 1000 * Number(/<key>ExitTimeOut<\/key>\s*<integer>(\d+)</.exec(text)?.[1] ?? 20)
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}
