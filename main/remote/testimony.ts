import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors'
import { LABEL } from '../../shared/launchctl'
import { psWords } from '../../shared/ps-words'
import type { Known } from '../../shared/survey'
import { windowsWords } from '../../shared/windows-words'

/** What a witness is asked. Each answer stands at the same place as its question. */
export interface Questions {
  /** The system that the machine is expected to have, where that has no POSIX sh. One that has another tells nothing. */
  readonly platform?: 'win32' | undefined
  /** Absolute paths: is there anything, be it a dangling link? */
  readonly paths?: readonly string[]
  /** TCP ports: does anybody listen? */
  readonly ports?: readonly number[]
  /** Ports whose `/healthz` is asked over loopback. */
  readonly healthPorts?: readonly number[]
  /** systemd units with their suffix, labels of launchd, or whole names of scheduled tasks: does anything start them by itself? */
  readonly units?: readonly {
    readonly name: string
    readonly scope: 'user' | 'system'
    readonly manager?: 'systemd' | 'launchd' | 'task-scheduler'
  }[]
  /** Whole names of scheduled tasks that are to be told of whatever they do. */
  readonly tasks?: readonly string[]
}

/** A process of the OpenClaw family as the witness saw it. */
export interface WitnessedProcess {
  readonly pid: number
  readonly argv: readonly string[]
  /** Null where the machine does not tell. */
  readonly uid: number | null
  /** The systemd unit it runs in, whosever, without `.service`; null outside of any. */
  readonly unit: string | null
  /** Of its variables at its start, where they may be read: they tell set-ups and profiles apart. */
  readonly home: string | null
  readonly stateDir: string | null
  readonly profile: string | null
}

/** A start-up file of a shell, or one of the schedule. `lines`: SHA-256 of each line that names OpenClaw, as the line is in the file. */
export interface WitnessedFile {
  readonly path: string
  readonly lines: Known<readonly string[]>
}

/** What was seen. `unknown` where the machine could not be asked. */
export interface Testimony {
  /** As `uname` names the system, or `Windows`; '' where it does not tell. */
  readonly system: string
  /** True: there is something. */
  readonly paths: readonly Known<boolean>[]
  /** True: somebody listens. */
  readonly ports: readonly Known<boolean>[]
  /** HTTP status of `/healthz`; null when nothing answered. */
  readonly health: readonly Known<number | null>[]
  readonly processes: Known<readonly WitnessedProcess[]>
  /** Paths of unit files, their copies, drop-ins and enabling links, of launch agents, and of entries of the folder Startup. */
  readonly units: readonly string[]
  /** Whole names of scheduled tasks: of OpenClaw's, and of those asked about. Without a task scheduler there are none. */
  readonly tasks: Known<readonly string[]>
  /** Folders of launchd's lists, and of Windows for what starts with a login, that are closed to the login. */
  readonly closedUnitFolders: readonly string[]
  /** For each unit asked; of launchd: whether it is loaded, or has a list that would load it. */
  readonly enabled: readonly Known<boolean>[]
  /** For each unit asked: whether launchd keeps a note that it is switched off. Without launchd there is none. */
  readonly notes: readonly Known<boolean>[]
  /** Labels of OpenClaw that launchd has loaded; without launchd there are none. */
  readonly loaded: Known<readonly string[]>
  /** Start-up files that name OpenClaw, or could not be read. */
  readonly startUpFiles: Known<readonly WitnessedFile[]>
  /** SHA-256 of each line of the crontab that names OpenClaw. */
  readonly cronLines: Known<readonly string[]>
  /** Files of the system's schedule, and timers of systemd with what they start, that name OpenClaw or could not be read. */
  readonly schedule: Known<readonly WitnessedFile[]>
  /** False also where there is no such thing. */
  readonly linger: Known<boolean>
  /** Where `openclaw` is found, in a plain and in a login shell; null when it is not. */
  readonly commands: { readonly plain: string | null; readonly login: string | null }
  /** Every command of OpenClaw, of any of its names, in the folders of both, and in those that installers use. */
  readonly allCommands: Known<readonly string[]>
}

const WORD_BREAK = '\x1f'
const TITLE = /^(.*\/)?(openclaw|clawdbot|moltbot)(-[a-z-]+)?$/
const SCRIPT =
  /((^|\/)(openclaw|clawdbot|moltbot)\.mjs|\/(openclaw|clawdbot|moltbot)\/dist\/.+\.m?js|\/bin\/(openclaw|clawdbot|moltbot))$/
const LAUNCHER =
  /((^|\/)\.?(openclaw|clawdbot|moltbot)[^/]*\/(.*\/)?(gateway|node)\.(vbs|cmd)|(^|\/)(openclaw|clawdbot|moltbot)(\.(cmd|ps1)| (gateway|node).*\.(vbs|cmd)))$/
const NO_NOTE = { state: 'known', value: false } as const
const UNKNOWN = { state: 'unknown', why: 'The machine could not tell.' } as const

type Fact = readonly string[]

/**
 * What the lines `ocm-fact TAB kind TAB ...` say; all else is what a login shell prints. `answer` holds one character per byte.
 * @throws AppError `bad-answer` when the last line is missing.
 */
export function testimonyFrom(answer: string, questions: Questions): Testimony {
  const { paths = [], ports = [], healthPorts = [], units = [] } = questions
  const facts = answer.split('\n').flatMap(line => {
    const [mark, ...fact] = line.split('\t')
    return mark === 'ocm-fact' ? [fact] : []
  })
  if (facts.at(-1)?.[0] !== 'end')
    throw new AppError('bad-answer', 'The last look at the machine was not answered in full.')
  const told = answersIn(facts)
  const of = (kind: string): Fact[] => facts.filter(fact => fact[0] === kind).map(([, ...words]) => words)
  const isComplete = (kind: string): boolean => of(kind).some(([word]) => word === 'complete')
  const whole = <T>(kind: string, value: T): Known<T> => (isComplete(kind) ? { state: 'known', value } : UNKNOWN)
  const command = (which: string): string | null => text(of('command').find(([shell]) => shell === which)?.[1]) || null
  const linger = of('linger')[0]?.[0]
  const system = text(of('system')[0]?.[0])
  const unitAt = paths.length + ports.length + healthPorts.length + 1
  const how = of('words')[0]?.[0]
  const tasks = [...new Set(of('task').map(([name]) => text(name)))]
  const labels = of('loaded').flatMap(([label]) => (LABEL.test(text(label)) ? [text(label)] : []))
  return {
    system,
    paths: paths.map((_path, index) => told('path', index + 1, oneOf('present', 'absent'))),
    ports: ports.map((_port, index) => told('port', paths.length + index + 1, oneOf('taken', 'free'))),
    health: healthPorts.map((_port, index) => told('health', paths.length + ports.length + index + 1, statusOf)),
    enabled: units.map((_unit, index) => told('enabled', unitAt + index, oneOf('yes', 'no'))),
    notes: units.map(({ manager }, index) =>
      manager === 'launchd' ? told('note', unitAt + index, oneOf('yes', 'no')) : NO_NOTE,
    ),
    loaded: system === 'Darwin' ? whole('loaded-list', [...new Set(labels)]) : { state: 'known', value: [] },
    closedUnitFolders: [
      ...of('unit-folder').map(([folder]) => text(folder)),
      ...(questions.platform === 'win32' && !isComplete('startup') ? ['The folder Startup'] : []),
    ],
    processes: whole('processes', processesIn(of('process'), of('environ'), how)),
    tasks: questions.platform === 'win32' ? whole('tasks', tasks) : { state: 'known', value: [] },
    units: [...new Set(of('unit').flatMap(([path]) => text(path)))],
    startUpFiles: whole('shell-files', filesIn(of('shell-line'), of('shell-file'))),
    cronLines: whole('crontab', [...new Set(of('cron-line').map(words => hashOf(words.join('\t'))))]),
    schedule: whole('schedule', filesIn(of('schedule-line'), of('schedule-file'))),
    linger: ['yes', 'no', 'none'].includes(linger ?? '') ? { state: 'known', value: linger === 'yes' } : UNKNOWN,
    commands: { plain: command('plain'), login: command('login') },
    allCommands: whole('commands', [...new Set(of('found').flatMap(([path]) => text(path)))]),
  }
}

type Told = <T>(kind: string, number: number, meaning: (word: string) => T | undefined) => Known<T>

function answersIn(facts: readonly Fact[]): Told {
  const answers = new Map(facts.flatMap(([kind, number, value]) => [[`${kind ?? ''} ${number ?? ''}`, value ?? '']]))
  return (kind, number, meaning) => {
    const word = answers.get(`${kind} ${number}`)
    const value = word === undefined ? undefined : meaning(word)
    return value === undefined ? UNKNOWN : { state: 'known', value }
  }
}

const oneOf =
  (yes: string, no: string) =>
  (word: string): boolean | undefined =>
    word === yes ? true : word === no ? false : undefined

function statusOf(word: string): number | null | undefined {
  if (word === 'none') return null
  return /^\d{3}$/.test(word) ? Number(word) : undefined
}

function processesIn(
  processes: readonly Fact[],
  variables: readonly Fact[],
  how: string | undefined,
): WitnessedProcess[] {
  const values = new Map(variables.map(([pid = '', name = '', ...rest]) => [`${pid} ${name}`, text(rest.join('\t'))]))
  const wordsOf = (words: string): string[] => {
    if (how === 'windows') return windowsWords(words)
    return how === 'spaced' ? psWords(words) : words.split(WORD_BREAK)
  }
  return processes.flatMap(fact =>
    processOf(fact, wordsOf(text(fact[1])), name => values.get(`${fact[0] ?? ''} ${name}`) ?? null),
  )
}

/** The recognition rule of OpenClaw's processes; shells and editors that merely name it are not meant. */
function processOf(
  [pid = '', , uid = '', group = '']: Fact,
  argv: string[],
  variable: (name: string) => string | null,
): WitnessedProcess[] {
  while (argv.at(-1) === '') argv.pop()
  if (!/^\d+$/.test(pid) || !(isOpenClaw(argv) || isOpenClawOnWindows(argv))) return []
  return [
    {
      pid: Number(pid),
      argv,
      uid: /^-?\d+$/.test(uid) ? Number(uid) : null,
      unit: unitIn(group),
      home: variable('OPENCLAW_HOME') ?? variable('HOME'),
      stateDir: variable('OPENCLAW_STATE_DIR'),
      profile: variable('OPENCLAW_PROFILE'),
    },
  ]
}

function isOpenClaw([program = '', ...rest]: readonly string[]): boolean {
  const isRuntime = /(^|\/)(node|nodejs|bun|node-\d+)$/.test(program)
  return TITLE.test(program) || (isRuntime && rest.some(word => SCRIPT.test(word)))
}

/** On Windows also what starts it: `wscript` and `cmd` would start anew what ends beneath them. */
function isOpenClawOnWindows(argv: readonly string[]): boolean {
  const [program = '', ...rest] = argv.map(word => word.replaceAll('\\', '/').toLowerCase())
  const name = /(?:^|\/)([^/]+)\.exe$/.exec(program)?.[1] ?? ''
  if (/^(openclaw|clawdbot|moltbot)$/.test(name)) return true
  if (/^(node|bun)$/.test(name)) return rest.some(word => SCRIPT.test(word))
  return /^(wscript|cscript|cmd|powershell|pwsh)$/.test(name) && rest.some(word => LAUNCHER.test(word))
}

/** The innermost service of a control group; `user@1000.service` is the session manager, not a unit of anybody's. */
function unitIn(group: string): string | null {
  const service = group.split('/').findLast(part => part.endsWith('.service'))
  return service === undefined || service.startsWith('user@') ? null : service.slice(0, -'.service'.length)
}

function filesIn(lines: readonly Fact[], unreadable: readonly Fact[]): WitnessedFile[] {
  const byPath = new Map<string, Set<string>>()
  for (const [path = '', ...words] of lines) {
    const known = byPath.get(path) ?? new Set<string>()
    byPath.set(path, known.add(hashOf(words.join('\t'))))
  }
  return [
    ...[...byPath].map(([path, hashes]) => ({
      path: text(path),
      lines: { state: 'known' as const, value: [...hashes] },
    })),
    ...[...new Set(unreadable.map(([path]) => text(path)))].map(path => ({ path, lines: UNKNOWN })),
  ]
}

/** Bytes as the text they are. */
function text(bytes = ''): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function hashOf(bytes: string): string {
  return createHash('sha256').update(bytes, 'latin1').digest('hex')
}
