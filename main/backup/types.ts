import type { BackupSummary, Manifest, SnapshotMeta } from '../../shared/backup'
import type { Chunk } from '../remote/types'

/** A snapshot being written. Everything lands under a temporary name until `finish`. */
export interface SnapshotWriter extends AsyncDisposable {
  /** True when the repository (or this snapshot) already holds the chunk of this plain SHA-256 (hex). */
  has(sha256: string): boolean
  /** Stores one chunk; a no-op when it is there already. `plainBytes`: its size unpacked. */
  put(sha256: string, chunk: Chunk, plainBytes: number): Promise<void>
  /**
   * Writes the manifest, fsyncs, reads pack and manifest back and checks them, then renames. Only then is the backup listed.
   * @throws AppError `backup-damaged` when what is read back differs; `disk-full`.
   */
  finish(manifest: Manifest): Promise<BackupSummary>
  /** Bytes written so far. */
  readonly storedBytes: number
}

/** A snapshot to read from. */
export interface SnapshotReader {
  readonly manifest: Manifest
  /** One chunk, still packed, checked by its authentication tag. @throws AppError `backup-damaged` naming the file. */
  chunk(sha256: string): Promise<Chunk>
  /** A whole small file, unpacked and checked against its SHA-256. */
  content(file: Manifest['files'][number]): Promise<Buffer>
}

/** The backup folder: packs, manifests, wrapped key. One writer at a time per repository; readers any time. */
export interface Repository extends AsyncDisposable {
  readonly folder: string
  begin(meta: SnapshotMeta): Promise<SnapshotWriter>
  list(): Promise<readonly BackupSummary[]>
  /** @throws AppError `backup-missing`, `backup-damaged`, `key-missing`. */
  open(id: string): Promise<SnapshotReader>
  /** Reads every byte of the snapshot. Damage is named in `problem`; nothing is deleted. */
  verify(
    id: string,
    onProgress?: (doneBytes: number, totalBytes: number) => void,
    signal?: AbortSignal,
  ): Promise<BackupSummary>
  /** Removes the snapshot's manifest, then packs that no other snapshot needs. */
  remove(id: string): Promise<void>
  /** One self-contained file (age-wrapped key for a passphrase, pack, manifest). */
  exportTo(id: string, file: string): Promise<void>
  /**
   * Takes an exported file in; a damaged snapshot of the same id is made whole by it. `phrase`: the recovery phrase of the
   * repository it came from, needed when that is another one.
   * @throws AppError `bad-input` (not an export), `key-missing` (phrase needed), `credential-refused`, `backup-damaged`.
   */
  importFrom(file: string, phrase?: string): Promise<BackupSummary>
  /** The recovery sheet's text, with the recovery phrase. Made once, at the repository's birth or on demand. */
  recoverySheet(): Promise<string>
}
