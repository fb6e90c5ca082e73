import { AppError } from '../../shared/errors'
import type { Argv } from '../../shared/plan'

const PLAIN = /^[\w%+,./:@-]+$/

/**
 * Quotes one word for a POSIX shell. It cannot stop a word being read as an option: callers put `--` before values.
 *
 * @throws AppError `bad-input` for a NUL byte, which no argument can hold.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new AppError('bad-input', 'A command word cannot hold a NUL byte.')
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** One shell line that runs exactly these words. */
export function commandLine(argv: Argv): string {
  return argv.map(quote).join(' ')
}
