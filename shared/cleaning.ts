import { z } from 'zod'
import {
  NodeClock,
  OrphanFamily,
  ORPHAN_FLOOR_AGE_MS,
  ORPHAN_MIN_AGE_MS,
  ProcessFamily,
  WatchedProcess,
} from './sample'

/** Why OCM leaves a file that looks like an orphan. */
export const KeptWhy = z.enum([
  'too-young',
  'not-a-file',
  'other-owner',
  'in-use',
  'writer-alive',
  'changed',
  'store-missing',
  'store-broken',
  'outside',
  'not-permitted',
])
export type KeptWhy = z.infer<typeof KeptWhy>

/**
 * The store whose half-written copies lie in a folder. `files`: `sessions.json` next to them, which exists and parses ·
 * `sqlite`: the SQLite era's database of the same agent, which opens and has the sessions' table · `missing`, `broken`: then
 * nothing there is touched, for an orphan may be the only copy.
 */
export const LiveStore = z.object({
  path: z.string(),
  state: z.enum(['files', 'sqlite', 'missing', 'broken']),
  bytes: z.number(),
  problem: z.string().nullable(),
})
export type LiveStore = z.infer<typeof LiveStore>

/** What lies half-written in one folder, of one family. Names are cut and cleaned for display. Ages by the node's clock. */
export const OrphanGroup = z.object({
  folder: z.string(),
  /** Bytes of the path as base64 where it is not valid UTF-8. */
  folderBytes: z.string().optional(),
  profile: z.string(),
  agent: z.string().nullable(),
  family: OrphanFamily,
  count: z.number().int(),
  bytes: z.number(),
  diskBytes: z.number(),
  oldestAgeMs: z.number(),
  newestAgeMs: z.number(),
  /** Up to 20 names, the largest first. */
  examples: z.array(z.object({ name: z.string(), bytes: z.number(), ageMs: z.number() })),
  /** What looks alike and stays. */
  kept: z.array(z.object({ why: KeptWhy, count: z.number().int(), bytes: z.number(), example: z.string() })),
  store: LiveStore.nullable(),
  /** The newest orphan, where the store is missing or broken: it may be the only copy. */
  newest: z.object({ name: z.string(), nameBytes: z.string().optional(), bytes: z.number() }).nullable(),
})
export type OrphanGroup = z.infer<typeof OrphanGroup>

/** What the admin chose for a clean-up. */
export const CleanOptions = z.object({
  /** Ages below the floor are refused. */
  minAgeMs: z
    .number()
    .min(ORPHAN_FLOOR_AGE_MS)
    .max(365 * 86_400_000)
    .default(ORPHAN_MIN_AGE_MS),
  families: z.array(OrphanFamily).default(['session-store']),
  /** Rename into a folder of the same file system first; purged after a day. */
  withUndo: z.boolean().default(false),
  /** Pids (with start times) to end; null for all that are leaked. */
  processes: z
    .array(z.object({ pid: z.number().int(), startedAtTicks: z.number() }))
    .nullable()
    .default(null),
})
export type CleanOptions = z.infer<typeof CleanOptions>

/** A family's tree of processes with why each counts as leaked or not. */
export const LeakTree = z.object({
  family: ProcessFamily,
  rootPid: z.number().int(),
  processes: z.array(WatchedProcess),
  isLeaked: z.boolean(),
})
export type LeakTree = z.infer<typeof LeakTree>

/** A known fault of OpenClaw behind leaks, and the versions that mend it. */
export const KnownFault = z.object({ text: z.string(), fixedIn: z.string().nullable(), link: z.url().nullable() })
export type KnownFault = z.infer<typeof KnownFault>

/** The part of a plan that cleans up. */
export const Cleaning = z.object({
  what: z.enum(['orphans', 'processes']),
  options: CleanOptions,
  /** State directories of the node that were looked into beside the usual ones. */
  stateDirs: z.array(z.string()).optional(),
  /** The node's clocks when it was looked at: a file that changed later stays, and a jump in between stops the run. */
  asOf: NodeClock,
  groups: z.array(OrphanGroup),
  trees: z.array(LeakTree),
  fault: KnownFault.nullable(),
})
export type Cleaning = z.infer<typeof Cleaning>

/** The folder that swept files are renamed into when they can be put back; its name ends with the operation's id. */
export const UNDO_PREFIX = '.ocm-undo-'
/** How long they stay there. ms */
export const UNDO_KEEP_MS = 24 * 60 * 60_000
