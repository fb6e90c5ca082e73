import { lstatSync, type Stats } from 'node:fs'
import { AppError } from '../shared/errors'
import type { FileRef } from '../shared/protocol'
import { basename, dirname, isAbsolute, native, normalize, realPath } from './path'
import { badName } from './windows/refusal'

/** File names on a node are bytes: an absolute or relative path as the kernel sees it. */
export type PathBytes = Buffer

const SLASH = Buffer.from('/')

/** The bytes as a string key, one character per byte: exact, unlike UTF-8 of a name that is not UTF-8. */
export function keyOf(path: PathBytes): string {
  return path.toString('latin1')
}

/** `folder/name`, in bytes. An empty folder gives the name alone. */
export function joinBytes(folder: PathBytes, name: PathBytes): PathBytes {
  if (folder.length === 0) return name
  return Buffer.concat([folder, SLASH, name])
}

/** How a path is shown and sent: `pathBytes` only when it is not valid UTF-8. */
export function toRef(path: PathBytes): { readonly path: string; readonly pathBytes?: string } {
  const text = path.toString('utf8')
  return text.includes('\uFFFD') && !Buffer.from(text, 'utf8').equals(path)
    ? { path: text, pathBytes: path.toString('base64') }
    : { path: text }
}

/** The relative path a reference means. @throws AppError `bad-input` when it could leave its root. */
export function fromRef(ref: { readonly path: string; readonly pathBytes?: string | undefined }): PathBytes {
  const isWindows = process.platform === 'win32'
  const given = ref.pathBytes === undefined ? Buffer.from(ref.path, 'utf8') : Buffer.from(ref.pathBytes, 'base64')
  // There a backslash separates as well: whoever looks at the folders on the way must see each of them.
  const bytes = isWindows ? Buffer.from(keyOf(given).replaceAll('\\', '/'), 'latin1') : given
  const isBad = (name: string): boolean =>
    name === '' || name === '.' || name === '..' || name.includes('\0') || (isWindows && badName(name) !== null)
  if (keyOf(bytes).split('/').some(isBad))
    throw new AppError('bad-input', `Not a path inside its folder: ${display(ref.path)}`)
  return bytes
}

/** A path without control characters, cut to a readable length. */
export function display(path: string): string {
  const plain = path.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '�')
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain
}

/** A root as it is on disk: no links in it, so that what is beneath can be compared with it. */
export interface Root {
  readonly name: string
  readonly path: PathBytes
  /** False when nothing is there yet. */
  readonly exists: boolean
}

/** Resolves one root. What does not exist yet is resolved as far as it does. @throws AppError `bad-input`. */
export function resolveRoot(name: string, path: string): Root {
  const plain = normalize(path)
  if (!isAbsolute(path) || path.includes('\0') || dirname(plain) === plain) {
    throw new AppError('bad-input', `Not a usable folder for ${name}: ${display(path)}`)
  }
  const missing: string[] = []
  let folder = plain.replace(/(?<=[^:])\/+$/, '')
  for (;;) {
    const real = realPathOf(folder)
    if (real !== undefined) {
      return { name, path: Buffer.from([real.replace(/\/$/, ''), ...missing].join('/')), exists: missing.length === 0 }
    }
    const parent = dirname(folder)
    if (parent === folder) throw new AppError('not-found', `There is no ${display(folder)}`)
    missing.unshift(basename(folder))
    folder = parent
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realPath(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      if (statOf(path) !== undefined)
        throw new AppError('guard-refused', `${display(path)} is a link that leads nowhere.`)
      return undefined
    }
    throw asAppError(error, path)
  }
}

/** Resolves all roots of a request by name. */
export function resolveRoots(roots: Readonly<Record<string, string>>): ReadonlyMap<string, Root> {
  return new Map(Object.entries(roots).map(([name, path]) => [name, resolveRoot(name, path)]))
}

/** The root and the relative path of a reference. @throws AppError `bad-input` for a root that was not named. */
export function locate(
  roots: ReadonlyMap<string, Root>,
  ref: FileRef,
): { readonly root: Root; readonly rel: PathBytes } {
  const root = roots.get(ref.root)
  if (root === undefined) throw new AppError('bad-input', `Unknown root ${display(ref.root)}`)
  return { root, rel: fromRef(ref) }
}

/** lstat, or undefined when nothing is there. */
export function statOf(path: PathBytes | string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return undefined // A file on the way: so nothing is beneath it.
    throw error
  }
}

/** The `code` of a system error, or ''. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'No permission',
  EPERM: 'Not permitted',
  EBUSY: 'A program holds it open',
  ENOENT: 'No longer there',
  ELOOP: 'Became a link',
  ENOTDIR: 'A folder on the way is no folder',
  EIO: 'The disk reports a read error',
  EISDIR: 'Became a folder',
  ESTALE: 'The network file system lost it',
}

/** One readable reason for a failed file access. */
export function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message
  const code = codeOf(error)
  return REASONS[code] ?? (code === '' ? 'Could not be read' : `Could not be read (${code})`)
}

/** Windows lets nobody remove or replace what a program has open, and seldom says that this is why. */
const HELD_OPEN: ReadonlySet<string> = new Set(['EBUSY', 'EACCES', 'EPERM'])

/** Gives a system error its meaning. */
export function asAppError(error: unknown, path: PathBytes | string): AppError {
  if (error instanceof AppError) return error
  const shown = display(native(path.toString()))
  const code = codeOf(error)
  const options = { cause: error }
  if (process.platform === 'win32' && HELD_OPEN.has(code)) {
    const words = code === 'EBUSY' ? 'A program holds' : 'No permission, or a program holds'
    return new AppError(code === 'EBUSY' ? 'busy' : 'permission-denied', `${words} ${shown} open`, options)
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') return new AppError('disk-full', `No room left for ${shown}`, options)
  if (code === 'EACCES' || code === 'EPERM')
    return new AppError('permission-denied', `No permission for ${shown}`, options)
  if (code === 'EROFS') return new AppError('permission-denied', `${shown} is on a read-only file system`, options)
  if (code === 'ENOENT') return new AppError('not-found', `${shown} is not there`, options)
  return new AppError('internal', `${shown}: ${reasonOf(error)}`, options)
}
