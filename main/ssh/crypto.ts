import { createRequire } from 'node:module'
import { z } from 'zod'

const Internals = z.object({ bindingAvailable: z.boolean() })

/**
 * Which code encrypts SSH traffic: ssh2's own native module, or Node's. Both are right; the first is a little faster.
 * ssh2 does not say it in public, so an unexpected shape counts as Node's.
 */
export function cryptoInUse(): 'native' | 'node:crypto' {
  try {
    const load = createRequire(import.meta.url)
    const internals = Internals.safeParse(load('ssh2/lib/protocol/crypto.js'))
    return internals.success && internals.data.bindingAvailable ? 'native' : 'node:crypto'
  } catch {
    return 'node:crypto' // the file moved in another version of ssh2
  }
}
