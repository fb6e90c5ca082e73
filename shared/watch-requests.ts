import { z } from 'zod'
import { KeptWhy, OrphanGroup } from './cleaning'
import { NodeClock, ORPHAN_FLOOR_AGE_MS, ORPHAN_MIN_AGE_MS, OrphanFamily, Sample } from './sample'

const minAgeMs = z.number().min(ORPHAN_FLOOR_AGE_MS).default(ORPHAN_MIN_AGE_MS)
/** A folder as {@link OrphanGroup} named it. */
const group = z.object({ folder: z.string(), folderBytes: z.string().optional(), family: OrphanFamily })
const extraStateDirs = z.array(z.string()).default([])
const operationId = z.uuid()

/** The requests of watching and cleaning up. All but `sweep`, `putBack` and `purge` only look. */
export const watchRequests = {
  /** One poll: everything watching asks, in one exchange, from OpenClaw's folders alone and in one pass over them. */
  sample: {
    params: z.object({ extraStateDirs, withSizes: z.boolean().default(true) }),
    item: z.never(),
    result: Sample,
  },
  /** What a sweep would take and what it would leave, folder by folder. */
  orphans: {
    params: z.object({ extraStateDirs, minAgeMs, families: z.array(OrphanFamily) }),
    item: z.object({ groups: z.array(OrphanGroup) }),
    result: z.object({ clock: NodeClock, groups: z.number().int(), notRead: z.array(z.string()) }),
  },
  /**
   * Takes orphans away, each looked at again right before: its name, kind, owner, age, stamp (nothing newer than `asOf`), that
   * no process has it open or still writes it, and the live store next to it. `undo`: renamed into a folder of the same file
   * system instead. Refuses when the node's clock jumped since `asOf` or the machine was restarted. Cancelled between batches.
   */
  sweep: {
    params: z.object({
      operationId,
      extraStateDirs,
      groups: z.array(group),
      minAgeMs,
      asOf: NodeClock,
      undo: z.boolean(),
    }),
    item: z.object({ removed: z.number().int(), bytes: z.number(), folder: z.string() }),
    result: z.object({
      removed: z.number().int(),
      bytes: z.number(),
      diskBytes: z.number(),
      kept: z.array(z.object({ why: KeptWhy, count: z.number().int(), bytes: z.number(), example: z.string() })),
    }),
  },
  /** Brings back what a sweep with `undo` renamed. A name that is taken again stays where it is. Done already = done. */
  putBack: {
    params: z.object({ operationId, extraStateDirs }),
    item: z.never(),
    result: z.object({ restored: z.number().int(), bytes: z.number(), taken: z.number().int() }),
  },
  /** Removes folders of undone-able sweeps: that of one operation, or all that are older than `olderThanMs`. */
  purge: {
    params: z.object({ operationId: operationId.nullable(), extraStateDirs, olderThanMs: z.number().min(0) }),
    item: z.never(),
    result: z.object({ removed: z.number().int(), bytes: z.number() }),
  },
} satisfies Record<string, { params: z.ZodType; item: z.ZodType; result: z.ZodType }>
