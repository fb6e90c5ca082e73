import type * as Keytar from 'keytar'
import { AppError } from '../../shared/errors'
import { SECOND } from '../../shared/units'

/** How the keychain is, in a word and a sentence. */
export interface KeychainState {
  readonly state: 'ok' | 'locked' | 'absent'
  readonly text: string
}

/** The keychain of the operating system, as OCM uses it. Every call is bounded. */
export interface Keychain {
  /** Null: certainly not there. @throws AppError `keychain-unavailable`, like all below. */
  get(account: string): Promise<string | null>
  set(account: string, value: string): Promise<void>
  delete(account: string): Promise<void>
  state(): Promise<KeychainState>
}

/** Under this name OCM's entries stand in the keychain. */
export const SERVICE = 'OCM'

/** An unlock dialog may be on the screen meanwhile; a dead Secret Service must not hold the app longer than this. */
const LIMIT_MS = 20 * SECOND

const ABSENT_HINT =
  process.platform === 'linux'
    ? 'Install and start a Secret Service (gnome-keyring or KeePassXC), or let OCM keep the secret for this session only.'
    : 'Sign in to this computer again, or let OCM keep the secret for this session only.'
const LOCKED_HINT = 'Unlock the keychain (log in to the desktop, or open the keyring app), then try again.'

/** Errors of libsecret and D-Bus that mean: nobody there. All others mean: there, but it does not open. */
const ABSENT = /not provided by any|autolaunch|Cannot spawn|Could not connect|Connection refused|not activatable/i

/**
 * The operating system's keychain through keytar, loaded on first use so that a missing native module is an answer.
 * Calls go one after another: a call that hangs blocks a thread of Node's pool, and there must never be more than one.
 */
export function createKeychain(options: { readonly limitMs?: number } = {}): Keychain {
  const limitMs = options.limitMs ?? LIMIT_MS
  let last: Promise<unknown> = Promise.resolve()
  let isStuck = false

  const call = async <T>(ask: (keytar: typeof Keytar) => Promise<T>): Promise<T> => {
    if (isStuck) throw unavailable('locked', undefined)
    const answer = last.then(async () => ask(await loadKeytar()))
    last = answer.catch(() => undefined) // its failure belongs to whoever asked
    const timer = Promise.withResolvers<never>()
    const timeout = setTimeout(() => {
      isStuck = true
      void last.then(() => (isStuck = false))
      timer.reject(unavailable('locked', undefined))
    }, limitMs)
    try {
      return await Promise.race([answer, timer.promise])
    } catch (cause) {
      throw cause instanceof AppError ? cause : unavailable(isAbsent(cause) ? 'absent' : 'locked', cause)
    } finally {
      clearTimeout(timeout)
    }
  }

  return {
    get: account => call(keytar => read(keytar, account)),
    set: (account, value) => call(keytar => keytar.setPassword(SERVICE, account, value)),
    delete: account => call(keytar => keytar.deletePassword(SERVICE, account)).then(() => undefined),
    state: () => call(keytar => read(keytar, CANARY)).then(() => OK, stateOf),
  }
}

/** An entry without a secret. It can be read exactly when the keychain is open. */
const CANARY = 'check'

/**
 * A locked Secret Service answers "not there" for everything (measured with libsecret 0.20 and gnome-keyring 42), so on Linux
 * that is believed only when the canary can be read or planted. `findCredentials` is never used: it ends the whole process
 * when the keyring is locked.
 */
async function read(keytar: typeof Keytar, account: string): Promise<string | null> {
  const value = await keytar.getPassword(SERVICE, account)
  if (value !== null || process.platform !== 'linux') return value
  if ((await keytar.getPassword(SERVICE, CANARY)) === null) await keytar.setPassword(SERVICE, CANARY, 'open')
  return null
}

const OK: KeychainState = { state: 'ok', text: 'Secrets are kept in the keychain of this computer.' }

function stateOf(error: unknown): KeychainState {
  const isGone = error instanceof KeychainError && error.state === 'absent'
  return isGone
    ? { state: 'absent', text: `No keychain answers on this computer. ${ABSENT_HINT}` }
    : { state: 'locked', text: `The keychain is locked or does not answer. ${LOCKED_HINT}` }
}

/** A keychain that cannot be used, and why. */
export class KeychainError extends AppError {
  constructor(
    readonly state: 'locked' | 'absent',
    cause: unknown,
  ) {
    const text =
      state === 'absent' ? 'No keychain answers on this computer.' : 'The keychain is locked or does not answer.'
    super('keychain-unavailable', text, { hint: state === 'absent' ? ABSENT_HINT : LOCKED_HINT, cause })
  }
}

function unavailable(state: 'locked' | 'absent', cause: unknown): KeychainError {
  return new KeychainError(state, cause)
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && ABSENT.test(error.message)
}

async function loadKeytar(): Promise<typeof Keytar> {
  try {
    const module: { readonly default?: typeof Keytar } & typeof Keytar = await import('keytar')
    return module.default ?? module // CommonJS: bundlers and Node differ in where the exports are
  } catch (cause) {
    throw unavailable('absent', cause)
  }
}
