import { basename, dirname } from 'node:path/posix'
import type { Deletion, DeletionItem, Trace } from '../../../shared/deletion'
import type { ProofRow } from '../../../shared/plan'
import { countText } from '../../../shared/units'
import type { Testimony, WitnessedProcess } from '../../remote/witness'
import { livesAndGoes } from './alive'
import type { Login } from './commands'
import { serviceNames } from './units'

/** The one row that is not the witness's. */
export const NEWCOMERS = 'Anything of OpenClaw that was not there before'

/** Rows about what nobody may have known of: what the plan leaves alone is expected, all else is not. */
export function genericRows(deletion: Deletion, seen: Testimony, login: Login): readonly ProofRow[] {
  return [
    processesRow(deletion, seen, login),
    unitsRow(deletion, seen),
    ...loadedRows(deletion, seen),
    ...commandRows(deletion, seen),
    startUpRow(deletion, seen),
    ...crontabRows(deletion, seen),
    scheduleRow(deletion, seen),
  ]
}

/**
 * What the inventory shows that is neither part of the plan nor left alone by it: somebody brought it since. The one row that
 * is not the witness's; it only ever adds.
 */
export function newcomersRow(deletion: Deletion, fresh: readonly Trace[]): ProofRow {
  const known = new Set(deletion.items.map(item => item.id))
  const found = fresh.filter(trace => !known.has(trace.id) && mattersAnew(trace, deletion))
  return listRow(
    NEWCOMERS,
    found.map(trace => trace.name),
  )
}

function mattersAnew(trace: Trace, deletion: Deletion): boolean {
  if (trace.kind === 'process' || trace.kind === 'port') return livesAndGoes(trace, deletion)
  if (trace.kind === 'workspace' || trace.kind === 'linger' || trace.refusal !== null) return false
  if (trace.scope === 'system' && trace.kind !== 'unit') return false
  return trace.profile === null ? deletion.isWhole : deletion.profiles.includes(trace.profile)
}

function listRow(what: string, found: readonly string[]): ProofRow {
  return {
    what,
    expected: 'none',
    found: found.length === 0 ? 'none' : found.join(', '),
    verdict: found.length === 0 ? 'proven' : 'differs',
  }
}

/** A row that expects nothing, of which nothing could be told. */
export function unknownRow(what: string, why: string): ProofRow {
  return { what, expected: 'none', found: `unknown: ${why}`, verdict: 'unknown' }
}

function processesRow(deletion: Deletion, { processes, system }: Testimony, login: Login): ProofRow {
  const what = 'Processes of OpenClaw'
  if (processes.state === 'unknown') return unknownRow(what, processes.why)
  const open = processes.value.filter(process => isOfWhatGoes(process, deletion, login, system))
  return listRow(
    what,
    open.map(({ pid, argv }) => `${argv[0] ?? ''} (pid ${pid})`),
  )
}

/** The login's, of a set-up in its home, and not of a profile or a unit that stays. */
function isOfWhatGoes(process: WitnessedProcess, deletion: Deletion, { uid, home }: Login, system: string): boolean {
  const { going, goingForAll, staying } = serviceNames(deletion)
  const { unit, stateDir } = process
  // Each account may have a user unit of the same name; only one of the system's runs as whomever it says.
  if (process.uid !== null && process.uid !== uid) return unit !== null && goingForAll.has(unit)
  if (unit !== null && going.has(unit)) return true
  if (unit !== null && staying.has(unit)) return false
  // macOS and Windows show no variables: only what the plan saw to be another profile's may stay.
  if ((system === 'Darwin' || system === 'Windows') && !deletion.isWhole) {
    return !deletion.items.some(item => item.verdict !== 'goes' && item.process?.pid === process.pid)
  }
  const isElsewhere = process.home !== null && process.home !== home && !isBeneath(stateDir ?? process.home, home)
  if (isElsewhere) return false
  return deletion.isWhole || deletion.profiles.includes(profileOf(process, deletion.items))
}

function profileOf({ profile, stateDir }: WitnessedProcess, items: readonly DeletionItem[]): string {
  const named = items.find(item => item.kind === 'state' && item.path === stateDir && stateDir !== null)
  return named?.profile ?? profile ?? 'default'
}

function isBeneath(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function unitsRow(deletion: Deletion, { units, tasks, closedUnitFolders }: Testimony): ProofRow {
  const what = 'Service definitions of OpenClaw'
  const staying = stayingPaths(deletion)
  const named = tasks.state === 'known' ? tasks.value : []
  const open = [...units, ...named].filter(path => !staying.has(path))
  if (open.length === 0 && tasks.state === 'unknown') return unknownRow(what, tasks.why)
  const closed = closedUnitFolders.find(folder => !staying.has(folder))
  if (open.length === 0 && closed !== undefined) return unknownRow(what, `${closed} could not be read.`)
  return listRow(what, open)
}

/** On macOS only: what launchd has loaded runs on without its file, until somebody logs out. */
function loadedRows({ items }: Deletion, { system, loaded }: Testimony): readonly ProofRow[] {
  if (system !== 'Darwin') return []
  const what = 'Services of OpenClaw that launchd has loaded'
  if (loaded.state === 'unknown') return [unknownRow(what, loaded.why)]
  const staying = items.filter(item => item.kind === 'unit' && item.verdict !== 'goes')
  const names = new Set(staying.map(({ path, name }) => basename(path ?? name, '.plist')))
  return [
    listRow(
      what,
      loaded.value.filter(label => !names.has(label)),
    ),
  ]
}

function commandRows(deletion: Deletion, { commands, allCommands }: Testimony): readonly ProofRow[] {
  const staying = stayingPaths(deletion)
  const open = (path: string | null): readonly string[] => (path === null || staying.has(path) ? [] : [path])
  const what = 'Commands of OpenClaw'
  return [
    listRow('The command openclaw in a plain shell', open(commands.plain)),
    listRow('The command openclaw in a login shell', open(commands.login)),
    allCommands.state === 'unknown'
      ? unknownRow(what, allCommands.why)
      : listRow(what, allCommands.value.flatMap(open)),
  ]
}

/** Lines that a person wrote are left to the person; the plan names them. */
function startUpRow(deletion: Deletion, { startUpFiles }: Testimony): ProofRow {
  const what = 'Lines of OpenClaw in start-up files of shells'
  if (startUpFiles.state === 'unknown') return unknownRow(what, startUpFiles.why)
  const staying = stayingLines(deletion, 'shell-lines')
  const closed = startUpFiles.value.find(({ lines }) => lines.state === 'unknown')
  if (closed !== undefined) return unknownRow(what, `${closed.path} could not be read.`)
  const open = startUpFiles.value.filter(
    ({ lines }) => lines.state === 'known' && lines.value.some(line => !staying.has(line)),
  )
  return listRow(
    what,
    open.map(({ path }) => path),
  )
}

/** Some accounts may not use cron at all. Where the preview said that it cannot be looked at, a witness cannot either. */
function crontabRows(deletion: Deletion, { cronLines }: Testimony): readonly ProofRow[] {
  const what = 'Lines of OpenClaw in the crontab'
  const isClosed = deletion.notSeen.some(one => one.what === 'The crontab')
  if (cronLines.state === 'unknown') return isClosed ? [] : [unknownRow(what, cronLines.why)]
  const staying = stayingLines(deletion, 'cron-lines')
  const open = cronLines.value.filter(line => !staying.has(line))
  return [listRow(what, open.length === 0 ? [] : [countText(open.length, 'line')])]
}

/** What a person is to take out is expected to be there still, and told by a row of its own. */
function scheduleRow({ items, notSeen }: Deletion, { schedule }: Testimony): ProofRow {
  const what = 'Lines of OpenClaw in the schedule of the system and in timers'
  if (schedule.state === 'unknown') return unknownRow(what, schedule.why)
  const left = new Set(notSeen.map(one => one.what))
  const files = schedule.value.filter(({ path }) => !left.has(path) && !left.has(dirname(path)))
  const closed = files.find(({ lines }) => lines.state === 'unknown')
  if (closed !== undefined) return unknownRow(what, `${closed.path} could not be read.`)
  const open = files.filter(({ path, lines }) => {
    const known = new Set(items.filter(item => item.path === path).flatMap(item => item.lines.map(line => line.sha256)))
    return lines.state === 'known' && lines.value.some(line => !known.has(line))
  })
  return listRow(
    what,
    open.map(({ path }) => path),
  )
}

/** Hashes of the lines that the plan leaves alone. */
function stayingLines({ items }: Deletion, kind: 'shell-lines' | 'cron-lines'): ReadonlySet<string> {
  const staying = items.filter(item => item.kind === kind && item.verdict !== 'goes')
  return new Set(staying.flatMap(item => item.lines.map(line => line.sha256)))
}

/** Everything that the plan leaves alone, and what it says it did not look into because it is somebody else's. */
function stayingPaths({ items, notSeen }: Deletion): ReadonlySet<string> {
  return new Set([
    ...items
      .filter(item => item.verdict !== 'goes')
      .flatMap(({ path, paths, task }) => [
        ...(path === null ? [] : [path]),
        ...paths,
        ...(task === undefined ? [] : [task]),
      ]),
    ...notSeen.map(({ what }) => what),
  ])
}
