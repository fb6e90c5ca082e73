import { CHUNK_BYTES } from '../shared/backup'
import { AppError } from '../shared/errors'
import type { StageItem } from '../shared/protocol'

/** What goes before a staged file's chunks. */
export type StageHeader = StageItem

const KINDS: readonly unknown[] = ['file', 'folder', 'link', 'sqlite']
const SHA256 = /^[0-9a-f]{64}$/

/** Reads a header and checks that its numbers fit each other. @throws AppError `bad-answer`. */
export function parseHeader(raw: unknown): StageHeader {
  if (!isHeader(raw)) throw new AppError('bad-answer', 'A file header does not fit the protocol.')
  const hasContent = raw.kind === 'file' || raw.kind === 'sqlite'
  const expected = hasContent ? Math.ceil(raw.size / CHUNK_BYTES) : 0
  // A file without content may be described by no chunk or by one empty chunk.
  const isEmpty = hasContent && raw.size === 0 && raw.chunks.length <= 1
  if (raw.chunks.length !== expected && !isEmpty) {
    throw new AppError('bad-answer', 'A file header names another number of chunks than its size needs.')
  }
  return isEmpty ? { ...raw, chunks: [] } : raw
}

/** The program on the node carries no schema library; what it is sent is checked by hand here, where files come from it. */
function isHeader(raw: unknown): raw is StageHeader {
  if (typeof raw !== 'object' || raw === null) return false
  const { root, path, kind, mode, mtimeMs, size, sha256, chunks } = raw as Readonly<Record<string, unknown>>
  return (
    typeof root === 'string' &&
    typeof path === 'string' &&
    KINDS.includes(kind) &&
    isCount(mode) &&
    typeof mtimeMs === 'number' &&
    isCount(size) &&
    (sha256 === '' || (typeof sha256 === 'string' && SHA256.test(sha256))) &&
    Array.isArray(chunks) &&
    chunks.every(chunk => typeof chunk === 'string' && SHA256.test(chunk))
  )
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
