import { basename } from '../path'
import type { Trace } from '../../shared/deletion'
import { reasonOf } from '../paths'
import { linesOf, traceLine } from './lines'
import { traceOf, type Look } from './look'
import { needsRootFor } from './removal'
import { isOfLogin, runOf } from './runs'
import { MENTION } from './shell-lines'
import { filesOfUnit, UNIT_FOLDERS, unitsOfType, type UnitFile, type UnitPlaces } from './unit-files'

const MAX_TIMERS = 300
const MAX_LINES = 200
/** Which unit a timer starts; without it that is the service of its own name. */
const UNIT = /^\s*Unit\s*=\s*(\S*)\s*$/
const EXEC = /^\s*Exec\w+\s*=\s*[-@:+!|]*(.+)$/

/**
 * Timers of systemd that start OpenClaw as this login, or this login's OpenClaw, by a service of OpenClaw or by one of
 * anybody's; apart from them those that merely name it. People and packages made them, so OCM leaves them to people.
 */
export function findTimers(look: Look): Trace[] {
  if (process.platform !== 'linux') return []
  const { home, uid } = look.account
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}`
  return (['user', 'system'] as const).flatMap(scope => {
    const places = { folders: UNIT_FOLDERS[scope](home, runtime), home }
    return timersIn(places, look).flatMap(path => {
      try {
        return tracesOf(path, scope, places, look)
      } catch (error) {
        look.notSeen(path, reasonOf(error))
        return []
      }
    })
  })
}

function timersIn(places: UnitPlaces, look: Look): string[] {
  const timers = unitsOfType('.timer', places, (folder, error) => look.notSeen(folder, reasonOf(error)))
  if (timers.length > MAX_TIMERS) look.notSeen('Timers', `Only the first ${MAX_TIMERS} are looked into.`)
  return timers.slice(0, MAX_TIMERS)
}

function tracesOf(path: string, scope: 'user' | 'system', places: UnitPlaces, look: Look): Trace[] {
  const timerFiles = filesOfUnit(basename(path), places)
  if (timerFiles.length === 0) return []
  const timer = timerFiles.flatMap(file => file.lines)
  const unit = timer.flatMap(line => UNIT.exec(line)?.[1] ?? []).at(-1) || `${basename(path, '.timer')}.service`
  const serviceFiles = filesOfUnit(unit, places)
  const service = serviceFiles.flatMap(file => file.lines)
  // The same words as the witness's: what the timer starts, however it says so, then its other lines and the service's.
  const lines = [`Unit=${unit}`, ...timer.filter(line => !UNIT.test(line)), ...service].filter(line =>
    MENTION.test(line),
  )
  if (lines.length === 0) return []
  const facts = {
    path,
    needsRoot: needsRootFor(path),
    paths: [...timerFiles, ...serviceFiles.filter(isForThisAlone)].map(file => file.path),
    lines: lines.slice(0, MAX_LINES).map(traceLine),
  }
  if (look.services.some(one => basename(one.facts.path ?? '') === unit && one.facts.scope === scope)) {
    // The service itself goes by a step of its own.
    const paths = timerFiles.map(file => file.path)
    return [traceOf({ kind: 'cron-lines', key: path }, { ...facts, paths, isWholeFile: true })]
  }
  const commands = commandsIn(service)
  const runs = commands.filter(command => runOf(command) !== null)
  if (runs.length === 0) {
    const name = `${path} (lines that people wrote)`
    return [traceOf({ kind: 'cron-lines', key: `${path}#own`, name }, { ...facts, isOwn: true })]
  }
  const { account } = look
  const runsAs = scope === 'user' ? account.user : (userIn(service) ?? 'root')
  const isOurs = runs.some(command => {
    const as = runOf(command)?.as ?? null
    return isOfLogin(command, as === null ? runsAs : as.user, account)
  })
  if (isOurs && runs.length === commands.length) {
    return [traceOf({ kind: 'cron-lines', key: path }, { ...facts, isWholeFile: true })]
  }
  if (isOurs) {
    // Just those to take lines out of.
    const naming = serviceFiles.filter(file => file.lines.some(line => MENTION.test(line)))
    const paths = [path, ...naming.map(file => file.path)]
    return [traceOf({ kind: 'cron-lines', key: path }, { ...facts, paths })]
  }
  look.notSeen(path, 'It starts OpenClaw as another account; it stays.')
  return []
}

/** What a template says counts for others as well: only what names OpenClaw in it is meant here. */
function isForThisAlone({ path, lines }: UnitFile): boolean {
  return !/@\.\w+(?:\.d\/|$)/.test(path) || lines.some(line => MENTION.test(line))
}

/** What a service runs; a line that ends with a backslash goes on in the next. */
function commandsIn(service: readonly string[]): string[] {
  const joined = service.join('\n').replaceAll(/\\\n\s*/g, ' ')
  return linesOf(joined).flatMap(line => EXEC.exec(line)?.[1] ?? [])
}

function userIn(service: readonly string[]): string | null {
  return service.flatMap(line => /^\s*User\s*=\s*(\S+)\s*$/.exec(line)?.[1] ?? []).at(-1) ?? null
}
