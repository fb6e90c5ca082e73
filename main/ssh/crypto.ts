import { createRequire } from 'node:module'
import { z } from 'zod'

const Internals = z.object({ bindingAvailable: z.boolean() })

/**
 * Which code encrypts SSH traffic: Node's, or ssh2's own native module where somebody has built it. OCM comes without that: with
 * the headers of current Node it can abort the process. ssh2 does not say it in public, so an unexpected shape counts as Node's.
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
