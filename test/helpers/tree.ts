import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from './remote-context'

/** How often a tree is looked at again when a file went between its listing and its reading. */
const LOOKS = 20

/**
 * Everything beneath a folder as comparable lines: kind, mode, time, size and content, or a link's target.
 * Where a program replaced a file meanwhile, all is looked at again: half a picture proves nothing.
 */
export function treeOf(folder: string): readonly string[] {
  for (let look = 1; ; look += 1) {
    try {
      return namesBeneath(Buffer.from(folder), Buffer.alloc(0))
        .map(name => lineOf(folder, name))
        .sort()
    } catch (error) {
      if (look === LOOKS || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

function namesBeneath(folder: Buffer, rel: Buffer): readonly Buffer[] {
  return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }).flatMap(entry => {
    const slash = Buffer.from('/')
    const name = rel.length === 0 ? entry.name : Buffer.concat([rel, slash, entry.name])
    return entry.isDirectory() ? [name, ...namesBeneath(Buffer.concat([folder, slash, entry.name]), name)] : [name]
  })
}

function lineOf(folder: string, name: Buffer): string {
  const path = Buffer.concat([Buffer.from(`${folder}/`), name])
  const shown = name.toString('latin1')
  const stats = lstatSync(path)
  const mode = (stats.mode & 0o7777).toString(8)
  if (stats.isSymbolicLink()) return `${shown} -> ${readlinkSync(path)}`
  if (stats.isDirectory()) return `${shown}/ ${mode}`
  return `${shown} ${mode} ${stats.mtimeMs} ${sha256(readFileSync(path))}`
}

/** Names directly in a folder. */
export function namesIn(folder: string): readonly string[] {
  return readdirSync(join(folder)).sort()
}
