import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { no, ok, type ManagerAnswer, type ManagerRequest } from '../demo/manager-answer'
import { SID, type Task, type WindowsModel } from './windows-model'

const FAMILY = /openclaw|clawdbot|moltbot/i
const SELF = 990_001
/** What a login that is no administrator may not look into. */
const CLOSED = ['\\Microsoft\\Windows\\SoftwareProtectionPlatform']
const RUNTIMES = new Set(['node.exe', 'bun.exe', 'wscript.exe', 'cscript.exe', 'cmd.exe'])

const LAUNCHER = /(openclaw|clawdbot|moltbot)[^\\/]*[\\/](gateway|node)\.(vbs|cmd)/i
const COMMAND = /^(openclaw|clawdbot|moltbot)(\.(cmd|ps1|exe|bat))?$/i
const START_UP_FILES = [
  ...['WindowsPowerShell', 'PowerShell'].flatMap(shell =>
    ['profile.ps1', 'Microsoft.PowerShell_profile.ps1', 'Microsoft.VSCode_profile.ps1'].map(
      name => `C:/Users/ada/Documents/${shell}/${name}`,
    ),
  ),
  ...['.bashrc', '.bash_profile', '.bash_login', '.profile', '.zshrc'].map(name => `C:/Users/ada/${name}`),
]

/** Where the files of a machine that stands for Windows are. */
export interface WindowsDisk {
  /** `C:/x` as it is here. */
  real(path: string): string
  /** What is here as it is there, with slashes. */
  named(path: string): string
}

type Data = Readonly<Record<string, unknown>>
type Answerer = (words: readonly string[], data: Data) => ManagerAnswer | Promise<ManagerAnswer>

/**
 * Stands in for PowerShell on such a machine: tells each of OCM's scripts by its first line and answers it from the model, in
 * the shape that the script would print. What a script says is not run.
 */
export class WindowsPowerShell {
  /** Purposes that fail, with the words they fail with. */
  readonly broken = new Map<string, string>()
  /** What a purpose prints in the place of the true answer. */
  readonly answersInstead = new Map<string, string>()
  /** Every purpose that was asked. */
  readonly asked: string[] = []
  /** Folders that the login may not list. */
  readonly closed = new Set<string>()

  constructor(
    private readonly model: WindowsModel,
    private readonly disk: WindowsDisk,
  ) {}

  async answer({ words }: Pick<ManagerRequest, 'words'>): Promise<ManagerAnswer> {
    const [encoded = '', input = ''] = words
    const script = Buffer.from(encoded, 'base64').toString('utf16le')
    const stdin = Buffer.from(input, 'base64').toString('utf8').trim()
    const data = stdin === '' ? {} : (JSON.parse(Buffer.from(stdin, 'base64').toString('utf8')) as Data)
    const [, purpose = '', rest = ''] = /^# ocm:(\S+)(?: (.*))?\n/.exec(script) ?? []
    this.asked.push(purpose)
    const broken = this.broken.get(purpose)
    if (broken !== undefined) return no(1, broken)
    const instead = this.answersInstead.get(purpose)
    if (instead !== undefined) return ok(instead)
    if (purpose === 'run') return this.#run(wordsIn(script))
    const answer = this.#answers[purpose]
    if (answer === undefined)
      return no(1, `The machine that stands for Windows does not know ${purpose || script.slice(0, 80)}.`)
    return answer(rest.split(' '), data)
  }

  readonly #answers: Readonly<Record<string, Answerer>> = {
    locate: () => ok(`ocm-node\tpath\tC:\\PROGRA~1\\nodejs\\node.exe\tv${process.versions.node}\nocm-located\n`),
    look: async words => ok(JSON.stringify(await this.#look(words))),
    end: ([pid = '', startedMs = '']) => ok(JSON.stringify({ end: this.model.end(Number(pid), Number(startedMs)) })),
    left: () => ok(),
    login: () => ok('C:\\Users\\ada\n'),
    presence: (_words, data) =>
      ok(
        strings(data, 'paths')
          .map(path => `${this.#presence(path)}\n`)
          .join(''),
      ),
    conversations: (_words, data) => ok(this.#conversations(String(data['root']))),
    task: (_words, data) => ok(JSON.stringify(this.#task(String(data['task'])))),
    'witness-paths': (_words, data) =>
      facts('witness-paths', [
        ['system', 'Windows'],
        ...strings(data, 'paths').map((path, index) => ['path', Number(data['first']) + index, this.#presence(path)]),
      ]),
    'witness-ports': async (_words, data) => {
      const taken = (await this.model.ports()).map(({ port }) => port)
      const asked = (data['ports'] as number[] | undefined) ?? []
      return facts(
        'witness-ports',
        asked.map((port, index) => ['port', Number(data['first']) + index, taken.includes(port) ? 'taken' : 'free']),
      )
    },
    'witness-processes': () => this.#witnessProcesses(),
    'witness-tasks': (_words, data) => this.#witnessTasks(strings(data, 'tasks')),
    'witness-startup': () =>
      facts('witness-startup', [...this.#startup().map(path => ['unit', path]), ['startup', 'complete']]),
    'witness-shells': () => this.#witnessShells(),
    'witness-commands': () => {
      const folder = this.disk.real('C:/Users/ada/AppData/Roaming/npm')
      const found = names(folder).filter(name => COMMAND.test(name))
      const paths = found.map(name => ['found', this.disk.named(join(folder, name))])
      // Of those with one name PowerShell takes its own kind first.
      const first = ['.ps1', '.exe', '.bat', '.cmd'].find(ending => found.includes(`openclaw${ending}`))
      const plain = first === undefined ? [] : [['command', 'plain', this.disk.named(join(folder, `openclaw${first}`))]]
      return facts('witness-commands', [...paths, ...plain, ['commands', 'complete']])
    },
  }

  #run([program = '', ...words]: readonly string[]): ManagerAnswer {
    if (program === 'schtasks') return this.model.schtasks(words)
    if (/\/npm-cli\.js$/.test((words[0] ?? '').replaceAll('\\', '/')) && words[1] === 'uninstall') {
      const prefix = this.disk.real(words[words.indexOf('--prefix') + 1] ?? '')
      for (const name of ['openclaw', 'openclaw.cmd', 'openclaw.ps1', 'node_modules/openclaw']) {
        rmSync(join(prefix, name), { recursive: true, force: true })
      }
      return ok('removed 1 package in 1s\n')
    }
    return no(
      1,
      `The term '${program}' is not recognized as the name of a cmdlet, function, script file, or operable program.`,
    )
  }

  async #look(parts: readonly string[]): Promise<Data> {
    const whole: Data = {
      processes: { rows: this.#processes() },
      tasks: { seen: this.model.tasks.size, closed: CLOSED, rows: this.#taskRows() },
      ports: { by: 'cmdlet', rows: await this.model.ports() },
      starts: { seen: 187, rows: [] },
      account: { documents: 'C:\\Users\\ada\\Documents', path: 'C:\\Users\\ada\\AppData\\Roaming\\npm' },
    }
    return { self: SELF, sid: SID, ...Object.fromEntries(parts.map(part => [part, whole[part]])) }
  }

  #processes(): readonly Data[] {
    const plain = (pid: number, parent: number, name: string, hasLine: boolean): Data => ({
      ...{ ProcessId: pid, ParentProcessId: parent, Name: name, ExecutablePath: null, CommandLine: null },
      ...{ HasCommandLine: hasLine, OwnerSid: null, WorkingSetSize: 1, KernelModeTime: 1, UserModeTime: 1 },
      StartedMs: 1_790_000_000_000,
    })
    const rows = this.model.rows.map(({ pid, parent, name, line, owner, startedMs }) => ({
      ...plain(pid, parent, name, line !== null),
      CommandLine:
        line !== null && /openclaw|clawdbot|moltbot|[\\/](gateway|node)\.(cmd|vbs)/i.test(line) ? line : null,
      OwnerSid: owner,
      StartedMs: startedMs,
    }))
    const self = this.model.hidesSelf ? [] : [plain(SELF, 900, 'powershell.exe', true)]
    return [plain(4, 0, 'System', false), plain(900, 700, 'sshd.exe', true), ...self, ...rows]
  }

  #taskRows(): readonly Data[] {
    return [...this.model.tasks].filter(isFamily).map(([path, task]) => ({
      path,
      state: this.model.stateOf(task),
      enabled: task.isEnabled,
      user: SID,
      actions: [{ path: task.action, arguments: '' }],
    }))
  }

  #task(name: string): Data {
    const task = this.model.tasks.get(name)
    if (task === undefined) return { found: false }
    return { found: true, state: this.model.stateOf(task), enabled: task.isEnabled, restart: task.restart }
  }

  #presence(path: string): string {
    if ([...this.closed].some(folder => path.startsWith(`${folder}/`))) return 'unknown'
    return lstatSync(this.disk.real(path), { throwIfNoEntry: false }) === undefined ? 'absent' : 'present'
  }

  #conversations(root: string): string {
    const folder = this.disk.real(root)
    const agents = names(join(folder, 'agents')).flatMap(agent => [
      `agents/${agent}/sessions`,
      ...names(join(folder, 'agents', agent, 'agent'))
        .filter(name => name.startsWith('openclaw-agent.sqlite'))
        .map(name => `agents/${agent}/agent/${name}`),
    ])
    const found = ['sessions', 'delivery-queue', ...agents].filter(path => existsSync(join(folder, path)))
    return found.map(path => `${path}\n`).join('')
  }

  #witnessProcesses(): ManagerAnswer {
    const rows = this.model.rows.filter(({ line, name }) => (line === null ? RUNTIMES.has(name) : FAMILY.test(line)))
    const number = (owner: string | null): string => (owner === null ? '' : owner === SID ? '-1' : '-2')
    const hidden = rows.filter(({ line, owner }) => line === null && number(owner) !== '-2')
    const isWhole = !this.model.hidesSelf && hidden.length === 0
    return facts('witness-processes', [
      ...rows.flatMap(({ pid, line, owner }) => (line === null ? [] : [['process', pid, line, number(owner), '']])),
      ['words', 'windows'],
      ...(isWhole ? [['processes', 'complete']] : []),
    ])
  }

  #witnessTasks(asked: readonly string[]): ManagerAnswer {
    const rows = [...this.model.tasks].flatMap(([path, task]) => {
      const isNamed = /^(openclaw|clawdbot|moltbot) (gateway|node)/i.test(path.split('\\').at(-1) ?? '')
      if (isNamed || LAUNCHER.test(task.action) || asked.includes(path))
        return [['task', path, this.model.stateOf(task), Number(task.isEnabled)]]
      return FAMILY.test(task.action) ? [['schedule-line', path, task.action]] : []
    })
    return facts('witness-tasks', [...rows, ['tasks', 'complete'], ['schedule', 'complete']])
  }

  #startup(): readonly string[] {
    const folder = 'C:/Users/ada/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup'
    return names(this.disk.real(folder))
      .filter(name => FAMILY.test(name))
      .map(name => `${folder}/${name}`)
  }

  #witnessShells(): ManagerAnswer {
    const lines = START_UP_FILES.flatMap(file => {
      const text = existsSync(this.disk.real(file)) ? readFileSync(this.disk.real(file), 'utf8') : ''
      const naming = text.split('\n').filter(line => FAMILY.test(line))
      return naming.map(line => ['shell-line', file, line])
    })
    return facts('witness-shells', [...lines, ['shell-files', 'complete']])
  }
}

function isFamily([path, { action }]: readonly [string, Task]): boolean {
  return FAMILY.test(path) || FAMILY.test(action) || /(gateway|node)\.(cmd|vbs)$/.test(action)
}

function facts(purpose: string, rows: readonly (readonly (string | number)[])[]): ManagerAnswer {
  const lines = [...rows, ['answered', purpose]].map(row => `${['ocm-fact', ...row].join('\t')}\n`)
  return ok(lines.join(''))
}

function strings(data: Data, name: string): readonly string[] {
  return (data[name] as string[] | undefined) ?? []
}

function names(folder: string): string[] {
  return existsSync(folder) && dirname(folder) !== basename(folder) ? readdirSync(folder) : []
}

/** The words of `& 'a' 'b c'`, as the program gets them. */
export function wordsIn(script: string): string[] {
  const line = /^& (.*)$/m.exec(script)?.[1] ?? ''
  return [...line.matchAll(/'((?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*)'/g)].map(([, word = '']) => {
    const plain = word.replaceAll(/(['\u2018-\u201b])\1/g, '$1')
    return plain === '""'
      ? ''
      : plain.replaceAll(/(\\*)\\"/g, (_all, slashes: string) => `${slashes.slice(slashes.length / 2)}"`)
  })
}
