import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type ParsedKey } from 'ssh2'
import { AppError } from '../../shared/errors'
import { codeOf } from './socket'

/** Lends the key's passphrase, if the key asks for one. */
export type LendPassphrase = <T>(use: (passphrase: Buffer) => Promise<T>) => Promise<T>

const FORMATS_HINT =
  'OCM reads OpenSSH, PEM and PuTTY (.ppk) private keys. Convert others with: ssh-keygen -p -f <key file>'
const PKCS8 = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/
const NEEDS_PASSPHRASE = /no passphrase given|passphrase required|interrupted or cancelled/i

/**
 * Reads a private key file (`~/` is this computer's home). The passphrase is asked for only when the key is encrypted.
 *
 * @throws AppError `key-unreadable` (absent, foreign format, a public key, wrong passphrase), `credential-missing`.
 */
export async function readPrivateKey(keyPath: string, lendPassphrase: LendPassphrase): Promise<ParsedKey> {
  const path = keyPath.startsWith('~/') ? join(homedir(), keyPath.slice(2)) : keyPath
  const text = await readFile(path).catch((cause: unknown) => {
    throw new AppError('key-unreadable', `The key file cannot be read (${codeOf(cause)}).`, {
      hint: 'Check the path in the node’s settings, and that you may read the file.',
      cause,
    })
  })
  try {
    const plain = parse(text)
    if (!(plain instanceof Error)) return plain
    if (!NEEDS_PASSPHRASE.test(plain.message)) throw unknownFormat(plain)
    return await lendPassphrase(passphrase => Promise.resolve(parseLocked(text, passphrase)))
  } finally {
    text.fill(0)
  }
}

function parseLocked(text: Buffer, passphrase: Buffer): ParsedKey {
  const key = parse(text, passphrase)
  if (!(key instanceof Error)) return key
  throw new AppError('key-unreadable', 'The passphrase does not open the key.', {
    hint: 'Enter the passphrase of this key again in the node’s settings.',
    cause: key,
  })
}

function parse(text: Buffer, passphrase?: Buffer): ParsedKey | Error {
  const source = PKCS8.test(text.toString('latin1')) ? fromPkcs8(text, passphrase) : text
  if (source instanceof Error) return source
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(source, source === text ? passphrase : undefined)
  const key: ParsedKey | Error | undefined = [parsed].flat()[0]
  if (!key) return new Error('No key in the file')
  if (key instanceof Error) return key
  if (!key.isPrivateKey()) {
    throw new AppError('key-unreadable', 'This is a public key; OCM needs the private one.', {
      hint: 'It usually has the same name without .pub.',
    })
  }
  return key
}

/** ssh2 does not read PKCS #8; Node does, and writes the older forms for RSA and EC keys. */
function fromPkcs8(text: Buffer, passphrase: Buffer | undefined): string | Error {
  try {
    const key = createPrivateKey({ key: text, format: 'pem', ...(passphrase ? { passphrase } : {}) })
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString()
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString()
    return new Error(`Unsupported PKCS #8 key: ${key.asymmetricKeyType ?? 'unknown'}`)
  } catch (error) {
    return error instanceof Error ? error : new Error('Unreadable PKCS #8 key')
  }
}

function unknownFormat(cause: Error): AppError {
  return new AppError('key-unreadable', 'The key file is in a format OCM does not know.', { hint: FORMATS_HINT, cause })
}
