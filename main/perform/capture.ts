import { randomUUID } from 'node:crypto'
import { CHUNK_BYTES, type Manifest, type SnapshotFile } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { ProfileFacts } from '../../shared/survey'
import { bytesText, countText, MINUTE } from '../../shared/units'
import type { SnapshotWriter } from '../backup/types'
import { defaultStateDir, installOf, profileOf, type NodeFacts } from '../plan/facts'
import type { RemoteClient } from '../remote/types'
import { ChunkCursor } from './chunk-cursor'
import { giveWay } from './give-way'
import { inventoryOf } from './inventory'
import { ProgressMeter } from './progress'
import { done, type ActionContext, type Performer } from './types'
import type { Action } from '../../shared/plan'

type Capture = Extract<Action, { type: 'capture' }>

/** A file that changes while it is read is read again this often, then taken as it is and marked. */
const READ_AGAIN = 3

/** How many files are asked for with one request: enough to keep the line busy, small enough to cancel soon. */
const READ_BATCH = 400

/** Reads a node into the repository: only chunks it does not have cross the line. Nothing on the node changes. */
export const capture: Performer<'capture'> = async (action, context, means) => {
  const existing = context.snapshots.get(action.as)
  const repository = await means.repository()
  if (existing !== undefined && (await repository.list()).some(row => row.id === existing && row.state === 'good')) {
    return done(`Already taken, read back and verified.${await giveWay(action, context, repository)}`)
  }
  const node = await means.look(action.nodeId, context.signal)
  const profile = profileOf(node, action.profile)
  const meta = metaOf(action, node, profile)
  await using writer = await repository.begin(meta)
  const meter = new ProgressMeter(progress => context.progress(progress))
  const manifest = await means.remotes.use(
    action.nodeId,
    remote => read({ remote, writer, meta, action, context, meter, profile }),
    context.signal,
  )
  context.note('Reading it back')
  const summary = await writer.finish(manifest)
  context.saveSnapshot(action.as, summary.id)
  meter.flush()
  const remark = await giveWay(action, context, repository)
  const { files, bytes } = manifest.verify
  return done(
    `${countText(files, 'file')}, ${bytesText(bytes)}; ${summary.storedBytes === 0 ? 'nothing new to store' : `${bytesText(summary.storedBytes)} newly stored`}.${remark}`,
  )
}

function metaOf(action: Capture, node: NodeFacts, profile: ProfileFacts | undefined): Manifest['meta'] {
  const { survey, record } = node
  const stateDir = profile?.stateDir ?? defaultStateDir(survey.os.home, action.profile)
  const outside = (profile?.workspaces ?? []).filter(workspace => workspace.isOutside && workspace.exists)
  return {
    format: 1,
    id: randomUUID(),
    at: new Date().toISOString(),
    nodeId: record.id,
    nodeLabel: record.label,
    profile: action.profile,
    reason: action.reason,
    os: {
      platform: survey.os.platform,
      arch: survey.os.arch,
      user: survey.os.user,
      home: survey.os.home,
      hostname: survey.os.hostname,
    },
    stateDir,
    roots: {
      state: stateDir,
      ...Object.fromEntries(outside.map(workspace => [`workspace:${workspace.agent}`, workspace.path])),
    },
    openclawVersion: installOf(node)?.version ?? 'unknown',
    nodeVersion: survey.nodes[0]?.version ?? 'unknown',
    era: profile?.era ?? 'empty',
    gatewayPort: profile?.gateway.port ?? null,
    components: action.components,
  }
}

interface Reading {
  readonly remote: RemoteClient
  readonly writer: SnapshotWriter
  readonly meta: Manifest['meta']
  readonly action: Capture
  readonly context: ActionContext
  readonly meter: ProgressMeter
  readonly profile: ProfileFacts | undefined
}

async function read(reading: Reading): Promise<Manifest> {
  const { remote, meta, action, context, meter, profile } = reading
  const options = { limitMs: context.limitMs, signal: context.signal }
  const files: SnapshotFile[] = []
  context.note('Listing and hashing on the node')
  const walked = await remote.request(
    'walk',
    { roots: meta.roots, components: action.components },
    { ...options, onItem: item => void files.push(...item.files) },
  )
  if (walked.unreadable.length > 0) throw unreadable(walked.unreadable)
  meter.expect(bytesOf(files), files.length)
  context.note('Reading what is new')
  const wanted =
    profile !== undefined && (action.components.includes('service') || action.components.includes('environment'))
  const values = wanted
    ? (await remote.request('values', { profile: action.profile }, { limitMs: MINUTE, signal: context.signal })).values
    : []
  const settled = await readAll(reading, files)
  await remote.request('release', {}, { limitMs: MINUTE })
  return {
    meta,
    inventory: inventoryOf(profile),
    sizes: sizesOf(settled),
    files: settled,
    values,
    leftOut: walked.leftOut,
    verify: {
      files: settled.length,
      bytes: bytesOf(settled),
      chunks: new Set(settled.flatMap(file => file.chunks)).size,
    },
  }
}

function unreadable(files: readonly { readonly path: string; readonly why: string }[]): AppError {
  const [first] = files
  return new AppError(
    'permission-denied',
    `${countText(files.length, 'file')} on the node could not be read, first ${first?.path ?? ''}: ${first?.why ?? ''}`,
    {
      hint: 'Give the node’s user the right to read them, or leave that component out. A backup with holes is not made.',
    },
  )
}

/** Reads every chunk the repository does not have. Files that moved are hashed and read again. */
async function readAll(reading: Reading, files: readonly SnapshotFile[]): Promise<SnapshotFile[]> {
  const result = [...files]
  let open = result.flatMap((file, index) => (isContent(file) ? [index] : []))
  for (let round = 0; open.length > 0; round++) {
    const moved: number[] = []
    for (let start = 0; start < open.length; start += READ_BATCH) {
      moved.push(...(await readBatch(reading, result, open.slice(start, start + READ_BATCH))))
    }
    if (moved.length > 0) await hashAgain(reading, result, moved, round + 1 >= READ_AGAIN)
    open = round + 1 >= READ_AGAIN + 1 ? [] : moved
    if (open.length === 0 && moved.length > 0) throw moving(result[moved[0] ?? 0])
  }
  return result.filter(file => file.mtimeMs >= 0)
}

function moving(file: SnapshotFile | undefined): AppError {
  return new AppError('file-changed', `${file?.path ?? 'A file'} changed each time it was read.`, {
    hint: 'Stop what writes to it, or leave that component out, and try again.',
  })
}

function isContent(file: SnapshotFile): boolean {
  return file.kind === 'file' || file.kind === 'sqlite'
}

/** Reads one batch; answers the indexes of files that were not as they had been hashed. */
async function readBatch(
  reading: Reading,
  files: readonly SnapshotFile[],
  indexes: readonly number[],
): Promise<number[]> {
  const { remote, writer, context, meter, meta } = reading
  const asked = indexes.flatMap(index => {
    const file = files[index]
    if (file === undefined) return []
    const missing = missingChunks(writer, file)
    if (missing.length === 0) meter.add(file.size, 1, file.path)
    return missing.length === 0 ? [] : [{ index, file, missing }]
  })
  if (asked.length === 0) return []
  const moved = new Set<number>()
  const cursor = new ChunkCursor(asked)
  await remote.request(
    'read',
    {
      roots: meta.roots,
      files: asked.map(({ file, missing }) => ({
        root: file.root,
        path: file.path,
        ...(file.pathBytes === undefined ? {} : { pathBytes: file.pathBytes }),
        isSqlite: file.kind === 'sqlite',
        chunks: missing,
      })),
    },
    {
      limitMs: context.limitMs,
      signal: context.signal,
      onItem: item => {
        const { file, index, isNew, isAsExpected } = cursor.announce(item)
        if (item.isChanged || !isAsExpected) moved.add(index)
        if (isNew) meter.add(0, 1, file.path)
      },
      onChunk: async chunk => {
        const { file, number, sha256 } = cursor.next()
        const plainBytes = Math.max(0, Math.min(CHUNK_BYTES, file.size - number * CHUNK_BYTES))
        await writer.put(sha256, chunk, plainBytes)
        meter.add(plainBytes, 0)
      },
    },
  )
  return [...moved]
}

function missingChunks(writer: SnapshotWriter, file: SnapshotFile): number[] {
  return file.chunks.flatMap((sha, index) => (writer.has(sha) ? [] : [index]))
}

/** Hashes moved files again, in place. A file that is gone by now leaves the list (`mtimeMs` -1). */
async function hashAgain(
  reading: Reading,
  files: SnapshotFile[],
  indexes: readonly number[],
  isLast: boolean,
): Promise<void> {
  const { remote, context, meta } = reading
  await remote.request(
    'hash',
    {
      roots: meta.roots,
      files: indexes.flatMap(index => {
        const file = files[index]
        if (file === undefined) return []
        const { root, path, pathBytes } = file
        return [{ root, path, ...(pathBytes === undefined ? {} : { pathBytes }) }]
      }),
    },
    {
      limitMs: context.limitMs,
      signal: context.signal,
      onItem: item => {
        for (const found of item.files) {
          const index = indexes[found.index] ?? -1
          const file = files[index]
          if (file === undefined) continue
          files[index] =
            found.sha256 === null
              ? { ...file, mtimeMs: -1, chunks: [], size: 0 }
              : {
                  ...file,
                  sha256: found.sha256,
                  size: found.size,
                  mtimeMs: found.mtimeMs,
                  chunks: found.chunks,
                  ...(isLast ? { isMoving: true } : {}),
                }
        }
      },
    },
  )
}

function bytesOf(files: readonly SnapshotFile[]): number {
  return files.reduce((sum, file) => sum + file.size, 0)
}

function sizesOf(files: readonly SnapshotFile[]): Manifest['sizes'] {
  const sizes: Manifest['sizes'] = {}
  for (const file of files) {
    const before = sizes[file.component] ?? { bytes: 0, files: 0 }
    sizes[file.component] = { bytes: before.bytes + file.size, files: before.files + 1 }
  }
  return sizes
}
