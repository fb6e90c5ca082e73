import { z } from 'zod'
import { Traces } from './deletion'

/** The requests of deletions, besides the guarded removals that others use as well. */
export const deletionRequests = {
  /** Everything of OpenClaw on this machine that the login can see, read-only. For deletions. */
  traces: { params: z.object({ withSizes: z.boolean().default(true) }), item: z.never(), result: Traces },
  /** Takes lines out of a shell's start-up file, or out of the crontab (`file: null`), by their SHA-256. Absent = done. */
  unhook: {
    params: z.object({ file: z.string().nullable(), lines: z.array(z.string()) }),
    item: z.never(),
    result: z.object({ removed: z.number().int(), absent: z.number().int() }),
  },
  /**
   * Lets go of one Telegram bot through the Bot API its configuration names: getMe, deleteWebhook with pending updates, and
   * close or logOut where that is right. The token is read and used on the node and is no part of any answer.
   */
  releaseBot: {
    params: z.object({ profile: z.string(), account: z.string(), limitMs: z.number().int() }),
    item: z.never(),
    result: z.object({
      /** From getMe; null when Telegram did not tell. */
      username: z.string().nullable(),
      /** One row per call. `status`: HTTP status, null when nothing answered. `text`: Telegram's description, cut short. */
      calls: z.array(
        z.object({ method: z.string(), status: z.number().int().nullable(), isOk: z.boolean(), text: z.string() }),
      ),
    }),
  },
  /**
   * Device ids: those of this node's own profiles, and those its gateways have paired with. Of profiles in `notRead` not all
   * could be read: there an id that is not named may still be known.
   */
  pairings: {
    params: z.object({}),
    item: z.never(),
    result: z.object({
      own: z.array(z.object({ profile: z.string(), deviceId: z.string() })),
      known: z.array(z.object({ profile: z.string(), deviceId: z.string(), what: z.string() })),
      notRead: z.array(z.string()),
    }),
  },
} satisfies Record<string, { params: z.ZodType; item: z.ZodType; result: z.ZodType }>
