import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { SnapshotFile } from '../shared/backup'
import { sha256OfFile } from './digest'
import { codeOf, fromRef, joinBytes, keyOf, statOf, type PathBytes } from './paths'
import type { Staging } from './staging'

/** One staged file, folder or link, as the list on disk has it. */
export interface StagedEntry extends Pick<SnapshotFile, 'path' | 'kind' | 'mode' | 'mtimeMs' | 'size' | 'sha256'> {
  readonly pathBytes?: string | undefined
  readonly target?: string | undefined
}

type Line = { readonly boot: string } | { readonly dropped: string } | { readonly entry: StagedEntry }

const FLUSH_LINES = 256

/** The list of what is completely staged, appended as files come in. What is in no line does not count. */
export class StagedList {
  private readonly fd: number
  private lines: Line[] = [{ boot: bootId() }]

  constructor(staging: Staging) {
    this.fd = openSync(listPath(staging), 'a', 0o600)
  }

  add(entry: StagedEntry): void {
    this.lines.push({ entry })
    if (this.lines.length >= FLUSH_LINES) this.flush()
  }

  /** The file does not count any more; known on disk before this returns. */
  drop(path: PathBytes): void {
    this.lines.push({ dropped: keyOf(path) })
    this.flush()
    fsyncSync(this.fd)
  }

  flush(): void {
    // Starts with a line end, so that what a crash tore before stays a line of its own.
    const text = this.lines.map(line => `\n${JSON.stringify(line)}`).join('')
    this.lines = []
    if (text !== '') writeSync(this.fd, `${text}\n`)
  }

  /** To be called once nothing more comes. */
  close(): void {
    try {
      this.flush()
    } catch (error) {
      if (codeOf(error) === '') throw error
      // A full disk: what is not in the list is sent again.
    } finally {
      closeSync(this.fd)
    }
  }
}

/** What is staged, by path key; `lost` are those whose file does not look as noted (any more). */
export interface Staged {
  readonly entries: ReadonlyMap<string, StagedEntry>
  readonly lost: readonly StagedEntry[]
}

/** Reads the list and compares it with what is there. */
export function readStaged(staging: Staging): Staged {
  const noted = new Map<string, { readonly entry: StagedEntry; readonly boot: string }>()
  let boot = ''
  for (const line of linesOf(listPath(staging))) {
    if ('boot' in line) boot = line.boot
    else if ('dropped' in line)
      for (const key of [...noted.keys()].filter(key => isWithin(key, line.dropped))) noted.delete(key)
    else noted.set(keyOf(fromRef(line.entry)), { entry: line.entry, boot })
  }
  const now = bootId()
  const entries = new Map<string, StagedEntry>()
  const lost: StagedEntry[] = []
  for (const [key, { entry, boot: stagedIn }] of noted) {
    if (isAsNoted(staging, key, entry, { hasRebooted: stagedIn !== now })) entries.set(key, entry)
    else lost.push(entry)
  }
  return { entries, lost }
}

function isWithin(key: string, path: string): boolean {
  return key === path || key.startsWith(`${path}/`)
}

function isAsNoted(
  staging: Staging,
  key: string,
  entry: StagedEntry,
  { hasRebooted }: { readonly hasRebooted: boolean },
): boolean {
  const path = joinBytes(staging.incoming, Buffer.from(key, 'latin1'))
  const stats = statOf(path)
  if (entry.kind === 'folder') return stats?.isDirectory() === true
  if (entry.kind === 'link') return stats?.isSymbolicLink() === true
  if (stats?.isFile() !== true || stats.size !== entry.size) return false
  if (Math.abs(stats.mtimeMs - entry.mtimeMs) > 2) return false
  // Content is not synced while it is staged: after a crash of the machine, size and time prove nothing.
  return !hasRebooted || sha256OfFile(path) === entry.sha256
}

function listPath(staging: Staging): PathBytes {
  return joinBytes(staging.folder, Buffer.from('staged.jsonl'))
}

function linesOf(path: PathBytes): Line[] {
  return readLines(path).map(line => line as Line)
}

/** JSON lines of a file. What a crash tore is passed over: such a line was never acted on. */
export function readLines(path: PathBytes): unknown[] {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
  return content.split('\n').flatMap(line => {
    try {
      return line === '' ? [] : [JSON.parse(line) as unknown]
    } catch {
      return [] // Torn.
    }
  })
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return 'unknown' // Not Linux: then a restart goes unnoticed, and the commit's own checks have to do.
  }
}
