import { z } from 'zod'
import { AppError } from '../../shared/errors'
import { SecretKind, type SecretUse } from '../../shared/node'
import { SECOND } from '../../shared/units'
import type { Log } from '../store/log'
import { createKeychain, KeychainError, type Keychain, type KeychainState } from './keychain'

/** Where a secret ended up. `session`: in memory, gone when OCM ends. */
export type Kept = 'keychain' | 'session'

/** Secrets of nodes, and OCM's own keys. Values leave only as a loan. */
export interface Secrets extends Disposable {
  /**
   * Stores a secret. Without a keychain it is kept for this session; with a locked one that must be asked for (`sessionOnly`).
   * A given buffer is wiped.
   * @throws AppError `keychain-unavailable` when the keychain is locked.
   */
  set(
    nodeId: string,
    kind: SecretKind,
    secret: Buffer | string,
    options?: { readonly sessionOnly?: boolean },
  ): Promise<Kept>
  clear(nodeId: string, kind: SecretKind): Promise<void>
  clearAll(nodeId: string): Promise<void>
  /** Kinds stored for the node; with an unusable keychain, those of this session. */
  kinds(nodeId: string): Promise<SecretKind[]>
  state(): Promise<KeychainState>
  /**
   * Lends the secret to `use`, then wipes the buffer; nothing may keep it.
   * @throws AppError `credential-missing`, `keychain-unavailable`.
   */
  withCredential<T>(nodeId: string, kind: SecretKind, use: (secret: Buffer) => Promise<T>): Promise<T>
  /** One of OCM's own keys, e.g. `backup-identity`. @throws AppError `keychain-unavailable`. */
  getKey(name: string): Promise<string | null>
  setKey(name: string, value: string): Promise<Kept>
}

/** What secrets need. `keychain: null` keeps everything in memory (demo, tests). */
export interface SecretsOptions {
  readonly log: Log
  readonly onUse?: (use: SecretUse) => void
  readonly now?: () => number
  readonly keychain?: Keychain | null
}

const KIND_NAMES: Readonly<Record<SecretKind, string>> = {
  password: 'password',
  passphrase: 'key passphrase',
  sudo: 'sudo password',
}

/** Secrets in the keychain, with memory as the way out where there is none. A failed login never deletes one. */
export function createSecrets({ log, onUse, now = Date.now, keychain = createKeychain() }: SecretsOptions): Secrets {
  const lines = log.scope('secrets')
  const session = new Map<string, Buffer>()
  const keepForSession = (account: string, secret: Buffer): Kept => {
    session.get(account)?.fill(0)
    session.set(account, Buffer.from(secret))
    return 'session'
  }

  /** Kinds in the keychain, kept as an entry of its own: asking needs no secret to be read. */
  const storedKinds = async (nodeId: string): Promise<SecretKind[]> => {
    const list = await keychain?.get(kindsAccountOf(nodeId)).catch(nothingWithoutKeychain)
    return parseKinds(list ?? null)
  }

  const noteKinds = async (nodeId: string, kinds: readonly SecretKind[]): Promise<void> => {
    if (kinds.length === 0) await keychain?.delete(kindsAccountOf(nodeId))
    else await keychain?.set(kindsAccountOf(nodeId), kinds.join(','))
  }

  const store = async (account: string, secret: Buffer, sessionOnly: boolean): Promise<Kept> => {
    if (!keychain || sessionOnly) return keepForSession(account, secret)
    try {
      await keychain.set(account, secret.toString('utf8'))
      forget(session, account)
      return 'keychain'
    } catch (error) {
      if (!(error instanceof KeychainError) || error.state !== 'absent') throw error
      lines.warn('no keychain: the secret is kept for this session only')
      return keepForSession(account, secret)
    }
  }

  const remove = async (nodeId: string, kinds: readonly SecretKind[]): Promise<void> => {
    for (const kind of kinds) forget(session, accountOf(nodeId, kind))
    try {
      for (const kind of kinds) await keychain?.delete(accountOf(nodeId, kind))
      await noteKinds(
        nodeId,
        (await storedKinds(nodeId)).filter(kind => !kinds.includes(kind)),
      )
    } catch (error) {
      if (!(error instanceof KeychainError) || error.state !== 'absent') throw error
    }
  }

  const find = async (account: string): Promise<Buffer | null> => {
    const held = session.get(account)
    if (held) return Buffer.from(held)
    const stored = (await keychain?.get(account)) ?? null
    return stored === null ? null : Buffer.from(stored, 'utf8')
  }

  const lend: Secrets['withCredential'] = async (nodeId, kind, use) => {
    const secret = await find(accountOf(nodeId, kind))
    if (!secret) {
      throw new AppError('credential-missing', `No ${KIND_NAMES[kind]} is stored for this node.`, {
        hint: `Enter the ${KIND_NAMES[kind]} in the node’s settings.`,
      })
    }
    const startedAt = now()
    const masked = log.protect(secret)
    try {
      return await use(secret)
    } finally {
      secret.fill(0)
      masked[Symbol.dispose]()
      const heldMs = Math.max(0, now() - startedAt)
      lines.info(`node ${nodeId}: ${KIND_NAMES[kind]} held for ${(heldMs / SECOND).toFixed(1)} s`)
      onUse?.({ nodeId, kind, at: new Date(startedAt).toISOString(), heldMs })
    }
  }

  return {
    set: async (nodeId, kind, secret, options = {}) => {
      const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret
      try {
        const kept = await store(accountOf(nodeId, kind), bytes, options.sessionOnly ?? false)
        if (kept === 'keychain') await noteKinds(nodeId, [...new Set([...(await storedKinds(nodeId)), kind])])
        return kept
      } finally {
        bytes.fill(0)
      }
    },
    clear: (nodeId, kind) => remove(nodeId, [kind]),
    clearAll: nodeId => remove(nodeId, SecretKind.options),
    kinds: async nodeId => {
      const stored = await storedKinds(nodeId)
      return SecretKind.options.filter(kind => stored.includes(kind) || session.has(accountOf(nodeId, kind)))
    },
    state: () => (keychain ? keychain.state() : Promise.resolve(SESSION_ONLY)),
    withCredential: lend,
    getKey: async name => (await find(name))?.toString('utf8') ?? null,
    setKey: (name, value) => store(name, Buffer.from(value, 'utf8'), false),
    [Symbol.dispose]: () => {
      for (const account of [...session.keys()]) forget(session, account)
    },
  }
}

const SESSION_ONLY: KeychainState = { state: 'absent', text: 'Secrets are kept in memory for this session only.' }

function accountOf(nodeId: string, kind: SecretKind): string {
  return `${z.uuid().parse(nodeId)}:${kind}`
}

function kindsAccountOf(nodeId: string): string {
  return `${z.uuid().parse(nodeId)}:kinds`
}

function parseKinds(list: string | null): SecretKind[] {
  return (list ?? '').split(',').flatMap(word => SecretKind.safeParse(word).data ?? [])
}

function forget(session: Map<string, Buffer>, account: string): void {
  session.get(account)?.fill(0)
  session.delete(account)
}

/** Listing goes on without a keychain; what needs the value says so itself. */
function nothingWithoutKeychain(error: unknown): null {
  if (error instanceof KeychainError) return null
  throw error
}
