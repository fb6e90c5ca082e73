import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BackupSummary, Manifest, SnapshotMeta } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { Chunk } from '../remote/types'
import { withFiles } from './files'
import {
  FOLDERS,
  isBorn,
  mendRecovery,
  openExportedKey,
  openKeys,
  openWithPhrase,
  readRecoveryPhrase,
  type KeyStore,
  type OpenedKeys,
} from './keys'
import { lockForWriting } from './lock'
import { openPackStore, type PackStore } from './pack-store'
import { sheetText } from './recovery-sheet'
import { Writer } from './snapshot-writer'
import { listSnapshots, readManifest, removeSnapshot, sweep, writeCheck } from './snapshot-store'
import { exportSnapshot, importSnapshot } from './transfer'
import type { Repository, SnapshotReader, SnapshotWriter } from './types'
import { unpacked } from './unpack'
import { judged, readEverything } from './verify'

/** What the repository says of itself: one line per event. */
export interface RepositoryLog {
  info(text: string): void
  warn(text: string, error?: unknown): void
}

/** Where a repository is, who keeps its key, and where it logs. */
export interface RepositoryOptions {
  readonly folder: string
  readonly keys: KeyStore
  readonly log: RepositoryLog
}

/** A birth takes well under a second; we look ten times a second. */
const BIRTH_ATTEMPTS = 100
/** A file that is asked for whole must fit comfortably in memory. */
const MAX_CONTENT_BYTES = 256 * 1024 * 1024

/**
 * Opens the backup folder; makes one that is absent or empty, with a new random key and recovery phrase.
 * @throws AppError `key-missing` when the keychain cannot open it, `disk-full`, `permission-denied`.
 */
export function openRepository(options: RepositoryOptions): Promise<Repository> {
  return withFiles(async () => {
    await mkdir(options.folder, { recursive: true, mode: 0o700 })
    return start(options, await underLockWhenNew(options))
  })
}

/**
 * Opens a backup folder whose key is not in the keychain, and puts one there that opens it from now on.
 * @throws AppError `bad-input` (mistyped), `credential-refused` (not the phrase of this folder), `backup-missing`.
 */
export function unlockWithPhrase(options: RepositoryOptions, phrase: string): Promise<Repository> {
  return withFiles(async () => {
    const opened = await openWithPhrase(options.folder, options.keys, phrase)
    options.log.info('The backup folder was unlocked with the recovery phrase.')
    return start(options, opened)
  })
}

/** Two OCMs that meet an empty folder at once must not both give it a key: the second waits for the first. */
async function underLockWhenNew({ folder, keys }: RepositoryOptions): Promise<OpenedKeys> {
  for (let attempt = 0; ; attempt++) {
    if (await isBorn(folder)) return openKeys(folder, keys)
    try {
      using _lock = lockForWriting(folder)
      return await openKeys(folder, keys)
    } catch (error) {
      const isBusy = error instanceof AppError && error.code === 'busy'
      if (!isBusy || attempt === BIRTH_ATTEMPTS) throw error
      await sleep(100)
    }
  }
}

async function start(options: RepositoryOptions, opened: OpenedKeys): Promise<Repository> {
  for (const name of FOLDERS) await mkdir(join(options.folder, name), { recursive: true, mode: 0o700 })
  return new OpenRepository(options, opened, openPackStore(options.folder, opened.keys))
}

class OpenRepository implements Repository {
  readonly folder: string
  private isRecoveryProven = false

  constructor(
    private readonly options: RepositoryOptions,
    private readonly opened: OpenedKeys,
    private readonly packs: PackStore,
  ) {
    this.folder = options.folder
  }

  begin(meta: SnapshotMeta): Promise<SnapshotWriter> {
    return withFiles(() => this.beginOver(meta, false))
  }

  list(): Promise<readonly BackupSummary[]> {
    return withFiles(async () => (await listSnapshots(this.folder, this.opened.keys)).map(({ summary }) => summary))
  }

  open(id: string): Promise<SnapshotReader> {
    return withFiles(async () => {
      const { manifest } = await readManifest(this.folder, this.opened.keys, id)
      await this.packs.refresh()
      return readerOf(this.packs, manifest)
    })
  }

  verify(
    id: string,
    onProgress?: (doneBytes: number, totalBytes: number) => void,
    signal?: AbortSignal,
  ): Promise<BackupSummary> {
    return withFiles(async () => {
      await this.mendRecoveryOnce()
      const before = await this.listed(id)
      const found = await readManifest(this.folder, this.opened.keys, id).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'backup-damaged') return null
        throw error
      })
      if (found === null) return this.keep({ ...before, state: 'damaged', problem: MANIFEST_DAMAGED }, [], [])
      await this.packs.refresh()
      const findings = await readEverything(this.packs, found.manifest, { onProgress, signal })
      const remarks = found.isWhole ? findings.remarks : [...findings.remarks, 'The head of the manifest is damaged.']
      const summary = judged(found.record?.summary ?? before, { ...findings, remarks })
      if (summary.state === 'damaged') this.options.log.warn(`Backup ${id} is damaged.`)
      this.packs.markDamaged(findings.damagedPlaces)
      return this.keep(summary, findings.packIds, findings.damagedPlaces)
    })
  }

  remove(id: string): Promise<void> {
    return withFiles(async () => {
      using _lock = lockForWriting(this.folder)
      await this.listed(id)
      await removeSnapshot(this.folder, id)
      await this.removeUnneededPacks()
    })
  }

  exportTo(id: string, file: string): Promise<void> {
    return withFiles(async () => {
      const { manifest, record } = await readManifest(this.folder, this.opened.keys, id)
      await this.packs.refresh()
      const summary = record?.summary ?? (await this.listed(id))
      await exportSnapshot(
        { folder: this.folder, keys: this.opened.keys, packs: this.packs },
        { manifest, summary, file },
      )
    })
  }

  importFrom(file: string, phrase?: string): Promise<BackupSummary> {
    return withFiles(() =>
      importSnapshot(file, {
        keysOf: async ({ repositoryId, recovery }) => {
          if (phrase !== undefined) return (await openExportedKey(phrase, recovery)).keys
          if (repositoryId === this.opened.id) return this.opened.keys
          throw new AppError('key-missing', 'This file comes from another backup folder.', {
            hint: 'Enter the recovery phrase of the folder it was exported from.',
          })
        },
        begin: meta => this.beginOver(meta, true),
      }),
    )
  }

  async recoverySheet(): Promise<string> {
    const phrase = await readRecoveryPhrase(this.folder, this.options.keys)
    const { id: repositoryId, createdAt } = this.opened
    return sheetText({ repositoryId, createdAt, folder: this.folder, phrase })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.packs[Symbol.asyncDispose]()
  }

  /** Once per object: scrypt is slow by design. */
  private async mendRecoveryOnce(): Promise<void> {
    if (this.isRecoveryProven) return
    if (await mendRecovery(this.folder, this.options.keys, this.opened)) {
      this.options.log.warn('The file that the recovery phrase opens was damaged; it was written anew.')
    }
    this.isRecoveryProven = true
  }

  /** An import may replace a snapshot of the same id: that is how a damaged one is made whole. */
  private async beginOver(meta: SnapshotMeta, mayReplace: boolean): Promise<SnapshotWriter> {
    const lock = lockForWriting(this.folder)
    try {
      const listed = await listSnapshots(this.folder, this.opened.keys)
      if (!mayReplace && listed.some(({ id }) => id === meta.id)) {
        throw new AppError('bad-input', 'A backup with this number exists already.')
      }
      await sweep(this.folder)
      await this.packs.refresh()
      for (const { damagedPlaces } of listed) this.packs.markDamaged(damagedPlaces)
      return new Writer({ folder: this.folder, keys: this.opened.keys, packs: this.packs, lock }, meta)
    } catch (error) {
      lock[Symbol.dispose]()
      throw error
    }
  }

  private async listed(id: string): Promise<BackupSummary> {
    const found = (await listSnapshots(this.folder, this.opened.keys)).find(snapshot => snapshot.id === id)
    if (found !== undefined) return found.summary
    throw new AppError('backup-missing', 'This backup is not in the backup folder.', {
      hint: 'Look at the list of backups again.',
    })
  }

  private async keep(
    summary: BackupSummary,
    packs: readonly string[],
    damagedPlaces: readonly string[],
  ): Promise<BackupSummary> {
    await writeCheck(this.folder, this.opened.keys, { summary, packs: [...packs], damagedPlaces: [...damagedPlaces] })
    return summary
  }

  /** While a snapshot cannot say which packs it needs, none is removed. */
  private async removeUnneededPacks(): Promise<void> {
    const left = await listSnapshots(this.folder, this.opened.keys)
    const needed = new Set<string>()
    for (const { needs } of left) {
      if (needs === null) return
      for (const packId of needs) needed.add(packId)
    }
    await this.packs.refresh()
    for (const packId of this.packs.packIds) if (!needed.has(packId)) await this.packs.remove(packId)
  }
}

const MANIFEST_DAMAGED = 'The manifest of this backup is damaged. Other backups are unharmed.'

function readerOf(packs: PackStore, manifest: Manifest): SnapshotReader {
  const chunk = async (sha256: string): Promise<Chunk> => {
    const found = await withFiles(() => packs.read(sha256))
    if (found !== null) return { encoding: found.encoding, bytes: found.bytes }
    const file = manifest.files.find(({ chunks }) => chunks.includes(sha256))
    throw damagedContent(file)
  }
  return {
    manifest,
    chunk,
    async content(file) {
      if (file.size > MAX_CONTENT_BYTES) throw new AppError('output-too-large', `${file.path} is too large to show.`)
      const pieces: Buffer[] = []
      for (const sha256 of file.chunks) {
        const plain = unpacked(await chunk(sha256), sha256)
        if (plain === null) throw damagedContent(file)
        pieces.push(plain)
      }
      return Buffer.concat(pieces)
    },
  }
}

function damagedContent(file: Manifest['files'][number] | undefined): AppError {
  const name = file === undefined ? 'A file' : `${file.root}/${file.path}`
  return new AppError('backup-damaged', `${name} is damaged in this backup.`, {
    hint: 'Other files and other backups may be whole: check this backup to see all that is damaged.',
  })
}
