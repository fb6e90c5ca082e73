import { accessSync, constants, mkdirSync } from 'node:fs'
import { AppError } from '../shared/errors'
import { sha256 } from './digest'
import { isMountPoint } from './mounts'
import { asAppError, display, joinBytes, statOf, type PathBytes, type Root } from './paths'

/** The private working folder of one operation for one root, on the same file system, so that renames suffice. */
export interface Staging {
  readonly root: Root
  readonly folder: PathBytes
  /** What is to be placed, as a tree like the root's. */
  readonly incoming: PathBytes
  /** What a commit set aside, as a tree like the root's. */
  readonly aside: PathBytes
  /** What a roll-back found in the way. */
  readonly inTheWay: PathBytes
}

/** Owner for what is placed, when we are root and the set-up belongs to someone else. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

const text = (word: string): Buffer => Buffer.from(word)

/** The working folder of an operation, if there is one. @throws AppError `guard-refused` for one that is not ours. */
export function findStaging(root: Root, operationId: string): Staging | undefined {
  const name = folderName(root, operationId)
  for (const parent of [root.path, ...ancestorsOf(root.path)]) {
    const folder = joinBytes(parent, name)
    if (statOf(folder) === undefined) continue
    if (!isOurs(folder)) throw new AppError('guard-refused', `${display(folder.toString())} was not made by OCM.`)
    return stagingAt(root, folder)
  }
  return undefined
}

/** What a working folder is called once it is done with, until it is deleted. */
export function finishedName(folder: PathBytes): PathBytes {
  return Buffer.concat([folder, text('-finished')])
}

/** Working folders that are done with but not deleted yet. */
export function findFinished(root: Root, operationId: string): readonly PathBytes[] {
  const name = finishedName(folderName(root, operationId))
  return [root.path, ...ancestorsOf(root.path)].map(parent => joinBytes(parent, name)).filter(isOurs)
}

function isOurs(folder: PathBytes): boolean {
  const stats = statOf(folder)
  return stats?.isDirectory() === true && (process.getuid === undefined || stats.uid === process.getuid())
}

/** The working folder of an operation, made if need be: beside the root, or inside it where that is not possible. */
export function openStaging(root: Root, operationId: string): Staging {
  const staging =
    findStaging(root, operationId) ?? stagingAt(root, joinBytes(parentFor(root), folderName(root, operationId)))
  const { folder, incoming, aside, inTheWay } = staging
  try {
    // Each on its own: an earlier try may have been killed between two of them.
    for (const path of [folder, incoming, aside, inTheWay]) mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw asAppError(error, folder)
  }
  return staging
}

/** Whose files these are to be: only asked for when we are root. */
export function ownerFor(root: Root): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const nearest = [root.path, ...ancestorsOf(root.path)].map(path => statOf(path)).find(stats => stats !== undefined)
  return nearest === undefined || nearest.uid === 0 ? undefined : { uid: nearest.uid, gid: nearest.gid }
}

/** The folders above a path, nearest first, without `/` at the end. */
export function ancestorsOf(path: PathBytes): readonly PathBytes[] {
  const found: PathBytes[] = []
  for (let cut = path.lastIndexOf('/'); cut >= 0; cut = cut === 0 ? -1 : path.lastIndexOf('/', cut - 1)) {
    found.push(cut === 0 ? text('/') : path.subarray(0, cut))
  }
  return found
}

function folderName(root: Root, operationId: string): Buffer {
  if (!/^[0-9a-f-]{36}$/i.test(operationId)) throw new AppError('bad-input', 'Not an operation id')
  return text(`.ocm-${operationId}-${sha256(root.path).slice(0, 12)}`)
}

function stagingAt(root: Root, folder: PathBytes): Staging {
  const [incoming, aside, inTheWay] = ['new', 'old', 'in-the-way'].map(name => joinBytes(folder, text(name)))
  if (incoming === undefined || aside === undefined || inTheWay === undefined) throw new Error('unreachable')
  return { root, folder, incoming, aside, inTheWay }
}

function parentFor(root: Root): PathBytes {
  const nearest = ancestorsOf(root.path).find(path => statOf(path) !== undefined) ?? text('/')
  const isOneFileSystem = !root.exists || !isMountPoint(root.path)
  if (isOneFileSystem && isWritable(nearest)) return nearest
  if (root.exists && isWritable(root.path)) return root.path
  throw new AppError('permission-denied', `No permission to write to ${display(root.path.toString())}`, {
    hint: 'Log in as the user who owns the set-up.',
  })
}

function isWritable(folder: PathBytes): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false // The question was whether: no is an answer.
  }
}
