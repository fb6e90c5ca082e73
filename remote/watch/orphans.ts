import type { Stats } from 'node:fs'
import type { KeptWhy, LiveStore, OrphanGroup } from '../../shared/cleaning'
import type { OrphanFamily } from '../../shared/sample'
import type { Handler } from '../handler'
import { display, reasonOf } from '../paths'
import { createPace } from '../slices'
import { nodeClock } from './clock'
import { Guard, type OrphanFolder } from './guards'
import { agentOf, orphanNamesIn, type OrphanName } from './orphan-names'
import { diskBytesOf } from './sizes'
import { orphanFolders, stateDirs, type Visit } from './state-dirs'
import { entriesIn, look, shownPath, within, type ByteText } from './tree'
import { lookForWriters, type Writers } from './writers'

const MAX_EXAMPLES = 20
const GROUPS_PER_ITEM = 20

/** Answers `orphans`: what a sweep would take and what it would leave. Nothing is changed. */
export const handleOrphans: Handler<'orphans'> = async ({ extraStateDirs, minAgeMs, families }, context) => {
  const breathe = createPace(context.signal)
  // Before the look: what changes while it goes on is newer than this.
  const clock = nodeClock()
  const { wallMs: notAfterMs } = clock
  const wanted = new Set(families)
  const states = await stateDirs(extraStateDirs)
  const notRead: string[] = []
  const writers = await lookForWriters(breathe)
  let groups = 0
  let batch: OrphanGroup[] = []
  for (const state of states) {
    for (const visit of orphanFolders(state, wanted)) {
      for (const gathered of await gather(visit, { wanted, minAgeMs, notAfterMs, writers, breathe, notRead })) {
        batch.push(gathered.group(state.profile))
        groups += 1
      }
      if (batch.length >= GROUPS_PER_ITEM) {
        await context.item({ groups: batch })
        batch = []
      }
    }
  }
  if (batch.length > 0) await context.item({ groups: batch })
  return { clock, groups, notRead: notRead.slice(0, 100) }
}

interface Gathering {
  readonly wanted: ReadonlySet<OrphanFamily>
  readonly minAgeMs: number
  /** When the look began: what changed since was not there when open files were looked for. ms */
  readonly notAfterMs: number
  readonly writers: Writers
  readonly breathe: () => Promise<void> | undefined
  readonly notRead: string[]
}

/** The groups of one folder, by family. */
async function gather({ folder, enter }: Visit, gathering: Gathering): Promise<Iterable<Gathered>> {
  const { wanted, minAgeMs, writers, breathe, notRead } = gathering
  const found = new Map<OrphanFamily, Gathered>()
  const guard = Guard.of(folder, { minAgeMs, notAfterMs: gathering.notAfterMs })
  if (guard === undefined) return []
  const nowMs = Date.now()
  const orphanName = orphanNamesIn(folder.rel)
  try {
    for (const entry of entriesIn(folder.path)) {
      const turn = breathe()
      if (turn !== undefined) await turn
      if (entry.kind === 'folder') enter(entry.name)
      const orphan = orphanName(entry.name)
      if (orphan === null || !wanted.has(orphan.family)) continue
      const stats = look(within(folder.path, entry.name))
      if (stats === undefined) continue // Gone since the folder was read.
      const store = orphan.target === null ? null : await guard.readStore(orphan, breathe)
      let group = found.get(orphan.family)
      if (group === undefined) {
        group = new Gathered(folder, orphan.family)
        found.set(orphan.family, group)
      }
      const why = guard.whyKept({ name: entry.name, orphan, stats, nowMs }, writers)
      group.add({ name: entry.name, orphan, stats, ageMs: Math.round(nowMs - stats.mtimeMs), why, store })
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    notRead.push(`${display(shownPath(folder.path))}: ${reasonOf(error)}`)
  }
  return found.values()
}

/** One file that looks like an orphan, and what is to become of it. */
interface Judged {
  readonly name: ByteText
  readonly orphan: OrphanName
  readonly stats: Stats
  readonly ageMs: number
  readonly why: KeptWhy | null
  readonly store: LiveStore | null
}

/** Sums up one family in one folder: a hundred thousand files take no more memory than a few. */
class Gathered {
  private count = 0
  private bytes = 0
  private diskBytes = 0
  private oldestAgeMs = 0
  private newestAgeMs = Infinity
  private examples: OrphanGroup['examples'] = []
  private readonly kept = new KeptCounts()
  private store: LiveStore | null = null
  private newest: { readonly name: ByteText; readonly bytes: number; readonly mtimeMs: number } | null = null

  constructor(
    private readonly folder: OrphanFolder,
    private readonly family: OrphanFamily,
  ) {}

  add({ name, stats, ageMs, why, store }: Judged): void {
    const isUnsafe = store !== null && (store.state === 'missing' || store.state === 'broken')
    if (this.store === null || isUnsafe) this.store = store
    if (isUnsafe && stats.isFile() && stats.size > 0 && stats.mtimeMs > (this.newest?.mtimeMs ?? -Infinity)) {
      this.newest = { name, bytes: stats.size, mtimeMs: stats.mtimeMs }
    }
    if (why !== null) {
      this.kept.add(why, name, stats.isFile() ? stats.size : 0)
      return
    }
    this.count += 1
    this.bytes += stats.size
    this.diskBytes += diskBytesOf(stats)
    this.oldestAgeMs = Math.max(this.oldestAgeMs, ageMs)
    this.newestAgeMs = Math.min(this.newestAgeMs, ageMs)
    this.exemplify(name, stats.size, ageMs)
  }

  group(profile: string): OrphanGroup {
    const { folder, family, count, bytes, diskBytes, store, newest } = this
    const agent = agentOf(folder.rel)
    return {
      ...folderRef(folder.path),
      ...{ profile, family, count, bytes, diskBytes, store },
      agent: agent === null ? null : display(shownPath(agent)),
      oldestAgeMs: this.oldestAgeMs,
      newestAgeMs: count === 0 ? 0 : this.newestAgeMs,
      examples: this.examples,
      kept: this.kept.list(),
      newest: newest === null ? null : { ...nameRef(newest.name), bytes: newest.bytes },
    }
  }

  private exemplify(name: ByteText, bytes: number, ageMs: number): void {
    const smallest = this.examples.at(-1)
    if (this.examples.length >= MAX_EXAMPLES && smallest !== undefined && smallest.bytes >= bytes) return
    const at = this.examples.findIndex(example => example.bytes < bytes)
    const example = { name: display(shownPath(name)), bytes, ageMs }
    this.examples.splice(at < 0 ? this.examples.length : at, 0, example)
    if (this.examples.length > MAX_EXAMPLES) this.examples.pop()
  }
}

/** What stays, by reason. */
export class KeptCounts {
  private readonly byWhy = new Map<KeptWhy, { count: number; bytes: number; example: string }>()

  add(why: KeptWhy, name: ByteText, bytes: number): void {
    const counted = this.byWhy.get(why)
    if (counted === undefined) this.byWhy.set(why, { count: 1, bytes, example: display(shownPath(name)) })
    else {
      counted.count += 1
      counted.bytes += bytes
    }
  }

  list(): OrphanGroup['kept'] {
    return [...this.byWhy].map(([why, counted]) => ({ why, ...counted }))
  }
}

/** How a folder is named in an answer, so that it can be named back exactly. */
function folderRef(path: ByteText): Pick<OrphanGroup, 'folder' | 'folderBytes'> {
  const folder = shownPath(path)
  const isExact = Buffer.from(folder, 'utf8').toString('latin1') === path
  return isExact ? { folder } : { folder, folderBytes: Buffer.from(path, 'latin1').toString('base64') }
}

function nameRef(name: ByteText): { readonly name: string; readonly nameBytes?: string } {
  const shown = shownPath(name)
  const isExact = Buffer.from(shown, 'utf8').toString('latin1') === name && display(shown) === shown
  return isExact ? { name: shown } : { name: display(shown), nameBytes: Buffer.from(name, 'latin1').toString('base64') }
}
