import { z } from 'zod'

/** Parts of an OpenClaw set-up that can be chosen on their own. */
export const Component = z.enum([
  'gateway',
  'agents',
  'credentials',
  'cron',
  'environment',
  'service',
  'sessions',
  'memory',
  'workspaces',
  'plugins',
  'media',
])
export type Component = z.infer<typeof Component>

/** Always part of a backup or migration unless unticked. */
export const DEFAULT_COMPONENTS: readonly Component[] = [
  'gateway',
  'agents',
  'credentials',
  'cron',
  'environment',
  'service',
]

/** Chosen by the admin, since they can be large or private. */
export const OPTIONAL_COMPONENTS: readonly Component[] = ['sessions', 'memory', 'workspaces', 'plugins', 'media']
