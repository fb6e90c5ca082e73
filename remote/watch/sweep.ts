import { chownSync, lstatSync, mkdirSync, renameSync, unlinkSync, type Stats } from 'node:fs'
import { UNDO_PREFIX } from '../../shared/cleaning'
import { AppError } from '../../shared/errors'
import { ORPHAN_FLOOR_AGE_MS } from '../../shared/sample'
import type { Params, Result } from '../../shared/protocol'
import type { Context, Handler } from '../handler'
import { asAppError, codeOf, display } from '../paths'
import { createPace } from '../slices'
import { assertSameClock } from './clock'
import { Guard, type OrphanFolder } from './guards'
import { orphanNamesIn, type OrphanName } from './orphan-names'
import { KeptCounts } from './orphans'
import { diskBytesOf } from './sizes'
import { groupFolder, stateDirs } from './state-dirs'
import { entriesIn, look, pathOf, shownPath, within, type ByteText } from './tree'
import { lookForWriters, type Writers } from './writers'

/** So many files are looked at with one look at who has files open. */
const BATCH_FILES = 10_000
/** On a slow disk sooner: then who has files open is looked at again. ms */
const BATCH_MS = 1_000
/** For so long nothing else of the program gets its turn. ms */
const SLICE_MS = 15
const TELL_MS = 300

type Breathe = () => Promise<void> | undefined

/** Answers `sweep`. Every guard is asked again right before a file goes; what any of them holds stays, with the reason. */
export const handleSweep: Handler<'sweep'> = async (params, context) => {
  // The floor holds whoever asks.
  if (!(params.minAgeMs >= ORPHAN_FLOOR_AGE_MS))
    throw new AppError('bad-input', 'Files this young may still be written.')
  assertSameClock(params.asOf)
  const states = await stateDirs(params.extraStateDirs)
  // All of them, before the first file goes.
  const targets = params.groups.map(group => ({ folder: groupFolder(group, states), family: group.family }))
  const sweep = new Sweep(params, context)
  for (const { folder, family } of targets) if (folder !== undefined) await sweep.run(folder, family)
  return sweep.result()
}

interface Candidate {
  readonly name: ByteText
  readonly orphan: OrphanName
}

class Sweep {
  private removed = 0
  private bytes = 0
  private diskBytes = 0
  private readonly kept = new KeptCounts()
  private readonly breathe: Breathe
  private toldAt = performance.now()

  constructor(
    private readonly params: Params<'sweep'>,
    private readonly context: Context<'sweep'>,
  ) {
    this.breathe = createPace(context.signal)
  }

  /** Takes what may go of one family in one folder. */
  async run(folder: OrphanFolder, family: OrphanName['family']): Promise<void> {
    const { minAgeMs, asOf } = this.params
    const guard = Guard.of(folder, { minAgeMs, notAfterMs: asOf.wallMs })
    if (guard === undefined) return
    const bin = this.params.undo ? new UndoFolder(folder, this.params.operationId) : null
    for (const batch of this.batchesOf(folder, family)) {
      await this.take(batch, { folder, guard, bin })
      await this.tell(folder)
    }
    await this.tell(folder, true)
  }

  result(): Result<'sweep'> {
    const { removed, bytes, diskBytes } = this
    return { removed, bytes, diskBytes, kept: this.kept.list() }
  }

  /** Names that look like it, some thousands at a time. */
  private *batchesOf(folder: OrphanFolder, family: OrphanName['family']): Generator<Candidate[]> {
    let batch: Candidate[] = []
    const orphanName = orphanNamesIn(folder.rel)
    for (const { name } of entriesIn(folder.path)) {
      const orphan = orphanName(name)
      if (orphan?.family !== family) continue
      batch.push({ name, orphan })
      if (batch.length < BATCH_FILES) continue
      yield batch
      batch = []
    }
    if (batch.length > 0) yield batch
  }

  private async take(batch: readonly Candidate[], place: Place): Promise<void> {
    for (let at = 0; at < batch.length;) {
      await this.lookAnew(batch, place)
      const writers = await lookForWriters(this.breathe)
      const untilMs = performance.now() + BATCH_MS
      while (at < batch.length && performance.now() < untilMs) {
        at = this.takeSome(batch, { from: at, writers, place })
        await this.breathe()
        await this.tell(place.folder)
      }
    }
  }

  /** Takes files for a few milliseconds, from within their folder; answers where it stopped. */
  private takeSome(batch: readonly Candidate[], { from, writers, place }: Slice): number {
    return place.guard.inFolder(lead => {
      const untilMs = performance.now() + SLICE_MS
      let at = from
      const reached = { ...place, lead }
      for (; at < batch.length && performance.now() < untilMs; at += 1) {
        const candidate = batch[at]
        if (candidate !== undefined) this.takeOne(candidate, writers, reached)
      }
      return at
    })
  }

  /** The clock and the stores, as they are now. */
  private async lookAnew(batch: readonly Candidate[], { guard }: Place): Promise<void> {
    this.context.signal.throwIfAborted()
    assertSameClock(this.params.asOf)
    guard.forgetStores()
    const targets = new Map(batch.map(({ orphan }) => [orphan.target, orphan]))
    for (const orphan of targets.values()) await guard.readStore(orphan, this.breathe)
  }

  private takeOne({ name, orphan }: Candidate, writers: Writers, { lead, folder, guard, bin }: Reached): void {
    const path = within(lead, name)
    let bytes = 0
    try {
      const stats = look(path)
      if (stats === undefined) return // Somebody else was faster: gone is gone.
      bytes = stats.isFile() ? stats.size : 0
      const why = guard.whyKept({ name, orphan, stats, nowMs: Date.now() }, writers)
      if (why !== null) {
        this.kept.add(why, name, bytes)
        return
      }
      if (bin === null) unlinkSync(pathOf(path))
      const isGone = bin === null || bin.take(path, name)
      if (isGone) this.count(stats)
      else this.kept.add('changed', name, bytes)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOENT') return
      if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EBUSY')
        throw asAppError(error, shownPath(within(folder.path, name)))
      this.kept.add(code === 'EBUSY' ? 'in-use' : 'not-permitted', name, bytes)
    }
  }

  private count(stats: Stats): void {
    this.removed += 1
    this.bytes += stats.size
    this.diskBytes += diskBytesOf(stats)
  }

  private async tell(folder: OrphanFolder, isLast = false): Promise<void> {
    if (!isLast && performance.now() - this.toldAt <= TELL_MS) return
    this.toldAt = performance.now()
    await this.context.item({
      removed: this.removed,
      bytes: this.bytes,
      folder: display(shownPath(folder.path)),
    })
  }
}

interface Slice {
  readonly from: number
  readonly writers: Writers
  readonly place: Place
}

interface Place {
  readonly folder: OrphanFolder
  readonly guard: Guard
  readonly bin: UndoFolder | null
}

interface Reached extends Place {
  /** What leads from where we are to names in the folder. */
  readonly lead: ByteText
}

/** Where swept files wait for a day: in the folder they lay in, so always on the same file system. */
class UndoFolder {
  private readonly path: ByteText
  private hadFiles: boolean | null = null

  constructor(
    private readonly folder: OrphanFolder,
    operationId: string,
  ) {
    if (!/^[0-9a-f-]{36}$/i.test(operationId)) throw new AppError('bad-input', 'Not an operation id')
    this.path = within(folder.path, `${UNDO_PREFIX}${operationId}`)
  }

  /** Renames a file into it; false when one of that name is there already, from an earlier try. */
  take(path: ByteText, name: ByteText): boolean {
    this.hadFiles ??= this.open()
    const target = within(this.path, name)
    if (this.hadFiles && look(target) !== undefined) return false
    renameSync(pathOf(path), pathOf(target))
    return true
  }

  /** True when it was there before. @throws AppError `guard-refused` for one that is not ours. */
  private open(): boolean {
    const there = look(this.path)
    if (there !== undefined) {
      const isOurs = there.isDirectory() && (process.getuid === undefined || ownsIt(there, this.folder.path))
      if (!isOurs) throw new AppError('guard-refused', `${display(shownPath(this.path))} was not made by OCM.`)
      return true
    }
    mkdirSync(pathOf(this.path), { mode: 0o700 })
    // As root we tidy for somebody else, who is to be able to remove the folder with the rest.
    if (process.getuid?.() === 0) {
      const { uid, gid } = lstatSync(pathOf(this.folder.path))
      chownSync(pathOf(this.path), uid, gid)
    }
    return false
  }
}

/** A folder of ours belongs to us, or to whom the folder around it belongs. */
export function ownsIt({ uid }: Stats, around: ByteText): boolean {
  return uid === process.getuid?.() || uid === look(around)?.uid
}
