import { CHUNK_BYTES } from '../shared/backup'
import { AppError } from '../shared/errors'
import { StageItem } from '../shared/protocol'

/** What goes before a staged file's chunks. */
export type StageHeader = StageItem

/** Reads a header and checks that its numbers fit each other. @throws AppError `bad-answer`. */
export function parseHeader(raw: unknown): StageHeader {
  const parsed = StageItem.safeParse(raw)
  if (!parsed.success)
    throw new AppError('bad-answer', 'A file header does not fit the protocol.', { cause: parsed.error })
  const header = parsed.data
  const hasContent = header.kind === 'file' || header.kind === 'sqlite'
  const expected = hasContent ? Math.ceil(header.size / CHUNK_BYTES) : 0
  // A file without content may be described by no chunk or by one empty chunk.
  const isEmpty = hasContent && header.size === 0 && header.chunks.length <= 1
  if (header.chunks.length !== expected && !isEmpty) {
    throw new AppError('bad-answer', 'A file header names another number of chunks than its size needs.')
  }
  return isEmpty ? { ...header, chunks: [] } : header
}
