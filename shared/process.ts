import { z } from 'zod'

/** One process of the node. `startedAtTicks` with the pid identifies it. */
export const ProcessFacts = z.object({
  pid: z.number().int(),
  ppid: z.number().int(),
  uid: z.number().int(),
  startedAtTicks: z.number(),
  ageMs: z.number(),
  rssBytes: z.number(),
  argv: z.array(z.string()),
  exe: z.string().nullable(),
  cgroup: z.string().nullable(),
})
export type ProcessFacts = z.infer<typeof ProcessFacts>
