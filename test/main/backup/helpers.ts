import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { type KeyStore } from '../../../main/backup/keys'
import { openRepository } from '../../../main/backup/repository'
import type { Repository, SnapshotWriter } from '../../../main/backup/types'
import type { BackupSummary, Manifest, SnapshotFile, SnapshotMeta } from '../../../shared/backup'
import { CHUNK_BYTES } from '../../../shared/backup'
import { ChunkEncoding } from '../../../shared/stream'

/** A keychain for one test. */
export function keyStore(initial: string | null = null): KeyStore & { value: string | null } {
  return {
    value: initial,
    getIdentity() {
      return Promise.resolve(this.value)
    },
    setIdentity(value) {
      this.value = value
      return Promise.resolve()
    },
  }
}

/** A log that keeps what was said. */
export function quietLog(): { readonly lines: string[]; info(text: string): void; warn(text: string): void } {
  const lines: string[] = []
  return { lines, info: text => lines.push(text), warn: text => lines.push(text) }
}

/** A folder of its own, removed at the end of the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'ocm-backup-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A repository in a folder of its own. */
export async function temporaryRepository(): Promise<
  AsyncDisposable & { readonly repository: Repository; readonly folder: string; readonly keys: KeyStore }
> {
  const folder = await temporaryFolder()
  const keys = keyStore()
  const path = join(folder.path, 'backups')
  const repository = await openRepository({ folder: path, keys, log: quietLog() })
  return {
    repository,
    folder: path,
    keys,
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export function metaOf(changes: Partial<SnapshotMeta> = {}): SnapshotMeta {
  return {
    format: 1,
    id: randomUUID(),
    at: new Date().toISOString(),
    nodeId: '7b4ff6a6-95a3-4d6e-8d8a-2f8d2a1c9a01',
    nodeLabel: 'pc-a',
    profile: 'default',
    reason: 'manual',
    os: { platform: 'linux', arch: 'x64', user: 'anna', home: '/home/anna', hostname: 'pc-a' },
    stateDir: '/home/anna/.openclaw',
    roots: { state: '/home/anna/.openclaw' },
    openclawVersion: '2026.9.6',
    nodeVersion: '24.21.0',
    era: 'sqlite',
    gatewayPort: 18789,
    components: ['gateway', 'sessions'],
    ...changes,
  }
}

/** Content to store as a file. */
export interface Source {
  readonly path: string
  readonly content: Buffer
  readonly changes?: Partial<SnapshotFile>
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** The chunks of some content, as the remote program cuts them. */
export function chunksOf(content: Buffer): { readonly sha256: string; readonly plain: Buffer }[] {
  const found: { sha256: string; plain: Buffer }[] = []
  for (let at = 0; at < content.length; at += CHUNK_BYTES) {
    const plain = content.subarray(at, at + CHUNK_BYTES)
    found.push({ sha256: sha256(plain), plain })
  }
  return found
}

export function fileOf({ path, content, changes }: Source): SnapshotFile {
  return {
    root: 'state',
    path,
    component: 'gateway',
    kind: 'file',
    mode: 0o600,
    mtimeMs: 1_790_000_000_000,
    size: content.length,
    sha256: sha256(content),
    chunks: chunksOf(content).map(chunk => chunk.sha256),
    ...changes,
  }
}

export function manifestOf(meta: SnapshotMeta, files: readonly SnapshotFile[]): Manifest {
  return {
    meta,
    inventory: { agents: ['main'], channels: [], cronJobs: [], credentials: [] },
    sizes: {},
    files: [...files],
    values: [{ where: 'unit', name: 'SECRET', value: 'value-of-a-variable' }],
    leftOut: [],
    verify: { files: 0, bytes: 0, chunks: 0 },
  }
}

/** Stores content, packed when that helps. */
export async function putContent(writer: SnapshotWriter, content: Buffer): Promise<void> {
  for (const chunk of chunksOf(content)) {
    if (writer.has(chunk.sha256)) continue
    const packed = zstdCompressSync(chunk.plain)
    const isSmaller = packed.length < chunk.plain.length
    const encoding = isSmaller ? ChunkEncoding.zstd : ChunkEncoding.raw
    await writer.put(chunk.sha256, { encoding, bytes: isSmaller ? packed : chunk.plain }, chunk.plain.length)
  }
}

/** A whole backup of some files. */
export async function backUp(
  repository: Repository,
  sources: readonly Source[],
  changes: Partial<SnapshotMeta> = {},
): Promise<BackupSummary> {
  const meta = metaOf(changes)
  await using writer = await repository.begin(meta)
  for (const { content } of sources) await putContent(writer, content)
  return await writer.finish(manifestOf(meta, sources.map(fileOf)))
}
