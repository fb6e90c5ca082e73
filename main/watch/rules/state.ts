import { z } from 'zod'
import { ProcessFamily } from '../../../shared/sample'
import { Alert, Level, RuleId } from '../../../shared/watch'

/** How many samples in a row a level was reached. */
const Streaks = z.object({ attention: z.number(), critical: z.number() })

/** What is remembered of one rule and one subject of a node. */
export const Track = z.object({
  rule: RuleId,
  subject: z.string(),
  /** Samples in a row at that level or worse, by the limits for raising. */
  up: Streaks,
  /** Samples in a row below that level, by the limits for clearing. */
  down: Streaks,
  /** The open incident. */
  alert: Alert.nullable(),
  /** The worst level that was told of the open incident. */
  told: Level,
  /** After an incident was cleared: quiet until then about what is no worse than `level`. */
  cooling: z.object({ until: z.number(), level: Level }).nullable(),
  /** Its number when it was snoozed until it changes. */
  snoozedValue: z.number().nullable(),
})
export type Track = z.infer<typeof Track>

/** What a rule needs of the past and cannot read from thinned history. Starts anew when the node restarts. */
export const Memory = z.object({
  bootId: z.string().nullable(),
  /** The first point of the node. ms, the admin's clock */
  watchedSince: z.number(),
  /** The last point that was seen, or the first point of all. ms, the admin's clock */
  lastSeenAt: z.number(),
  /** By family, the counts since the last time it fell: [count, samples in a row]. */
  climbs: z.partialRecord(ProcessFamily, z.array(z.tuple([z.number(), z.number()]))),
  /** By profile, the process of its gateway, and when others took its place: the node's time since boot, ms. */
  gateways: z.record(
    z.string(),
    z.object({ pid: z.number(), startedAtTicks: z.number(), starts: z.array(z.number()) }),
  ),
})
export type Memory = z.infer<typeof Memory>

/** One node. `tracks` by `rule subject`. */
export const NodeState = z.object({ memory: Memory, tracks: z.record(z.string(), Track) })
export type NodeState = z.infer<typeof NodeState>

/** An alert that waits to be told, and its level when it began to. */
const Waiting = z.object({ alertId: z.uuid(), level: Level })
export type Waiting = z.infer<typeof Waiting>

/** All that the core remembers of the fleet: plain JSON, stored after every step. A node that did not change keeps its object. */
export const CoreState = z.object({
  nodes: z.record(z.string(), NodeState),
  /** Versions of OpenClaw in the fleet, and when each was first seen. ms */
  versions: z.record(z.string(), z.number()),
  outbox: z.object({
    /** When single notices were sent, within the last ten minutes. */
    sentAt: z.array(z.number()),
    lastDigestAt: z.number().nullable(),
    /** Folded by the storm limiter; told together when `dueAt` is reached. */
    folded: z.array(Waiting),
    dueAt: z.number().nullable(),
    /** Held by quiet hours; told together when they end. */
    held: z.array(Waiting),
  }),
  /** Incidents so far: makes their ids differ. */
  incidents: z.number().int(),
  /** When the core last ran: shows a clock that jumped back. */
  ranAt: z.number(),
})
export type CoreState = z.infer<typeof CoreState>

/** The core of a fleet that was never watched. */
export function emptyCore(): CoreState {
  return {
    nodes: {},
    versions: {},
    outbox: { sentAt: [], lastDigestAt: null, folded: [], dueAt: null, held: [] },
    incidents: 0,
    ranAt: 0,
  }
}
