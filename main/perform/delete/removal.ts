import { dirname, basename } from 'node:path/posix'
import type { DeletionItem, Trace } from '../../../shared/deletion'
import { AppError } from '../../../shared/errors'
import { MINUTE } from '../../../shared/units'
import { nativePath } from '../../../shared/windows-words'
import type { RemoteClient } from '../../remote/types'
import { ProgressMeter } from '../progress'
import { powershellLine } from '../../remote/powershell'
import { isWindows, lastLine, run, runAsRoot } from './commands'
import { ROOT_REMOVAL, isForRoot, OWN_REMOVAL } from './guarded-shell'
import type { Outcomes } from './outcomes'
import { ask, bounds, freshTraces, isNodeMissing, ofOneItem, type Part } from './part'
import { presenceOf, type Presence } from './presence'

/** What acting on the items of a step takes. */
interface Removing {
  readonly uid: number
  readonly meter: ProgressMeter
  /** What was there at the beginning. */
  readonly before: ReadonlyMap<string, Presence>
  /** What is there now; null where the node has no Node.js any more, so that nothing can tell. */
  readonly fresh: readonly Trace[] | null
}

/**
 * Takes away items that lie on disk: probe, act, probe. Each goes only when the plan says so, the node still shows it with
 * nothing against it, and the guard on the node agrees. One that cannot go does not keep the others.
 */
export async function removeItems(
  part: Part,
  uid: number,
  items: readonly DeletionItem[],
  outcomes: Outcomes,
): Promise<void> {
  if (items.length === 0) return
  const before = await presenceOf(part, uid, items.flatMap(pathsOf))
  const isAbsent = (item: DeletionItem): boolean => pathsOf(item).every(path => before.get(path) === 'absent')
  const there = items.filter(item => !isAbsent(item))
  for (const item of items.filter(isAbsent)) outcomes.note(item, 'absent')
  if (there.length === 0) return
  const removing: Removing = { uid, before, meter: meterFor(part, there), fresh: await tracesNow(part) }
  const problems = new Map<string, string>()
  for (const item of there) {
    part.context.note(`Removing ${item.name}`)
    const problem = await removeOne(part, item, removing)
    if (problem !== null) problems.set(item.id, problem)
  }
  removing.meter.flush()
  const after = await presenceOf(part, uid, there.flatMap(pathsOf))
  for (const item of there) {
    const states = pathsOf(item).map(path => after.get(path))
    const problem = problems.get(item.id) ?? 'it is still there.'
    if (states.includes('present')) outcomes.note(item, 'remains', problem)
    else if (states.includes('unknown')) outcomes.note(item, 'unknown', problem)
    else outcomes.note(item, 'gone')
  }
}

/** Where an item lies; the program itself goes before the commands that lead to it. */
export function pathsOf({ path, paths }: Pick<DeletionItem, 'path' | 'paths'>): readonly string[] {
  return [...new Set([...(path === null ? [] : [path]), ...paths])]
}

/** What is there now; null where the node has no Node.js any more. */
async function tracesNow(part: Part): Promise<Removing['fresh']> {
  try {
    return (await freshTraces(part)).traces
  } catch (error) {
    if (!isNodeMissing(error)) throw error
    return null
  }
}

/** A meter that shows how much of these items is gone. */
function meterFor({ context }: Part, items: readonly DeletionItem[]): ProgressMeter {
  const sizes = items.map(item => item.size)
  const isKnown = sizes.every(size => size !== null)
  const total = (of: 'bytes' | 'files'): number | null =>
    isKnown ? sizes.reduce((sum, size) => sum + size[of], 0) : null
  return new ProgressMeter(progress => context.progress(progress), total('bytes'), total('files'))
}

/** @returns why it could not go; null when nothing was said against it. */
async function removeOne(part: Part, item: DeletionItem, removing: Removing): Promise<string | null> {
  const problems: string[] = []
  for (const path of pathsOf(item).filter(path => removing.before.get(path) !== 'absent')) {
    const objection = objectionTo(item, path, removing.fresh)
    if (objection === null) problems.push(...(await tryAct(part, item, path, removing)))
    else problems.push(objection)
  }
  return problems.length === 0 ? null : [...new Set(problems)].join(' ')
}

/** Null when the node shows this very thing now, with nothing against it. Half of a program may be gone: the rest still is one. */
function objectionTo(item: DeletionItem, path: string, fresh: Removing['fresh']): string | null {
  if (fresh === null) return null
  const now =
    fresh.find(trace => trace.id === item.id && pathsOf(trace).includes(path)) ??
    fresh.find(trace => trace.kind === item.kind && pathsOf(trace).includes(path))
  if (now === undefined) return 'OCM does not recognize it any more and leaves it alone.'
  return now.refusal
}

async function tryAct(part: Part, item: DeletionItem, path: string, removing: Removing): Promise<readonly string[]> {
  try {
    await act(part, item, path, removing)
    return []
  } catch (error) {
    const { message, hint } = ofOneItem(error, part)
    return [[message, hint].join(' ').trim()]
  }
}

async function act(part: Part, item: DeletionItem, path: string, { uid, meter, fresh }: Removing): Promise<void> {
  const now = fresh?.find(trace => trace.id === item.id) ?? item
  if (isWindows(part)) refuseOnWindows(now, path, fresh === null)
  if ((now.needsRoot && uid !== 0) || isForRoot(item.kind, path)) return removeAsRoot(part, item, path, uid)
  if (fresh === null) return removeWithoutNode(part, path, uid)
  await ask(part, async remote => {
    try {
      await removeTold(part, remote, { root: path, paths: ['.'] }, meter)
    } catch (error) {
      // A file or a link is no root of its own: it goes out of the folder that holds it, by the same guard.
      const isFile = item.kind === 'unit' || item.kind === 'leftover' || item.kind === 'package'
      if (!isFile || !(error instanceof AppError) || error.code !== 'guard-refused') throw error
      await removeTold(part, remote, { root: dirname(path), paths: [basename(path)] }, meter)
    }
  })
}

/** On Windows only the node's own guard removes: nobody becomes the administrator there, and there is no guard without Node.js. */
function refuseOnWindows({ needsRoot }: Pick<Trace, 'needsRoot'>, path: string, isWithoutNode: boolean): void {
  const command = powershellLine(['Remove-Item', '-Recurse', '-Force', '-LiteralPath', nativePath(path)])
  if (needsRoot) {
    throw new AppError('permission-denied', 'only an administrator may remove it.', {
      hint: `Look at it, then run this in a PowerShell that was started as administrator: ${command}`,
    })
  }
  if (isWithoutNode) {
    throw new AppError(
      'node-missing',
      'the node has no Node.js any more, and without it OCM removes nothing on Windows.',
      {
        hint: `Install Node.js there and try again, or remove it by hand: ${command}`,
      },
    )
  }
}

/** Removes paths beneath a root by the guard of the node, and tells the meter while it goes. */
export async function removeTold(
  part: Part,
  remote: RemoteClient,
  params: { readonly root: string; readonly paths: string[] },
  meter: ProgressMeter,
): Promise<{ readonly removed: number; readonly bytes: number }> {
  const told = { removed: 0, bytes: 0 }
  const add = ({ removed, bytes }: { readonly removed: number; readonly bytes: number }): void => {
    meter.add(bytes - told.bytes, removed - told.removed, params.root)
    Object.assign(told, { removed, bytes })
  }
  const result = await remote.request('remove', params, { ...bounds(part, part.context.limitMs), onItem: add })
  add(result)
  return result
}

/** What only root may remove: unit files and the installed program, of which the path itself tells what they are. */
export async function removeAsRoot(
  part: Part,
  item: Pick<DeletionItem, 'kind'>,
  path: string,
  uid: number,
): Promise<void> {
  if (!isForRoot(item.kind, path)) {
    throw new AppError('permission-denied', 'only root may remove it, and OCM does not as root.', {
      hint: `Look at it, then remove it on the node: sudo rm -rf -- '${path.replaceAll("'", `'\\''`)}'`,
    })
  }
  const result = await runAsRoot(part, uid, ['sh', '-c', ROOT_REMOVAL, 'sh', path], MINUTE)
  if (result.code !== 0) throw new AppError('command-failed', `${lastLine(result)}.`)
}

/** Where Node.js went with what was removed before, plain sh removes the rest of what its name tells is OpenClaw's. */
async function removeWithoutNode(part: Part, path: string, uid: number): Promise<void> {
  const result = await run(part, uid, ['sh', '-c', OWN_REMOVAL, 'sh', path], part.context.limitMs)
  if (result.code !== 0) throw new AppError('command-failed', `${lastLine(result)}.`)
}
