import { closeSync } from 'node:fs'
import { realPathBytes } from './path'
import { AppError } from '../shared/errors'
import { MIB } from '../shared/units'
import { readFully } from './digest'
import { atOnce, type Handler } from './handler'
import type { Params, Result } from '../shared/protocol'
import { asAppError, codeOf, display, joinBytes, locate, resolveRoots, type PathBytes } from './paths'
import { openFile, statOpened } from './read-only'

const MAX_BYTES = 4 * MIB

/** Answers `text`: a small file's content. A link is followed only to where it stays inside its root. */
export const handleText: Handler<'text'> = params => atOnce(() => textOf(params))

function textOf(params: Params<'text'>): Result<'text'> {
  const { root, rel } = locate(resolveRoots(params.roots), params.file)
  const path = joinBytes(root.path, rel)
  const real = realPathOf(path)
  if (real === undefined) return { contentBase64: null, mode: 0 }
  if (!real.toString('latin1').startsWith(`${root.path.toString('latin1')}/`)) {
    throw new AppError('guard-refused', `${display(params.file.path)} leads out of its folder.`)
  }
  const fd = openFile(real)
  try {
    const stats = statOpened(fd)
    if (stats.size > MAX_BYTES)
      throw new AppError('output-too-large', `${display(params.file.path)} is no small text file.`)
    const content = Buffer.alloc(stats.size)
    const bytes = readFully(fd, content, 0)
    return { contentBase64: content.toString('base64', 0, bytes), mode: stats.mode & 0o7777 }
  } finally {
    closeSync(fd)
  }
}

function realPathOf(path: PathBytes): Buffer | undefined {
  try {
    return realPathBytes(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw asAppError(error, path)
  }
}
