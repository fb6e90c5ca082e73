import { z } from 'zod'
import { NodeId } from './node'
import { WatchPoint } from './sample'
import {
  Alert,
  NodeWatchChange,
  RuleChanges,
  RuleId,
  SnoozeFor,
  WatchConfig,
  WatchConfigChange,
  WatchState,
} from './watch'

const nothing = z.void()

/** The commands of watching. */
export const watchCommands = {
  'watch.state': { input: nothing, output: WatchState },
  /** Open alerts, and those cleared within a week, newest first. */
  'watch.alerts': { input: nothing, output: z.array(Alert) },
  /** Null: no longer quiet. */
  'watch.snooze': { input: z.object({ alertId: z.uuid(), until: SnoozeFor.nullable() }), output: Alert },
  'watch.config': { input: nothing, output: WatchConfig },
  /** Changes what holds for all; rules are checked as a whole. @throws `bad-input` with the rule and the limit that is wrong. */
  'watch.setConfig': { input: WatchConfigChange, output: WatchConfig },
  'watch.setNode': { input: z.object({ nodeId: NodeId, watch: NodeWatchChange }), output: WatchConfig },
  /** Stored points of a node: raw ones of a day, merged ones of a month or a year. Oldest first, at most 1,500. */
  'watch.history': {
    input: z.object({ nodeId: NodeId, span: z.enum(['day', 'month', 'year']) }),
    output: z.object({ points: z.array(WatchPoint), alerts: z.array(Alert) }),
  },
  /** What these rules would have said of the stored points: one entry per incident. Changes nothing. */
  'watch.wouldFire': {
    input: z.object({ nodeId: NodeId.nullable(), rules: RuleChanges }),
    output: z.array(
      z.object({
        nodeId: NodeId,
        rule: RuleId,
        subject: z.string(),
        level: z.enum(['attention', 'critical']),
        from: z.number(),
        to: z.number().nullable(),
        title: z.string(),
      }),
    ),
  },
  /** Polls now: one node, or all. Answers when they were asked. */
  'watch.checkNow': { input: z.object({ nodeId: NodeId.nullable() }), output: nothing },
  /** The node whose page is open is polled faster; null for none. */
  'watch.focus': { input: z.object({ nodeId: NodeId.nullable() }), output: nothing },
} satisfies Record<string, { input: z.ZodType; output: z.ZodType }>
