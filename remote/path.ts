import { realpathSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, posix, win32 } from 'node:path'

/** What this program needs of `node:path`. */
export type PathWords = Pick<typeof posix, 'join' | 'dirname' | 'basename' | 'normalize' | 'resolve' | 'relative'> & {
  isAbsolute: (path: string) => boolean
}

/** `C:\Users\ada` as `C:/Users/ada`: Windows takes both, and everything here compares and joins with slashes. */
export function slashed(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^\/\/[?.]\/(?=[A-Za-z]:)/, '')
    .replace(/^[a-z](?=:)/, letter => letter.toUpperCase())
}

/** The words of a system for paths; those of Windows answer with slashes. */
export function pathWordsOf(platform: NodeJS.Platform): PathWords {
  if (platform !== 'win32') return posix
  return {
    join: (...parts) => slashed(win32.join(...parts)),
    dirname: path => slashed(win32.dirname(path)),
    basename: (path, suffix) => win32.basename(path, suffix),
    normalize: path => slashed(win32.normalize(path)),
    resolve: (...parts) => slashed(win32.resolve(...parts)),
    relative: (from, to) => slashed(win32.relative(from, to)),
    isAbsolute: path => win32.isAbsolute(path),
  }
}

const WINDOWS = pathWordsOf('win32')
const words = (): PathWords => (process.platform === 'win32' ? WINDOWS : posix)

export const join: PathWords['join'] = (...parts) => words().join(...parts)
export const dirname: PathWords['dirname'] = path => words().dirname(path)
export const basename: PathWords['basename'] = (path, suffix) => words().basename(path, suffix)
export const normalize: PathWords['normalize'] = path => words().normalize(path)
export const resolve: PathWords['resolve'] = (...parts) => words().resolve(...parts)
export const relative: PathWords['relative'] = (from, to) => words().relative(from, to)
export const isAbsolute: PathWords['isAbsolute'] = path => words().isAbsolute(path)

/** Two paths that compare alike are the same place: Windows does not tell upper from lower case. */
export function comparable(path: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? path.toLowerCase() : path
}

/** True for the folder itself and all beneath it. */
export function isBeneath(path: string, folder: string, platform: NodeJS.Platform = process.platform): boolean {
  const [inner, outer] = [comparable(path, platform), comparable(folder, platform)]
  return inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`)
}

/** A path as people of this system write it. */
export function native(path: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? path.replaceAll('/', '\\') : path
}

/** A word of a command line or a variable: a path of Windows gets slashes, anything else stays as it is. */
export function wordAsPath(word: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' && /^([A-Za-z]:)?[\\/]/.test(word) ? slashed(word) : word
}

/**
 * The path without links, as it is on disk. On Windows also with its true letters and long names, which only the system itself
 * knows. @throws a system error.
 */
export function realPath(path: string): string {
  // By the system itself: Node's own way asks for each part of the path, and a look asks for hundreds of paths.
  const real = realpathSync.native(path)
  return process.platform === 'win32' ? slashed(real) : real
}

/** The same for names that are bytes. @throws a system error. */
export function realPathBytes(path: Buffer): Buffer {
  if (process.platform === 'win32') return Buffer.from(realPath(path.toString()))
  return realpathSync.native(path, { encoding: 'buffer' })
}

/** The home of the account, where no user database tells. */
export function homeFolder(): string {
  return process.platform === 'win32' ? slashed(homedir()) : homedir()
}

/** The Node.js that runs this program. */
export function ownNode(): string {
  return process.platform === 'win32' ? slashed(process.execPath) : process.execPath
}

/** Where temporary files go. */
export function tempFolder(): string {
  return process.platform === 'win32' ? slashed(tmpdir()) : tmpdir()
}

/** Folders that are looked through for commands. */
export function commandFolders(path = process.env['PATH'] ?? ''): string[] {
  return path
    .split(delimiter)
    .map(folder => wordAsPath(folder))
    .filter(isAbsolute)
}
