import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupSummary, Manifest, SnapshotMeta } from '../../shared/backup'
import { AppError } from '../../shared/errors'
import { chunkId, type RepositoryKeys } from './crypto'
import { readExactly, writeAll } from './files'
import { HEAD_FILE, RECOVERY_FILE } from './keys'
import type { Entry } from './pack-format'
import { isPackIntact, readContents, readEntry, type PackSource } from './pack-reader'
import type { PackStore } from './pack-store'
import { startPack } from './pack-writer'
import { decodeManifest, encodeSnapshot } from './snapshot-file'
import { BLOCK_BYTES, padded, readTarHeader, tarHeader } from './tar'
import type { SnapshotWriter } from './types'
import { unpacked } from './unpack'

/** What an export is made from. */
export interface ExportGround {
  readonly folder: string
  readonly keys: RepositoryKeys
  readonly packs: PackStore
}

/**
 * Writes one snapshot into one file: a plain tar of a repository that holds nothing else. Its key is the repository's,
 * wrapped for the recovery phrase; unpacked with `tar`, it is what the stand-alone reader reads.
 */
export async function exportSnapshot(
  ground: ExportGround,
  { manifest, summary, file }: { readonly manifest: Manifest; readonly summary: BackupSummary; readonly file: string },
): Promise<void> {
  const temporary = `${file}.part`
  const handle = await open(temporary, 'w+', 0o600)
  try {
    await writeExport(handle, ground, { manifest, summary })
    await handle.sync()
    await handle.close()
    await rename(temporary, file)
  } catch (error) {
    await handle.close()
    await rm(temporary, { force: true })
    throw error
  }
}

async function writeExport(
  handle: FileHandle,
  { folder, keys, packs }: ExportGround,
  { manifest, summary }: { readonly manifest: Manifest; readonly summary: BackupSummary },
): Promise<void> {
  let at = 0
  const member = async (name: string, bytes: Buffer) => {
    await writeAll(handle, [tarHeader(name, bytes.length), bytes, padding(bytes.length)], at)
    at += BLOCK_BYTES + padded(bytes.length)
  }
  await member(HEAD_FILE, await readFile(join(folder, HEAD_FILE)))
  await member(RECOVERY_FILE, await readFile(join(folder, RECOVERY_FILE)))

  const base = at + BLOCK_BYTES
  const pack = startPack(keys, handle, base)
  const written = new Set<string>()
  for (const file of manifest.files) {
    for (const sha256 of file.chunks) {
      if (written.has(sha256)) continue
      written.add(sha256)
      const found = await packs.read(sha256)
      if (found === null) throw damaged(`${file.root}/${file.path}`)
      await pack.add({ id: chunkId(keys, sha256), encoding: found.encoding, plainBytes: found.plainBytes }, found.bytes)
    }
  }
  await pack.end()
  await writeAll(handle, [tarHeader(`packs/${pack.packId}.pack`, pack.bytes)], at)
  await writeAll(handle, [padding(pack.bytes)], base + pack.bytes)
  at = base + padded(pack.bytes)
  const source = { packId: pack.packId, file: handle, base, bytes: pack.bytes }
  if (!(await isPackIntact(keys, source, pack.entries))) throw damaged('The exported file')

  const { id } = manifest.meta
  const record = { summary: { ...summary, storedBytes: pack.bytes }, packs: [pack.packId] }
  await member(`snapshots/${id}.manifest`, encodeSnapshot({ keys, id }, record, manifest))
  await writeAll(handle, [Buffer.alloc(2 * BLOCK_BYTES)], at)
}

/** What an import asks of the repository it goes to. */
export interface ImportGround {
  /** The keys of the export, given its repository's id and its `recovery.age`. */
  keysOf(head: { readonly repositoryId: string; readonly recovery: Buffer }): Promise<RepositoryKeys>
  begin(meta: SnapshotMeta): Promise<SnapshotWriter>
}

/** Takes an export into the repository: each chunk is checked against its SHA-256 and encrypted anew. */
export async function importSnapshot(path: string, ground: ImportGround): Promise<BackupSummary> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new AppError('not-found', 'The file to import cannot be opened.', { cause: error })
  })
  try {
    const parts = await readParts(file)
    const keys = await ground.keysOf(parts)
    const { manifest, source } = await readSnapshot(file, keys, parts)
    const { entries } = await readContents(keys, source)
    const byId = new Map(entries.map(entry => [entry.id.toString('hex'), entry]))
    const meta: SnapshotMeta = { ...manifest.meta, reason: 'import' }
    await using writer = await ground.begin(meta)
    await copyChunks(writer, manifest, { keys, source, byId })
    return await writer.finish({ ...manifest, meta })
  } finally {
    await file.close()
  }
}

interface Part {
  readonly at: number
  readonly bytes: number
}

interface Parts {
  readonly repositoryId: string
  readonly recovery: Buffer
  readonly pack: Part & { readonly packId: string }
  readonly snapshot: Part & { readonly id: string }
}

const MAX_SMALL_BYTES = 1024 * 1024
const MAX_SNAPSHOT_BYTES = 512 * 1024 * 1024
const MAX_PARTS = 16

async function readParts(file: FileHandle): Promise<Parts> {
  const members = await listMembers(file)
  const small = async (name: string) => {
    const part = members.get(name)
    return part === undefined || part.bytes > MAX_SMALL_BYTES ? null : readPart(file, part)
  }
  const head = await small(HEAD_FILE)
  const recovery = await small(RECOVERY_FILE)
  const named = (pattern: RegExp) => {
    for (const [name, part] of members) {
      const id = pattern.exec(name)?.[1]
      if (id !== undefined) return { ...part, id }
    }
    return null
  }
  const pack = named(/^packs\/([0-9a-f]{64})\.pack$/)
  const snapshot = named(/^snapshots\/([0-9a-f-]{36})\.manifest$/)
  if (head === null || recovery === null || pack === null || snapshot === null) throw notAnExport()
  return { repositoryId: idIn(head), recovery, pack: { ...pack, packId: pack.id }, snapshot }
}

async function listMembers(file: FileHandle): Promise<Map<string, Part>> {
  const members = new Map<string, Part>()
  let at = 0
  while (members.size < MAX_PARTS) {
    const block = await readExactly(file, { position: at, length: BLOCK_BYTES })
    const header = block === null ? null : readTarHeader(block)
    if (header === null) break
    members.set(header.name, { at: at + BLOCK_BYTES, bytes: header.bytes })
    at += BLOCK_BYTES + padded(header.bytes)
  }
  return members
}

function idIn(head: Buffer): string {
  const found = /"id": *"([0-9a-f-]{36})"/.exec(head.toString('utf8'))?.[1]
  if (found === undefined) throw notAnExport()
  return found
}

async function readPart(file: FileHandle, { at, bytes }: Part): Promise<Buffer> {
  const found = await readExactly(file, { position: at, length: bytes })
  if (found === null) throw notAnExport()
  return found
}

async function readSnapshot(
  file: FileHandle,
  keys: RepositoryKeys,
  { pack, snapshot }: Parts,
): Promise<{ manifest: Manifest; source: PackSource }> {
  if (snapshot.bytes > MAX_SNAPSHOT_BYTES) throw notAnExport()
  const { id } = snapshot
  const found = decodeManifest({ keys, id }, await readPart(file, snapshot))
  if (found?.isWhole !== true) throw damaged('The manifest')
  return { manifest: found.manifest, source: { packId: pack.packId, file, base: pack.at, bytes: pack.bytes } }
}

async function copyChunks(
  writer: SnapshotWriter,
  manifest: Manifest,
  from: {
    readonly keys: RepositoryKeys
    readonly source: PackSource
    readonly byId: ReadonlyMap<string, Entry>
  },
): Promise<void> {
  const { keys, source, byId } = from
  for (const file of manifest.files) {
    for (const sha256 of file.chunks) {
      if (writer.has(sha256)) continue
      const entry = byId.get(chunkId(keys, sha256).toString('hex'))
      const found = entry === undefined ? null : await readEntry(keys, source, entry)
      if (entry === undefined || found === null) throw damaged(`${file.root}/${file.path}`)
      const chunk = { encoding: entry.encoding, bytes: found.packed }
      const plain = unpacked(chunk, sha256)
      if (plain === null) throw damaged(`${file.root}/${file.path}`)
      await writer.put(sha256, chunk, plain.length)
    }
  }
}

function padding(bytes: number): Buffer {
  return Buffer.alloc(padded(bytes) - bytes)
}

function damaged(what: string): AppError {
  return new AppError('backup-damaged', `${what} is damaged.`, {
    hint: 'Check the backup to see what can still be read.',
  })
}

function notAnExport(): AppError {
  return new AppError('bad-input', 'This file is not an OCM backup, or it was cut short.', {
    hint: 'Choose a file that OCM exported, and copy it again if it came over a network.',
  })
}
