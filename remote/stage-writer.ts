import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { CHUNK_BYTES } from '../shared/backup'
import { AppError } from '../shared/errors'
import { placedMode } from '../shared/layout'
import { sha256, sha256InPool } from './digest'
import { asAppError, codeOf, display, joinBytes, keyOf, statOf, type PathBytes } from './paths'
import { unpack, type Packed } from './pack'
import type { Owner, Staging } from './staging'
import type { StageHeader } from './stage-header'
import type { StagedList } from './staged-list'

/** Chunks of one file unpacked and hashed at the same time. */
const UNDER_WAY = 4
/** Below this the thread pool costs more than it gives. */
const POOL_BYTES = 512 * 1024
const WRITE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL

/** A file being received. */
export interface Sunk {
  readonly header: StageHeader
  write(chunk: Packed): Promise<void>
  /** Checks that all came, and notes the file as staged. @throws AppError `bad-answer`, and nothing of it stays. */
  finish(): Promise<void>
  /** Nothing of the file stays. */
  abandon(): Promise<void>
}

interface Tools {
  readonly staging: Staging
  readonly list: StagedList
  readonly owner: Owner | undefined
}

/** Writes into the working folder of one root. */
export class StageWriter {
  readonly staging: Staging
  private readonly folders = new Set<string>()

  constructor(private readonly tools: Tools) {
    this.staging = tools.staging
  }

  /** Begins one entry. Folders and links are complete at once. */
  begin(header: StageHeader, rel: PathBytes): Sunk {
    const path = joinBytes(this.staging.incoming, rel)
    try {
      this.makeParents(rel)
      if (header.kind === 'folder') this.makeFolder(rel, placedMode(header))
      else this.clear(path, rel)
      if (header.kind === 'link') this.makeLink(header, path)
      if (header.kind === 'file' || header.kind === 'sqlite') return new SunkFile(this.tools, header, path)
    } catch (error) {
      throw explain(error, this.staging, header)
    }
    this.tools.list.add(entryOf(header))
    return new Complete(header)
  }

  private makeParents(rel: PathBytes): void {
    for (let slash = rel.indexOf('/'); slash !== -1; slash = rel.indexOf('/', slash + 1)) {
      this.makeFolder(rel.subarray(0, slash), undefined)
    }
  }

  /** Folders are always open to their owner: we have to work in them. */
  private makeFolder(rel: PathBytes, mode: number | undefined): void {
    const key = keyOf(rel)
    const path = joinBytes(this.staging.incoming, rel)
    if (!this.folders.has(key)) {
      const stats = statOf(path)
      if (stats !== undefined && !stats.isDirectory()) {
        this.tools.list.drop(rel)
        unlinkSync(path)
      }
      if (stats?.isDirectory() !== true) {
        mkdirSync(path, { mode: 0o700 })
        if (this.tools.owner !== undefined) lchownSync(path, this.tools.owner.uid, this.tools.owner.gid)
      }
      this.folders.add(key)
    }
    if (mode !== undefined) chmodSync(path, mode)
  }

  private makeLink(header: StageHeader, path: PathBytes): void {
    if (header.target === undefined) throw new AppError('bad-answer', 'A link came without its target.')
    symlinkSync(header.target, path)
    if (this.tools.owner !== undefined) lchownSync(path, this.tools.owner.uid, this.tools.owner.gid)
  }

  private clear(path: PathBytes, rel: PathBytes): void {
    const stats = statOf(path)
    if (stats === undefined) return
    if (stats.isDirectory()) {
      this.folders.clear()
      this.tools.list.drop(rel)
    }
    rmSync(path, { recursive: true })
  }
}

function entryOf({ path, pathBytes, kind, mode, mtimeMs, size, sha256: digest, target }: StageHeader) {
  return { path, pathBytes, kind, mode, mtimeMs, size, sha256: digest, target }
}

class Complete implements Sunk {
  constructor(readonly header: StageHeader) {}

  write(): Promise<void> {
    return Promise.reject(new AppError('bad-answer', `${display(this.header.path)} has no content.`))
  }

  finish(): Promise<void> {
    return Promise.resolve()
  }

  abandon(): Promise<void> {
    return Promise.resolve()
  }
}

/** One file being written. Chunks are unpacked and hashed side by side, then written and added to the whole in order. */
class SunkFile implements Sunk {
  private fd: number | undefined
  private readonly whole = createHash('sha256')
  private readonly underWay: Promise<Buffer>[] = []
  private begun = 0
  private writtenBytes = 0

  constructor(
    private readonly tools: Tools,
    readonly header: StageHeader,
    private readonly path: PathBytes,
  ) {
    this.fd = openSync(path, WRITE_NEW, 0o600)
  }

  async write(chunk: Packed): Promise<void> {
    const expected = this.header.chunks[this.begun]
    if (expected === undefined) throw this.wrong('has more content than was said')
    const next = this.check(chunk, {
      expected,
      plainBytes: Math.min(CHUNK_BYTES, this.header.size - this.begun * CHUNK_BYTES),
    })
    next.catch(() => undefined) // Reported when its turn comes.
    this.begun += 1
    this.underWay.push(next)
    while (this.underWay.length >= UNDER_WAY) await this.writeNext()
  }

  async finish(): Promise<void> {
    const { header, tools } = this
    while (this.underWay.length > 0) await this.writeNext()
    if (this.begun !== header.chunks.length) throw this.wrong('is not complete')
    if (this.writtenBytes !== header.size) throw this.wrong('has another size than was said')
    if (this.digest() !== header.sha256) throw this.wrong('has another content than was said')
    try {
      const { fd } = this
      if (fd === undefined) return
      fchmodSync(fd, placedMode(header))
      if (tools.owner !== undefined) fchownSync(fd, tools.owner.uid, tools.owner.gid)
      futimesSync(fd, header.mtimeMs / 1000, header.mtimeMs / 1000)
      this.fd = undefined
      closeSync(fd)
      tools.list.add(entryOf(header))
    } catch (error) {
      throw explain(error, tools.staging, header)
    }
  }

  /** The only chunk of a short file is the whole, and was hashed when it came. */
  private digest(): string {
    const [first, ...others] = this.header.chunks
    return first !== undefined && others.length === 0 ? first : this.whole.digest('hex')
  }

  async abandon(): Promise<void> {
    await Promise.allSettled(this.underWay)
    if (this.fd === undefined) return
    closeSync(this.fd)
    this.fd = undefined
    rmSync(this.path, { force: true })
  }

  private async check(
    chunk: Packed,
    { expected, plainBytes }: { readonly expected: string; readonly plainBytes: number },
  ): Promise<Buffer> {
    const bytes = await unpack(chunk, plainBytes)
    const digest = bytes.length < POOL_BYTES ? sha256(bytes) : await sha256InPool(bytes)
    if (digest !== expected) throw this.wrong('came damaged')
    return bytes
  }

  private async writeNext(): Promise<void> {
    const bytes = await this.underWay[0]
    void this.underWay.shift()
    if (bytes === undefined || this.fd === undefined) return
    const isLast = this.writtenBytes + bytes.length >= this.header.size
    if (bytes.length !== CHUNK_BYTES && !isLast) throw this.wrong('has a chunk of the wrong size')
    if (this.header.chunks.length > 1) this.whole.update(bytes)
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.fd, bytes, done)
    } catch (error) {
      throw explain(error, this.tools.staging, this.header)
    }
    this.writtenBytes += bytes.length
  }

  private wrong(what: string): AppError {
    return new AppError('bad-answer', `${display(this.header.path)} ${what}.`)
  }
}

/** The next step when the disk of the node is full. Nothing live was touched by then. */
export const NO_ROOM_HINT = 'Free some space there, or carry less, and plan again. What runs there was not touched.'

/** A full disk is told with what was needed and what there is. */
function explain(error: unknown, staging: Staging, header: StageHeader): AppError {
  const code = codeOf(error)
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return asAppError(error, Buffer.from(header.path))
  const { bavail, bsize } = statfsSync(staging.folder)
  return new AppError(
    'disk-full',
    `The disk of the node is full: ${display(header.path)} needs ${header.size} bytes, ${bavail * bsize} are free.`,
    { cause: error, hint: NO_ROOM_HINT },
  )
}
