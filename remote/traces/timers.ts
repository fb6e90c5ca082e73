import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Trace } from '../../shared/deletion'
import { readTextIfThere } from '../bounded-read'
import { reasonOf } from '../paths'
import { isInReach, traceOf, type Look } from './look'
import { linesOf, traceLine } from './lines'
import { needsRootFor } from './removal'
import { isOfLogin, runOf } from './runs'
import { MENTION } from './shell-lines'

const MAX_TIMERS = 200
const MAX_LINES = 200
const MAX_FILE_BYTES = 256 * 1024
/** Which unit a timer starts; without it that is the service of its own name. */
const UNIT = /^\s*Unit\s*=\s*(\S*)\s*$/
const EXEC = /^\s*Exec\w+\s*=\s*[-@:+!|]*(.*)$/

/** Where people and installers put units, in the order in which systemd looks. */
const FOLDERS = {
  user: (home: string) => [
    join(home, '.config/systemd/user'),
    join(home, '.local/share/systemd/user'),
    '/etc/systemd/user',
    '/usr/local/lib/systemd/user',
  ],
  system: () => ['/etc/systemd/system', '/usr/local/lib/systemd/system'],
}

/**
 * Timers of systemd that start OpenClaw as this login, or this login's OpenClaw, by a service of OpenClaw or by one of
 * anybody's; apart from them those that merely name it. People made them, so OCM leaves them to people.
 */
export function findTimers(look: Look): Trace[] {
  if (process.platform !== 'linux') return []
  return (['user', 'system'] as const).flatMap(scope => {
    const folders = FOLDERS[scope](look.account.home)
    return timersIn(folders, look).flatMap(path => {
      try {
        return tracesOf(path, scope, folders, look)
      } catch (error) {
        look.notSeen(path, reasonOf(error))
        return []
      }
    })
  })
}

function timersIn(folders: readonly string[], look: Look): string[] {
  const paths = folders.flatMap(folder => namesIn(folder).map(name => join(folder, name)))
  const timers = paths.filter(path => path.endsWith('.timer') && isInReach(path, look.account.home))
  if (timers.length > MAX_TIMERS) look.notSeen('Timers', `Only the first ${MAX_TIMERS} are looked into.`)
  return timers.slice(0, MAX_TIMERS)
}

function tracesOf(path: string, scope: 'user' | 'system', folders: readonly string[], look: Look): Trace[] {
  // One that is masked leads to nowhere.
  if (!statSync(path).isFile()) return []
  const timer = linesOf(readTextIfThere(path, MAX_FILE_BYTES, 'latin1') ?? '')
  const unit = timer.flatMap(line => UNIT.exec(line)?.[1] ?? []).at(-1) || `${basename(path, '.timer')}.service`
  const file = folders.map(folder => join(folder, unit)).find(place => textAt(place) !== null)
  const service = linesOf(file === undefined ? '' : (textAt(file) ?? ''))
  // The same words as the witness's: what the timer starts, however it says so, then its other lines and the service's.
  const lines = [`Unit=${unit}`, ...timer.filter(line => !UNIT.test(line)), ...service].filter(line =>
    MENTION.test(line),
  )
  if (lines.length === 0) return []
  const facts = {
    path,
    needsRoot: needsRootFor(path),
    paths: file === undefined ? [path] : [path, file],
    lines: lines.slice(0, MAX_LINES).map(traceLine),
  }
  if (look.services.some(one => basename(one.facts.path ?? '') === unit && one.facts.scope === scope)) {
    // The service itself goes by a step of its own.
    return [traceOf({ kind: 'cron-lines', key: path }, { ...facts, paths: [path], isWholeFile: true })]
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
  const isWholeFile = runs.length === commands.length
  if (isOurs) return [traceOf({ kind: 'cron-lines', key: path }, { ...facts, ...(isWholeFile ? { isWholeFile } : {}) })]
  look.notSeen(path, 'It starts OpenClaw as another account; it stays.')
  return []
}

/** What a service runs; a line that ends with a backslash goes on in the next. */
function commandsIn(service: readonly string[]): string[] {
  const joined = service.join('\n').replaceAll(/\\\n\s*/g, ' ')
  return linesOf(joined).flatMap(line => EXEC.exec(line)?.[1] ?? [])
}

function userIn(service: readonly string[]): string | null {
  return service.flatMap(line => /^\s*User\s*=\s*(\S+)\s*$/.exec(line)?.[1] ?? []).at(-1) ?? null
}

function textAt(path: string): string | null {
  return readTextIfThere(path, MAX_FILE_BYTES, 'latin1')
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return [] // Most of these folders do not exist.
  }
}
