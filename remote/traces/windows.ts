import { readdirSync, readFileSync } from 'node:fs'
import { STARTS_IT_TOO, type ProcessRole, type Trace } from '../../shared/deletion'
import type { ProcessFacts } from '../../shared/process'
import { basename, dirname, isBeneath, join, native, wordAsPath } from '../path'
import { codeOf, display, reasonOf } from '../paths'
import { roleOf } from '../recognize'
import { stateDirOf } from '../survey/found-profile'
import { lockOf } from '../survey/gateway'
import { isOwnLauncher, launcherIn } from '../windows/launcher'
import { lookAtWindows, type TaskRow } from '../windows/look'
import {
  FOREIGN_UID,
  roleOfLauncher,
  stateDirOfLauncher,
  windowsFamily,
  type WindowsProcess,
} from '../windows/processes'
import { localFolder, roamingFolder } from '../windows/places'
import { isOwnTask, nameOfTask, profileOfTask, sortTasks } from '../windows/tasks'
import { traceLine } from './lines'
import { profileAt, statsOf, traceOf, type Look } from './look'
import { refusalFor } from './removal'

const MAX_NAMED = 5
const MAX_ENTRY_BYTES = 256 * 1024
const MENTION = /openclaw|clawdbot|moltbot/i
const GIVEN = /^(?:openclaw|clawdbot|moltbot) (?:gateway|node)(?: \((.+)\))?\.(?:vbs|cmd)$/i

/** Scheduled tasks of OpenClaw, those that a person made around it, and entries of the Startup folder. */
export async function findTasks(look: Look): Promise<Trace[]> {
  const entries = startUpEntries(look)
  const { tasks, sid } = await lookAtWindows(['tasks'])
  // Why they could not be told stands among the services.
  if (tasks.state === 'unknown') return entries
  const { own, others } = sortTasks(tasks.value.rows)
  const mine = own.filter(task => isOwnTask(task, look.account, sid))
  return [
    ...mine.map(({ row, launcher }) =>
      traceOf(
        { kind: 'unit', key: row.path, name: `scheduled task ${nameOfTask(row.path)}` },
        {
          task: row.path,
          profile: launcher === null ? profileOfTask(row.path) : profileAt(stateDirOfLauncher(launcher), look.profiles),
        },
      ),
    ),
    ...others.flatMap(row => personsTask(row) ?? []),
    ...entries,
  ]
}

/** A task that a person made around OpenClaw; null for one that only speaks of it elsewhere, as in its description. */
function personsTask({ path, actions }: TaskRow): Trace | null {
  const lines = actions.map(one => `${one.path} ${one.arguments}`.trim())
  const naming = lines.filter(line => MENTION.test(line))
  if (naming.length === 0) return null
  return traceOf(
    { kind: 'cron-lines', key: path, name: `scheduled task ${path}` },
    {
      ...{ path, task: path, isOwn: true },
      isWholeFile: naming.length === lines.length,
      // Lines of traces hold one character per byte.
      lines: naming.map(line => traceLine(Buffer.from(line, 'utf8').toString('latin1'))),
    },
  )
}

/** The PATH of the account that Windows itself keeps: what leads to OpenClaw there is told, and left to the person. */
export async function notePath({ account, notSeen }: Look): Promise<void> {
  const { account: told } = await lookAtWindows(['account'])
  const what = 'The PATH of this account'
  if (told.state === 'unknown') {
    notSeen(what, `It could not be looked at: ${told.why}`)
    return
  }
  const tools = join(localFolder(account.home), 'OpenClaw')
  const own = told.value.path
    .split(';')
    .filter(
      entry => isBeneath(wordAsPath(entry), tools) || /[\\/]\.(openclaw|clawdbot|moltbot)(-[^\\/]+)?[\\/]/i.test(entry),
    )
  if (own.length > 0)
    notSeen(what, `It leads to folders of OpenClaw. Take them out in the settings of Windows: ${own.join('; ')}`)
}

/** What else starts OpenClaw is not OpenClaw's own work: it is told, and left to the person. */
export async function noteStarts({ notSeen }: Look): Promise<void> {
  const { starts } = await lookAtWindows(['starts'])
  if (starts.state === 'unknown') {
    notSeen('Services of Windows and its registry', `They could not be looked at: ${starts.why}`)
    return
  }
  for (const { where, line } of starts.value) {
    notSeen(where, `${STARTS_IT_TOO}; take it out by hand: ${traceLine(line).text}`)
  }
}

/** What Windows starts when somebody logs in: OpenClaw puts its launcher there where it may not make a task. */
function startUpEntries(look: Look): Trace[] {
  const folder = join(roamingFolder(look.account.home), 'Microsoft/Windows/Start Menu/Programs/Startup')
  let names: string[] = []
  try {
    names = readdirSync(folder)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') look.notSeen(display(folder), reasonOf(error))
  }
  return names.flatMap(name => entryTrace(join(folder, name), look) ?? [])
}

function entryTrace(path: string, look: Look): Trace | null {
  const named = GIVEN.exec(basename(path))
  const text = textOfEntry(path, look)
  const launcher = launcherIn(text.replaceAll('""', '"').replace(/[\r\n]+/g, ' '))
  const isOwn = named !== null || (launcher !== null && isOwnLauncher(launcher))
  if (!isOwn) {
    if (!MENTION.test(`${basename(path)} ${text}`)) return null
    const lines = text.split(/\r?\n/).filter(line => MENTION.test(line))
    return traceOf(
      { kind: 'cron-lines', key: path, name: native(path) },
      { path, isOwn: true, lines: lines.map(traceLine) },
    )
  }
  const byName = named === null ? null : (named[1] ?? 'default')
  return traceOf(
    { kind: 'unit', key: path, name: native(path) },
    {
      path,
      profile: launcher === null ? byName : profileAt(stateDirOfLauncher(launcher), look.profiles),
      refusal: refusalFor(path),
      size: { bytes: statsOf(path)?.size ?? 0, files: 1 },
    },
  )
}

/** Scripts are text of either kind, and shortcuts hold theirs among other things. */
function textOfEntry(path: string, look: Look): string {
  try {
    if (statsOf(path)?.isFile() !== true) return ''
    return readFileSync(path).subarray(0, MAX_ENTRY_BYTES).toString('latin1').replaceAll('\0', '').replace(/^ÿþ/, '')
  } catch (error) {
    look.notSeen(display(path), reasonOf(error))
    return ''
  }
}

/** Processes of OpenClaw that this login runs, those first that would start others again; and those of other accounts. */
export async function findWindowsProcesses(look: Look): Promise<{ traces: Trace[]; foreign: ProcessFacts[] }> {
  try {
    const { processes, hidden } = await windowsFamily()
    const foreign = processes.filter(({ uid }) => uid === FOREIGN_UID)
    const own = processes.filter(({ uid }) => uid !== FOREIGN_UID)
    if (hidden.length > 0) {
      const named = shortList(hidden.map(({ pid, name }) => `${name} (pid ${pid})`))
      look.notSeen('Processes', `It could not be seen what these run, and they may be this login’s: ${named}`)
    }
    if (foreign.length > 0) {
      look.notSeen('Processes of other accounts', `${foreign.length} run for others; they stay.`)
    }
    const byPid = new Map(own.map(one => [one.pid, one]))
    return { traces: own.map(one => processTrace(one, look, byPid)), foreign }
  } catch (error) {
    look.notSeen('Processes', (error as Error).message)
    return { traces: [], foreign: [] }
  }
}

function shortList(words: readonly string[]): string {
  return [...words.slice(0, MAX_NAMED), ...(words.length > MAX_NAMED ? ['…'] : [])].join(', ')
}

function processTrace(one: WindowsProcess, look: Look, byPid: ReadonlyMap<number, WindowsProcess>): Trace {
  const { pid, startedAtTicks, argv, exe, launcher, isLauncher } = one
  const title = basename(exe ?? argv[0] ?? 'openclaw')
  const role = roleFor(one)
  const what = isLauncher && launcher !== null ? basename(launcher) : `OpenClaw${role === 'other' ? '' : ` ${role}`}`
  return traceOf(
    { kind: 'process', key: `${pid}:${startedAtTicks}`, name: `${title}, ${what} (pid ${pid})` },
    {
      profile: profileOf(one, look, byPid),
      process: { pid, startedAtTicks, role, unit: unitOf(one, look) },
    },
  )
}

function roleFor({ argv, launcher, isLauncher }: WindowsProcess): ProcessRole {
  if (isLauncher && launcher !== null) return roleOfLauncher(launcher)
  if (argv.includes('hooks')) return 'hooks'
  const role = roleOf(argv, null)
  return role === 'node-host' && launcher === null ? 'node-run' : role
}

/** The task whose launcher runs it. */
function unitOf({ pid, launcher }: WindowsProcess, { services }: Look): string | null {
  const main = services.find(({ facts }) => facts.mainPid === pid)
  if (main !== undefined) return main.facts.name
  if (launcher === null) return null
  const folder = stateDirOfLauncher(launcher).toLowerCase()
  const kind = roleOfLauncher(launcher)
  return services.find(one => one.facts.kind === kind && stateDirOf(one).toLowerCase() === folder)?.facts.name ?? null
}

/** Its launcher, its gateway's lock and its words tell; else those of the process that started it. */
function profileOf(one: WindowsProcess, look: Look, byPid: ReadonlyMap<number, WindowsProcess>): string | null {
  const seen = new Set<number>()
  for (let at: WindowsProcess | undefined = one; at !== undefined && !seen.has(at.pid); at = byPid.get(at.ppid)) {
    seen.add(at.pid)
    const { pid, argv, launcher } = at
    if (launcher !== null) return profileAt(stateDirOfLauncher(launcher), look.profiles)
    const locked = look.profiles.find(profile => lockOf(profile)?.pid === pid)
    if (locked !== undefined) return locked.name
    const word = argv.indexOf('--profile')
    if (word > 0 && argv[word + 1] !== undefined) return argv[word + 1] ?? null
  }
  return null
}

/** The app for Windows, with its process when it runs: it starts a worker of its own again, so that only who quits it ends it. */
export async function findWindowsApp(look: Look): Promise<Trace[]> {
  const path = join(localFolder(look.account.home), 'OpenClawTray')
  const running = await windowsFamily().then(
    ({ apps }) => apps[0],
    () => undefined, // That processes could not be told is noted among them.
  )
  if (statsOf(path) === undefined && running === undefined) return []
  look.notSeen('WSL', 'A Linux that the app may have set up inside Windows (OpenClawGateway) is not looked into.')
  const at = statsOf(path) === undefined ? dirname(running?.exe ?? path) : path
  const { pid = 0, startedAtTicks = 0 } = running ?? {}
  const found = running === undefined ? null : { pid, startedAtTicks, role: 'other' as const, unit: null }
  return [
    traceOf({ kind: 'package', key: at, name: `${native(at)} (the app)` }, { path: at, paths: [at], process: found }),
  ]
}
