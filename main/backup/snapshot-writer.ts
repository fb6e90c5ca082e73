import { open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupSummary, Manifest, SnapshotMeta } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { Chunk } from '../remote/types'
import { chunkId, type RepositoryKeys } from './crypto'
import { fileFailure, moveInto, readIfThere, writeDurably } from './files'
import { isPackIntact } from './pack-reader'
import type { PackStore } from './pack-store'
import { startPack, type PackWriter } from './pack-writer'
import { decodeManifest, decodeSummary, encodeSnapshot, type SummaryRecord } from './snapshot-file'
import { manifestPath, writeCheck } from './snapshot-store'
import type { SnapshotWriter } from './types'

/** What a writer works on. `lock` is released when it ends, however it ends. */
export interface WriterGround {
  readonly folder: string
  readonly keys: RepositoryKeys
  readonly packs: PackStore
  readonly lock: Disposable
}

/** The counts a manifest is proved by: files with content, their bytes, and the chunks they name. */
export function countsOf(files: Manifest['files']): Manifest['verify'] {
  const withContent = files.filter(({ kind }) => kind === 'file' || kind === 'sqlite')
  const bytes = withContent.reduce((sum, { size }) => sum + size, 0)
  return { files: withContent.length, bytes, chunks: withContent.reduce((sum, { chunks }) => sum + chunks.length, 0) }
}

/** Writes one snapshot: a pack of what is new, then the manifest. Nothing is listed before the last rename. */
export class Writer implements SnapshotWriter {
  private file: FileHandle | null = null
  private pack: PackWriter | null = null
  private readonly own = new Set<string>()
  private failure: AppError | null = null
  private isOver = false
  private opening: Promise<PackWriter> | null = null
  private manifestBytes = 0
  private finishing: Promise<BackupSummary> | null = null

  constructor(
    private readonly ground: WriterGround,
    private readonly meta: SnapshotMeta,
  ) {}

  get storedBytes(): number {
    return (this.pack?.bytes ?? 0) + this.manifestBytes
  }

  has(sha256: string): boolean {
    return this.own.has(sha256) || this.ground.packs.has(sha256)
  }

  async put(sha256: string, chunk: Chunk, plainBytes: number): Promise<void> {
    this.refuseWhenOver()
    if (this.has(sha256)) return
    this.own.add(sha256)
    await this.guarded(async () => {
      const pack = this.pack ?? (await this.startPack())
      await pack.add({ id: chunkId(this.ground.keys, sha256), encoding: chunk.encoding, plainBytes }, chunk.bytes)
    })
  }

  async finish(manifest: Manifest): Promise<BackupSummary> {
    this.refuseWhenOver()
    this.refuseIncomplete(manifest)
    this.finishing = this.guarded(async () => {
      const whole: Manifest = { ...manifest, verify: countsOf(manifest.files) }
      await this.provePack()
      const record = this.summarise(whole)
      const temporary = await this.proveManifest(record, whole)
      await this.publish(temporary, record)
      await this.end()
      return record.summary
    })
    return this.finishing
  }

  /** Ends the writer; a `finish` that is under way is let run to its end first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.finishing?.catch(() => undefined) // told to whoever called `finish`
    await this.end()
  }

  private refuseWhenOver(): void {
    if (this.failure !== null) throw this.failure
    if (this.isOver) throw new AppError('internal', 'This backup is already finished.')
  }

  private refuseIncomplete({ meta, files }: Manifest): void {
    if (meta.id !== this.meta.id) throw new AppError('bad-input', 'The manifest belongs to another backup.')
    const missing = files.find(file => file.chunks.some(sha256 => !this.has(sha256)))
    if (missing === undefined) return
    throw new AppError('bad-input', `The content of ${missing.root}/${missing.path} was never stored.`)
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.failure ??= fileFailure(error)
      await this.end()
      throw this.failure
    }
  }

  private startPack(): Promise<PackWriter> {
    this.opening ??= (async () => {
      this.file = await open(this.packPath(), 'wx+', 0o600)
      this.pack = startPack(this.ground.keys, this.file, 0)
      return this.pack
    })()
    return this.opening
  }

  private async provePack(): Promise<void> {
    const { file, pack } = this
    if (file === null || pack === null) return
    await pack.end()
    await file.sync()
    const source = { packId: pack.packId, file, base: 0, bytes: pack.bytes }
    const { size } = await file.stat()
    if (size === pack.bytes && (await isPackIntact(this.ground.keys, source, pack.entries))) return
    throw notWhatWasWritten()
  }

  private async proveManifest(record: SummaryRecord, manifest: Manifest): Promise<string> {
    const { keys, folder } = this.ground
    const path = join(folder, 'tmp', `${this.meta.id}.manifest`)
    const bytes = encodeSnapshot({ keys, id: this.meta.id }, record, manifest)
    this.manifestBytes = bytes.length
    await writeDurably(path, bytes)
    const stored = await readIfThere(path)
    const name = { keys, id: this.meta.id }
    const isSame = stored?.equals(bytes) === true && decodeSummary(name, stored) !== null
    if (!isSame || decodeManifest(name, stored)?.isWhole !== true) throw notWhatWasWritten()
    return path
  }

  /** The rename of the manifest is the moment the backup begins to exist. */
  private async publish(temporary: string, record: SummaryRecord): Promise<void> {
    const { folder, packs, keys } = this.ground
    if (this.pack !== null) {
      await this.closeFile()
      await moveInto(this.packPath(), join(folder, 'packs', `${this.pack.packId}.pack`))
      packs.adopt(this.pack.packId, this.pack.entries)
    }
    await moveInto(temporary, manifestPath(folder, this.meta.id))
    await writeCheck(folder, keys, { ...record, damagedPlaces: [] })
  }

  private summarise({ meta, files, verify }: Manifest): SummaryRecord {
    const { id, at, nodeId, nodeLabel, profile, reason, openclawVersion, era, components } = meta
    const what = { id, at, nodeId, nodeLabel, profile, reason, openclawVersion, era, components }
    const verifiedAt = new Date().toISOString()
    const { pack, own } = this
    const packIds = new Set<string>(pack === null ? [] : [pack.packId])
    for (const sha256 of files.flatMap(file => file.chunks)) {
      const packId = own.has(sha256) ? undefined : this.ground.packs.packOf(sha256)
      if (packId !== undefined) packIds.add(packId)
    }
    const counts = { files: verify.files, bytes: verify.bytes, storedBytes: this.storedBytes }
    return { summary: { ...what, ...counts, state: 'good', verifiedAt, problem: null }, packs: [...packIds] }
  }

  private packPath(): string {
    return join(this.ground.folder, 'tmp', `${this.meta.id}.pack`)
  }

  private async closeFile(): Promise<void> {
    const { file } = this
    this.file = null
    await file?.close()
  }

  private async end(): Promise<void> {
    if (this.isOver) return
    this.isOver = true
    try {
      await this.opening?.catch(() => undefined) // its failure is told by whoever started it
      await this.closeFile()
      await rm(this.packPath(), { force: true })
      await rm(join(this.ground.folder, 'tmp', `${this.meta.id}.manifest`), { force: true })
    } finally {
      this.ground.lock[Symbol.dispose]()
    }
  }
}

function notWhatWasWritten(): AppError {
  return new AppError('backup-damaged', 'What was read back from the disk is not what was written.', {
    hint: 'The disk with the backup folder may be failing. Choose a folder on another disk in Settings.',
  })
}
