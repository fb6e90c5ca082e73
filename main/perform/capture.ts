import { randomUUID } from 'node:crypto'
import type { Manifest, SnapshotFile } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { ProfileFacts } from '../../shared/survey'
import { bytesText, countText, MINUTE, momentText } from '../../shared/units'
import { readAll, type Reading } from './capture-read'
import { earlierOf, NOTHING_EARLIER, type Earlier } from './earlier'
import { defaultStateDir, installOf, leftOutFolders, profileOf, rootsOf, type NodeFacts } from '../plan/facts'
import { giveWay } from './give-way'
import { inventoryOf } from './inventory'
import { ProgressMeter } from './progress'
import { done, type Performer } from './types'
import type { Action } from '../../shared/plan'

type Capture = Extract<Action, { type: 'capture' }>

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
  const earlier = action.rehash === true ? NOTHING_EARLIER : await earlierOf(repository, writer, meta)
  const meter = new ProgressMeter(progress => context.progress(progress))
  const manifest = await means.remotes.use(
    action.nodeId,
    remote => read({ remote, writer, meta, context, meter }, profile, earlier),
    context.signal,
  )
  context.note('Reading it back')
  const summary = await writer.finish(manifest)
  context.saveSnapshot(action.as, summary.id)
  meter.flush()
  return done(inWords(manifest.verify, summary.storedBytes, earlier) + (await giveWay(action, context, repository)))
}

function inWords({ files, bytes }: Manifest['verify'], storedBytes: number, { taken, at }: Earlier): string {
  const stored = storedBytes === 0 ? 'nothing new to store' : `${bytesText(storedBytes)} newly stored`
  const trusted =
    taken === 0 || at === null
      ? ''
      : ` ${countText(taken, 'file')} looked exactly as in the backup of ${momentText(at)} and ${taken === 1 ? 'was' : 'were'} not hashed again.`
  return `${countText(files, 'file')}, ${bytesText(bytes)}; ${stored}.${trusted}`
}

function metaOf(action: Capture, node: NodeFacts, profile: ProfileFacts | undefined): Manifest['meta'] {
  const { survey, record } = node
  const stateDir = profile?.stateDir ?? defaultStateDir(survey.os.home, action.profile)
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
    roots: rootsOf(profile, stateDir),
    openclawVersion: installOf(node)?.version ?? 'unknown',
    nodeVersion: survey.nodes[0]?.version ?? 'unknown',
    era: profile?.era ?? 'empty',
    gatewayPort: profile?.gateway.port ?? null,
    components: action.components,
  }
}

async function read(reading: Reading, profile: ProfileFacts | undefined, earlier: Earlier): Promise<Manifest> {
  const { remote, meta, context, meter } = reading
  context.note('Listing and hashing on the node')
  const [{ files, leftOut }, values] = await Promise.all([walk(reading, earlier), valuesOf(reading, profile)])
  meter.expect(bytesOf(files), files.length)
  context.note('Reading what is new')
  const settled = await readAll(reading, files)
  await remote.request('release', {}, { limitMs: MINUTE })
  return {
    meta,
    inventory: inventoryOf(profile),
    sizes: sizesOf(settled),
    files: settled,
    values,
    leftOut: [...leftOutFolders(profile), ...leftOut],
    verify: {
      files: settled.length,
      bytes: bytesOf(settled),
      chunks: new Set(settled.flatMap(file => file.chunks)).size,
    },
  }
}

async function walk(
  { remote, meta, context }: Reading,
  earlier: Earlier,
): Promise<{ readonly files: readonly SnapshotFile[]; readonly leftOut: Manifest['leftOut'] }> {
  const files: SnapshotFile[] = []
  const walked = await remote.request(
    'walk',
    { roots: meta.roots, components: meta.components, hasRecord: earlier.isUseful },
    {
      limitMs: context.limitMs,
      signal: context.signal,
      onItem: item => void files.push(...item.files.map(file => earlier.complete(file))),
      ...(earlier.isUseful ? { input: earlier.stamps() } : {}),
    },
  )
  if (walked.unreadable.length > 0) throw unreadable(walked.unreadable)
  return { files, leftOut: walked.leftOut }
}

/** Variables of the service, which belong to it and to the environment. */
async function valuesOf(
  { remote, meta, context }: Reading,
  profile: ProfileFacts | undefined,
): Promise<Manifest['values']> {
  const isWanted = meta.components.includes('service') || meta.components.includes('environment')
  if (profile === undefined || !isWanted) return []
  const options = { limitMs: MINUTE, signal: context.signal }
  return (await remote.request('values', { profile: meta.profile }, options)).values
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
