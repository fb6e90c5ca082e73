import { readdirSync, statSync } from 'node:fs'
import { join } from '../path'
import { readTextIfThere } from '../bounded-read'
import { codeOf } from '../paths'
import { linesOf } from './lines'
import { isInReach, statsOf } from './look'

const MAX_FILE_BYTES = 256 * 1024
const MAX_DROP_INS = 100

/** Where `systemd-run`, people, installers and packages put units, in the order in which systemd looks. */
export const UNIT_FOLDERS = {
  user: (home: string, runtime: string) => [
    join(runtime, 'systemd/transient'),
    join(home, '.config/systemd/user'),
    '/etc/systemd/user',
    join(runtime, 'systemd/user'),
    '/run/systemd/user',
    join(home, '.local/share/systemd/user'),
    '/usr/local/lib/systemd/user',
    '/usr/lib/systemd/user',
    '/lib/systemd/user',
  ],
  system: () => [
    '/run/systemd/transient',
    '/etc/systemd/system',
    '/run/systemd/system',
    '/usr/local/lib/systemd/system',
    '/usr/lib/systemd/system',
    '/lib/systemd/system',
  ],
}

/** Where units of a login or of the system lie. */
export interface UnitPlaces {
  readonly folders: readonly string[]
  /** Of the login: nothing beyond its reach is looked at. */
  readonly home: string
}

/** One file that says what a unit does: its own, or a drop-in. */
export interface UnitFile {
  readonly path: string
  /** One character per byte, as the lines of traces are. */
  readonly lines: readonly string[]
}

/**
 * Paths of all units whose name ends so; of those with the same name only the first counts, as for systemd. Folders that are
 * closed are told to `notSeen`.
 */
export function unitsOfType(
  ending: string,
  { folders, home }: UnitPlaces,
  notSeen: (folder: string, error: unknown) => void,
): string[] {
  const namesOf = (folder: string): string[] => {
    try {
      return namesIn(folder)
    } catch (error) {
      notSeen(folder, error)
      return []
    }
  }
  return firstOfEachName(folders, ending, home, namesOf).map(({ path }) => path)
}

/**
 * What says what a unit does: its file, if any, then its drop-ins in the order in which systemd reads them. An instance
 * (`x@y.service`) without a file of its own has its template's. Nothing for a unit that is masked. @throws when one of them
 * cannot be read.
 */
export function filesOfUnit(name: string, { folders, home }: UnitPlaces): UnitFile[] {
  const names = [...new Set([name, name.replace(/@.+(\.\w+)$/, '@$1')])]
  const placesOf = (ending: string): string[] => names.flatMap(one => folders.map(folder => join(folder, one + ending)))
  const path = placesOf('').find(place => isInReach(place, home) && statsOf(place) !== undefined)
  if (path !== undefined && isMasked(path)) return []
  const dropIns = firstOfEachName(placesOf('.d'), '.conf', home).sort((one, other) => (one.name < other.name ? -1 : 1))
  if (dropIns.length > MAX_DROP_INS) throw new Error(`${name} has more than ${MAX_DROP_INS} drop-ins`)
  return [...(path === undefined ? [] : [path]), ...dropIns.map(dropIn => dropIn.path)].flatMap(file => {
    const text = isMasked(file) ? null : readTextIfThere(file, MAX_FILE_BYTES, 'latin1')
    return text === null ? [] : [{ path: file, lines: linesOf(text.replaceAll('\0', '')) }]
  })
}

/** Led to nowhere or emptied, which is how one is switched off. */
function isMasked(path: string): boolean {
  try {
    const stats = statSync(path)
    return !stats.isFile() || stats.size === 0
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true // A link that dangles.
    throw error
  }
}

function firstOfEachName(
  folders: readonly string[],
  ending: string,
  home: string,
  namesOf = namesIn,
): { readonly name: string; readonly path: string }[] {
  const seen = new Set<string>()
  return folders.flatMap(folder =>
    namesOf(folder).flatMap(name => {
      const path = join(folder, name)
      if (!name.endsWith(ending) || seen.has(name) || !isInReach(path, home)) return []
      seen.add(name)
      return [{ name, path }]
    }),
  )
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [] // Most of these folders do not exist.
    throw error
  }
}
