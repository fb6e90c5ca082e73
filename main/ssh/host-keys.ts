import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../shared/errors'
import type { HostKey } from '../../shared/node'
import type { Store } from '../store/database'

/** What our database says about a key a server showed. */
export type HostKeyVerdict =
  | { readonly state: 'trusted' }
  | { readonly state: 'unknown'; readonly offered: HostKey }
  | { readonly state: 'changed'; readonly offered: HostKey; readonly known: HostKey }

/** Trusted host keys, one per node. */
export interface HostKeys {
  get(nodeId: string): HostKey | null
  /** Judges the key a server shows, and remembers it (in memory) as the one `trust` may accept. */
  judge(nodeId: string, offered: HostKey): HostKeyVerdict
  /** The key last shown and not trusted. */
  offered(nodeId: string): HostKey | null
  /**
   * Trusts exactly this fingerprint. Without a key shown by the server, its type stays open (`any`).
   * @throws AppError `host-key-changed` when another key is known and `replace` is not set, or the server showed another one.
   */
  trust(nodeId: string, fingerprint: string, options?: { readonly replace?: boolean }): HostKey
  /** Trusts a key whatever was known. For imports and tests. */
  replace(nodeId: string, key: HostKey): HostKey
  forget(nodeId: string): void
}

/** A refused host key, with what the person needs to judge it. */
export class HostKeyError extends AppError {
  constructor(
    code: 'host-key-unknown' | 'host-key-changed',
    readonly hostKey: HostKey,
    readonly knownHostKey: HostKey | null,
  ) {
    const isNew = code === 'host-key-unknown'
    super(
      code,
      isNew
        ? `This machine is new to OCM. Its ${hostKey.type} key is ${hostKey.fingerprint}.`
        : `The machine shows another host key than before: known ${knownHostKey?.fingerprint ?? 'none'}, now ${hostKey.fingerprint}.`,
      {
        hint: isNew
          ? 'Compare the fingerprint with the machine’s own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then trust it.'
          : 'Either the machine was set up anew, or someone stands in between. Trust the new key only if you know why it changed.',
      },
    )
  }
}

/** Type of a key that was trusted by its fingerprint alone. */
export const ANY_TYPE = 'any'

/** The public key as the server sends it (RFC 4253 6.6), named and fingerprinted as OpenSSH prints it. */
export function hostKeyOf(blob: Buffer): HostKey {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0
  return { type: blob.subarray(4, 4 + length).toString('latin1'), fingerprint: fingerprintOf(blob) }
}

function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** A SHA-256 fingerprint as OpenSSH prints it. */
export const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/
const Row = z
  .object({ type: z.string(), fingerprint: z.string(), first_seen_at: z.string() })
  .transform((row): HostKey => ({ type: row.type, fingerprint: row.fingerprint, firstSeenAt: row.first_seen_at }))

/** Host keys in OCM's database. */
export function createHostKeys(store: Store): HostKeys {
  const shown = new Map<string, HostKey>()

  const get = (nodeId: string): HostKey | null =>
    store.all(Row, 'SELECT type, fingerprint, first_seen_at FROM host_keys WHERE node_id = ?', nodeId)[0] ?? null

  const replace = (nodeId: string, key: HostKey): HostKey => {
    if (!FINGERPRINT.test(key.fingerprint)) throw new AppError('bad-input', 'Not a SHA-256 fingerprint.')
    const stored = { ...key, firstSeenAt: key.firstSeenAt ?? new Date().toISOString() }
    store.run(
      'INSERT OR REPLACE INTO host_keys (node_id, type, fingerprint, first_seen_at) VALUES (?, ?, ?, ?)',
      nodeId,
      stored.type,
      stored.fingerprint,
      stored.firstSeenAt,
    )
    shown.delete(nodeId)
    return stored
  }

  return {
    get,
    replace,
    offered: nodeId => shown.get(nodeId) ?? null,
    judge: (nodeId, offered) => {
      const known = get(nodeId)
      if (known?.fingerprint === offered.fingerprint) {
        if (known.type === ANY_TYPE) replace(nodeId, { ...known, type: offered.type })
        return { state: 'trusted' }
      }
      shown.set(nodeId, offered)
      return known ? { state: 'changed', offered, known } : { state: 'unknown', offered }
    },
    trust: (nodeId, fingerprint, options = {}) => {
      const offered = shown.get(nodeId)
      const known = get(nodeId)
      // What the person saw must be what is trusted: a key shown since then by another server is not.
      if (offered && offered.fingerprint !== fingerprint) throw new HostKeyError('host-key-changed', offered, known)
      if (known && known.fingerprint !== fingerprint && options.replace !== true) {
        throw new HostKeyError('host-key-changed', { type: offered?.type ?? ANY_TYPE, fingerprint }, known)
      }
      return replace(nodeId, { type: offered?.type ?? known?.type ?? ANY_TYPE, fingerprint })
    },
    forget: nodeId => {
      store.run('DELETE FROM host_keys WHERE node_id = ?', nodeId)
      shown.delete(nodeId)
    },
  }
}
