import { statfsSync } from 'node:fs'
import type { Params } from '../shared/protocol'
import { AppError } from '../shared/errors'
import type { Context, Handler } from './handler'
import { display, locate, resolveRoots, type Root } from './paths'
import { createPace } from './slices'
import { ownerFor, openStaging, type Staging } from './staging'
import { parseHeader, type StageHeader } from './stage-header'
import { NO_ROOM_HINT, StageWriter, type Sunk } from './stage-writer'
import { StagedList } from './staged-list'

const REPORT_FILES = 200
const REPORT_BYTES = 16 * 1024 * 1024
/** From this size on the room is looked at before the first byte. */
const ROOM_CHECK_BYTES = 4 * 1024 * 1024

/** Answers `stage`: receives files into the working folders. Whatever fails, complete files stay staged for the next try. */
export const handleStage: Handler<'stage'> = async (params, context) => {
  const bench = new Bench(params)
  const breathe = createPace(context.signal)
  const report = new Report(context)
  let current: Sunk | undefined
  try {
    for await (const frame of context.input) {
      if ('item' in frame) {
        await finishFile(current, report)
        current = undefined
        current = bench.begin(parseHeader(frame.item))
      } else {
        if (current === undefined) throw new AppError('bad-answer', 'Content came before its file.')
        await current.write(frame.chunk)
      }
      await breathe()
    }
    await finishFile(current, report)
    current = undefined
  } finally {
    await current?.abandon()
    bench.close()
  }
  return report.totals()
}

async function finishFile(file: Sunk | undefined, report: Report): Promise<void> {
  if (file === undefined) return
  await file.finish()
  await report.add(file.header.size)
}

/** The working folders of one request, made when the first file for a root comes. */
class Bench {
  private readonly roots: ReadonlyMap<string, Root>
  private readonly open = new Map<string, { readonly writer: StageWriter; readonly list: StagedList }>()

  constructor(private readonly params: Params<'stage'>) {
    this.roots = resolveRoots(params.roots)
  }

  begin(header: StageHeader): Sunk {
    const { root, rel } = locate(this.roots, header)
    const { writer } = this.open.get(root.name) ?? this.openRoot(root)
    if (header.size >= ROOM_CHECK_BYTES) requireRoom(writer.staging, header)
    return writer.begin(header, rel)
  }

  private openRoot(root: Root) {
    const staging = openStaging(root, this.params.operationId)
    const list = new StagedList(staging)
    const opened = { list, writer: new StageWriter({ staging, list, owner: ownerFor(root) }) }
    this.open.set(root.name, opened)
    return opened
  }

  close(): void {
    for (const { list } of this.open.values()) list.close()
  }
}

function requireRoom(staging: Staging, header: StageHeader): void {
  const { bavail, bsize } = statfsSync(staging.folder)
  const free = bavail * bsize
  if (free >= header.size) return
  throw new AppError(
    'disk-full',
    `The disk of the node is full: ${display(header.path)} needs ${header.size} bytes, ${free} are free.`,
    { hint: NO_ROOM_HINT },
  )
}

/** Tells main now and then how far it is. */
class Report {
  private files = 0
  private bytes = 0
  private toldFiles = 0
  private toldBytes = 0

  constructor(private readonly context: Context<'stage'>) {}

  async add(bytes: number): Promise<void> {
    this.files += 1
    this.bytes += bytes
    if (this.files - this.toldFiles < REPORT_FILES && this.bytes - this.toldBytes < REPORT_BYTES) return
    this.toldFiles = this.files
    this.toldBytes = this.bytes
    await this.context.item(this.totals())
  }

  totals(): { readonly files: number; readonly bytes: number } {
    return { files: this.files, bytes: this.bytes }
  }
}
