import { z } from 'zod'
import { NodeId } from './node'

/** How bad. `fine` never makes an alert. */
export const Level = z.enum(['fine', 'attention', 'critical'])
export type Level = z.infer<typeof Level>

const share = z.number().min(0.01).max(1)
const hours = z
  .number()
  .min(0.5)
  .max(24 * 90)
const count = z.number().int().min(1).max(1_000_000)
const samples = z.number().int().min(1).max(1000)
const megabytes = z.number().min(1).max(100_000_000)

/**
 * Beside its own limits every rule has: whether it is on, for how many samples in a row a level has to hold before it is
 * raised and before it is cleared, and how long it stays quiet after it was cleared.
 */
const every = (raise: number, clear: number, coolMinutes: number) => ({
  isOn: z.boolean().default(true),
  raiseAfter: samples.default(raise),
  clearAfter: samples.default(clear),
  coolMinutes: z.number().min(0).max(10_080).default(coolMinutes),
})
const rule = <T extends z.ZodRawShape>(shape: T, [raise, clear, cool]: readonly [number, number, number]) =>
  z.object({ ...every(raise, clear, cool), ...shape }).strict()

/**
 * The rules and their limits. Where two limits stand, the first is for attention and the second for critical; a level is
 * cleared only below `1 - CLEAR_MARGIN` of its limit (hysteresis).
 */
export const Rules = z
  .object({
    /** More than `count` hand-started node hosts older than `olderThanMinutes`; critical at `criticalCount`. */
    'runaway-processes': rule(
      {
        count: count.default(5),
        criticalCount: count.default(20),
        olderThanMinutes: z.number().min(0.5).max(1440).default(2),
      },
      [2, 2, 30],
    ).refine(({ count, criticalCount }) => criticalCount >= count, 'The critical count is the larger one'),
    /** The count of one family grew by at least `by` over the last `over` samples without ever falling. */
    'growing-processes': rule({ over: samples.min(3).default(10), by: count.default(5) }, [1, 3, 60]),
    /** A family takes more than `cpuShare` of all processors, or `memoryShare` of all memory. */
    'process-load': rule({ cpuShare: share.default(0.9), memoryShare: share.default(0.5) }, [10, 5, 60]),
    orphans: rule(
      {
        count: count.default(100),
        criticalCount: count.default(5000),
        megabytes: megabytes.default(1000),
        criticalMegabytes: megabytes.default(20_000),
      },
      [2, 1, 60],
    )
      .refine(({ count, criticalCount }) => criticalCount >= count, 'The critical count is the larger one')
      .refine(
        ({ megabytes, criticalMegabytes }) => criticalMegabytes >= megabytes,
        'The critical size is the larger one',
      ),
    /** OpenClaw's own files grow by more per hour than their usual pace (the median of the last day) plus this. */
    'disk-growth': rule({ megabytesPerHour: megabytes.default(1000) }, [3, 5, 240]),
    /** At this pace the disk is full within so many hours, and less than that share is free. */
    'disk-forecast': rule(
      {
        hours: hours.default(24),
        freeShare: share.default(0.4),
        criticalHours: hours.default(4),
        criticalFreeShare: share.default(0.2),
      },
      [3, 5, 60],
    ).refine(({ hours, criticalHours }) => criticalHours <= hours, 'Critical comes later: in fewer hours'),
    /** More than this share is used, or less than `floorMegabytes` (critical) is free. */
    'disk-full': rule(
      { share: share.default(0.8), criticalShare: share.default(0.9), floorMegabytes: megabytes.default(1000) },
      [2, 2, 60],
    ).refine(({ share, criticalShare }) => criticalShare >= share, 'The critical share is the larger one'),
    inodes: rule({ share: share.default(0.8), criticalShare: share.default(0.9) }, [2, 2, 60]).refine(
      ({ share, criticalShare }) => criticalShare >= share,
      'The critical share is the larger one',
    ),
    /** No process of a gateway that should run. Critical. */
    'gateway-down': rule({}, [2, 2, 5]),
    /** Started anew at least `restarts` times within `withinMinutes`. Critical. */
    'gateway-restarts': rule(
      { restarts: count.default(3), withinMinutes: z.number().min(1).max(1440).default(15) },
      [1, 5, 30],
    ),
    /** It listens elsewhere than its configuration says. */
    'gateway-port': rule({}, [2, 2, 60]),
    /** The process runs but `/healthz` does not say so. */
    'gateway-health': rule({}, [3, 2, 10]),
    'backup-overdue': rule({ days: z.number().min(0.5).max(365).default(14) }, [1, 1, 1440]),
    unreachable: rule({}, [3, 1, 15]),
    /** The machine showed another host key. Critical at once: nothing else is asked of it. */
    'host-key': rule({}, [1, 1, 0]),
    /** Another watched node has a newer OpenClaw since `days`. */
    'version-behind': rule({ days: z.number().min(0).max(365).default(7) }, [1, 1, 1440]),
  })
  .strict()
export type Rules = z.infer<typeof Rules>

/** A rule's name. */
export const RuleId = z.enum(Object.keys(Rules.shape) as [keyof Rules, ...(keyof Rules)[]])
export type RuleId = z.infer<typeof RuleId>

/** A level ends only this far below its limit. */
export const CLEAR_MARGIN = 0.1

/** The rules as nobody changed them. */
export const DEFAULT_RULES: Rules = Rules.parse(Object.fromEntries(Object.keys(Rules.shape).map(id => [id, {}])))

/** What differs from the defaults (or, for one node, from what holds for all). Merged and then parsed as {@link Rules}. */
export const RuleChanges = z.partialRecord(RuleId, z.record(z.string(), z.union([z.boolean(), z.number()])))
export type RuleChanges = z.infer<typeof RuleChanges>

/** What may be cleaned up without being asked. */
export const CleanKind = z.enum(['orphans', 'processes'])
export type CleanKind = z.infer<typeof CleanKind>

/** Clean-up by itself: off unless switched on; `stoppedBecause` is set when two runs in a row failed, and switches it off. */
export const Automatic = z.object({
  isOn: z.boolean().default(false),
  /** At most one run in so many hours. */
  everyHours: z
    .number()
    .min(1)
    .max(24 * 30)
    .default(24),
  stoppedBecause: z.string().nullable().default(null),
})
export type Automatic = z.infer<typeof Automatic>

const seconds = z.number().int().min(10).max(86_400)

const nodeWatch = {
  isWatched: z.boolean(),
  /** Null: as for all. */
  everySeconds: seconds.nullable(),
  rules: RuleChanges,
  /** Muted still measures. */
  isMuted: z.boolean(),
  mutedRules: z.array(RuleId),
  automatic: z.partialRecord(CleanKind, Automatic),
}

/** How one node is watched, where that differs. */
export const NodeWatch = z.object({
  isWatched: nodeWatch.isWatched.default(true),
  everySeconds: nodeWatch.everySeconds.default(null),
  rules: nodeWatch.rules.default({}),
  isMuted: nodeWatch.isMuted.default(false),
  mutedRules: nodeWatch.mutedRules.default([]),
  automatic: nodeWatch.automatic.default({}),
})
export type NodeWatch = z.infer<typeof NodeWatch>

/** What changes of it. A field that is absent stays as it is: no default may take its place. */
export const NodeWatchChange = z.object(nodeWatch).partial()
export type NodeWatchChange = z.infer<typeof NodeWatchChange>

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time such as 22:30')

const watchConfig = {
  isPaused: z.boolean(),
  pausesOnBattery: z.boolean(),
  everySeconds: seconds,
  notifies: z.boolean(),
  /** Local time of the admin; may pass midnight. Critical is never silenced. */
  quietHours: z.object({ from: clock, to: clock }).nullable(),
  /** More notifications than this within ten minutes become one digest. */
  stormLimit: z.number().int().min(1).max(100),
  rules: RuleChanges,
  mutedRules: z.array(RuleId),
}

/** How the fleet is watched: one document, kept in the settings. */
export const WatchConfig = z.object({
  isPaused: watchConfig.isPaused.default(false),
  pausesOnBattery: watchConfig.pausesOnBattery.default(false),
  everySeconds: watchConfig.everySeconds.default(60),
  notifies: watchConfig.notifies.default(true),
  quietHours: watchConfig.quietHours.default(null),
  stormLimit: watchConfig.stormLimit.default(5),
  rules: watchConfig.rules.default({}),
  mutedRules: watchConfig.mutedRules.default([]),
  nodes: z.record(NodeId, NodeWatch).default({}),
})
export type WatchConfig = z.infer<typeof WatchConfig>

/** What changes of it for all nodes. A field that is absent stays as it is: no default may take its place. */
export const WatchConfigChange = z.object(watchConfig).partial()
export type WatchConfigChange = z.infer<typeof WatchConfigChange>

/** What an alert offers. */
export const AlertAction = z.enum(['clean-orphans', 'clean-processes', 'open'])
export type AlertAction = z.infer<typeof AlertAction>

/** One incident: from the first raise until it is cleared, whatever its level was in between. */
export const Alert = z.object({
  id: z.uuid(),
  nodeId: NodeId,
  nodeLabel: z.string(),
  rule: RuleId,
  /** What of the node it is about: a profile, a file system, a family; '' for the node itself. */
  subject: z.string(),
  level: z.enum(['attention', 'critical']),
  state: z.enum(['open', 'cleared']),
  /** Short, with its number: `51 GB of orphaned files`. */
  title: z.string(),
  /** A sentence or two: what it is, and what to do. */
  text: z.string(),
  action: AlertAction,
  /** ms since the epoch, the admin's clock. */
  since: z.number(),
  changedAt: z.number(),
  clearedAt: z.number().nullable(),
  /** Quiet until then; `change`: until its level or its number changes by more than a fifth. */
  snoozedUntil: z.union([z.number(), z.literal('change')]).nullable(),
  isMuted: z.boolean(),
  /** The number that the level was judged by, and its unit, for charts. */
  value: z.number(),
})
export type Alert = z.infer<typeof Alert>

/** How long an alert is quiet. */
export const SnoozeFor = z.enum(['hour', 'tomorrow', 'change'])
export type SnoozeFor = z.infer<typeof SnoozeFor>

/** A notification as data. `alertIds` has one, or those that a digest folds. */
export const Notice = z.object({
  kind: z.enum(['raised', 'escalated', 'digest']),
  at: z.number(),
  level: z.enum(['attention', 'critical']),
  title: z.string(),
  body: z.string(),
  alertIds: z.array(z.uuid()),
  action: AlertAction,
})
export type Notice = z.infer<typeof Notice>

/** How watching goes, for tray and window. `worst` is over alerts that are neither muted nor snoozed. */
export const WatchState = z.object({
  isPaused: z.boolean(),
  pausedBecause: z.enum(['admin', 'battery', 'sleep']).nullable(),
  worst: Level,
  /** Every watched node is unreachable. */
  isOffline: z.boolean(),
  watched: z.number().int(),
  nextAt: z.number().nullable(),
})
export type WatchState = z.infer<typeof WatchState>
