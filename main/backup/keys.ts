import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/errors'
import { deriveKeys, type RepositoryKeys } from './crypto'
import { readIfThere, replaceFile, syncFolder } from './files'
import { newPhrase, readPhrase } from './phrase'

/** Where the identity that opens the backup folder is kept: the OS keychain. */
export interface KeyStore {
  getIdentity(): Promise<string | null>
  setIdentity(value: string): Promise<void>
}

/** The two age files that wrap the repository key, and the one that keeps the phrase for the recovery sheet. */
const IDENTITY_FILE = 'keys/identity.age'
const PHRASE_FILE = 'keys/phrase.age'
export const RECOVERY_FILE = 'keys/recovery.age'
export const HEAD_FILE = 'repository.json'
/** Folders of a repository. */
export const FOLDERS = ['keys', 'packs', 'snapshots', 'tmp'] as const

/**
 * scrypt's work factor (base-2 logarithm). It makes guessing slow, and the phrase's 130 random bits cannot be guessed: more
 * would only hold OCM up, since age's scrypt is JavaScript and blocks the process.
 */
const WORK_FACTOR = 10

/** What the wrapped key files hold, as JSON. */
const KeyRecord = z.object({
  format: z.literal(1),
  repository: z.uuid(),
  createdAt: z.iso.datetime(),
  key: z.base64(),
})
type KeyRecord = z.infer<typeof KeyRecord>

/** An opened repository's identity and keys. */
export interface OpenedKeys {
  readonly id: string
  readonly createdAt: string
  readonly keys: RepositoryKeys
}

/** True once the folder is a repository: the wrapped key is the last thing a birth writes but for `repository.json`. */
export async function isBorn(folder: string): Promise<boolean> {
  return (await readIfThere(join(folder, IDENTITY_FILE))) !== null
}

/** Opens the key with the identity in the keychain; a folder that is empty or absent becomes a new repository. */
export async function openKeys(folder: string, store: KeyStore): Promise<OpenedKeys> {
  const wrapped = await readIfThere(join(folder, IDENTITY_FILE))
  if (wrapped === null && !(await hasContent(folder))) return giveBirth(folder, store)
  const identity = await store.getIdentity()
  const record = identity === null || wrapped === null ? null : await openWith(identity, wrapped)
  if (record === null) throw keyMissing()
  await mendHead(folder, record)
  return opened(record)
}

/**
 * Opens the key with the recovery phrase and wraps it anew for the identity in the keychain, which is made if it is gone.
 * @throws AppError `bad-input` (mistyped), `credential-refused` (another repository's phrase), `backup-missing`.
 */
export async function openWithPhrase(folder: string, store: KeyStore, typed: string): Promise<OpenedKeys> {
  const phrase = readPhrase(typed)
  const wrapped = await readIfThere(join(folder, RECOVERY_FILE))
  if (wrapped === null) {
    throw new AppError('backup-missing', 'This folder holds no OCM backups that a recovery phrase could open.', {
      hint: 'Choose the folder that contains repository.json and keys.',
    })
  }
  const record = await openWithTyped(phrase, wrapped)
  await wrapForIdentity(folder, store, { record, phrase })
  await mendHead(folder, record)
  return opened(record)
}

/** The repository key inside an export, opened with its phrase. */
export async function openExportedKey(typed: string, wrapped: Buffer): Promise<OpenedKeys> {
  return opened(await openWithTyped(readPhrase(typed), wrapped))
}

/** The recovery phrase, for the recovery sheet. */
export async function readRecoveryPhrase(folder: string, store: KeyStore): Promise<string> {
  const identity = await store.getIdentity()
  const wrapped = await readIfThere(join(folder, PHRASE_FILE))
  if (identity === null || wrapped === null) throw keyMissing()
  const phrase = await decrypt(wrapped, decrypter => decrypter.addIdentity(identity))
  if (phrase === null) throw keyMissing()
  return phrase
}

/** Checks that the phrase still opens the repository, and writes its file anew when not. True when it had to be mended. */
export async function mendRecovery(folder: string, store: KeyStore, keys: OpenedKeys): Promise<boolean> {
  const phrase = await readRecoveryPhrase(folder, store)
  const wrapped = await readIfThere(join(folder, RECOVERY_FILE))
  const record = wrapped === null ? null : await openWithPassphrase(phrase, wrapped)
  if (record !== null && record.key === keys.keys.root.toString('base64')) return false
  const { id, createdAt } = keys
  const whole: KeyRecord = { format: 1, repository: id, createdAt, key: keys.keys.root.toString('base64') }
  await replaceFile(join(folder, RECOVERY_FILE), await wrapWithPhrase(whole, phrase))
  return true
}

async function giveBirth(folder: string, store: KeyStore): Promise<OpenedKeys> {
  for (const name of FOLDERS) await mkdir(join(folder, name), { recursive: true, mode: 0o700 })
  const key = randomBytes(32).toString('base64')
  const record: KeyRecord = { format: 1, repository: randomUUID(), createdAt: new Date().toISOString(), key }
  const phrase = newPhrase()
  await replaceFile(join(folder, RECOVERY_FILE), await wrapWithPhrase(record, phrase))
  await wrapForIdentity(folder, store, { record, phrase })
  await mendHead(folder, record)
  await syncFolder(folder)
  return opened(record)
}

/** The phrase's file first: once the identity file is there, the repository counts as born. */
async function wrapForIdentity(
  folder: string,
  store: KeyStore,
  { record, phrase }: { readonly record: KeyRecord; readonly phrase: string },
): Promise<void> {
  const identity = await ensureIdentity(store)
  const recipient = await identityToRecipient(identity)
  const wrap = (text: string) => encrypt(text, encrypter => encrypter.addRecipient(recipient))
  await replaceFile(join(folder, PHRASE_FILE), await wrap(phrase))
  await replaceFile(join(folder, IDENTITY_FILE), await wrap(JSON.stringify(record)))
}

/** One identity serves all backup folders of this computer, so an existing one is never replaced. */
async function ensureIdentity(store: KeyStore): Promise<string> {
  const existing = await store.getIdentity()
  if (existing !== null) return existing
  const identity = await generateX25519Identity()
  await store.setIdentity(identity)
  return identity
}

/** `repository.json` repeats what the wrapped key knows, so a damaged one is written anew. */
async function mendHead(folder: string, record: KeyRecord): Promise<void> {
  const { repository: id, createdAt } = record
  const head = { kind: 'ocm-backup-repository', format: 1, id, createdAt }
  const bytes = Buffer.from(`${JSON.stringify(head, null, 2)}\n`)
  const present = await readIfThere(join(folder, HEAD_FILE))
  if (present === null || !present.equals(bytes)) await replaceFile(join(folder, HEAD_FILE), bytes)
}

async function hasContent(folder: string): Promise<boolean> {
  const listed = await Promise.all(['packs', 'snapshots'].map(name => readdir(join(folder, name)).catch(() => [])))
  return listed.some(names => names.length > 0) // a folder that is absent holds nothing
}

function opened(record: KeyRecord): OpenedKeys {
  const { repository: id, createdAt } = record
  return { id, createdAt, keys: deriveKeys(Buffer.from(record.key, 'base64'), id) }
}

function keyMissing(): AppError {
  return new AppError('key-missing', 'The key to this backup folder is not in this keychain.', {
    hint: 'Unlock the folder with the recovery phrase from its recovery sheet.',
  })
}

async function openWithTyped(phrase: string, wrapped: Buffer): Promise<KeyRecord> {
  const record = await openWithPassphrase(phrase, wrapped)
  if (record !== null) return record
  throw new AppError('credential-refused', 'This recovery phrase does not open these backups.', {
    hint: 'It may belong to another backup folder: compare the repository number on the sheet.',
  })
}

function wrapWithPhrase(record: KeyRecord, phrase: string): Promise<Buffer> {
  return encrypt(JSON.stringify(record), encrypter => {
    encrypter.setPassphrase(phrase)
    encrypter.setScryptWorkFactor(WORK_FACTOR)
  })
}

async function openWith(identity: string, wrapped: Buffer): Promise<KeyRecord | null> {
  return parse(await decrypt(wrapped, decrypter => decrypter.addIdentity(identity)))
}

async function openWithPassphrase(phrase: string, wrapped: Buffer): Promise<KeyRecord | null> {
  return parse(await decrypt(wrapped, decrypter => decrypter.addPassphrase(phrase)))
}

function parse(text: string | null): KeyRecord | null {
  return text === null ? null : KeyRecord.parse(JSON.parse(text))
}

async function encrypt(text: string, prepare: (encrypter: Encrypter) => void): Promise<Buffer> {
  const encrypter = new Encrypter()
  prepare(encrypter)
  return Buffer.from(await encrypter.encrypt(text))
}

async function decrypt(wrapped: Buffer, prepare: (decrypter: Decrypter) => void): Promise<string | null> {
  const decrypter = new Decrypter()
  try {
    prepare(decrypter)
    return await decrypter.decrypt(wrapped, 'text')
  } catch {
    return null // Another key, or a damaged file: age does not tell them apart, and the way out is the same.
  }
}
