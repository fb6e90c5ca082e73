import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { handleTraces } from '../../remote/traces'
import { Traces, type Trace } from '../../shared/deletion'
import { CrontabStandIn } from './crontab'
import { RemoteSession } from './remote-context'
import { TempFolder } from './temp-folder'

const CHANGED = [
  ...['HOME', 'PATH', 'TMPDIR', 'SHELL', 'ZDOTDIR'],
  ...['PNPM_HOME', 'npm_config_cache', 'OCM_DEMO_SERVICE_MANAGER'],
]

/** A home of its own with an own temporary folder, an own crontab, and nothing else of this machine on the way. */
export class TracedHome implements Disposable {
  readonly folder = new TempFolder()
  readonly home = join(this.folder.path, 'home/ada')
  readonly crontab: CrontabStandIn
  private readonly before = CHANGED.map(name => [name, process.env[name]] as const)

  constructor() {
    mkdirSync(this.home, { recursive: true })
    mkdirSync(this.folder.path + '/tmp')
    this.crontab = new CrontabStandIn(this.folder.path)
    for (const name of CHANGED) Reflect.deleteProperty(process.env, name)
    process.env['HOME'] = this.home
    process.env['TMPDIR'] = join(this.folder.path, 'tmp')
    process.env['SHELL'] = '/bin/sh'
    process.env['PATH'] = [this.crontab.bin, dirname(process.execPath), '/usr/bin', '/bin'].join(':')
  }

  /** Writes a file beneath the home; answers its path. */
  write(path: string, content = '', mode = 0o600): string {
    return this.folder.write(join('home/ada', path), content, mode)
  }

  link(path: string, target: string): string {
    const full = join(this.home, path)
    mkdirSync(dirname(full), { recursive: true })
    symlinkSync(target, full)
    return full
  }

  /** A package as npm puts it there, and its command. */
  install(prefix: string, version = '2026.9.6', name = 'openclaw'): string {
    const root = join(prefix, `lib/node_modules/${name}`)
    this.write(`${root}/package.json`, JSON.stringify({ name, version, bin: { [name]: 'openclaw.mjs' } }))
    this.write(`${root}/dist/index.js`, '')
    this.write(`${root}/openclaw.mjs`, '', 0o755)
    this.link(join(prefix, 'bin', name), `../lib/node_modules/${name}/openclaw.mjs`)
    return join(this.home, root)
  }

  /** What is found by id, and what was not looked at. The machine that runs the test may have more than this home. */
  async traces(withSizes = true): Promise<{ byId: Map<string, Trace>; notSeen: Traces['notSeen'] }> {
    using session = new RemoteSession()
    const { result } = await session.ask(handleTraces, { withSizes })
    const { traces, notSeen } = Traces.parse(result)
    return { byId: new Map(traces.map(trace => [trace.id, trace])), notSeen }
  }

  [Symbol.dispose](): void {
    for (const [name, value] of this.before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
    this.folder[Symbol.dispose]()
  }
}
