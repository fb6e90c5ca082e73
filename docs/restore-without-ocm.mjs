#!/usr/bin/env node
// Restores OCM backups without OCM. Needs Node.js 22.15 or later and nothing else.
//   node restore-without-ocm.mjs <backup folder> list
//   node restore-without-ocm.mjs <backup folder> <backup id> <new folder>
// Asks for the recovery phrase, or reads it from standard input. backup-format.md describes every byte.
import { createDecipheriv, createHash, createHmac, hkdfSync, scryptSync } from 'node:crypto'
import { chmodSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { readSync, symlinkSync, utimesSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { zstdDecompressSync } from 'node:zlib'

const say = text => process.stdout.write(`${text}\n`)
const warn = text => process.stderr.write(`${text}\n`)
const stop = text => {
  warn(text)
  process.exit(1)
}
const hkdf = (key, salt, info, bytes = 32) => Buffer.from(hkdfSync('sha256', key, salt, info, bytes))

/** Decrypts `ciphertext || 16 byte tag`; null when it is not authentic. */
function unseal(cipher, { key, nonce, bound = Buffer.alloc(0) }, sealed) {
  const decipher = createDecipheriv(cipher, key, nonce, { authTagLength: 16 })
  decipher.setAAD(bound, { plaintextLength: sealed.length - 16 }).setAuthTag(sealed.subarray(-16))
  const plain = decipher.update(sealed.subarray(0, -16))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return null
  }
}

/** The phrase as it was made: upper case, six groups of five, 0 for O and 1 for I and L. */
const tidy = typed => {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return (letters.match(/.{5}/g) ?? []).join('-')
}

/** Opens an age file with a passphrase (age-encryption.org/v1, scrypt stanza). */
function openAge(file, phrase) {
  const text = file.toString('latin1')
  const match =
    /^age-encryption\.org\/v1\n-> scrypt (\S+) (\d+)\n(\S+)\n---/.exec(text) ?? stop('recovery.age is damaged.')
  const salt = Buffer.concat([Buffer.from('age-encryption.org/v1/scrypt'), Buffer.from(match[1], 'base64')])
  const N = 2 ** Number(match[2])
  const wrapKey = scryptSync(phrase, salt, 32, { N, r: 8, p: 1, maxmem: 256 * N * 8 })
  const body = Buffer.from(match[3], 'base64')
  const fileKey = unseal('chacha20-poly1305', { key: wrapKey, nonce: Buffer.alloc(12) }, body)
  if (fileKey === null) stop('This recovery phrase does not open these backups.')
  const end = text.indexOf('\n', match[0].length)
  const mac = createHmac('sha256', hkdf(fileKey, '', 'header'))
    .update(file.subarray(0, match[0].length))
    .digest()
  if (mac.toString('base64').replace(/=+$/, '') !== text.slice(match[0].length + 1, end))
    stop('recovery.age is damaged.')
  const key = hkdf(fileKey, file.subarray(end + 1, end + 17), 'payload')
  // STREAM: chunks of 64 KiB; ours is one, so its counter is 0 and it carries the flag of the last.
  const nonce = Buffer.from('000000000000000000000001', 'hex')
  return unseal('chacha20-poly1305', { key, nonce }, file.subarray(end + 17)) ?? stop('recovery.age is damaged.')
}

const domain = number => Buffer.concat([Buffer.from([0, 0, 0, number]), Buffer.alloc(8)])
const gcm = (options, sealed) => unseal('aes-256-gcm', options, sealed)

/** Summary (part 0) or manifest (part 1) of a snapshot file; null when damaged. */
function readSnapshot(root, folder, id, part) {
  const file = readFileSync(join(folder, 'snapshots', `${id}.manifest`))
  const key = hkdf(root, file.subarray(8, 40), 'ocm backup 1 snapshot')
  const first = file.subarray(44, 44 + file.readUInt32BE(40))
  const at = 44 + first.length
  const sealed = part === 0 ? first : file.subarray(at + 4, at + 4 + file.readUInt32BE(at))
  const plain = gcm({ key, nonce: domain(2 + part), bound: Buffer.from(`OCMSNAP1${id}`) }, sealed)
  return plain === null ? null : JSON.parse(part === 0 ? plain : zstdDecompressSync(plain))
}

function readAt(fd, position, length) {
  const bytes = Buffer.alloc(length)
  return readSync(fd, bytes, 0, length, position) === length ? bytes : null
}

/** Finds every chunk of every pack: keyed id -> where it is. Walks entry by entry, so a damaged index does not matter. */
function findChunks(root, folder) {
  const places = new Map()
  for (const name of readdirSync(join(folder, 'packs')).filter(one => /^[0-9a-f]{64}\.pack$/.test(one))) {
    const fd = openSync(join(folder, 'packs', name))
    const key = hkdf(root, Buffer.from(name.slice(0, 64), 'hex'), 'ocm backup 1 pack')
    const size = fstatSync(fd).size
    for (let at = 40, count = 0; at + 56 <= size; count++) {
      const header = readAt(fd, at, 56)
      if (header.readUInt32BE(44) !== 0 || header.readBigUInt64BE(48) !== BigInt(count)) break
      const id = header.toString('hex', 0, 32)
      const stored = header.readUInt32BE(40)
      places.set(id, [...(places.get(id) ?? []), { fd, key, header, at: at + 56, stored }])
      at += 56 + stored + 16
    }
  }
  return places
}

/** The plain content of a chunk, checked; null when no good copy is there. */
function readChunk(places, idKey, sha256) {
  const id = createHmac('sha256', idKey).update(Buffer.from(sha256, 'hex')).digest('hex')
  for (const { fd, key, header, at, stored } of places.get(id) ?? []) {
    const options = { key, nonce: header.subarray(44), bound: header.subarray(0, 44) }
    const packed = gcm(options, readAt(fd, at, stored + 16) ?? Buffer.alloc(16))
    const plain = packed !== null && header[32] === 1 ? zstdDecompressSync(packed) : packed
    if (plain !== null && createHash('sha256').update(plain).digest('hex') === sha256) return plain
  }
  return null
}

/** Where a file goes: `<out>/<root>/<path>`, as bytes, and never outside. */
function targetOf(out, { root, path, pathBytes }) {
  const relative = pathBytes === undefined ? Buffer.from(path) : Buffer.from(pathBytes, 'base64')
  if (relative.toString('latin1').split('/').includes('..')) stop(`Refused: ${path}`)
  const target = Buffer.concat([Buffer.from(`${join(out, root.replaceAll(':', '-'))}/`), relative])
  return process.platform === 'win32' ? target.toString() : target
}
const parentOf = target => Buffer.from(dirname(target.toString('latin1')), 'latin1')

function restore({ root, idKey, folder, id, out }) {
  const manifest = readSnapshot(root, folder, id, 1) ?? stop('The manifest of this backup is damaged.')
  const places = findChunks(root, folder)
  mkdirSync(out, { mode: 0o700 })
  writeSync(openSync(join(out, 'manifest.json'), 'wx', 0o600), JSON.stringify(manifest, null, 2))
  const damaged = []
  const late = []
  for (const file of manifest.files) {
    const target = targetOf(out, file)
    mkdirSync(file.kind === 'folder' ? target : parentOf(target), { recursive: true, mode: 0o700 })
    if (file.kind === 'folder' || file.kind === 'link') late.push({ file, target })
    else {
      const fd = openSync(target, 'wx', 0o600)
      for (const sha256 of file.chunks) {
        const plain = readChunk(places, idKey, sha256)
        if (plain === null) damaged.push(file.path)
        else writeSync(fd, plain)
      }
      closeSync(fd)
      chmodSync(target, file.mode)
      utimesSync(target, file.mtimeMs / 1000, file.mtimeMs / 1000)
    }
  }
  // Links last, so that nothing is written through one; then folders, innermost first, whose modes may forbid writing.
  for (const { file, target } of late) if (file.kind === 'link') symlinkSync(file.target, target)
  for (const { file, target } of late.reverse()) if (file.kind === 'folder') chmodSync(target, file.mode)
  for (const path of new Set(damaged)) warn(`Damaged, not whole: ${path}`)
  say(`${manifest.files.length} entries of ${manifest.meta.nodeLabel}, ${manifest.meta.at}, are in ${out}`)
  process.exitCode = damaged.length === 0 ? 0 : 1
}

async function askPhrase() {
  const reader = createInterface({ input: process.stdin, output: process.stdin.isTTY ? process.stderr : undefined })
  if (process.stdin.isTTY) reader.setPrompt('Recovery phrase: ')
  if (process.stdin.isTTY) reader.prompt()
  for await (const line of reader) return line
  return ''
}

const [folder, id, out] = process.argv.slice(2)
if (id === undefined || (id !== 'list' && out === undefined))
  stop('Give: <backup folder> list, or <backup folder> <id> <new folder>')
if (!existsSync(join(folder, 'keys', 'recovery.age'))) stop('This folder holds no OCM backups.')
if (out !== undefined && existsSync(out)) stop('The new folder exists already.')
const record = JSON.parse(openAge(readFileSync(join(folder, 'keys', 'recovery.age')), tidy(await askPhrase())))
const root = Buffer.from(record.key, 'base64')
if (id === 'list') {
  for (const name of readdirSync(join(folder, 'snapshots')).filter(one => one.endsWith('.manifest'))) {
    const found = readSnapshot(root, folder, name.slice(0, 36), 0)?.summary
    const facts = found ? `${found.at} ${found.nodeLabel} ${found.files} files, ${found.bytes} bytes` : 'damaged'
    say(`${name.slice(0, 36)} ${facts}`)
  }
} else restore({ root, idKey: hkdf(root, record.repository, 'ocm backup 1 chunk id'), folder, id, out })
