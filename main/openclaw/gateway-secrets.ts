import { leavesOf, pointerOf } from './config'
import type { Documents } from './documents'
import type { RewriteInput } from './place'
import { CONFIG_RULES, ruleFor } from './rewrite-rules'
import { isReference } from './secrets'

/** Variables that hold the gateway's own secret. In a clone, carried service values of these names must not be kept. */
export const GATEWAY_SECRET_VARIABLES: readonly string[] = [
  'OPENCLAW_GATEWAY_TOKEN',
  'OPENCLAW_GATEWAY_PASSWORD',
  'CLAWDBOT_GATEWAY_TOKEN',
  'CLAWDBOT_GATEWAY_PASSWORD',
]

/** The gateway's secrets that a clone must not share, and what cannot be renewed from here. */
export interface GatewaySecrets {
  readonly values: ReadonlySet<string>
  readonly notes: readonly string[]
}

/** Every value by which clients of the source's gateway are let in. */
export function gatewaySecrets({ mode }: RewriteInput, documents: Documents): GatewaySecrets {
  const values = new Set<string>()
  const notes: string[] = []
  const add = (value: string | undefined): void => {
    if (value && !isReference(value)) values.add(value)
  }
  for (const name of GATEWAY_SECRET_VARIABLES) add(documents.variable(name))
  for (const { root, base } of documents.config) {
    for (const { path, value, isKey } of leavesOf(root)) {
      const pointer = pointerOf([...base, ...path])
      if (!isKey && ruleFor(CONFIG_RULES, pointer)?.kind === 'gateway-secret') {
        add(isReference(value) ? documents.variable(value.replace(/[${}]/g, '')) : value)
      }
    }
  }
  for (const name of ['token', 'password']) {
    const path = ['gateway', 'auth', name]
    if (documents.find(path)?.node.kind !== 'object') continue
    if (documents.textAt([...path, 'source']) === 'env')
      add(documents.variable(documents.textAt([...path, 'id']) ?? ''))
    else if (mode === 'clone')
      notes.push(`gateway.auth.${name} comes from a secret provider: give the copy one of its own there.`)
  }
  return { values, notes }
}
