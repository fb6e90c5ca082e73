import { readFileSync } from 'node:fs'
import { AppError } from '../shared/errors'
import { isMountPoint } from './mounts'
import {
  comparable,
  homeFolder,
  isAbsolute,
  isBeneath,
  native,
  normalize,
  realPath,
  relative,
  wordAsPath,
} from './path'
import { display, fromRef, resolveRoot, statOf, type PathBytes, type Root } from './paths'
import { windowsRefusal } from './windows/refusal'

/** Folders of the system: neither they nor what lies directly in them can be the root of a removal. */
const SYSTEM = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/System',
  '/Library',
  '/Applications',
  '/private/etc',
  '/private/var/db',
  '/private/var/root',
]

/**
 * The root of a removal, as it is on disk.
 * @throws AppError `guard-refused` for `/`, first-level folders, homes and what holds them, system folders, mount points,
 * and whenever the way to it goes through a link.
 */
export function removableRoot(named: string): Root {
  const refuse = (why: string): never => {
    throw new AppError('guard-refused', `OCM does not remove from ${display(native(named))}: ${why}.`)
  }
  if (!isAbsolute(named) || named.includes('\0')) return refuse('it is not an absolute path')
  const path = wordAsPath(named).replace(/(?<=.)\/$/, '')
  if (normalize(path) !== path || path.split('/').includes('..')) return refuse('it is not written plainly')
  const why = process.platform === 'win32' ? windowsRefusal(path) : posixRefusal(path)
  if (why !== null) return refuse(why)
  const root = resolveRoot('root', path)
  if (comparable(root.path.toString()) !== comparable(path)) return refuse('there is a link on the way')
  if (statOf(path)?.isDirectory() === false) return refuse('it is not a folder')
  for (const home of homes()) {
    if (isBeneath(home, path)) return refuse(`it is or holds the home ${display(native(home))}`)
  }
  if (root.exists && isMountPoint(root.path)) return refuse('another file system is mounted there')
  return root
}

/** Why nothing is removed from this folder, told by its path alone; null when nothing speaks against it. */
function posixRefusal(path: string): string | null {
  if (path.split('/').filter(name => name !== '').length < 2) return 'it is too close to the top'
  if (SYSTEM.some(folder => isBeneath(path, folder))) return 'it belongs to the system'
  return /^\/(home|Users)\/[^/]+$/.test(path) ? 'it is a home' : null
}

/** A path to remove, relative to the root; undefined for the root itself (`.`). @throws AppError `guard-refused`. */
export function targetWithin(root: Root, path: string): PathBytes | undefined {
  const rel = isAbsolute(path) ? relative(root.path.toString(), wordAsPath(path)) : path
  if (rel === '.' || rel === '') return undefined
  try {
    return fromRef({ path: rel })
  } catch (error) {
    throw new AppError(
      'guard-refused',
      `${display(native(path))} is not inside ${display(native(root.path.toString()))}.`,
      {
        cause: error,
      },
    )
  }
}

/** Every home of this machine, as written and as it is on disk. */
function homes(): ReadonlySet<string> {
  const { HOME = '', USERPROFILE = '' } = process.env
  const written = [homeFolder(), HOME, USERPROFILE, ...passwdHomes()]
  const plain = written.map(home => wordAsPath(home).replace(/\/+$/, '')).filter(home => home !== '')
  return new Set([...plain, ...plain.map(realOf)])
}

/** Home folders of accounts. Of system accounts only those below a folder of homes: many name `/nonexistent` or `/bin`. */
function passwdHomes(): string[] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map(line => line.split(':')[5] ?? '')
      .filter(home => isAbsolute(home))
  } catch {
    return [] // No such file on this system: the own home is known all the same.
  }
}

function realOf(path: string): string {
  try {
    return realPath(path)
  } catch {
    return path // It does not exist, so nothing of it can be removed.
  }
}
