import { z } from 'zod'
import { CarriedValue, RootName, SnapshotFile } from './backup'
import { Component } from './components'
import { deletionRequests } from './deletion-requests'
import { ProcessFacts } from './process'
import { LeftOut, Size, Survey } from './survey'
import { watchRequests } from './watch-requests'

const roots = z.record(RootName, z.string())
const operationId = z.uuid()
const fileRef = z.object({ root: RootName, path: z.string(), pathBytes: z.string().optional() })
export type FileRef = z.infer<typeof fileRef>

/** A file as a walk tells of it. */
export const WalkedFile = SnapshotFile.extend({ isAsRecorded: z.literal(true).optional() })
export type WalkedFile = z.infer<typeof WalkedFile>

/** Files with the stamps they had when they were hashed for an earlier backup. */
export interface RecordedStamps {
  readonly files: readonly (FileRef & { readonly stamp: string })[]
}

/** One change to a staged SQLite copy. Identifiers are `[a-z_]+`; values are bound, never pasted. Absent tables are skipped. */
export const SqliteEdit = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('replace-prefix'),
    table: z.string(),
    column: z.string(),
    from: z.string(),
    to: z.string(),
  }),
  z.object({ op: z.literal('delete-rows'), table: z.string() }),
  z.object({ op: z.literal('delete-where'), table: z.string(), column: z.string(), equals: z.string() }),
  /**
   * Translates paths in the names and strings of a column that holds JSON, and writes it back compactly. What stands under a
   * name of `texts` (`*` at its end: any rest) is for people and models, and stays. Rows where `except` holds stay as well.
   */
  z.object({
    op: z.literal('translate-json'),
    table: z.string(),
    column: z.string(),
    mappings: z.array(z.object({ from: z.string(), to: z.string() })),
    texts: z.array(z.string()),
    except: z.object({ column: z.string(), equals: z.string() }).optional(),
  }),
])
export type SqliteEdit = z.infer<typeof SqliteEdit>

/**
 * Every request: parameters, what streams as items while it runs, and the result.
 * Chunks flow down for `read` and up for `stage`; nothing else carries them.
 */
export const requests = {
  hello: {
    params: z.object({}),
    item: z.never(),
    result: z.object({
      platform: z.string(),
      arch: z.string(),
      nodeVersion: z.string(),
      nodePath: z.string(),
      home: z.string(),
      user: z.string(),
      uid: z.number().int(),
      hasZstd: z.boolean(),
      hasSqlite: z.boolean(),
      pid: z.number().int(),
    }),
  },
  /** Facts, read-only. `extraStateDirs` from what the admin named by hand. `digest` comes back empty; main fills it in. */
  survey: {
    params: z.object({ extraStateDirs: z.array(z.string()).default([]), withSizes: z.boolean().default(true) }),
    item: z.never(),
    result: Survey,
  },
  /**
   * Lists and hashes what the components hold under the roots. SQLite files are copied online into a private, already
   * unlinked file that stays open until `release` (or the end of the program).
   *
   * With `hasRecord`, items of {@link RecordedStamps} go up first: what an earlier backup noted. A file that still looks as
   * noted is not hashed; it comes back `isAsRecorded`, with neither `sha256` nor `chunks`, which main has.
   */
  walk: {
    params: z.object({
      roots,
      components: z.array(Component),
      /** Agent id by `workspace:<id>` root is in the root's name. Size in bytes only, no hashing, when false. */
      withHashes: z.boolean().default(true),
      hasRecord: z.boolean().default(false),
    }),
    item: z.object({ files: z.array(WalkedFile) }),
    result: z.object({
      files: z.number().int(),
      bytes: z.number(),
      leftOut: z.array(LeftOut),
      /** Files that could not be read, with the reason; the capture goes on and reports them. */
      unreadable: z.array(z.object({ root: RootName, path: z.string(), why: z.string() })),
    }),
  },
  /**
   * Sends chunks. For each asked file an item `{ index, chunks: [sha256...] }` of what really was read, followed by those
   * chunks in order; more than a few chunks come as several such items of the same index, one after the other. `isChanged`
   * (on the last of them, for all) when size or mtime moved meanwhile; main then walks or hashes that file again.
   */
  read: {
    params: z.object({
      roots,
      files: z.array(fileRef.extend({ isSqlite: z.boolean(), chunks: z.array(z.number().int()) })),
    }),
    item: z.object({ index: z.number().int(), chunks: z.array(z.string()), isChanged: z.boolean() }),
    result: z.object({ bytes: z.number() }),
  },
  /** Hashes single files again (a changed one, or for a proof). A missing file has `sha256: null`. */
  hash: {
    params: z.object({ roots, files: z.array(fileRef) }),
    item: z.object({
      files: z.array(
        z.object({
          index: z.number().int(),
          sha256: z.string().nullable(),
          size: z.number(),
          mtimeMs: z.number(),
          chunks: z.array(z.string()),
          mode: z.number().int(),
          uid: z.number().int(),
        }),
      ),
    }),
    result: z.object({ files: z.number().int() }),
  },
  release: { params: z.object({}), item: z.never(), result: z.object({}) },
  /** Values of the gateway's unit and its environment files, to travel as values. Secret: only for the encrypted manifest. */
  values: {
    params: z.object({ profile: z.string() }),
    item: z.never(),
    result: z.object({ values: z.array(CarriedValue) }),
  },
  /** Content of one small text file (max 4 MiB), base64; null when absent. For previews; refuses what is outside the roots. */
  text: {
    params: z.object({ roots, file: fileRef }),
    item: z.never(),
    result: z.object({ contentBase64: z.string().nullable(), mode: z.number().int() }),
  },
  /**
   * Receives files into a private staging folder next to each root (same file system). Input: an item per file, then its
   * chunks in order. Each chunk and file is checked against its SHA-256. Staged files of the same content are kept, so a
   * cut transfer goes on where it was. Nothing of the live set-up changes.
   */
  stage: {
    params: z.object({ operationId, roots }),
    item: z.object({ files: z.number().int(), bytes: z.number() }),
    result: z.object({ files: z.number().int(), bytes: z.number() }),
  },
  /** What is staged for the operation, so that only the rest need be sent. */
  staged: {
    params: z.object({ operationId, roots }),
    item: z.object({ files: z.array(fileRef.extend({ sha256: z.string() })) }),
    result: z.object({ phase: z.enum(['none', 'staging', 'committing', 'committed', 'rolling-back', 'rolled-back']) }),
  },
  /** Changes a staged SQLite copy. Answers rows changed per edit; null where the table does not exist. */
  editStaged: {
    params: z.object({ operationId, roots, file: fileRef, edits: z.array(SqliteEdit) }),
    item: z.never(),
    result: z.object({ rows: z.array(z.number().int().nullable()) }),
  },
  /**
   * Puts everything staged in place in one go: fsync, then only renames, each noted on disk before it is done; what was there
   * is set aside. Runs to its end even when the line is cut. `remove` moves files aside that the snapshot does not have.
   */
  commit: {
    params: z.object({ operationId, roots, remove: z.array(fileRef) }),
    item: z.never(),
    result: z.object({ placed: z.number().int(), setAside: z.number().int() }),
  },
  /** Brings back what a commit set aside, and takes away what it placed. Done already = done. */
  rollBack: {
    params: z.object({ operationId, roots }),
    item: z.never(),
    result: z.object({ restored: z.number().int() }),
  },
  /** Drops the staging folder and what was set aside. */
  finish: { params: z.object({ operationId, roots }), item: z.never(), result: z.object({}) },
  /** Looks for source-only paths in configs, environments and SQLite text of the roots (not in transcripts and workspaces). */
  search: {
    params: z.object({ roots, needles: z.array(z.string()), includeWorkspaces: z.boolean().default(false) }),
    item: z.object({ hits: z.array(z.object({ file: z.string(), where: z.string(), needle: z.string() })) }),
    result: z.object({
      files: z.number().int(),
      hits: z.number().int(),
      /** What could not be looked into, and why: a proof has to say so. */
      notSearched: z.array(z.object({ file: z.string(), why: z.string() })),
    }),
  },
  /**
   * Guarded removal: refuses `/`, homes, mount points, links on the way, other devices, anything outside `root`.
   * Tells now and then how far it is.
   */
  remove: {
    params: z.object({ root: z.string(), paths: z.array(z.string()) }),
    item: z.object({ removed: z.number().int(), bytes: z.number() }),
    result: z.object({ removed: z.number().int(), bytes: z.number(), absent: z.number().int() }),
  },
  /** Removes those of the folders that are empty, the deepest first, under the guards of `remove`. `.` is the root itself. */
  removeEmpty: {
    params: z.object({ root: z.string(), paths: z.array(z.string()) }),
    item: z.never(),
    result: z.object({ removed: z.number().int() }),
  },
  processes: {
    params: z.object({}),
    item: z.never(),
    result: z.object({ processes: z.array(ProcessFacts), bootedAtMs: z.number() }),
  },
  /** Signals one process, only if pid and start time still match. */
  kill: {
    params: z.object({ pid: z.number().int(), startedAtTicks: z.number(), signal: z.enum(['SIGTERM', 'SIGKILL']) }),
    item: z.never(),
    result: z.object({ wasAlive: z.boolean() }),
  },
  /** GET on the node's own loopback. Body capped at 64 KiB. `status: null` when nothing answers. */
  health: {
    params: z.object({ port: z.number().int(), path: z.string(), limitMs: z.number().int() }),
    item: z.never(),
    result: z.object({ status: z.number().int().nullable(), body: z.string() }),
  },
  ...deletionRequests,
  ...watchRequests,
  /** Room, writability and listeners, asked before a plan is made. */
  ground: {
    params: z.object({ paths: z.array(z.string()), ports: z.array(z.number().int()) }),
    item: z.never(),
    result: z.object({
      paths: z.array(
        z.object({
          path: z.string(),
          exists: z.boolean(),
          isWritable: z.boolean(),
          freeBytes: z.number(),
          device: z.number(),
        }),
      ),
      ports: z.array(
        z.object({ port: z.number().int(), listener: z.string().nullable(), pid: z.number().int().nullable() }),
      ),
    }),
  },
} satisfies Record<string, { params: z.ZodType; item: z.ZodType; result: z.ZodType }>

export type RequestName = keyof typeof requests
export type Params<R extends RequestName> = z.output<(typeof requests)[R]['params']>
export type SentParams<R extends RequestName> = z.input<(typeof requests)[R]['params']>
export type Item<R extends RequestName> = z.output<(typeof requests)[R]['item']>
export type Result<R extends RequestName> = z.output<(typeof requests)[R]['result']>

/** The payload of a `request` frame. `limitMs`: the remote program ends the request itself by then. */
export interface RequestPayload {
  readonly name: RequestName
  readonly params: unknown
  readonly limitMs: number
}

export { Size }

/** What goes up before the chunks of each file of `stage`: the file as the snapshot has it. */
export const StageItem = SnapshotFile.partial({ component: true })
export type StageItem = z.infer<typeof StageItem>
