import type { BackupSummary, SnapshotFile, SnapshotMeta } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { RecordedStamps, WalkedFile } from '../../shared/protocol'
import type { Repository, SnapshotWriter } from '../backup/types'
import type { InputFrame } from '../remote/types'
import { fileKey } from './placement'

/** Backups looked into at most, to find one of the same machine and folders. */
const MOST_TRIED = 3

/** How many stamps go up with one frame: some hundred kilobytes. */
const FRAME_FILES = 1000

/**
 * What an earlier backup of the same node knows of its files. A file that still looks as it did then (size, mtime, ctime,
 * inode) is taken from there and neither read nor hashed on the node. See docs/backup-format.md.
 */
export class Earlier {
  #taken = 0

  constructor(
    /** When the earlier backup was made. Null when there is none: then everything is hashed. */
    readonly at: string | null,
    private readonly files: ReadonlyMap<string, SnapshotFile>,
  ) {}

  /** Files that were taken from it so far. */
  get taken(): number {
    return this.#taken
  }

  /** True when there is anything to send to the node. */
  get isUseful(): boolean {
    return this.files.size > 0
  }

  /** What a walk takes up with it. */
  async *stamps(): AsyncGenerator<InputFrame> {
    const all = [...this.files.values()]
    for (let start = 0; start < all.length; start += FRAME_FILES) {
      const files = all.slice(start, start + FRAME_FILES).flatMap(({ root, path, pathBytes, stamp }) => {
        return stamp === undefined ? [] : [{ root, path, ...(pathBytes === undefined ? {} : { pathBytes }), stamp }]
      })
      yield await Promise.resolve({ item: { files } satisfies RecordedStamps })
    }
  }

  /** A walked file with its hashes. @throws AppError `bad-answer` when the node knows a file again that it was never told of. */
  complete({ isAsRecorded, ...file }: WalkedFile): SnapshotFile {
    if (isAsRecorded === undefined) return file
    const before = this.files.get(fileKey(file))
    if (before === undefined || before.stamp !== file.stamp) {
      throw new AppError('bad-answer', 'The node took a file as unchanged that it was not asked about.')
    }
    this.#taken += 1
    const { kind, size, sha256, chunks } = before
    return { ...file, kind, size, sha256, chunks }
  }
}

/** Knows nothing: every file is hashed. */
export const NOTHING_EARLIER = new Earlier(null, new Map())

/** The newest backup of the same node, profile and folders that covers most of what is asked for. */
export async function earlierOf(
  repository: Repository,
  writer: Pick<SnapshotWriter, 'has'>,
  meta: SnapshotMeta,
): Promise<Earlier> {
  const candidates = (await repository.list())
    .filter(row => row.nodeId === meta.nodeId && row.profile === meta.profile)
    .filter(row => row.state !== 'damaged' && row.reason !== 'import')
    .sort((a, b) => covered(b, meta) - covered(a, meta) || b.at.localeCompare(a.at))
  for (const { id } of candidates.slice(0, MOST_TRIED)) {
    const found = await repository.open(id).catch(ignoreDamaged)
    if (found === null || !isSameMachine(found.manifest.meta, meta)) continue
    const { meta: before, files } = found.manifest
    const usable = files.filter(
      ({ root, stamp, chunks }) =>
        stamp !== undefined && before.roots[root] === meta.roots[root] && chunks.every(chunk => writer.has(chunk)),
    )
    return new Earlier(before.at, new Map(usable.map(file => [fileKey(file), file])))
  }
  return NOTHING_EARLIER
}

function covered({ components }: BackupSummary, meta: SnapshotMeta): number {
  return meta.components.filter(part => components.includes(part)).length
}

/** A node's entry may have been pointed to another machine since. */
function isSameMachine(before: SnapshotMeta, now: SnapshotMeta): boolean {
  return before.os.hostname === now.os.hostname && before.os.user === now.os.user && before.os.home === now.os.home
}

/** A backup that cannot be opened is a matter for its own check; without it everything is hashed. */
function ignoreDamaged(error: unknown): null {
  if (error instanceof AppError && (error.code === 'backup-damaged' || error.code === 'backup-missing')) return null
  throw error
}
