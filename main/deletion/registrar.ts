import type { Registry } from '../nodes/registry'
import type { Registrar } from '../perform/types'
import type { Remotes } from '../remote/types'
import type { Secrets } from '../secrets/secrets'
import type { NodePool } from '../ssh/pool'
import type { Audit } from '../store/audit'
import type { Store } from '../store/database'

/** What the registrar writes to. */
export interface RegistrarOptions {
  readonly store: Store
  readonly audit: Audit
  readonly registry: Registry
  readonly secrets: Secrets
  readonly pool: NodePool
  readonly remotes: Remotes
}

/** Changes OCM's own records at the end of a run. */
export function createRegistrar(options: RegistrarOptions): Registrar {
  throw new Error(`not written yet: ${Object.keys(options).join()}`)
}
