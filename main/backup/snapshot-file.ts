import { createHmac, timingSafeEqual } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { BackupSummary, Manifest } from '../../shared/backup'
import { fileKey, newSalt, nonceOf, SALT_BYTES, seal, unseal, type RepositoryKeys } from './crypto'

const SNAPSHOT_MAGIC = Buffer.from('OCMSNAP1', 'latin1')
const CHECK_MAGIC = Buffer.from('OCMCHEK1', 'latin1')
const HEAD_BYTES = SNAPSHOT_MAGIC.length + SALT_BYTES
const MAC_BYTES = 32
/** A manifest that unpacks to more is not ours. */
const MAX_MANIFEST_BYTES = 512 * 1024 * 1024

/** What the list needs, readable without the manifest: the row, and the packs that hold the content. */
export const SummaryRecord = z.object({ summary: BackupSummary, packs: z.array(z.string().regex(/^[0-9a-f]{64}$/)) })
export type SummaryRecord = z.infer<typeof SummaryRecord>

/** The last verification: the row it led to, and the places (pack and chunk id) whose content is damaged. */
export const CheckRecord = SummaryRecord.extend({ damagedPlaces: z.array(z.string()) })
export type CheckRecord = z.infer<typeof CheckRecord>

/** Which snapshot file: the keys of its repository and the snapshot's id, which stands in its name. */
export interface SnapshotName {
  readonly keys: RepositoryKeys
  readonly id: string
}

/** A whole snapshot file: head, encrypted summary, encrypted manifest (zstd), MAC over all of it. */
export function encodeSnapshot({ keys, id }: SnapshotName, record: SummaryRecord, manifest: Manifest): Buffer {
  const salt = newSalt()
  const key = fileKey(keys, salt, 'snapshot')
  const bound = boundTo(SNAPSHOT_MAGIC, id)
  const blob = (domain: number, plain: Buffer) => {
    const sealed = Buffer.concat(seal({ key, nonce: nonceOf(domain, 0), bound }, plain))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(sealed.length)
    return [length, sealed]
  }
  const body = Buffer.concat([
    SNAPSHOT_MAGIC,
    salt,
    ...blob(2, Buffer.from(JSON.stringify(record))),
    ...blob(3, zstdCompressSync(Buffer.from(JSON.stringify(manifest)))),
  ])
  return Buffer.concat([body, macOf({ keys, id }, body)])
}

/** The summary of a snapshot file, from its first bytes; null when damaged. */
export function decodeSummary({ keys, id }: SnapshotName, file: Buffer): SummaryRecord | null {
  const sealed = blobAt(file, HEAD_BYTES)
  if (sealed === null || !file.subarray(0, SNAPSHOT_MAGIC.length).equals(SNAPSHOT_MAGIC)) return null
  const key = fileKey(keys, file.subarray(SNAPSHOT_MAGIC.length, HEAD_BYTES), 'snapshot')
  const plain = unseal({ key, nonce: nonceOf(2, 0), bound: boundTo(SNAPSHOT_MAGIC, id) }, sealed)
  return plain === null ? null : parsed(SummaryRecord, plain)
}

/** The manifest of a snapshot file; null when it is damaged. `isWhole`: nothing around it is damaged either. */
export function decodeManifest(
  { keys, id }: SnapshotName,
  file: Buffer,
): { readonly manifest: Manifest; readonly isWhole: boolean } | null {
  const body = file.subarray(0, Math.max(0, file.length - MAC_BYTES))
  const mac = file.subarray(body.length)
  const isWhole = mac.length === MAC_BYTES && timingSafeEqual(mac, macOf({ keys, id }, body))
  const summary = blobAt(body, HEAD_BYTES)
  const sealed = summary === null ? null : blobAt(body, HEAD_BYTES + 4 + summary.length)
  if (sealed === null) return null
  const key = fileKey(keys, body.subarray(SNAPSHOT_MAGIC.length, HEAD_BYTES), 'snapshot')
  const plain = unseal({ key, nonce: nonceOf(3, 0), bound: boundTo(SNAPSHOT_MAGIC, id) }, sealed)
  if (plain === null) return null
  const json = zstdDecompressSync(plain, { maxOutputLength: MAX_MANIFEST_BYTES })
  return { manifest: parsed(Manifest, json), isWhole }
}

/** The file that keeps the result of a verification next to its snapshot. */
export function encodeCheck({ keys, id }: SnapshotName, record: CheckRecord): Buffer {
  const salt = newSalt()
  const key = fileKey(keys, salt, 'check')
  const sealed = seal(
    { key, nonce: nonceOf(0, 0), bound: boundTo(CHECK_MAGIC, id) },
    Buffer.from(JSON.stringify(record)),
  )
  return Buffer.concat([CHECK_MAGIC, salt, ...sealed])
}

/** The result of the last verification; null when the file is damaged. Then the snapshot counts as unverified. */
export function decodeCheck({ keys, id }: SnapshotName, file: Buffer): CheckRecord | null {
  if (file.length < HEAD_BYTES || !file.subarray(0, CHECK_MAGIC.length).equals(CHECK_MAGIC)) return null
  const key = fileKey(keys, file.subarray(CHECK_MAGIC.length, HEAD_BYTES), 'check')
  const plain = unseal({ key, nonce: nonceOf(0, 0), bound: boundTo(CHECK_MAGIC, id) }, file.subarray(HEAD_BYTES))
  return plain === null ? null : parsed(CheckRecord, plain)
}

function blobAt(file: Buffer, at: number): Buffer | null {
  if (file.length < at + 4) return null
  const end = at + 4 + file.readUInt32BE(at)
  return end > file.length ? null : file.subarray(at + 4, end)
}

function boundTo(magic: Buffer, id: string): Buffer {
  return Buffer.concat([magic, Buffer.from(id, 'utf8')])
}

function macOf({ keys, id }: SnapshotName, body: Buffer): Buffer {
  return createHmac('sha256', keys.mac).update(id).update(body).digest()
}

/** What is authentic but does not parse was written by a later OCM: reported as it is, not as damage. */
function parsed<T extends z.ZodType>(shape: T, plain: Buffer): z.output<T> {
  return shape.parse(JSON.parse(plain.toString('utf8')))
}
