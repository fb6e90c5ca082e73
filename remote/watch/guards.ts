import { accessSync, constants, type Stats } from 'node:fs'
import type { KeptWhy, LiveStore } from '../../shared/cleaning'
import { AppError } from '../../shared/errors'
import type { OrphanFamily } from '../../shared/sample'
import { asAppError, codeOf, display } from '../paths'
import { configStore, jsonStore, sessionStore } from './live-store'
import { agentOf, type OrphanName } from './orphan-names'
import { bytesOf, look, pathOf, shownPath, within, type ByteText } from './tree'
import type { Writers } from './writers'

type Breathe = () => Promise<void> | undefined

/** A folder that may hold orphans. */
export interface OrphanFolder {
  readonly stateDir: ByteText
  /** Where agents keep their databases that do not do so in there, by the agent's id. */
  readonly agentDirs: ReadonlyMap<string, string>
  /** Relative to the state directory; '' for itself. */
  readonly rel: ByteText
  readonly path: ByteText
}

/** What a file is judged by, besides itself. */
export interface Limits {
  readonly minAgeMs: number
  /** Nothing may have changed after this moment of the node's wall clock. ms */
  readonly notAfterMs: number
}

/** The one place that says whether a file that looks like an orphan may go. */
export class Guard {
  private readonly stores = new Map<string, LiveStore>()

  private constructor(
    private readonly folder: OrphanFolder,
    private readonly standing: Stats,
    private readonly mayWrite: boolean,
    private readonly limits: Limits,
  ) {}

  /** Undefined when the folder is not there, or is none any more. */
  static of(folder: OrphanFolder, limits: Limits): Guard | undefined {
    const stats = look(folder.path)
    if (stats?.isDirectory() !== true) return undefined
    return new Guard(folder, stats, isWritable(folder.path), limits)
  }

  /** The stores that this file may be the only copy of; looked at once for all of a folder. */
  async readStore({ family, target }: OrphanName, breathe: Breathe): Promise<LiveStore | null> {
    if (target === null) return null
    const known = this.stores.get(target)
    if (known !== undefined) return known
    const store = await this.storeOf(family, target, breathe)
    this.stores.set(target, store)
    return store
  }

  /**
   * Runs `work` with what leads to names in the folder: nothing, since it runs standing in there. Whatever is put in the
   * folder's place meanwhile, the files meant are those of the folder that was looked at; and no path is walked for each.
   * Only a folder whose name is no text cannot be stood in, and is led to by its path.
   * @throws AppError `guard-refused` when another folder is there by now.
   */
  inFolder<T>(work: (lead: ByteText) => T): T {
    const { path } = this.folder
    const shown = shownPath(path)
    if (bytesOf(shown) !== path) {
      this.assertSame(look(path))
      return work(path)
    }
    const before = process.cwd()
    try {
      process.chdir(shown)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw asAppError(error, shown)
      this.assertSame(undefined)
    }
    try {
      this.assertSame(look('.'))
      return work('')
    } finally {
      process.chdir(before)
    }
  }

  private assertSame(stats: Stats | undefined): void {
    const { ino, dev } = this.standing
    if (stats?.isDirectory() === true && stats.ino === ino && stats.dev === dev) return
    throw new AppError('guard-refused', `${display(shownPath(this.folder.path))} was replaced meanwhile.`)
  }

  /** Forgets what stores looked like, so that the next look is a new one. */
  forgetStores(): void {
    this.stores.clear()
  }

  /** Why a file stays; null when it may go. Stores are to be read before. */
  whyKept(
    file: { readonly name: ByteText; readonly orphan: OrphanName; readonly stats: Stats; readonly nowMs: number },
    writers: Writers,
  ): KeptWhy | null {
    const { name, orphan, stats, nowMs } = file
    if (!stats.isFile()) return 'not-a-file'
    if (stats.uid !== this.standing.uid) return 'other-owner'
    // Younger than none: a clock that was ahead wrote it, and its age is anybody's guess.
    if (nowMs - stats.mtimeMs < this.limits.minAgeMs) return 'too-young'
    const { notAfterMs } = this.limits
    // Clocks are told in whole ms, files have fractions.
    if (Math.floor(Math.max(stats.mtimeMs, stats.ctimeMs)) > notAfterMs) return 'changed'
    if (writers.openNames.has(name)) return 'in-use'
    if (orphan.writer !== null && writers.isWriter(orphan.writer)) return 'writer-alive'
    const { target } = orphan
    const state = target === null ? 'files' : (this.stores.get(target)?.state ?? 'missing')
    if (state === 'missing') return 'store-missing'
    if (state === 'broken') return 'store-broken'
    return this.mayWrite ? null : 'not-permitted'
  }

  private storeOf(family: OrphanFamily, target: ByteText, breathe: Breathe): Promise<LiveStore> {
    const { stateDir, agentDirs, path, rel } = this.folder
    if (family === 'config-temp') return Promise.resolve(configStore(shownPath(within(path, target))))
    if (family === 'json-temp') return jsonStore(within(path, target), breathe)
    const agent = agentOf(rel)
    const agentFolder = agent === null ? null : within(stateDir, `agents/${agent}`)
    const agentDir = agent === null ? undefined : agentDirs.get(shownPath(agent).toLowerCase())
    return sessionStore({ folder: path, agentFolder, agentDir }, breathe)
  }
}

function isWritable(folder: ByteText): boolean {
  try {
    accessSync(pathOf(folder), constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false // The question was whether: no is an answer.
  }
}
