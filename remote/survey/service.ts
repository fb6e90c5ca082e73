import type { ProfileFacts } from '../../shared/survey'
import type { z } from 'zod'

type Facts = z.output<typeof ProfileFacts>

/** Facts of one profile. */
export type Profile = Facts
/** Facts of one service. */
export type ServiceFact = Facts['services'][number]

/** A service as found, with what must not leave the node. */
export interface Service {
  readonly facts: ServiceFact
  /** Variables with their values: for profiles, bot ids and `values`. Never part of a survey. */
  readonly environment: ReadonlyMap<string, string>
  readonly environmentFiles: readonly string[]
  /** Home of the account it runs as. */
  readonly home: string
}

/** What a service is for, told by its variables, its words and its name; null when it only sounds like OpenClaw. */
export function kindOf(
  name: string,
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
): ServiceFact['kind'] | null {
  const marked = environment.get('OPENCLAW_SERVICE_KIND')
  if (marked === 'gateway') return 'gateway'
  if (marked === 'node') return 'node-host'
  const at = words.indexOf('node', 1)
  if (at > 0 && words[at + 1] === 'run') return 'node-host'
  if (words.includes('gateway')) return 'gateway'
  if (/^(openclaw|clawdbot|moltbot)-node$/.test(name)) return 'node-host'
  return /^(openclaw|clawdbot|moltbot)(-gateway.*)?$/.test(name) ? 'gateway' : null
}
