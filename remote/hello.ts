import { userInfo } from 'node:os'
import * as zlib from 'node:zlib'
import { homeFolder, slashed } from './path'
import type { Result } from '../shared/protocol'
import type { Handler } from './handler'
import { sqliteModule } from './sqlite-module'

/** Who and what answers: the first question of every remote program. */
export const handleHello: Handler<'hello'> = () => {
  const { user, uid, home } = whoAmI()
  const answer: Result<'hello'> = {
    platform: process.platform,
    arch: process.arch,
    nodeVersion: process.versions.node,
    nodePath: process.execPath,
    home,
    user,
    uid,
    hasZstd: 'zstdCompress' in zlib,
    hasSqlite: sqliteModule() !== undefined,
    pid: process.pid,
  }
  return Promise.resolve(answer)
}

/** The account we run as. A uid without an entry in the user database still has a name: the environment's, or the number. */
export function whoAmI(): { readonly user: string; readonly uid: number; readonly home: string } {
  try {
    const { username, uid, homedir: home } = userInfo()
    if (process.platform === 'win32') {
      const { USERNAME: user = username, USERPROFILE, HOME } = process.env
      return { user, uid: -1, home: slashed(USERPROFILE ?? HOME ?? home) }
    }
    return { user: username, uid, home: process.env['HOME'] ?? home }
  } catch {
    const uid = process.getuid?.() ?? -1
    return { user: process.env['USER'] ?? process.env['USERNAME'] ?? String(uid), uid, home: homeFolder() }
  }
}
