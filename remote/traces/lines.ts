import { createHash } from 'node:crypto'
import type { Trace } from '../../shared/deletion'
import { masked } from './mask'

/**
 * Lines of a text without their line feeds. `text` holds one character per byte (latin1), so that what is not UTF-8 stays as
 * it is.
 */
export function linesOf(text: string): string[] {
  return text.split('\n')
}

/** SHA-256 (hex) of a line as it is in its file, without the line feed. */
export function lineHash(line: string): string {
  return createHash('sha256').update(line, 'latin1').digest('hex')
}

/** A line as a trace tells it. */
export function traceLine(line: string): Trace['lines'][number] {
  return { text: masked(Buffer.from(line, 'latin1').toString('utf8')), sha256: lineHash(line) }
}
