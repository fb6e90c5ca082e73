import { closeSync } from 'node:fs'
import type { Component } from '../shared/components'
import { isSqlite } from '../shared/layout'
import type { Item, Result } from '../shared/protocol'
import { MIB } from '../shared/units'
import type { SnapshotFile } from '../shared/backup'
import { readFully } from './digest'
import type { Context, Handler } from './handler'
import { LeftOutList } from './left-out'
import { Needles } from './needles'
import { display, fromRef, joinBytes, reasonOf, resolveRoots, type PathBytes } from './paths'
import { openFile, statOpened } from './read-only'
import { searchDatabase } from './search-database'
import { placesInText } from './search-text'
import { createPace } from './slices'
import { walkRoot } from './walk-root'

const CONFIG_COMPONENTS: readonly Component[] = ['gateway', 'agents', 'credentials', 'cron', 'environment', 'plugins']
const TEXT_FILE = /(\.(json|json5|jsonl|jsonc|toml|ya?ml|ini|conf|cfg|env)|(^|\/)\.env)$/
/** Copies that OpenClaw keeps of earlier configurations, and what it never reads paths from. */
const NOT_SEARCHED = /(^|\/)(openclaw\.json\.(bak.*|last-good)|package(-lock)?\.json|cron\/runs\/.*)$/
/** In workspaces: what is made by tools. */
const NOT_IN_WORKSPACES = /(^|\/)(node_modules|\.git\/(objects|logs|index|refs))(\/|$)/
const MAX_TEXT_BYTES = 16 * MIB
const BATCH_HITS = 200
const MAX_HITS = 5000

type Hit = Item<'search'>['hits'][number]

/** Answers `search`. Only places are told, never the text around them: it may hold secrets. */
export const handleSearch: Handler<'search'> = async (params, context) => {
  const needles = new Needles(params.needles)
  const finder = new Finder(needles, context)
  const components = new Set<Component>([
    ...CONFIG_COMPONENTS,
    ...(params.includeWorkspaces ? ['workspaces' as const] : []),
  ])
  const roots = [...resolveRoots(params.roots).values()].filter(({ exists }) => exists)
  const breathe = createPace(context.signal)
  for (const root of roots) {
    const sink = {
      leftOut: new LeftOutList(),
      found: (file: SnapshotFile) => finder.look(file, joinBytes(root.path, fromRef(file))),
      missed: ({ path, why }: { readonly path: string; readonly why: string }) => finder.pass(path, why),
    }
    const others = roots.filter(other => other !== root)
    await walkRoot({ root, others, components, withHashes: false }, { sink, context, breathe })
  }
  return finder.finish()
}

/** Looks into one file after the other and sends what it finds. */
class Finder {
  private files = 0
  private hits = 0
  private batch: Hit[] = []
  private readonly notSearched: Result<'search'>['notSearched'] = []

  constructor(
    private readonly needles: Needles,
    private readonly context: Context<'search'>,
  ) {}

  async look(file: SnapshotFile, path: PathBytes): Promise<void> {
    if (!isWanted(file)) return
    this.files += 1
    try {
      const places = isSqlite(file.path)
        ? searchDatabase(path, this.needles, this.context.signal)
        : this.inText(path, file)
      for (const { where, needle } of places) await this.hit({ file: shownAs(file), where: display(where), needle })
    } catch (error) {
      this.context.signal.throwIfAborted()
      this.pass(file.path, reasonOf(error))
    }
  }

  pass(file: string, why: string): void {
    if (this.notSearched.length < MAX_HITS) this.notSearched.push({ file: display(file), why })
  }

  async finish(): Promise<Result<'search'>> {
    await this.flush()
    return { files: this.files, hits: this.hits, notSearched: this.notSearched }
  }

  private inText(path: PathBytes, file: SnapshotFile) {
    const fd = openFile(path)
    try {
      const { size } = statOpened(fd)
      if (size > MAX_TEXT_BYTES) {
        this.pass(file.path, 'Too long to be a configuration')
        return []
      }
      const content = Buffer.alloc(size)
      const text = content.subarray(0, readFully(fd, content, 0))
      return text.subarray(0, 8192).includes(0) ? [] : placesInText(text.toString('utf8'), this.needles)
    } finally {
      closeSync(fd)
    }
  }

  private async hit(hit: Hit): Promise<void> {
    this.hits += 1
    if (this.hits > MAX_HITS) return
    this.batch.push(hit)
    if (this.batch.length >= BATCH_HITS) await this.flush()
  }

  private async flush(): Promise<void> {
    const hits = this.batch
    this.batch = []
    if (hits.length > 0) await this.context.item({ hits })
  }
}

/** As in the list of what is left out: paths of the state directory stand alone. */
function shownAs({ root, path }: SnapshotFile): string {
  return display(root === 'state' ? path : `${root}/${path}`)
}

function isWanted({ kind, path, component }: SnapshotFile): boolean {
  if (kind === 'sqlite') return component !== 'workspaces'
  if (kind !== 'file') return false
  if (component === 'workspaces') return !NOT_IN_WORKSPACES.test(path)
  return TEXT_FILE.test(path) && !NOT_SEARCHED.test(path)
}
