import { accessSync, constants } from 'node:fs'
import { commandFolders, dirname, join, ownNode, realPath } from '../path'
import type { Argv } from '../../shared/argv'
import type { InstallMethod } from '../../shared/survey'
import { npmScript } from '../windows/places'

/** One installed package. */
export interface Installed {
  readonly root: string
  /** As its package.json says: the name that its manager knows it by. */
  readonly name: string
  readonly method: InstallMethod
  readonly home: string
}

/** `<prefix>/lib/node_modules/openclaw`, and on Windows `<prefix>/node_modules/openclaw`. */
export function prefixOf(root: string): string {
  const isFlat = process.platform === 'win32' && !/\/lib\/node_modules\/[^/]+$/.test(root)
  return isFlat ? join(root, '..', '..') : join(root, '..', '..', '..')
}

/**
 * How the manager that installed a package takes it away; null when that manager is gone, or never was one (a checkout, a
 * folder inside the state directory).
 */
export function uninstallOf(installed: Installed): Argv | null {
  const keg = KEG.exec(installed.root)
  if (keg !== null) return brew(keg[1] ?? '', keg[2] ?? '')
  if (process.platform === 'win32') return onWindows(installed)
  switch (installed.method) {
    case 'npm-global':
    case 'npm-prefix':
      return npm(installed)
    case 'pnpm':
      return pnpm(installed)
    case 'bun':
      return bun(installed)
    default:
      return null
  }
}

/**
 * Where Homebrew keeps what a formula of OpenClaw installed: `<prefix>/Cellar/<formula>/<version>/...`. In the keg of another,
 * such as Node's, lies what npm put there: that formula is not ours to take away.
 */
const KEG = /^(.+)\/Cellar\/((?:openclaw|clawdbot|moltbot)(?:[-@][^/]+)?)\/[^/]+\//

function brew(prefix: string, formula: string): Argv | null {
  const program = [join(prefix, 'bin/brew'), ...onPath('brew')].find(isRunnable)
  return program === undefined
    ? null
    : ['/usr/bin/env', 'HOMEBREW_NO_AUTO_UPDATE=1', program, 'uninstall', '--formula', formula]
}

/** The others want variables in their way that only a shell could give them there: they are left to the person. */
function onWindows({ root, name, method, home }: Installed): Argv | null {
  if (method !== 'npm-global' && method !== 'npm-prefix') return null
  const prefix = prefixOf(root)
  const script = npmScript(prefix, home)
  if (script === null || !root.endsWith(`/node_modules/${name}`)) return null
  return [ownNode(), script, ...wordsOfNpm(prefix, name)]
}

function wordsOfNpm(prefix: string, name: string): readonly string[] {
  return ['uninstall', '--global', '--prefix', prefix, '--no-audit', '--no-fund', name]
}

/** The prefix is named: what `npm prefix -g` says depends on the shell and on `.npmrc`. */
function npm({ root, name }: Installed): Argv | null {
  const prefix = prefixOf(root)
  const nearest = [join(prefix, 'bin/npm'), join(dirname(ownNode()), 'npm'), ...onPath('npm')].find(isRunnable)
  if (nearest === undefined || !root.endsWith(`/lib/node_modules/${name}`)) return null
  return [...throughNode(nearest), ...wordsOfNpm(prefix, name)]
}

/** npm is a script that looks for `node` on the way, and there may be none over SSH: so its own Node runs it. */
function throughNode(npmPath: string): Argv {
  const script = realPath(npmPath)
  const node = [join(dirname(npmPath), 'node'), ownNode()].find(isRunnable)
  return /\.c?js$/.test(script) && node !== undefined ? [node, script] : [npmPath]
}

function pnpm({ root, name, home }: Installed): Argv | null {
  const own = root.split(/[\\/]global[\\/]|[\\/]\.pnpm[\\/]/)[0]
  const homes = [own ?? '', process.env['PNPM_HOME'] ?? '', join(home, '.local/share/pnpm'), join(home, 'Library/pnpm')]
  const base = homes.find(folder => folder.endsWith('pnpm')) ?? join(home, '.local/share/pnpm')
  const program = [
    join(base, 'pnpm'),
    join(base, 'bin/pnpm'),
    join(dirname(ownNode()), 'pnpm'),
    ...onPath('pnpm'),
  ].find(isRunnable)
  if (program === undefined) return null
  // pnpm refuses global work unless its own folder is on the way.
  const path = [base, join(base, 'bin'), dirname(program), dirname(ownNode()), '/usr/bin', '/bin'].join(':')
  return ['/usr/bin/env', `PNPM_HOME=${base}`, `PATH=${path}`, program, 'remove', '--global', name]
}

function bun({ root, name, home }: Installed): Argv | null {
  const base = root.split('/install/global/')[0] ?? join(home, '.bun')
  const program = [join(base, 'bin/bun'), ...onPath('bun')].find(isRunnable)
  if (program === undefined) return null
  return ['/usr/bin/env', `BUN_INSTALL=${base}`, program, 'remove', '--global', name]
}

function onPath(name: string): string[] {
  return commandFolders().map(folder => join(folder, name))
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false // Not there.
  }
}
