import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { comparable, dirname } from './path'
import { AppError } from '../shared/errors'
import type { Result } from '../shared/protocol'
import { readText } from './bounded-read'
import { readCrontab, writeCrontab } from './crontab'
import type { Handler } from './handler'
import { whoAmI } from './hello'
import { asAppError, display, statOf } from './paths'
import { stampOf } from './read-only'
import { lineHash, linesOf } from './traces/lines'
import { HEADING, isOurs, startUpFiles } from './traces/shell-lines'

const MAX_BYTES = 4 * 1024 * 1024
const BY_HAND = 'Take the lines out by hand.'

/**
 * Answers `unhook`: takes the lines with these hashes out of one start-up file or the crontab, and nothing else. Absent lines
 * count as done.
 * @throws AppError `guard-refused` for a file that is no start-up file, a link, or has several names.
 */
export const handleUnhook: Handler<'unhook'> = async ({ file, lines }) => {
  const home = whoAmI().home
  const hashes = new Set(lines)
  if (hashes.size === 0) return { removed: 0, absent: 0 }
  return file === null ? fromCrontab(hashes, home) : fromFile(file, hashes, await startUpFiles(home))
}

async function fromCrontab(hashes: ReadonlySet<string>, home: string): Promise<Result<'unhook'>> {
  const before = await readCrontab(home)
  const { text, removed, found } = without(before ?? '', hashes)
  if (removed > 0) {
    await writeCrontab(text, home)
    const left = without((await readCrontab(home)) ?? '', hashes).removed
    if (left > 0) throw new AppError('command-failed', 'The crontab still has the lines that were taken out.')
  }
  return { removed, absent: hashes.size - found }
}

function fromFile(file: string, hashes: ReadonlySet<string>, startUp: readonly string[]): Result<'unhook'> {
  if (!startUp.some(known => comparable(known) === comparable(file))) {
    throw new AppError('guard-refused', `${display(file)} is no start-up file of a shell; OCM does not change it.`)
  }
  try {
    const stats = statOf(file)
    if (stats === undefined) return { removed: 0, absent: hashes.size }
    if (stats.isSymbolicLink()) throw refused(file, 'is a link, which OCM does not replace')
    if (!stats.isFile()) throw refused(file, 'is not a file')
    const { text, removed, found } = without(readText(file, MAX_BYTES, 'latin1'), hashes)
    if (removed === 0) return { removed, absent: hashes.size }
    if (stats.nlink > 1) throw refused(file, 'has other names, which OCM would cut off from it')
    replace(file, text, stampOf(stats))
    return { removed, absent: hashes.size - found }
  } catch (error) {
    throw asAppError(error, file)
  }
}

/** A new file under the old name, with the old mode and owner, on disk before it takes the place. */
function replace(file: string, text: string, stamp: string): void {
  // Always the same name: what an earlier run was killed over is taken away by the next one.
  const fresh = `${file}.ocm-unhook`
  rmSync(fresh, { force: true })
  try {
    const fd = openSync(fresh, 'wx', 0o600)
    try {
      const bytes = Buffer.from(text, 'latin1')
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
      const now = statOf(file)
      if (now === undefined || stampOf(now) !== stamp) {
        throw new AppError('busy', `${display(file)} was changed meanwhile.`, { hint: 'Try again.' })
      }
      if (process.platform !== 'win32') {
        if (now.uid !== process.getuid?.() || now.gid !== process.getgid?.()) fchownSync(fd, now.uid, now.gid)
        fchmodSync(fd, now.mode & 0o7777)
      }
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
  syncFolder(dirname(file))
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return // It takes no folder for a file that could be synced.
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } catch {
    // Some file systems cannot sync folders; the rename is done all the same.
  } finally {
    closeSync(fd)
  }
}

function without(text: string, hashes: ReadonlySet<string>): { text: string; removed: number; found: number } {
  const lines = linesOf(text)
  const isNamed = (index: number): boolean => index < lines.length && hashes.has(lineHash(lines[index] ?? ''))
  // Each profile's block begins with the same heading: it goes with the line below, unless that is another profile's.
  const goes = (index: number): boolean => isNamed(index) && (!isHeadingOfBlock(lines, index) || isNamed(index + 1))
  const stays = (index: number): boolean => !goes(index) && !(isGap(lines, index) && goes(index + 1))
  // Each line keeps its own line feed, also when the last one of the file goes, which has none.
  const kept = lines.flatMap((line, index) => (stays(index) ? (index < lines.length - 1 ? `${line}\n` : line) : []))
  const gone = lines.filter((_, index) => goes(index)).map(lineHash)
  return { text: kept.join(''), removed: gone.length, found: new Set(gone).size }
}

function isHeadingOfBlock(lines: readonly string[], index: number): boolean {
  return HEADING.test(lines[index]?.trim() ?? '') && isOurs(lines, index + 1)
}

/**
 * True for the one empty line that OpenClaw puts between what was there and its block. It writes neither two of them nor one
 * at the very top: such lines are a person's. Before it writes, it takes all white space off the end of the file (2026.5.28
 * to 2026.9.6), so whether the line above it had a line feed cannot be told any more; it is given one, as nearly all have.
 */
function isGap(lines: readonly string[], index: number): boolean {
  const isAfterText = index > 0 && lines[index - 1]?.trim() !== ''
  return /^\r?$/.test(lines[index] ?? 'x') && isAfterText && HEADING.test(lines[index + 1]?.trimEnd() ?? '')
}

function refused(file: string, why: string): AppError {
  return new AppError('guard-refused', `${display(file)} ${why}.`, { hint: BY_HAND })
}
