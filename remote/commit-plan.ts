import { readdirSync, rmSync, type Dirent, type Stats } from 'node:fs'
import { realPathBytes } from './path'
import { AppError } from '../shared/errors'
import { isSqlite, placedMode } from '../shared/layout'
import { PathGuard } from './guard'
import type { Intent, Move } from './journal'
import { display, joinBytes, keyOf, statOf, type PathBytes } from './paths'
import { besideDatabase, SIDECARS } from './sqlite'
import { ancestorsOf, type Staging } from './staging'
import { readStaged, type StagedEntry } from './staged-list'

/**
 * What a commit has to do for one root: the fewest renames that put everything staged in place. A staged folder that is not
 * there yet moves as one.
 * @param remove Paths that are to go, relative to the root.
 * @throws AppError `guard-refused` when a link on the way leads out of the root; `file-changed` when something staged is not
 * as it was.
 */
export function planMoves(staging: Staging, remove: readonly PathBytes[]): Intent {
  const { entries: staged, lost } = readStaged(staging)
  const [first] = lost
  if (first !== undefined) {
    throw new AppError('file-changed', `${display(first.path)} is not on the node as it was sent.`, {
      hint: 'Send it again: the transfer goes on where it was.',
    })
  }
  dropUnlisted(staging, staged)
  const planner = new Planner(staging, staged)
  planner.makeRoot()
  planner.placeFolder(Buffer.alloc(0))
  // Folders before what is in them: that goes along.
  for (const rel of [...remove].sort((one, other) => one.length - other.length)) planner.remove(rel)
  const placed = [...staged.values()].filter(({ kind }) => kind !== 'folder').length
  return { moves: planner.moves, placed, setAside: planner.moves.filter(({ op }) => op === 'aside').length }
}

/** Half-received files and files that changed since they were staged must not be placed. */
function dropUnlisted(staging: Staging, staged: ReadonlyMap<string, StagedEntry>): void {
  const needed = new Set(staged.keys())
  for (const key of staged.keys()) {
    for (
      let cut = key.lastIndexOf('/');
      cut > 0 && !needed.has(key.slice(0, cut));
      cut = key.lastIndexOf('/', cut - 1)
    ) {
      needed.add(key.slice(0, cut))
    }
  }
  const folders: PathBytes[] = [Buffer.alloc(0)]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(joinIn(staging.incoming, folder))) {
      const rel = joinBytes(folder, entry.name)
      if (!needed.has(keyOf(rel))) rmSync(joinBytes(staging.incoming, rel), { recursive: true })
      else if (entry.isDirectory()) folders.push(rel)
    }
  }
}

function entriesOf(folder: PathBytes): readonly Dirent<Buffer>[] {
  return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })
}

class Planner {
  readonly moves: Move[] = []
  private readonly goingAside = new Set<string>()
  private readonly guard = new PathGuard()

  constructor(
    private readonly staging: Staging,
    private readonly staged: ReadonlyMap<string, StagedEntry>,
  ) {}

  /** Folders from the first missing one down to the root. */
  makeRoot(): void {
    const { path } = this.staging.root
    const missing = [path, ...ancestorsOf(path)].filter(folder => statOf(folder) === undefined)
    for (const folder of missing.reverse()) this.moves.push({ op: 'make', path: keyOf(folder) })
  }

  placeFolder(folder: PathBytes): void {
    for (const entry of entriesOf(joinIn(this.staging.incoming, folder))) {
      const rel = joinBytes(folder, entry.name)
      const live = this.liveStat(rel)
      const isMerge = entry.isDirectory() && live?.isDirectory() === true
      if (isMerge) {
        this.changeMode(rel, live)
        this.placeFolder(rel)
        continue
      }
      if (live !== undefined) this.setAside(rel)
      const isDatabase = entry.isFile() && (this.staged.get(keyOf(rel))?.kind === 'sqlite' || isSqlite(keyOf(rel)))
      if (isDatabase) this.setSidecarsAside(rel)
      this.moves.push({ op: 'place', rel: keyOf(rel), isDatabase })
    }
  }

  remove(rel: PathBytes): void {
    if (this.isCovered(rel) || this.liveStat(this.guardedRel(rel)) === undefined) return
    const inside = `${keyOf(rel)}/`
    if ([...this.staged.keys()].some(key => key.startsWith(inside))) {
      throw new AppError('bad-input', `${display(rel.toString())} is to be removed, yet something is placed in it.`)
    }
    this.setAside(rel)
    if (isSqlite(keyOf(rel))) this.setSidecarsAside(rel)
  }

  private guardedRel(rel: PathBytes): PathBytes {
    this.guard.pathOf(this.staging.root, rel)
    return rel
  }

  /** True when the path, or a folder it lies in, goes aside or is placed already. */
  private isCovered(rel: PathBytes): boolean {
    const key = keyOf(rel)
    for (let cut = key.length; cut > 0; cut = key.lastIndexOf('/', cut - 1)) {
      if (this.goingAside.has(key.slice(0, cut))) return true
    }
    return this.staged.has(key)
  }

  private setAside(rel: PathBytes): void {
    const key = keyOf(rel)
    if (this.goingAside.has(key)) return
    this.goingAside.add(key)
    this.moves.push({ op: 'aside', rel: key })
  }

  /** The old log must never be replayed into the new database. */
  private setSidecarsAside(rel: PathBytes): void {
    for (const suffix of SIDECARS) {
      const beside = besideDatabase(rel, suffix)
      if (statOf(joinIn(this.staging.root.path, beside)) !== undefined) this.setAside(beside)
    }
  }

  private changeMode(rel: PathBytes, live: Stats): void {
    const entry = this.staged.get(keyOf(rel))
    if (entry === undefined) return
    const to = placedMode({ root: this.staging.root.name, path: entry.path, kind: 'folder', mode: entry.mode })
    const from = live.mode & 0o7777
    if (from !== to) this.moves.push({ op: 'mode', rel: keyOf(rel), from, to })
  }

  /** What is in place now. A link to elsewhere in the root may be replaced; one that leads out is refused. */
  private liveStat(rel: PathBytes): Stats | undefined {
    const path = joinIn(this.staging.root.path, rel)
    const stats = statOf(path)
    const isStagedFolder = statOf(joinIn(this.staging.incoming, rel))?.isDirectory() === true
    if (stats?.isSymbolicLink() !== true || !isStagedFolder) return stats
    if (leadsOutOf(this.staging.root.path, path)) {
      throw new AppError('guard-refused', `${display(path.toString())} is a link that leads out of the folder.`, {
        hint: 'Replace the link by a real folder, or leave this part out.',
      })
    }
    return stats
  }
}

function joinIn(root: PathBytes, rel: PathBytes): PathBytes {
  return rel.length === 0 ? root : joinBytes(root, rel)
}

function leadsOutOf(root: PathBytes, link: PathBytes): boolean {
  try {
    return !keyOf(realPathBytes(link)).startsWith(`${keyOf(root)}/`)
  } catch {
    return true // It leads nowhere: nothing says that it stays inside.
  }
}
