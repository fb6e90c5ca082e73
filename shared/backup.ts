import { z } from 'zod'
import { Component } from './components'
import { NodeId } from './node'
import { Era, LeftOut, Size } from './survey'

/**
 * Where a file belongs: the state directory, the workspace or the own folder (`agentDir`) of an agent outside it, or the
 * user's home (rare extras).
 */
export const RootName = z.string().regex(/^(state|home|(workspace|agent):[^/]+)$/)

/**
 * One file, folder or link of a snapshot. `path` is relative to its root, with `/`, no `..`.
 * Names that are not valid UTF-8 carry `pathBytes` (base64) as well; `path` is then only for display.
 */
export const SnapshotFile = z.object({
  root: RootName,
  path: z.string(),
  pathBytes: z.string().optional(),
  component: Component,
  kind: z.enum(['file', 'folder', 'link', 'sqlite']),
  /** Permission bits, e.g. 0o600. */
  mode: z.number().int(),
  /** Milliseconds since the epoch. */
  mtimeMs: z.number(),
  /** Bytes of content; for `sqlite` those of the online copy. */
  size: z.number().nonnegative(),
  /** SHA-256 (hex) of the whole content; empty for folders and links. */
  sha256: z.string(),
  /** SHA-256 (hex) of each chunk of {@link CHUNK_BYTES}, in order. Equal to `[sha256]` for files of one chunk. */
  chunks: z.array(z.string()),
  /** Target of a link. */
  target: z.string().optional(),
  /** The file kept changing while it was read; this is one consistent reading of a moving target. */
  isMoving: z.boolean().optional(),
  /**
   * How the file looked on the node when it was hashed: `size:mtime:ctime:inode`, times in ns. While it looks the same, a
   * later backup of the same node need not hash it again. Absent where looks cannot be relied on.
   */
  stamp: z.string().optional(),
})
export type SnapshotFile = z.infer<typeof SnapshotFile>

/** Content is cut, hashed and stored in pieces of at most this many bytes. */
export const CHUNK_BYTES = 4 * 1024 * 1024

/** A value that travels as a value, not as a file: a variable of the unit. Only ever inside the encrypted manifest. */
export const CarriedValue = z.object({
  where: z.enum(['unit', 'environment-file']),
  name: z.string(),
  value: z.string(),
})
export type CarriedValue = z.infer<typeof CarriedValue>

/** What a snapshot is of. Stands in the encrypted manifest. */
export const SnapshotMeta = z.object({
  format: z.literal(1),
  id: z.uuid(),
  at: z.iso.datetime(),
  nodeId: NodeId,
  nodeLabel: z.string(),
  profile: z.string(),
  reason: z.enum(['manual', 'migration', 'safety', 'deletion', 'import']),
  os: z.object({ platform: z.string(), arch: z.string(), user: z.string(), home: z.string(), hostname: z.string() }),
  stateDir: z.string(),
  /** Absolute paths on the source of each root used in `files`, e.g. `{ state: '/home/a/.openclaw' }`. */
  roots: z.record(RootName, z.string()),
  openclawVersion: z.string(),
  nodeVersion: z.string(),
  era: Era,
  gatewayPort: z.number().int().nullable(),
  components: z.array(Component),
})
export type SnapshotMeta = z.infer<typeof SnapshotMeta>

/** Counts that a proof compares. */
export const Inventory = z.object({
  agents: z.array(z.string()),
  channels: z.array(z.string()),
  cronJobs: z.array(z.string()),
  credentials: z.array(z.string()),
})
export type Inventory = z.infer<typeof Inventory>

/** A snapshot's full manifest (encrypted at rest). */
export const Manifest = z.object({
  meta: SnapshotMeta,
  inventory: Inventory,
  sizes: z.partialRecord(Component, Size),
  files: z.array(SnapshotFile),
  values: z.array(CarriedValue),
  leftOut: z.array(LeftOut),
  verify: z.object({ files: z.number().int(), bytes: z.number(), chunks: z.number().int() }),
})
export type Manifest = z.infer<typeof Manifest>

/** One row of the backups list: no paths, no values. */
export const BackupSummary = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  nodeId: NodeId,
  nodeLabel: z.string(),
  profile: z.string(),
  reason: SnapshotMeta.shape.reason,
  openclawVersion: z.string(),
  era: Era,
  components: z.array(Component),
  files: z.number().int(),
  /** Bytes of all content. */
  bytes: z.number(),
  /** Bytes this snapshot added to the repository. */
  storedBytes: z.number(),
  state: z.enum(['good', 'unverified', 'damaged']),
  verifiedAt: z.iso.datetime().nullable(),
  problem: z.string().nullable(),
})
export type BackupSummary = z.infer<typeof BackupSummary>
