import { fstatSync, lstatSync, statfsSync, type BigIntStats } from 'node:fs'
import type { Input } from './handler'
import { fromRef, keyOf, type PathBytes } from './paths'

/**
 * File systems of Linux that change a file's ctime themselves whenever its content changes, to the moment. Elsewhere
 * (network, FUSE, FAT) looks prove nothing, and every file is hashed.
 */
const HONEST_FILE_SYSTEMS: ReadonlySet<bigint> = new Set([
  0xef53n, // ext2 to ext4
  0x58465342n, // xfs
  0x9123683en, // btrfs
  0x2fc12fc1n, // zfs
  0xf2f52010n, // f2fs
  0xca451a4en, // bcachefs
  0x01021994n, // tmpfs
  0x794c7630n, // overlayfs
])

/** Kernels count file times in steps. A change this fresh may share its ctime with one that is still to come. */
const FRESH_NS = 2_000_000_000n

/** Says how files of one root look, as words that differ after any change of content. */
export class Stamps {
  private constructor(private readonly device: bigint) {}

  /** For a folder and what is beneath it on the same file system. Undefined where looks cannot be relied on. */
  static in(folder: PathBytes): Stamps | undefined {
    if (process.platform !== 'linux') return undefined
    try {
      if (!HONEST_FILE_SYSTEMS.has(BigInt.asUintN(32, statfsSync(folder, { bigint: true }).type))) return undefined
      return new Stamps(lstatSync(folder, { bigint: true }).dev)
    } catch {
      return undefined // Gone, or closed to us: the walk itself tells of it.
    }
  }

  /** The stamp of an opened file, to be taken before its content is read. Undefined while a change is too fresh. */
  ofOpened(fd: number): string | undefined {
    return this.wordsFor(fstatSync(fd, { bigint: true }))
  }

  /** The stamp of a file by its name; links are not followed. */
  ofPath(path: PathBytes): string | undefined {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stats?.isFile() === true ? this.wordsFor(stats) : undefined
  }

  /** ctime is what counts: unlike mtime, no program can set it back. */
  private wordsFor({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string | undefined {
    const ageNs = BigInt(Date.now()) * 1_000_000n - ctimeNs
    return dev !== this.device || ageNs < FRESH_NS ? undefined : `${size}:${mtimeNs}:${ctimeNs}:${ino}`
  }
}

/** Stamps that an earlier backup noted, by root and path: see {@link recordKey}. */
export type StampRecord = ReadonlyMap<string, string>

/** Under which key a record keeps a file. */
export function recordKey(root: string, rel: PathBytes): string {
  return `${root}\0${keyOf(rel)}`
}

/** Reads a record from a request's input. What does not fit the protocol is as if it were not there: it is hashed. */
export async function readRecord(input: AsyncIterable<Input>): Promise<StampRecord> {
  const record = new Map<string, string>()
  for await (const frame of input) {
    const files: unknown = 'item' in frame ? (frame.item as { readonly files?: unknown } | null)?.files : undefined
    for (const file of Array.isArray(files) ? (files as unknown[]) : []) {
      if (isRecorded(file)) record.set(recordKey(file.root, fromRef(file)), file.stamp)
    }
  }
  return record
}

interface Recorded {
  readonly root: string
  readonly path: string
  readonly pathBytes?: string
  readonly stamp: string
}

function isRecorded(file: unknown): file is Recorded {
  if (typeof file !== 'object' || file === null) return false
  const { root, path, pathBytes = '', stamp } = file as Readonly<Record<string, unknown>>
  return [root, path, pathBytes, stamp].every(word => typeof word === 'string')
}
