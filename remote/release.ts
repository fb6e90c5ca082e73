import { closeSync } from 'node:fs'
import type { Handler } from './handler'

/** Answers `release`: closes the open databases. Copies have no name, so they are gone with that. */
export const handleRelease: Handler<'release'> = (_params, { session }) => {
  const files = [...session.copies.values()]
  session.copies.clear()
  for (const { fd } of files) closeSync(fd)
  return Promise.resolve({})
}
