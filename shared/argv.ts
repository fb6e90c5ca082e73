import { z } from 'zod'

/** Words of one command, quoted by main; the first is a program. Never holds a secret. */
export const Argv = z.array(z.string()).min(1)
export type Argv = z.infer<typeof Argv>
