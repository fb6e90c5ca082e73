import { closeSync } from 'node:fs'
import type { Handler } from './handler'
import { removeEmptied } from './sqlite-copy'

/** Answers `release`: closes the open databases. Copies have no name, so they are gone with that. */
export const handleRelease: Handler<'release'> = (_params, { session }) => {
  const files = [...session.copies.values()]
  session.copies.clear()
  for (const { fd } of files) closeSync(fd)
  removeEmptied()
  return Promise.resolve({})
}
