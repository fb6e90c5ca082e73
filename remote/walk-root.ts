import { readdirSync, readlinkSync, type Dirent, type Stats } from 'node:fs'
import { dirname, isBeneath, resolve } from './path'
import type { Component } from '../shared/components'
import { classifyIn, isSqlite, mayHold, type Placement } from '../shared/layout'
import { AppError } from '../shared/errors'
import type { WalkedFile } from '../shared/protocol'
import type { Context } from './handler'
import { bytesBeneath, type LeftOutList } from './left-out'
import { joinBytes, keyOf, reasonOf, statOf, toRef, type PathBytes, type Root } from './paths'
import { hashDatabase, hashFile, sizeOnly, type Content } from './walk-content'
import { isAtRest } from './sqlite'
import { sweepPrivateFolders } from './sqlite-copy'
import { recordKey, Stamps, type StampRecord } from './stamp'
import { badName } from './windows/refusal'

const MAX_DEPTH = 100
const MAX_ENTRIES = 2_000_000
/** Databases copied at the same time as the walk goes on. */
const MAX_COPIES = 2

/** Windows takes half characters and endings in names that its own programs cannot open again, or open another file for. */
function cannotBeNamed(name: string): boolean {
  return process.platform === 'win32' && (name.includes('\uFFFD') || badName(name) !== null)
}

/** Where the walk puts what it finds. */
export interface Sink {
  readonly leftOut: LeftOutList
  found(file: WalkedFile): Promise<void>
  missed(entry: { readonly root: string; readonly path: string; readonly why: string }): void
}

interface Task {
  readonly root: Root
  /** Other roots of the same walk: they are not walked twice when they lie within this one. */
  readonly others: readonly Root[]
  readonly components: ReadonlySet<Component>
  readonly withHashes: boolean
  /** What an earlier backup noted of these files. */
  readonly record?: StampRecord
}

interface Means {
  readonly sink: Sink
  readonly context: Pick<Context<'walk'>, 'session' | 'signal'>
  readonly breathe: () => Promise<void> | undefined
}

/** One entry met on the way. */
interface Entry {
  readonly path: PathBytes
  readonly rel: PathBytes
  /** The relative path as text, for the layout's rules. */
  readonly text: string
  readonly depth: number
}

/** Lists what one root holds. Links are never followed; what cannot be read is reported and the walk goes on. */
export async function walkRoot(task: Task, means: Means): Promise<void> {
  const walk = new RootWalk(task, means)
  await walk.run()
}

class RootWalk {
  private readonly folders: Entry[] = []
  private readonly copies = new Set<Promise<void>>()
  private readonly otherPaths: ReadonlySet<string>
  private readonly stamps: Stamps | undefined
  private seen = 0

  constructor(
    private readonly task: Task,
    private readonly means: Means,
  ) {
    this.otherPaths = new Set(task.others.map(({ path }) => keyOf(path)))
    this.stamps = task.withHashes ? Stamps.in(task.root.path) : undefined
  }

  async run(): Promise<void> {
    this.folders.push({ path: this.task.root.path, rel: Buffer.alloc(0), text: '', depth: 0 })
    try {
      for (let folder = this.folders.pop(); folder !== undefined; folder = this.folders.pop()) await this.enter(folder)
      await Promise.all(this.copies)
    } finally {
      await Promise.allSettled(this.copies)
    }
  }

  private async enter(folder: Entry): Promise<void> {
    if (folder.depth > MAX_DEPTH) {
      this.miss(folder, `Deeper than ${MAX_DEPTH} folders`)
      return
    }
    let entries: Dirent<Buffer>[]
    try {
      entries = readdirSync(folder.path, { withFileTypes: true, encoding: 'buffer' })
    } catch (error) {
      this.miss(folder, reasonOf(error))
      return
    }
    this.seen += entries.length
    if (this.seen > MAX_ENTRIES)
      throw new AppError('output-too-large', `More than ${MAX_ENTRIES} files in one folder tree`)
    for (const dirent of entries) {
      const name = toRef(dirent.name).path
      const entry = {
        path: joinBytes(folder.path, dirent.name),
        rel: joinBytes(folder.rel, dirent.name),
        text: folder.text === '' ? name : `${folder.text}/${name}`,
        depth: folder.depth + 1,
      }
      if (cannotBeNamed(name)) this.miss(entry, 'Its name is none that Windows programs can use')
      else await this.visit(dirent, entry)
      await this.means.breathe()
    }
  }

  private async visit(dirent: Dirent<Buffer>, entry: Entry): Promise<void> {
    if (dirent.isDirectory() && this.otherPaths.has(keyOf(entry.path))) return
    const { root, components } = this.task
    const placement = classifyIn(root.name, entry.text)
    if (dirent.isDirectory() && mayHold(root.name, entry.text, components)) this.folders.push(entry)
    if ('leftOut' in placement) return this.leave(dirent, entry, placement)
    if (!components.has(placement.component)) return
    try {
      await this.take(entry, placement.component)
    } catch (error) {
      this.means.context.signal.throwIfAborted()
      this.miss(entry, reasonOf(error))
    }
  }

  private async leave(dirent: Dirent<Buffer>, entry: Entry, placement: Extract<Placement, { leftOut: string }>) {
    if (placement.pattern === '**') return // Not part of OpenClaw: nobody would miss it.
    if (dirent.isDirectory() && dirent.name.toString().startsWith('.ocm-copy-')) {
      sweepPrivateFolders([dirname(entry.path.toString())])
    }
    const bytes = dirent.isDirectory()
      ? await bytesBeneath(entry.path, this.means.breathe)
      : (statOf(entry.path)?.size ?? 0)
    this.means.sink.leftOut.add(this.task.root.name, entry.text, placement, bytes)
  }

  private async take(entry: Entry, component: Component): Promise<void> {
    const stats = statOf(entry.path)
    if (stats === undefined) return // Gone since the folder was read.
    if (stats.isSymbolicLink()) return this.takeLink(entry, component, stats)
    if (stats.isDirectory()) return this.emit(entry, component, stats, { kind: 'folder', ...NOTHING })
    if (!stats.isFile()) {
      const placement = { leftOut: 'A socket, pipe or device', pattern: '(special files)' }
      this.means.sink.leftOut.add(this.task.root.name, entry.text, placement, 0)
      return
    }
    if (!this.task.withHashes) return this.emit(entry, component, stats, sizeOnly(entry, stats))
    const stamp = this.recordedStamp(entry)
    if (stamp !== undefined) return this.emit(entry, component, stats, { ...sizeOnly(entry, stats), stamp }, true)
    const content = await hashFile(entry.path, this.means, {
      unlessDatabase: isSqlite(entry.text),
      stamps: this.stamps,
    })
    if (content === undefined) return this.takeDatabase(entry, component, stats)
    return this.emit(entry, component, content.stats, content)
  }

  /** The file's stamp, if it looks as an earlier backup noted. Of a database in use, its own file would say too little. */
  private recordedStamp({ path, rel, text }: Entry): string | undefined {
    const recorded = this.task.record?.get(recordKey(this.task.root.name, rel))
    if (recorded === undefined || this.stamps === undefined) return undefined
    if (isSqlite(text) && !isAtRest(path)) return undefined
    return this.stamps.ofPath(path) === recorded ? recorded : undefined
  }

  /** Databases are copied in the thread pool while the walk goes on here. */
  private async takeDatabase(entry: Entry, component: Component, stats: Stats): Promise<void> {
    while (this.copies.size >= MAX_COPIES) await Promise.race(this.copies)
    const copy = hashDatabase({ root: this.task.root, rel: entry.rel }, this.means, this.stamps)
      .then(content => this.emit(entry, component, stats, content))
      .catch((error: unknown) => {
        this.means.context.signal.throwIfAborted()
        this.miss(entry, reasonOf(error))
      })
      .finally(() => this.copies.delete(copy))
    this.copies.add(copy)
    copy.catch(() => undefined) // Reported by run(), which waits for all of them.
  }

  private async takeLink(entry: Entry, component: Component, stats: Stats): Promise<void> {
    const bytes = readlinkSync(entry.path, { encoding: 'buffer' })
    const target = toRef(bytes)
    if (target.pathBytes !== undefined) {
      this.miss(entry, 'A link whose target is not valid UTF-8')
      return
    }
    if (this.leadsOut(entry, target.path)) {
      const placement = { leftOut: 'Behind a link that leads elsewhere; the link itself is taken', pattern: entry.text }
      this.means.sink.leftOut.add(this.task.root.name, entry.text, placement, 0)
    }
    await this.emit(entry, component, stats, { kind: 'link', ...NOTHING, target: target.path })
  }

  private leadsOut(entry: Entry, target: string): boolean {
    const aim = resolve(dirname(entry.path.toString()), target)
    return ![this.task.root, ...this.task.others].some(({ path }) => isBeneath(aim, path.toString()))
  }

  private async emit(
    entry: Entry,
    component: Component,
    stats: Stats,
    content: Content,
    isAsRecorded = false,
  ): Promise<void> {
    const { kind, size, sha256, chunks, target, isMoving, stamp } = content
    await this.means.sink.found({
      root: this.task.root.name,
      ...toRef(entry.rel),
      component,
      kind,
      mode: modeOf(stats),
      mtimeMs: stats.mtimeMs,
      size,
      sha256,
      chunks: [...chunks],
      ...(target === undefined ? {} : { target }),
      ...(isMoving === true ? { isMoving } : {}),
      ...(stamp === undefined ? {} : { stamp }),
      ...(isAsRecorded ? { isAsRecorded } : {}),
    })
  }

  private miss(entry: Entry, why: string): void {
    this.means.sink.missed({ root: this.task.root.name, path: toRef(entry.rel).path, why })
  }
}

/** Windows has none: what it keeps is only the owner's. */
function modeOf(stats: Stats): number {
  if (process.platform !== 'win32') return stats.mode & 0o7777
  return stats.isDirectory() ? 0o700 : 0o600
}

const NOTHING = { size: 0, sha256: '', chunks: [] }
