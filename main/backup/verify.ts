import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { BackupSummary, Manifest, SnapshotFile } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { PackStore } from './pack-store'
import { countsOf } from './snapshot-writer'
import { unpacked } from './unpack'

/** How a verification reports and is stopped. */
export interface VerifyOptions {
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What reading every byte of a snapshot has shown. */
export interface Findings {
  readonly damagedFiles: readonly SnapshotFile[]
  readonly damagedPlaces: readonly string[]
  /** Packs the content was read from. */
  readonly packIds: readonly string[]
  /** Damage that cost nothing, and counts that do not fit. */
  readonly remarks: readonly string[]
}

/** Names in a problem at most; the rest is counted. */
const MAX_NAMED_FILES = 5

/** Reads and checks every chunk of every file: tag, unpacking, SHA-256 of chunk and of file. */
export async function readEverything(
  packs: PackStore,
  manifest: Manifest,
  { onProgress, signal }: VerifyOptions,
): Promise<Findings> {
  const damagedFiles: SnapshotFile[] = []
  const proven = new Set<string>()
  const broken = new Set<string>()
  const packIds = new Set<string>()
  const remarks = new Set<string>()
  let doneBytes = 0
  for (const file of manifest.files) {
    // A file of one chunk has the hash of that chunk; one proof serves all files of the same content.
    const isKnown = file.chunks.length === 1 && proven.has(file.chunks[0] ?? '') && file.chunks[0] === file.sha256
    if (isKnown) {
      doneBytes += file.size
      continue
    }
    const whole = createHash('sha256')
    let isGood = true
    let size = 0
    for (const sha256 of file.chunks) {
      if (signal?.aborted === true) throw new AppError('aborted', 'The check was stopped.')
      const found = await packs.read(sha256)
      const plain = found === null ? null : unpacked(found, sha256)
      if (found === null || plain === null) {
        isGood = false
        broken.add(sha256)
        continue
      }
      if (found.problem !== null) remarks.add(found.problem)
      packIds.add(found.packId)
      proven.add(sha256)
      whole.update(plain)
      size += plain.length
      doneBytes += plain.length
      onProgress?.(doneBytes, manifest.verify.bytes)
      await setImmediate() // decryption is synchronous: let others have their turn
    }
    const hasContent = file.kind === 'file' || file.kind === 'sqlite'
    const isSame = !hasContent || (size === file.size && whole.digest('hex') === file.sha256)
    if (!isGood || !isSame) damagedFiles.push(file)
  }
  for (const packId of packIds) {
    const problem = await packs.problemOf(packId)
    if (problem !== null) remarks.add(problem)
  }
  const counted = countsOf(manifest.files)
  const { files, bytes, chunks } = manifest.verify
  if (counted.files !== files || counted.bytes !== bytes || counted.chunks !== chunks)
    remarks.add('The counts do not fit.')
  const damagedPlaces = [...broken].flatMap(sha256 => packs.placesOf(sha256))
  return { damagedFiles, damagedPlaces, packIds: [...packIds], remarks: [...remarks] }
}

/** The row after a verification. Damage is named; a backup with any damage is not good. */
export function judged(summary: BackupSummary, { damagedFiles, remarks }: Findings): BackupSummary {
  const names = damagedFiles.slice(0, MAX_NAMED_FILES).map(file => `${file.root}/${file.path}`)
  const more = damagedFiles.length - names.length
  const lost = `Damaged: ${names.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}. The other files are whole.`
  const kept = `${remarks.join(' ')} All files can still be read; make a new backup and check the disk.`
  const problem = damagedFiles.length > 0 ? lost : remarks.length > 0 ? kept : null
  return { ...summary, problem, state: problem === null ? 'good' : 'damaged', verifiedAt: new Date().toISOString() }
}
