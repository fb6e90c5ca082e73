import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto'

/** AES-GCM is fed in slices of this size: several times faster than 4 MiB at once, and memory stays small. Measured. */
const SLICE_BYTES = 32 * 1024
/** Bytes of a GCM tag. */
export const TAG_BYTES = 16
/** Bytes of the random salt that stands at the start of each pack and snapshot file. */
export const SALT_BYTES = 32
/** Bytes of a nonce. */
export const NONCE_BYTES = 12

/** Keys of one repository, all derived from its random key. */
export interface RepositoryKeys {
  /** The random 32 bytes. Wrapped with age at rest. */
  readonly root: Buffer
  /** Keys content ids. */
  readonly ids: KeyObject
  /** Authenticates snapshot files as a whole. */
  readonly mac: KeyObject
}

/**
 * A 256-bit key for one purpose: HKDF-SHA-256 of the repository key. See docs/backup-format.md. As a KeyObject, since Node 24
 * takes several times longer to begin a cipher or an HMAC with the same key as bytes (measured).
 */
function derive(root: Buffer, salt: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', root, salt, `ocm backup 1 ${purpose}`, 32)))
}

/** Derives the keys that belong to the repository as a whole. */
export function deriveKeys(root: Buffer, repositoryId: string): RepositoryKeys {
  const salt = Buffer.from(repositoryId, 'utf8')
  return { root, ids: derive(root, salt, 'chunk id'), mac: derive(root, salt, 'mac') }
}

/** The key of one file. Its salt is random, so no two files share a key and nonces may simply count. */
export function fileKey(keys: RepositoryKeys, salt: Buffer, purpose: 'pack' | 'snapshot' | 'check'): KeyObject {
  return derive(keys.root, salt, purpose)
}

/** The keyed id of a chunk, from the SHA-256 (hex) of its plain content. Tells nothing without the key. */
export function chunkId(keys: RepositoryKeys, sha256: string): Buffer {
  return createHmac('sha256', keys.ids).update(Buffer.from(sha256, 'hex')).digest()
}

/** A nonce that counts. `domain` separates what one key encrypts: 0 chunks, 1 a pack's index, 2 a summary, 3 a manifest. */
export function nonceOf(domain: number, counter: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  nonce.writeUInt32BE(domain, 0)
  nonce.writeBigUInt64BE(BigInt(counter), 4)
  return nonce
}

/** A fresh random salt. */
export function newSalt(): Buffer {
  return randomBytes(SALT_BYTES)
}

/** What one act of encryption or decryption needs. */
export interface Seal {
  readonly key: KeyObject
  readonly nonce: Buffer
  /** Authenticated, not encrypted. */
  readonly bound: Buffer
}

/** Encrypts; answers the ciphertext in pieces, the tag last. */
export function seal({ key, nonce, bound }: Seal, plain: Buffer): Buffer[] {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound)
  const pieces = slices(plain).map(slice => cipher.update(slice))
  cipher.final()
  return [...pieces, cipher.getAuthTag()]
}

/**
 * Decrypts ciphertext followed by its tag. Null when the tag does not fit: damaged, moved or forged. `into`: where the plain text
 * goes; it may be `sealed` itself, which spares a buffer of its length.
 */
export function unseal(options: Seal, sealed: Buffer, into: Buffer = Buffer.allocUnsafe(sealed.length)): Buffer | null {
  let filled = 0
  const isWhole = pass(options, sealed, piece => (filled += piece.copy(into, filled)))
  return isWhole ? into.subarray(0, filled) : null
}

/** True when the tag fits. Keeps nothing of the plain text, so memory stays flat. */
export function isIntact(options: Seal, sealed: Buffer): boolean {
  return pass(options, sealed, () => undefined)
}

function pass({ key, nonce, bound }: Seal, sealed: Buffer, take: (piece: Buffer) => void): boolean {
  if (sealed.length < TAG_BYTES) return false
  const end = sealed.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(bound).setAuthTag(sealed.subarray(end))
  for (const slice of slices(sealed.subarray(0, end))) take(decipher.update(slice))
  try {
    decipher.final()
    return true
  } catch {
    return false // The only failure of `final` is a tag that does not fit.
  }
}

function slices(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) found.push(bytes.subarray(at, at + SLICE_BYTES))
  return found
}
