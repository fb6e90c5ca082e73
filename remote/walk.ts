import type { Component } from '../shared/components'
import type { Params, Result, WalkedFile } from '../shared/protocol'
import type { Context, Handler } from './handler'
import { LeftOutList } from './left-out'
import { resolveRoots } from './paths'
import { createPace } from './slices'
import { readRecord, type StampRecord } from './stamp'
import { sweepPrivateFolders } from './sqlite-copy'
import { walkRoot, type Sink } from './walk-root'

const BATCH_FILES = 200
/** A frame holds at most 8 MiB; a chunk's hash takes 67 bytes in it. */
const BATCH_CHUNKS = 20_000
const MAX_UNREADABLE = 1000

type Unreadable = Result<'walk'>['unreadable'][number]

/** Collects what the walk finds and sends it in batches. */
class Batches implements Sink {
  readonly leftOut = new LeftOutList()
  readonly unreadable: Unreadable[] = []
  files = 0
  bytes = 0
  private batch: WalkedFile[] = []
  private batchChunks = 0

  constructor(private readonly context: Context<'walk'>) {}

  async found(file: WalkedFile): Promise<void> {
    this.files += 1
    this.bytes += file.size
    this.batch.push(file)
    this.batchChunks += file.chunks.length
    if (this.batch.length >= BATCH_FILES || this.batchChunks >= BATCH_CHUNKS) await this.flush()
  }

  missed(entry: Unreadable): void {
    if (this.unreadable.length < MAX_UNREADABLE) this.unreadable.push(entry)
  }

  async flush(): Promise<void> {
    const files = this.batch
    this.batch = []
    this.batchChunks = 0
    if (files.length > 0) await this.context.item({ files })
  }
}

const NO_RECORD: StampRecord = new Map()

/** Answers `walk`: lists and hashes what the components hold under the roots. */
export const handleWalk: Handler<'walk'> = async (params, context) => {
  sweepPrivateFolders([])
  const record = params.hasRecord ? await readRecord(context.input) : NO_RECORD
  const batches = new Batches(context)
  const breathe = createPace(context.signal)
  const roots = [...distinctRoots(params)]
  for (const root of roots) {
    const others = roots.filter(other => other !== root)
    await walkRoot(
      { root, others, components: new Set<Component>(params.components), withHashes: params.withHashes, record },
      {
        sink: batches,
        context,
        breathe,
      },
    )
  }
  await batches.flush()
  const { files, bytes, leftOut, unreadable } = batches
  return { files, bytes, leftOut: leftOut.list(), unreadable }
}

/** The roots that are there. Two agents may share one workspace: it is walked once, under the first name. */
function distinctRoots({ roots }: Params<'walk'>) {
  const byPath = new Map<string, ReturnType<typeof resolveRoots> extends ReadonlyMap<string, infer R> ? R : never>()
  for (const root of resolveRoots(roots).values()) {
    const key = root.path.toString('latin1')
    if (root.exists && !byPath.has(key)) byPath.set(key, root)
  }
  return byPath.values()
}
