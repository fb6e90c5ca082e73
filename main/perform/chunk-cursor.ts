import type { SnapshotFile } from '../../shared/backup'
import { AppError } from '../../shared/errors'

/** One file of a `read`. */
export interface AskedFile {
  readonly index: number
  readonly file: SnapshotFile
  /** Chunk numbers asked for, in order. */
  readonly missing: readonly number[]
}

/** Follows a `read`: which chunk of which file comes next. A long file is announced in several items. */
export class ChunkCursor {
  #current: AskedFile | undefined
  #announced: readonly string[] = []
  /** Chunks of the current file that earlier items announced. */
  #before = 0
  #at = 0

  constructor(private readonly asked: readonly AskedFile[]) {}

  announce(item: { readonly index: number; readonly chunks: readonly string[] }) {
    const asked = this.asked[item.index]
    if (asked === undefined) throw new AppError('bad-answer', 'The node sent a file nobody asked for.')
    const isNew = asked !== this.#current
    this.#before = isNew ? 0 : this.#before + this.#announced.length
    this.#current = asked
    this.#announced = item.chunks
    this.#at = 0
    const expected = asked.missing.slice(this.#before, this.#before + item.chunks.length)
    const isAsExpected = expected.every((chunk, at) => asked.file.chunks[chunk] === item.chunks[at])
    return { file: asked.file, index: asked.index, isNew, isAsExpected }
  }

  next(): { readonly file: SnapshotFile; readonly number: number; readonly sha256: string } {
    const number = this.#current?.missing[this.#before + this.#at]
    const sha256 = this.#announced[this.#at]
    if (this.#current === undefined || number === undefined || sha256 === undefined) {
      throw new AppError('bad-answer', 'The node sent more than was asked for.')
    }
    this.#at += 1
    return { file: this.#current.file, number, sha256 }
  }
}
