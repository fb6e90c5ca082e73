import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupSummary, Manifest } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import type { RepositoryKeys } from './crypto'
import { readIfThere, replaceFile, syncFolder } from './files'
import {
  decodeCheck,
  decodeManifest,
  decodeSummary,
  encodeCheck,
  type CheckRecord,
  type SummaryRecord,
} from './snapshot-file'

const SNAPSHOT_NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.manifest$/
/** Stands for what a damaged snapshot no longer tells. */
const NIL_ID = '00000000-0000-0000-0000-000000000000'

/** One snapshot as the folder tells it. */
export interface ListedSnapshot {
  readonly id: string
  readonly summary: BackupSummary
  /** Packs that may not be removed while this snapshot is there; null when it cannot tell. */
  readonly needs: readonly string[] | null
  /** Packs its content is read from. */
  readonly packs: readonly string[]
  readonly damagedPlaces: readonly string[]
}

/** Where a snapshot's manifest stands. */
export function manifestPath(folder: string, id: string): string {
  return join(folder, 'snapshots', `${id}.manifest`)
}

/** SHA-256 (hex) of a snapshot's manifest file; null when it is not there. */
export function manifestHash(folder: string, id: string): string | null {
  const path = manifestPath(folder, id)
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null
}

function checkPath(folder: string, id: string): string {
  return join(folder, 'snapshots', `${id}.check`)
}

/** All snapshots, newest first. One that is damaged is listed as such and hides no other. */
export async function listSnapshots(folder: string, keys: RepositoryKeys): Promise<ListedSnapshot[]> {
  const names = await readdir(join(folder, 'snapshots'))
  const ids = names.flatMap(name => SNAPSHOT_NAME.exec(name)?.[1] ?? [])
  const packs = new Set(await readdir(join(folder, 'packs')))
  const listed: ListedSnapshot[] = []
  for (const id of ids) {
    const found = await readListed(folder, keys, id)
    if (found !== null) listed.push(withPacks(found, packs))
  }
  return listed.sort((a, b) => b.summary.at.localeCompare(a.summary.at))
}

async function readListed(folder: string, keys: RepositoryKeys, id: string): Promise<ListedSnapshot | null> {
  const file = await readIfThere(manifestPath(folder, id))
  if (file === null) return null // removed meanwhile
  const check = await readCheck(folder, keys, id)
  const record = decodeSummary({ keys, id }, file)
  const known = check ?? record
  const unverified = { state: 'unverified', verifiedAt: null } as const
  return {
    id,
    summary: check?.summary ?? (record === null ? await unreadable(folder, id) : { ...record.summary, ...unverified }),
    needs: record === null ? null : [...new Set([...record.packs, ...(check?.packs ?? [])])],
    packs: known?.packs ?? [],
    damagedPlaces: check?.damagedPlaces ?? [],
  }
}

function withPacks(listed: ListedSnapshot, packs: ReadonlySet<string>): ListedSnapshot {
  const isComplete = listed.packs.every(id => packs.has(`${id}.pack`))
  if (isComplete || listed.summary.state === 'damaged') return listed
  const problem = 'A pack file of this backup is gone from the backup folder.'
  return { ...listed, summary: { ...listed.summary, state: 'damaged', problem } }
}

/** The row of a snapshot that can no longer say what it was. */
async function unreadable(folder: string, id: string): Promise<BackupSummary> {
  const { mtime } = await stat(manifestPath(folder, id))
  return {
    id,
    at: mtime.toISOString(),
    nodeId: NIL_ID,
    nodeLabel: '',
    profile: '',
    reason: 'manual',
    openclawVersion: '',
    era: 'empty',
    components: [],
    files: 0,
    bytes: 0,
    storedBytes: 0,
    state: 'damaged',
    verifiedAt: null,
    problem: 'The manifest of this backup is damaged.',
  }
}

/** A snapshot's manifest. @throws AppError `backup-missing`, `backup-damaged`. */
export async function readManifest(
  folder: string,
  keys: RepositoryKeys,
  id: string,
): Promise<{ readonly manifest: Manifest; readonly isWhole: boolean; readonly record: SummaryRecord | null }> {
  const file = await readIfThere(manifestPath(folder, id))
  if (file === null) {
    throw new AppError('backup-missing', 'This backup is not in the backup folder.', {
      hint: 'It may have been removed, or the folder may be another one. Look at the list of backups again.',
    })
  }
  const found = decodeManifest({ keys, id }, file)
  if (found === null) {
    throw new AppError('backup-damaged', 'The manifest of this backup is damaged.', {
      hint: 'Other backups are unharmed. Check the disk, and make a new backup.',
    })
  }
  return { ...found, record: decodeSummary({ keys, id }, file) }
}

/** The last verification's result, or null when there is none that can be read. */
export async function readCheck(folder: string, keys: RepositoryKeys, id: string): Promise<CheckRecord | null> {
  const file = await readIfThere(checkPath(folder, id))
  return file === null ? null : decodeCheck({ keys, id }, file)
}

/** Keeps a verification's result. */
export function writeCheck(folder: string, keys: RepositoryKeys, record: CheckRecord): Promise<void> {
  const { id } = record.summary
  return replaceFile(checkPath(folder, id), encodeCheck({ keys, id }, record))
}

/** Removes a snapshot's files; the manifest first, so that a cut in between leaves nothing that is listed. */
export async function removeSnapshot(folder: string, id: string): Promise<void> {
  await rm(manifestPath(folder, id), { force: true })
  await syncFolder(join(folder, 'snapshots'))
  await rm(checkPath(folder, id), { force: true })
}

/** Clears what writers that died have left. Only with the writer lock: then nobody alive owns any of it. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(join(folder, 'tmp')))
    await rm(join(folder, 'tmp', name), { force: true, recursive: true })
  const names = new Set(await readdir(join(folder, 'snapshots')))
  for (const name of names) {
    const isOrphan = name.endsWith('.check') && !names.has(name.replace(/\.check$/, '.manifest'))
    if (isOrphan) await rm(join(folder, 'snapshots', name), { force: true })
  }
}
