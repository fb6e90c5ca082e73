import type { Stats } from 'node:fs'
import { ORPHAN_MIN_AGE_MS, type FileFamily, type OrphanFamily, type OrphanUse } from '../../shared/sample'
import { reasonOf } from '../paths'
import { orphanName } from './orphan-names'
import { entriesIn, look, shownPath, within, type ByteText } from './tree'

/**
 * A folder whose sizes are counted. `state`: sorted into families · `agents`: what an agent keeps for itself, as beneath
 * `agents/<id>/agent` · the others are all of one.
 */
export interface SizedRoot {
  readonly path: ByteText
  readonly holds: 'state' | 'agents' | 'workspaces' | 'logs'
}

/** How much is looked at before we say that we do not know. */
export interface SizeBounds {
  readonly maxEntries: number
  readonly limitMs: number
  readonly breathe: () => Promise<void> | undefined
}

interface Use {
  bytes: number
  diskBytes: number
  files: number
}

/** What one pass finds. */
export interface Sizes {
  readonly sizes: Partial<Record<FileFamily, Use>>
  readonly orphans: OrphanUse[]
  readonly notRead: string[]
}

const ALL: readonly FileFamily[] = ['sessions', 'orphans', 'logs', 'media', 'workspaces', 'databases', 'other']
const BLOCK_BYTES = 512
const MAX_DEPTH = 64
const MAX_NOT_READ = 20

/** What a folder right in the state directory holds; anything else is `other`. */
const TOP: readonly (readonly [RegExp, FileFamily])[] = [
  [/^(sessions|session-sqlite-.*)$/, 'sessions'],
  [/^logs$/, 'logs'],
  [/^(media|canvas|delivery-queue-media)$/, 'media'],
  [/^(workspace.*|sandboxes)$/, 'workspaces'],
]
/** Folders that can have a hundred thousand files and never surprise anybody: counted last. */
const PROGRAMS = /^(npm|npm-runtime|git|dev|tools|node-runtime|bin|lib|node_modules|extensions|browser|cache)$/

/** What files in a folder are for, by its path relative to the state directory. */
export function familyOfFolder(folder: string): FileFamily {
  const [top = '', , third = ''] = folder.split('/')
  if (top === 'agents') return /^(sessions|session-sqlite-.*)$/.test(third) ? 'sessions' : 'other'
  return TOP.find(([name]) => name.test(top))?.[1] ?? 'other'
}

interface Folder {
  readonly path: ByteText
  /** Relative to its root; ASCII or not, it is only compared with OpenClaw's own names. */
  readonly rel: string
  readonly depth: number
  readonly family: FileFamily
  readonly mayHoldOrphans: boolean
}

/**
 * Counts what OpenClaw's folders hold, each file looked at once, its content never; links are not followed. What matters most
 * is counted first. When there is too much, families that were not counted whole are left out, and `notRead` says so.
 */
export async function measureFolders(roots: readonly SizedRoot[], bounds: SizeBounds): Promise<Sizes> {
  const pass = new Pass(roots, bounds)
  await pass.run()
  return pass.result()
}

class Pass {
  private readonly uses = new Map<FileFamily, Use>(ALL.map(family => [family, { bytes: 0, diskBytes: 0, files: 0 }]))
  private readonly orphans = new Map<OrphanFamily, OrphanUse>()
  private readonly unfinished = new Set<FileFamily>()
  private readonly notRead: string[] = []
  /** Folders to come: first of what tells most, then programs, then workspaces. */
  private readonly queues: readonly [Folder[], Folder[], Folder[]] = [[], [], []]
  private readonly nowMs = Date.now()
  private readonly endMs: number
  private readonly roots: ReadonlySet<ByteText>
  private entries = 0
  private why: string | null = null

  constructor(
    roots: readonly SizedRoot[],
    private readonly bounds: SizeBounds,
  ) {
    this.endMs = performance.now() + bounds.limitMs
    this.roots = new Set(roots.map(({ path }) => path))
    for (const { path, holds } of roots) {
      const family = holds === 'state' || holds === 'agents' ? 'other' : holds
      const queue = holds === 'workspaces' ? this.queues[2] : this.queues[0]
      queue.push({ path, rel: '', depth: 0, family, mayHoldOrphans: holds === 'state' })
    }
  }

  async run(): Promise<void> {
    const [core] = this.queues
    for (const queue of this.queues) {
      for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
        if (this.why === null) await this.enter(folder)
        // What is not counted whole would look like a loss in the chart.
        if (this.why !== null) this.unfinished.add(folder.family)
      }
      if (queue !== core || this.why === null) continue
      for (const family of ['orphans', 'databases', 'logs', 'other'] as const) this.unfinished.add(family)
    }
  }

  result(): Sizes {
    const counted = ALL.filter(family => !this.unfinished.has(family))
    const sizes = Object.fromEntries(counted.map(family => [family, this.uses.get(family)]))
    if (this.why !== null) this.notRead.unshift(this.why)
    return { sizes, orphans: [...this.orphans.values()], notRead: this.notRead.slice(0, MAX_NOT_READ) }
  }

  private async enter(folder: Folder): Promise<void> {
    try {
      for (const { name, kind } of entriesIn(folder.path)) {
        if (kind === 'folder') this.queueUp(folder, name)
        else if (kind === 'file') this.count(folder, name)
        this.entries += 1
        if (this.isOver()) return
        const turn = this.bounds.breathe()
        if (turn !== undefined) await turn
      }
    } catch (error) {
      if (!isSystemError(error)) throw error
      this.notRead.push(`${shownPath(folder.path)}: ${reasonOf(error)}`)
    }
  }

  private isOver(): boolean {
    if (this.entries >= this.bounds.maxEntries) this.why = `There are more than ${this.bounds.maxEntries} files.`
    else if (this.entries % 1024 === 0 && performance.now() > this.endMs) {
      this.why = `Counting takes longer than ${Math.round(this.bounds.limitMs / 1000)} s.`
    }
    return this.why !== null
  }

  private queueUp(parent: Folder, name: ByteText): void {
    const path = within(parent.path, name)
    if (this.roots.has(path)) return // Counted as what it is: a workspace inside another, say.
    const rel = within(parent.rel, name)
    const depth = parent.depth + 1
    if (depth > MAX_DEPTH) {
      this.notRead.push(`${shownPath(path).slice(0, 200)}: deeper than ${MAX_DEPTH} folders`)
      return
    }
    const isOwnWork = name.startsWith('.ocm-')
    const family = !parent.mayHoldOrphans ? parent.family : isOwnWork ? 'other' : familyOfFolder(rel)
    const isProgram = depth === 1 && PROGRAMS.test(name)
    const queue = family === 'workspaces' ? this.queues[2] : isProgram ? this.queues[1] : this.queueOf(parent)
    const mayHoldOrphans = parent.mayHoldOrphans && !isOwnWork && !isProgram && family !== 'workspaces'
    queue.push({ path, rel, depth, family, mayHoldOrphans })
  }

  /** Beneath programs everything is one. */
  private queueOf(parent: Folder): Folder[] {
    if (parent.family === 'workspaces') return this.queues[2]
    return parent.rel !== '' && PROGRAMS.test(parent.rel.split('/', 1)[0] ?? '') ? this.queues[1] : this.queues[0]
  }

  private count(folder: Folder, name: ByteText): void {
    const stats = look(within(folder.path, name))
    if (stats === undefined || !stats.isFile()) return
    const left = folder.mayHoldOrphans ? orphanName(folder.rel, name) : null
    const ageMs = Math.round(this.nowMs - stats.mtimeMs)
    if (left !== null && ageMs >= ORPHAN_MIN_AGE_MS) {
      this.countOrphan(left.family, stats, ageMs)
      add(this.useOf('orphans'), stats)
    } else add(this.useOf(familyOfFile(folder.family, name)), stats)
  }

  private useOf(family: FileFamily): Use {
    return this.uses.get(family) as Use
  }

  private countOrphan(family: OrphanFamily, stats: Stats, ageMs: number): void {
    let use = this.orphans.get(family)
    if (use === undefined) {
      use = { family, bytes: 0, diskBytes: 0, files: 0, oldestAgeMs: 0, newestAgeMs: Infinity }
      this.orphans.set(family, use)
    }
    add(use, stats)
    use.oldestAgeMs = Math.max(use.oldestAgeMs, ageMs)
    use.newestAgeMs = Math.min(use.newestAgeMs, ageMs)
  }
}

const DATABASE = /\.(?:sqlite|sqlite3|db)(?:-wal|-shm|-journal)?$/
const LOG = /\.log$/

function familyOfFile(folder: FileFamily, name: ByteText): FileFamily {
  if (folder === 'workspaces' || folder === 'media') return folder
  if (DATABASE.test(name)) return 'databases'
  return folder === 'other' && LOG.test(name) ? 'logs' : folder
}

function add(use: Use, stats: Stats): void {
  use.bytes += stats.size
  use.diskBytes += diskBytesOf(stats)
  use.files += 1
}

/** What a file takes on the disk. Windows does not tell in blocks. */
export function diskBytesOf(stats: Stats): number {
  const blocks = (stats as { readonly blocks?: number }).blocks
  return blocks === undefined || process.platform === 'win32' ? stats.size : blocks * BLOCK_BYTES
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
