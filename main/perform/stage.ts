import { createHash } from 'node:crypto'
import { statePathOf } from '../../shared/agent-dirs'
import type { SnapshotFile } from '../../shared/backup'
import { CHUNK_BYTES } from '../../shared/backup'
import type { Action } from '../../shared/plan'
import { hasPlacedMode } from '../../shared/layout'
import { ChunkEncoding } from '../../shared/stream'
import { countText, MINUTE } from '../../shared/units'
import type { SnapshotReader } from '../backup/types'
import type { InputFrame, RemoteClient } from '../remote/types'
import { fileKey, type PlacedFile, type Placement } from './placement'
import { ProgressMeter } from './progress'
import { snapshotId } from './snapshot-id'
import { placedFiles, targetOf, textsOf, type Target } from './target'
import { done, type ActionContext, type Means, type Outcome } from './types'

type Place = Extract<Action, { type: 'place' }>

/** Sends what a snapshot becomes on the node into its staging folder. Nothing live changes. */
export async function stage(action: Place, context: ActionContext, means: Means): Promise<Outcome> {
  const repository = await means.repository()
  const reader = await repository.open(snapshotId(action.snapshot, context))
  const node = await means.look(action.nodeId, context.signal)
  const texts = await textsOf(reader)
  const target = targetOf(reader.manifest, node, {
    plan: context.plan,
    texts,
    ...(await means.surroundings(context.plan)),
  })
  return means.remotes.use(
    action.nodeId,
    async remote => {
      const newRoots = await absentRoots(remote, target)
      const present = await presentOn(remote, target, context)
      const work = sortOut({ reader, target, context, texts, present, newRoots })
      context.savePlacement(work.placement)
      await send(remote, { reader, target, context, send: work.send })
      await edit(remote, { target, context, work })
      return done(`${countText(work.send.length, 'file')} staged, ${work.placement.kept} already right.`)
    },
    context.signal,
  )
}

/** Roots that are not there yet. */
async function absentRoots(remote: RemoteClient, { roots }: Target): Promise<readonly string[]> {
  const named = Object.entries(roots)
  const { paths } = await remote.request(
    'ground',
    { paths: named.map(([, path]) => path), ports: [] },
    { limitMs: MINUTE },
  )
  return named.flatMap(([name], index) => (paths[index]?.exists === false ? [name] : []))
}

/** What the chosen components hold on the target now, with hashes. */
async function presentOn(
  remote: RemoteClient,
  target: Target,
  context: ActionContext,
): Promise<ReadonlyMap<string, SnapshotFile>> {
  const present = new Map<string, SnapshotFile>()
  context.note('Comparing with what is there')
  await remote.request(
    'walk',
    { roots: target.roots, components: context.plan.options.components },
    {
      limitMs: context.limitMs,
      signal: context.signal,
      onItem: item => {
        for (const file of item.files) present.set(fileKey(file), file)
      },
    },
  )
  await remote.request('release', {}, { limitMs: MINUTE })
  return present
}

interface ToSend {
  readonly file: SnapshotFile
  /** New content, where the text was rewritten. */
  readonly text: Buffer | null
}

interface Work {
  readonly send: readonly ToSend[]
  readonly placement: Placement
}

/** Decides for each file whether it is sent, rewritten, or already right; and what on the target has to go. */
function sortOut(given: {
  readonly reader: SnapshotReader
  readonly target: Target
  readonly context: ActionContext
  readonly texts: ReadonlyMap<string, string>
  readonly present: ReadonlyMap<string, SnapshotFile>
  readonly newRoots: readonly string[]
}): Work {
  const { reader, target, context, texts, present, newRoots } = given
  const send: ToSend[] = []
  const files: PlacedFile[] = []
  let kept = 0
  const wanted = withNewTexts(placedFiles(reader.manifest, context.plan, target), target, texts)
  for (const file of wanted) {
    const text = newText(file, target, texts)
    const sha256 = text === null ? file.sha256 : sha256Of(text)
    const isEdited = file.kind === 'sqlite' && (target.sqlite.get(statePathOf(file) ?? '')?.length ?? 0) > 0
    files.push({
      root: file.root,
      path: file.path,
      ...(file.pathBytes === undefined ? {} : { pathBytes: file.pathBytes }),
      kind: file.kind,
      sha256,
      how: isEdited ? 'edited' : text === null ? 'same' : 'rewritten',
    })
    const there = present.get(fileKey(file))
    const isRight =
      file.kind !== 'sqlite' &&
      there?.kind === file.kind &&
      there.sha256 === sha256 &&
      there.target === file.target &&
      hasPlacedMode(there, file)
    if (isRight) kept += 1
    else send.push({ file, text })
  }
  const names = new Set(wanted.map(fileKey))
  const remove = [...present.values()]
    .filter(file => file.kind !== 'folder' && !names.has(fileKey(file)))
    .map(({ root, path, pathBytes }) => ({ root, path, ...(pathBytes === undefined ? {} : { pathBytes }) }))
  return {
    send,
    placement: {
      snapshot: reader.manifest.meta.id,
      roots: target.roots,
      files,
      remove,
      needles: [...target.needles],
      before: [...present.values()].filter(file => file.kind !== 'folder').map(fileKey),
      foldersBefore: [...present.values()].filter(file => file.kind === 'folder').map(fileKey),
      newRoots: [...newRoots],
      kept,
    },
  }
}

/** Adds files that exist only as a new text, such as a `.env` made of service values. */
function withNewTexts(
  files: readonly SnapshotFile[],
  target: Target,
  texts: ReadonlyMap<string, string>,
): readonly SnapshotFile[] {
  const environment = target.texts.get('.env')
  if (environment === undefined || texts.has('.env')) return files
  const made: SnapshotFile = {
    root: 'state',
    path: '.env',
    component: 'environment',
    kind: 'file',
    mode: 0o600,
    mtimeMs: Date.now(),
    size: 0,
    sha256: '',
    chunks: [],
  }
  return [...files, made]
}

function newText(file: SnapshotFile, target: Target, texts: ReadonlyMap<string, string>): Buffer | null {
  const path = statePathOf(file)
  if (path === undefined || file.kind !== 'file') return null
  const text = target.texts.get(path)
  return text === undefined || text === texts.get(path) ? null : Buffer.from(text, 'utf8')
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Sends what is not staged yet. A cut transfer goes on where it was. */
async function send(
  remote: RemoteClient,
  work: {
    readonly reader: SnapshotReader
    readonly target: Target
    readonly context: ActionContext
    readonly send: readonly ToSend[]
  },
): Promise<void> {
  const { reader, target, context } = work
  const base = { operationId: context.operationId, roots: target.roots }
  const staged = new Map<string, string>()
  const { phase } = await remote.request('staged', base, {
    limitMs: context.limitMs,
    signal: context.signal,
    onItem: item => {
      for (const file of item.files) staged.set(fileKey(file), file.sha256)
    },
  })
  if (phase === 'committing' || phase === 'committed') return
  if (phase === 'rolled-back' || hasStrays(staged, work.send)) {
    await remote.request('finish', base, { limitMs: context.limitMs })
    staged.clear()
  }
  const open = work.send.filter(({ file, text }) => {
    const expected = text === null ? file.sha256 : sha256Of(text)
    return expected === '' || file.kind === 'sqlite' || staged.get(fileKey(file)) !== expected
  })
  const meter = new ProgressMeter(
    progress => context.progress(progress),
    open.reduce((sum, { file, text }) => sum + (text?.length ?? file.size), 0),
    open.length,
  )
  context.note('Sending')
  await remote.request('stage', base, {
    limitMs: context.limitMs,
    signal: context.signal,
    input: frames(open, { reader, meter, hasZstd: remote.hello.hasZstd }),
  })
  meter.flush()
}

/** An earlier try may have staged what is not wanted any more; a commit would place it. */
function hasStrays(staged: ReadonlyMap<string, string>, wanted: readonly ToSend[]): boolean {
  const names = new Set(wanted.map(({ file }) => fileKey(file)))
  return [...staged.keys()].some(name => !names.has(name))
}

async function* frames(
  open: readonly ToSend[],
  {
    reader,
    meter,
    hasZstd,
  }: { readonly reader: SnapshotReader; readonly meter: ProgressMeter; readonly hasZstd: boolean },
): AsyncGenerator<InputFrame> {
  for (const { file, text } of open) {
    if (text !== null) {
      const pieces = cut(text)
      const chunks = pieces.map(sha256Of)
      yield { item: { ...file, kind: 'file', size: text.length, sha256: sha256Of(text), chunks } }
      for (const piece of pieces) yield { chunk: { encoding: ChunkEncoding.raw, bytes: piece } }
    } else {
      yield { item: file }
      for (const sha of file.chunks) {
        const chunk = await reader.chunk(sha)
        yield { chunk: hasZstd || chunk.encoding === ChunkEncoding.raw ? chunk : await unpack(chunk.bytes) }
      }
    }
    meter.add(text?.length ?? file.size, 1, file.path)
  }
}

async function unpack(bytes: Buffer): Promise<{ encoding: typeof ChunkEncoding.raw; bytes: Buffer }> {
  const { zstdDecompressSync } = await import('node:zlib')
  return { encoding: ChunkEncoding.raw, bytes: zstdDecompressSync(bytes) }
}

function cut(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) pieces.push(bytes.subarray(at, at + CHUNK_BYTES))
  return pieces
}

/** Rewrites rows of staged databases, on the node, before the first start. */
async function edit(
  remote: RemoteClient,
  { target, context, work }: { readonly target: Target; readonly context: ActionContext; readonly work: Work },
): Promise<void> {
  for (const { file } of work.send) {
    const edits = target.sqlite.get(statePathOf(file) ?? '') ?? []
    if (file.kind !== 'sqlite' || edits.length === 0) continue
    const { root, path, pathBytes } = file
    await remote.request(
      'editStaged',
      {
        operationId: context.operationId,
        roots: target.roots,
        file: { root, path, ...(pathBytes === undefined ? {} : { pathBytes }) },
        edits: [...edits],
      },
      { limitMs: 5 * MINUTE, signal: context.signal },
    )
  }
}
