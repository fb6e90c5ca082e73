import { readdirSync, rmdirSync, type Dirent, type Stats } from 'node:fs'
import { unlink } from 'node:fs/promises'
import type { Params, Result } from '../shared/protocol'
import { AppError } from '../shared/errors'
import { PathGuard } from './guard'
import type { Context, Handler } from './handler'
import { mountPoints } from './mounts'
import { asAppError, codeOf, display, joinBytes, keyOf, statOf, type PathBytes, type Root } from './paths'
import { removableRoot, targetWithin } from './removable'
import { createPace } from './slices'

/** So many files go at a time: a slow disk is not waited for one by one, and Node has as many threads for it. */
const LANES = 4
/** So often the progress of a long removal is told, ms. */
const TELL_MS = 500

interface Counts {
  removed: number
  bytes: number
  absent: number
}

/** Answers `remove`. Everything is checked before the first thing goes; absent already counts as done. */
export const handleRemove: Handler<'remove'> = async (params, context) => {
  const counts: Counts = { removed: 0, bytes: 0, absent: 0 }
  const root = removableRoot(params.root)
  const targets = targetsOf(params, root)
  if (!root.exists) return { ...counts, absent: targets.length }
  const breathe = paceOf(counts, context)
  for (const target of targets) await assertOneFileSystem(target, root, breathe)
  for (const target of targets) {
    const stats = statOf(target)
    if (stats === undefined) counts.absent += 1
    else await removeTree({ path: target, stats, device: deviceOf(root) }, counts, breathe)
  }
  return counts satisfies Result<'remove'>
}

function targetsOf({ paths }: Params<'remove'>, root: Root): PathBytes[] {
  const guard = new PathGuard()
  return paths.map(path => {
    const rel = targetWithin(root, path)
    return rel === undefined ? root.path : guard.pathOf(root, rel)
  })
}

function deviceOf(root: Root): number {
  return statOf(root.path)?.dev ?? -1
}

type Breathe = () => Promise<void> | undefined

/** Lets others have a turn, and tells every half second how much is gone. */
function paceOf(counts: Counts, context: Context<'remove'>): Breathe {
  const breathe = createPace(context.signal)
  let toldAt = performance.now()
  return () => {
    if (performance.now() - toldAt < TELL_MS) return breathe()
    toldAt = performance.now()
    return context.item({ removed: counts.removed, bytes: counts.bytes })
  }
}

/** Nothing beneath may be another file system, bind mounts included. */
async function assertOneFileSystem(target: PathBytes, root: Root, breathe: Breathe): Promise<void> {
  const key = keyOf(target)
  const mounted = [...mountPoints()].find(point => point === key || point.startsWith(`${key}/`))
  if (mounted !== undefined) throw refused(Buffer.from(mounted, 'latin1'), 'another file system is mounted there')
  const device = deviceOf(root)
  const folders = [target]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const stats = statOf(folder)
    if (stats?.isDirectory() !== true) continue
    if (stats.dev !== device) throw refused(folder, 'it is on another device')
    for (const entry of entriesOf(folder)) if (mayBeFolder(entry)) folders.push(joinBytes(folder, entry.name))
    await breathe()
  }
}

/** Windows lists a disk that is mounted in a folder like a link. */
function mayBeFolder(entry: Dirent<Buffer>): boolean {
  return entry.isDirectory() || (process.platform === 'win32' && entry.isSymbolicLink())
}

interface Doomed {
  readonly path: PathBytes
  readonly stats: Stats
  readonly device: number
}

/** Links are removed themselves; what they point to stays. */
async function removeTree(doomed: Doomed, counts: Counts, breathe: Breathe): Promise<void> {
  const { path, stats } = doomed
  try {
    if (stats.isDirectory()) await removeFolder(doomed, counts, breathe)
    else await letGo(() => unlink(path))
    counts.removed += 1
    if (stats.isFile()) counts.bytes += stats.size
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw asAppError(error, path)
    counts.absent += 1
  }
  await breathe()
}

async function removeFolder({ path, stats, device }: Doomed, counts: Counts, breathe: Breathe): Promise<void> {
  if (stats.dev !== device) throw refused(path, 'it is on another device')
  const removeEntry = async (name: Buffer): Promise<void> => {
    const inner = joinBytes(path, name)
    const innerStats = statOf(inner)
    if (innerStats !== undefined) await removeTree({ path: inner, stats: innerStats, device }, counts, breathe)
  }
  const entries = entriesOf(path)
  await inLanes(
    entries.filter(entry => !entry.isDirectory()),
    entry => removeEntry(entry.name),
  )
  for (const entry of entries) if (entry.isDirectory()) await removeEntry(entry.name)
  await letGo(() => rmdirSync(path)).catch((error: unknown) => {
    throw codeOf(error) === 'ENOTEMPTY' && process.platform === 'win32' ? stillHeld(path, error) : error
  })
}

/** On Windows a file that was removed stays in its folder for as long as a program has it open. */
function stillHeld(folder: PathBytes, error: unknown): unknown {
  const [left] = entriesOf(folder)
  if (left === undefined) return error
  const held = Object.assign(new Error('It is held open.', { cause: error }), { code: 'EBUSY' })
  return asAppError(held, joinBytes(folder, left.name))
}

/** How often Windows is asked again: virus scanners and the search open for a moment whatever changes. */
const TRIES = 5
const PAUSE_MS = 100
const PASSING = new Set(['EBUSY', 'EPERM', 'EACCES', 'ENOTEMPTY'])

async function letGo(remove: () => void | Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await remove()
      return
    } catch (error) {
      const mayPass = process.platform === 'win32' && PASSING.has(codeOf(error))
      if (!mayPass || tries >= TRIES) throw error
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
    }
  }
}

/** Works on a few items at a time. After a failure nothing new begins, and it is told once all lanes rest. */
async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const failures: unknown[] = []
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined && failures.length === 0; item = items[next++]) {
      await work(item).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: Math.min(LANES, items.length) }, lane))
  if (failures.length > 0) throw failures[0]
}

function entriesOf(folder: PathBytes) {
  try {
    return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })
  } catch (error) {
    throw asAppError(error, folder)
  }
}

function refused(path: PathBytes, why: string): AppError {
  return new AppError('guard-refused', `OCM does not remove ${display(path.toString())}: ${why}.`)
}
