import { existsSync } from 'node:fs'
import { commandFolders, dirname, join, ownNode, slashed } from '../path'

/** Folders of Windows that programs are told of by variables. */
function folderOf(variable: string, otherwise: string): string {
  const told = process.env[variable] ?? ''
  return told === '' ? otherwise : slashed(told)
}

/** Where Windows keeps what belongs to an account and follows it. */
export function roamingFolder(home: string): string {
  return folderOf('APPDATA', join(home, 'AppData/Roaming'))
}

/** Where Windows keeps what belongs to an account on this machine. */
export function localFolder(home: string): string {
  return folderOf('LOCALAPPDATA', join(home, 'AppData/Local'))
}

/** Where npm puts packages for all projects, most likely first. Their commands lie in the same folder, modules in one beneath. */
export function npmPrefixes(home: string): string[] {
  const local = localFolder(home)
  return [
    join(roamingFolder(home), 'npm'),
    dirname(ownNode()),
    join(folderOf('ProgramFiles', 'C:/Program Files'), 'nodejs'),
    join(local, 'OpenClaw/deps/portable-node'),
    join(local, 'Volta/tools/image/packages/openclaw'),
    ...(process.env['NVM_SYMLINK'] === undefined ? [] : [slashed(process.env['NVM_SYMLINK'])]),
    join(home, 'scoop/persist/nodejs/bin'),
    join(home, 'scoop/persist/nodejs-lts/bin'),
    join(home, '.npm-global'),
  ]
}

/** npm's own script; null when there is none to be found. npm's command would look for a `node` on the way. */
export function npmScript(prefix: string, home: string): string | null {
  const folders = [prefix, ...npmPrefixes(home), ...commandFolders()]
  const scripts = [...new Set(folders)].map(folder => join(folder, 'node_modules/npm/bin/npm-cli.js'))
  return scripts.find(path => existsSync(path)) ?? null
}
