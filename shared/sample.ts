import { z } from 'zod'
import { ProcessFacts } from './process'

/**
 * What a process of OpenClaw is for, as watching counts it. `gateway`: the service itself · `gateway-child`: what a gateway
 * started and still works for it · `node-host`: a node host under a service · `node-run`: a node host started by hand or by a
 * wrapper, supervisor and worker alike · `command`: another command (`openclaw-hooks`, `openclaw-completion`) · `unknown`: OCM
 * cannot say, and never touches it.
 */
export const ProcessFamily = z.enum(['gateway', 'gateway-child', 'node-host', 'node-run', 'command', 'unknown'])
export type ProcessFamily = z.infer<typeof ProcessFamily>

/** One process as a poll sees it. */
export const WatchedProcess = ProcessFacts.extend({
  /** Words for display only: what may be secret is masked, long ones are cut. */
  argv: z.array(z.string()),
  /** Processor time since its start, user and system. ms */
  cpuMs: z.number().nonnegative(),
  family: ProcessFamily,
  hasTerminal: z.boolean(),
  /** OpenClaw's profile by its environment; null when that could not be read. */
  profile: z.string().nullable(),
  /** The service unit it runs in, without `.service`; null outside of any. */
  unit: z.string().nullable(),
  /** Pid of the top of its tree among OpenClaw's processes; its own when it has no parent there. */
  rootPid: z.number().int(),
  /** `owned`: somebody answers for it · `leaked`: every test of the leak rule says nobody does · `unsure`: not touched. */
  verdict: z.enum(['owned', 'leaked', 'unsure']),
  /** Each fact behind the verdict, for people. */
  why: z.array(z.string()),
})
export type WatchedProcess = z.infer<typeof WatchedProcess>

/** What OpenClaw's files are for, as disk use is shown. */
export const FileFamily = z.enum(['sessions', 'orphans', 'logs', 'media', 'workspaces', 'databases', 'other'])
export type FileFamily = z.infer<typeof FileFamily>

/**
 * Files that OpenClaw left behind half-way, by the writer that leaves them (their name's pattern is in `remote/watch`).
 * `session-store`: copies of `sessions.json` between write and rename · `json-temp`: the same of another JSON store ·
 * `usage-cache`: of the usage cache · `tombstone`: transcripts put aside by a reset or deletion · `transcript-lock`: locks of
 * transcripts · `backup-temp`: half archives · `cron-temp`, `replace-temp`, `prompt-blob`, `config-temp`: other writers.
 */
export const OrphanFamily = z.enum([
  'session-store',
  'json-temp',
  'usage-cache',
  'tombstone',
  'transcript-lock',
  'backup-temp',
  'cron-temp',
  'replace-temp',
  'prompt-blob',
  'config-temp',
])
export type OrphanFamily = z.infer<typeof OrphanFamily>

/** One moment of the node's clocks. The wall clock may jump; the time since boot cannot. */
export const NodeClock = z.object({ wallMs: z.number(), uptimeMs: z.number(), bootId: z.string() })
export type NodeClock = z.infer<typeof NodeClock>

/** Bytes by the length of the files (`bytes`) and as they lie on the disk (`diskBytes`; less for sparse files). */
export const FileUse = z.object({
  bytes: z.number().nonnegative(),
  diskBytes: z.number().nonnegative(),
  files: z.number().int().nonnegative(),
})
export type FileUse = z.infer<typeof FileUse>

/** One file system that holds something of OpenClaw. Inode counts are 0 where the file system has no limit. */
export const DiskUse = z.object({
  /** Device number as text: the same in every sample until the machine restarts. */
  id: z.string(),
  /** The first of OpenClaw's folders on it. */
  path: z.string(),
  totalBytes: z.number(),
  /** What an ordinary user may still write. */
  freeBytes: z.number(),
  totalInodes: z.number(),
  freeInodes: z.number(),
})
export type DiskUse = z.infer<typeof DiskUse>

/** One profile's gateway as a poll sees it. `port` is the configured one; `listensOn` where its process really listens. */
export const GatewayPulse = z.object({
  profile: z.string(),
  stateDir: z.string(),
  /** True when a service is installed for it: then it should run. */
  isExpected: z.boolean(),
  port: z.number().int().nullable(),
  listensOn: z.array(z.number().int()),
  pid: z.number().int().nullable(),
  startedAtTicks: z.number().nullable(),
  uptimeMs: z.number().nullable(),
  health: z.enum(['live', 'failing', 'down', 'unknown']),
})
export type GatewayPulse = z.infer<typeof GatewayPulse>

/** Orphans of one family, older than {@link ORPHAN_MIN_AGE_MS}. Ages by the node's own clock. */
export const OrphanUse = FileUse.extend({ family: OrphanFamily, oldestAgeMs: z.number(), newestAgeMs: z.number() })
export type OrphanUse = z.infer<typeof OrphanUse>

/** Everything that one poll of a node tells: one exchange, read-only. */
export const Sample = z.object({
  clock: NodeClock,
  /** How long the look took, and what processor time it cost on the node, the start of the program included. ms */
  tookMs: z.number(),
  cpuMs: z.number(),
  cpus: z.number().int().positive(),
  memory: z.object({ totalBytes: z.number(), freeBytes: z.number() }),
  version: z.string().nullable(),
  processes: z.array(WatchedProcess),
  gateways: z.array(GatewayPulse),
  disks: z.array(DiskUse),
  /** Absent for what could not be counted: see `notRead`. */
  sizes: z.partialRecord(FileFamily, FileUse),
  orphans: z.array(OrphanUse),
  /** What could not be looked at, and why. */
  notRead: z.array(z.string()),
})
export type Sample = z.infer<typeof Sample>

/** Processes of one family in a {@link WatchPoint}. */
export const FamilyPoint = z.object({
  count: z.number().int(),
  leaked: z.number().int(),
  /** Ages of its processes, the oldest first, at most 200. ms */
  agesMs: z.array(z.number()),
  /** Share of one processor since the point before (1 = one processor fully busy); null when there is none to compare with. */
  cpuShare: z.number().nullable(),
  rssBytes: z.number(),
})
export type FamilyPoint = z.infer<typeof FamilyPoint>

/**
 * One stored point of a node's history: what the rules and the charts read. Times are ms since the epoch; `at` is the
 * admin's clock. Without `seen` the node did not answer, and `reach` says why.
 */
export const WatchPoint = z.object({
  at: z.number(),
  reach: z.enum(['seen', 'unreachable', 'refused', 'host-key-changed', 'bad-answer']),
  /** How long a merged point stands for; 0 for a raw one. ms */
  spanMs: z.number(),
  seen: z
    .object({
      clock: NodeClock,
      cpus: z.number().int(),
      memoryBytes: z.number(),
      version: z.string().nullable(),
      families: z.partialRecord(ProcessFamily, FamilyPoint),
      gateways: z.array(GatewayPulse),
      disks: z.array(DiskUse),
      sizes: z.partialRecord(FileFamily, FileUse),
      orphans: z.array(OrphanUse),
      /** By the admin's records, not the node. ms */
      lastBackupAt: z.number().nullable(),
    })
    .nullable(),
})
export type WatchPoint = z.infer<typeof WatchPoint>

/** Younger files may still be written: below this age no setting makes them orphans. ms */
export const ORPHAN_FLOOR_AGE_MS = 5 * 60_000
/** How old an orphan has to be before it counts and may go, where nothing else is set. ms */
export const ORPHAN_MIN_AGE_MS = 60 * 60_000
