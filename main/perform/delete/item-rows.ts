import { dirname } from 'node:path/posix'
import type { DeletionItem } from '../../../shared/deletion'
import type { ProofRow } from '../../../shared/plan'
import type { Known } from '../../../shared/survey'
import type { Questions, Testimony, WitnessedFile } from '../../remote/witness'
import { pathsOf } from './removal'
import { noteName, type Unit } from './units'

/** Where the answers about each path and port stand in a testimony. */
export interface Places {
  readonly paths: ReadonlyMap<string, number>
  readonly ports: ReadonlyMap<number, number>
}

const NOWHERE: Places = { paths: new Map(), ports: new Map() }
const LEFT = 'left to you'
const THERE = 'still there'

/** What the witness is asked about the items, each path and port once. */
export function questionsAbout(items: readonly DeletionItem[]): {
  readonly questions: Questions
  readonly places: Places
} {
  const paths = [...new Set(items.filter(isOnDisk).flatMap(pathsOf))]
  const ports = [...new Set(items.flatMap(item => (item.kind === 'port' && item.port !== null ? [item.port] : [])))]
  return {
    questions: { paths, ports },
    places: {
      paths: new Map(paths.map((path, index) => [path, index])),
      ports: new Map(ports.map((port, index) => [port, index])),
    },
  }
}

function isOnDisk({ kind }: DeletionItem): boolean {
  return kind === 'unit' || kind === 'state' || kind === 'workspace' || kind === 'leftover' || kind === 'package'
}

/** What the witness saw of each item, by its name. Two of one name make one row: the worse of both. */
export function itemRows(items: readonly DeletionItem[], seen: Testimony, places: Places): readonly ProofRow[] {
  const named = Map.groupBy(items, item => item.name)
  return [...named].map(([name, same]) => row(name, anyOf(same.map(item => presenceIn(item, seen, places)))))
}

/** A row that expects something to be gone. */
export function row(what: string, isThere: Known<boolean>): ProofRow {
  const expected = 'gone'
  if (isThere.state === 'unknown') return { what, expected, found: `unknown: ${isThere.why}`, verdict: 'unknown' }
  return {
    what,
    expected,
    found: isThere.value ? THERE : 'gone',
    verdict: isThere.value ? 'differs' : 'proven',
  }
}

/**
 * What the witness saw of the schedule that only the person can change: expected to be there, and told. What it could not
 * look at has no row, and stays the person's.
 */
export function leftRows(items: readonly DeletionItem[], seen: Testimony): readonly ProofRow[] {
  return items.flatMap((item): ProofRow[] => {
    if (item.verdict !== 'by-hand' || item.kind !== 'cron-lines') return []
    const isThere = presenceIn(item, seen, NOWHERE)
    if (isThere.state === 'unknown') return []
    return [{ what: item.name, expected: LEFT, found: isThere.value ? THERE : 'gone', verdict: 'proven' }]
  })
}

/** True for a row about something that a person has still to take away. */
export function isLeft({ expected, found }: ProofRow): boolean {
  return expected === LEFT && found === THERE
}

const NOT_ASKED: Known<boolean> = { state: 'unknown', why: 'The machine could not be asked.' }

function presenceIn(item: DeletionItem, seen: Testimony, places: Places): Known<boolean> {
  switch (item.kind) {
    case 'process': {
      if (seen.processes.state === 'unknown') return seen.processes
      return { state: 'known', value: seen.processes.value.some(({ pid }) => pid === item.process?.pid) }
    }
    case 'port':
      return seen.ports[places.ports.get(item.port ?? -1) ?? -1] ?? NOT_ASKED
    case 'unit':
      return item.task === undefined ? onDisk(item, seen, places) : isNamed(item.task, seen.tasks)
    case 'state':
    case 'workspace':
    case 'leftover':
    case 'package':
      return onDisk(item, seen, places)
    case 'shell-lines':
      return linesIn(item, seen.startUpFiles)
    case 'cron-lines':
      if (item.task !== undefined) return isNamed(item.task, seen.tasks)
      return item.path === null ? oneOf(item, seen.cronLines) : linesIn(item, seen.schedule)
    case 'linger':
      return seen.linger
  }
}

function onDisk(item: DeletionItem, seen: Testimony, places: Places): Known<boolean> {
  return anyOf(pathsOf(item).map(path => seen.paths[places.paths.get(path) ?? -1] ?? NOT_ASKED))
}

/** Names of tasks are the same in whatever case. */
function isNamed(task: string, names: Known<readonly string[]>): Known<boolean> {
  if (names.state === 'unknown') return names
  return { state: 'known', value: names.value.some(name => name.toLowerCase() === task.toLowerCase()) }
}

function linesIn(item: DeletionItem, files: Known<readonly WitnessedFile[]>): Known<boolean> {
  if (files.state === 'unknown') return files
  const at = item.path ?? ''
  // A closed folder hides what is in it.
  const file = files.value.find(({ path }) => path === at) ?? files.value.find(({ path }) => path === dirname(at))
  return file === undefined ? { state: 'known', value: false } : oneOf(item, file.lines)
}

/** Whether one of an item's lines is among these. */
function oneOf({ lines }: DeletionItem, there: Known<readonly string[]>): Known<boolean> {
  if (there.state === 'unknown') return there
  return { state: 'known', value: lines.some(line => there.value.includes(line.sha256)) }
}

/** Whether each unit that was switched off still starts by itself. */
export function enabledRows(units: NonNullable<Questions['units']>, { enabled }: Testimony): readonly ProofRow[] {
  return units.map(({ name, scope }, index) => ({
    ...row(`The start of ${name} by itself (${scope})`, enabled[index] ?? NOT_ASKED),
    expected: 'gone',
  }))
}

/** Whether launchd still notes a service as switched off that OCM, or somebody before it, switched off. */
export function noteRows(units: readonly Unit[], { notes }: Testimony): readonly ProofRow[] {
  return units.flatMap((unit, index) =>
    unit.manager === 'launchd' ? [row(noteName(unit), notes[index] ?? NOT_ASKED)] : [],
  )
}

/** True when one is, unknown when one is unknown and none is. */
function anyOf(answers: readonly Known<boolean>[]): Known<boolean> {
  if (answers.some(answer => answer.state === 'known' && answer.value)) return { state: 'known', value: true }
  return answers.find(answer => answer.state === 'unknown') ?? { state: 'known', value: false }
}
