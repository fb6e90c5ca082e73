import { lstatSync, opendirSync, type Dir, type Stats } from 'node:fs'
import { codeOf } from '../paths'

/**
 * Paths here are text with one character per byte (latin1): exact for any name, and as fast as text. {@link pathOf} gives what
 * the kernel is asked with, {@link shownPath} what people see.
 */
export type ByteText = string

const BATCH = 64
const NOT_ASCII = /[\u0080-\u00ff]/

/** What file functions take for a path of bytes. */
export function pathOf(path: ByteText): string | Buffer {
  return NOT_ASCII.test(path) ? Buffer.from(path, 'latin1') : path
}

/** A path as bytes in text form. */
export function bytesOf(path: string): ByteText {
  return NOT_ASCII.test(path) || /[^\u0000-\u007f]/.test(path) ? Buffer.from(path, 'utf8').toString('latin1') : path
}

/** The path as UTF-8, as far as it is. */
export function shownPath(path: ByteText): string {
  return NOT_ASCII.test(path) ? Buffer.from(path, 'latin1').toString('utf8') : path
}

/** lstat; undefined when it is gone. @throws other system errors. */
export function look(path: ByteText): Stats | undefined {
  return lstatSync(pathOf(path), { throwIfNoEntry: false })
}

/** One name in a folder. A link is a link, whatever it leads to. */
export interface Entry {
  readonly name: ByteText
  readonly kind: 'file' | 'folder' | 'other'
}

/**
 * The names in a folder, a few at a time: a folder of hundreds of thousands takes no more memory than a small one.
 * A folder that went meanwhile has none. @throws other system errors.
 */
export function* entriesIn(folder: ByteText): Generator<Entry> {
  let dir: Dir
  try {
    dir = opendirSync(pathOf(folder), { encoding: 'latin1', bufferSize: BATCH })
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return
    throw error
  }
  try {
    for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
      yield { name: entry.name, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other' }
    }
  } finally {
    dir.closeSync()
  }
}

/** `folder/name`; an empty folder gives the name alone. */
export function within(folder: ByteText, name: ByteText): ByteText {
  return folder === '' ? name : `${folder}/${name}`
}
