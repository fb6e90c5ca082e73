import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { basename, commandFolders, dirname, isAbsolute, isBeneath, join, ownNode, wordAsPath } from '../path'
import type { Trace } from '../../shared/deletion'
import type { ProcessFacts } from '../../shared/process'
import { readTextIfThere } from '../bounded-read'
import { runCommand } from '../run-command'
import { localFolder, npmPrefixes, roamingFolder } from '../windows/places'
import { commandsOf, methodByPlace, packageOf, packageRootOf, scriptOf, usualPlaces } from '../survey/install'
import { at, textOf } from '../values-of'
import { FAMILY, isInReach, realOf, statsOf, traceOf, type Look } from './look'
import { ownWork } from './own-work'
import { measured, needsRootFor, refusalFor } from './removal'
import { prefixOf, uninstallOf } from './uninstall'

const NAMES = ['openclaw', 'clawdbot', 'moltbot']
/** On Windows npm makes a command for each shell; elsewhere there is but the first. */
const ENDINGS = ['', '.cmd', '.ps1']
const LOGIN_SHELL_LIMIT_MS = 5_000
const MAX_PACKAGES = 50
const MAX_WRAPPER_BYTES = 65_536

/** Every installation of this machine that the login can use, and commands that lead nowhere any more. */
export async function findPackages(
  foreign: readonly ProcessFacts[],
  look: Look,
): Promise<{ traces: Trace[]; version: string | null }> {
  const { home } = look.account
  const folders = [...new Set([...binFolders(home), ...(await pathsOfLoginShell(look))])]
  const commands = folders
    .flatMap(folder => NAMES.flatMap(name => ENDINGS.map(ending => join(folder, `${name}${ending}`))))
    .filter(path => statsOf(path) !== undefined && isInReach(dirname(path), home))
  const byRoot = new Map<string, Set<string>>()
  const add = (root: string | null, command?: string): void => {
    if (root === null || !isInReach(root, home)) return
    const known = byRoot.get(root) ?? new Set<string>()
    byRoot.set(root, command === undefined ? known : known.add(command))
  }
  const roots = usualRoots(home)
  for (const root of roots) add(packageRootOf(join(root, 'package.json')))
  for (const { facts } of look.services) for (const word of facts.execStart) add(rootOfWord(word))
  const broken = roots.filter(root => isHalfGone(root) && isInReach(root, home))
  for (const command of commands) {
    const script = scriptOf(command)
    if (script !== null) add(packageRootOf(script), command)
    else if (isOursThatBroke(command)) broken.push(command)
  }
  if (byRoot.size > MAX_PACKAGES) look.notSeen('Installations', `Only the first ${MAX_PACKAGES} are listed.`)
  const traces: Trace[] = []
  for (const [root, paths] of [...byRoot].slice(0, MAX_PACKAGES)) {
    traces.push(await packageTrace(root, [...paths], { foreign, look }))
  }
  const versions = [...byRoot.keys()].map(root => textOf(at(packageOf(root), 'version')))
  return { traces: [...traces, ...broken.map(remainder)], version: versions.find(Boolean) ?? null }
}

async function packageTrace(
  root: string,
  commands: readonly string[],
  { foreign, look }: { readonly foreign: readonly ProcessFacts[]; readonly look: Look },
): Promise<Trace> {
  const { home } = look.account
  const version = textOf(at(packageOf(root), 'version')) ?? 'unknown'
  const name = textOf(at(packageOf(root), 'name')) ?? 'openclaw'
  const prefix = prefixOf(root)
  const nodeBeside = join(commandsOf(prefix), process.platform === 'win32' ? 'node.exe' : 'node')
  const method = methodByPlace(root, existsSync(nodeBeside) ? nodeBeside : ownNode(), home)
  const needsRoot = [root, ...commands].some(needsRootFor)
  const isOurs = isBeneath(realOf(root), realOf(home))
  const isInState = look.profiles.some(({ stateDir }) => isBeneath(root, realOf(stateDir)))
  const users = isOurs ? null : usersOf(root, foreign, home)
  return traceOf(
    { kind: 'package', key: root, name: `${name} ${version} (${method}) in ${root}` },
    {
      path: root,
      scope: isOurs ? 'user' : 'system',
      profile: isInState
        ? (look.profiles.find(({ stateDir }) => isBeneath(root, realOf(stateDir)))?.name ?? null)
        : null,
      refusal: users ?? (method === 'git' ? await ownWork(root) : null),
      needsRoot,
      uninstall: uninstallOf({ root, name, method, home }),
      paths: [root, ...commands],
      size: await measured(root, look),
    },
  )
}

/** A program for all stays while somebody else runs it, or has state for it. */
function usersOf(root: string, foreign: readonly ProcessFacts[], own: string): string | null {
  const [other] = foreign
  if (other !== undefined) return `Another account runs OpenClaw too (process ${other.pid} of uid ${other.uid}).`
  const home = otherHomes(own).find(path => existsSync(join(path, '.openclaw')))
  return home === undefined ? null : `Another account has OpenClaw set up too (${home}), and ${root} is for all.`
}

function otherHomes(own: string): string[] {
  // On macOS people are in a directory service, and their homes in one folder.
  if (process.platform === 'darwin') return inside('/Users').filter(path => realOf(path) !== realOf(own))
  if (process.platform === 'win32') return inside(dirname(own)).filter(path => realOf(path) !== realOf(own))
  const uid = process.getuid?.() ?? -1
  const lines = (readTextIfThere('/etc/passwd') ?? '').split('\n').slice(0, 1_000)
  return lines.flatMap(line => {
    const [, , id, , , home] = line.split(':')
    return home === undefined || Number(id) === uid || !/^\/(home|root|Users|srv|var\/lib)\b/.test(home) ? [] : home
  })
}

/** What is left of an installation: a command that leads nowhere, or a folder that was not removed whole. */
function remainder(path: string): Trace {
  const needsRoot = needsRootFor(path)
  return traceOf(
    { kind: 'package', key: path, name: `${path} (left of an installation)` },
    { path, paths: [path], refusal: isOutsideGuard(path) ? null : refusalFor(path), needsRoot },
  )
}

/** Where the guard lets nothing be removed, root's own commands do it. */
function isOutsideGuard(path: string): boolean {
  return needsRootFor(path) || path.startsWith('/usr/')
}

/** A link or wrapper of an installation that is gone. A script of one's own of the same name is not meant. */
function isOursThatBroke(path: string): boolean {
  const script = new RegExp(`[\\\\/](${FAMILY})([\\\\/].*)?\\.m?js\\b`)
  try {
    if (lstatSync(path).isSymbolicLink()) return !existsSync(path) && script.test(readlinkSync(path))
    return script.test(readTextIfThere(path, MAX_WRAPPER_BYTES) ?? '')
  } catch {
    return false // A program of another kind, or closed to us.
  }
}

/** A folder where only packages are put, of our name or of npm's name for one that it was about to remove. */
function isHalfGone(root: string): boolean {
  const isModule = basename(dirname(root)) === 'node_modules'
  return isModule && statsOf(root)?.isDirectory() === true && !existsSync(join(root, 'package.json'))
}

function rootOfWord(word: string): string | null {
  if (!isAbsolute(word)) return null
  if (/\.m?js$/.test(word)) return packageRootOf(word)
  const script = NAMES.includes(basename(word).replace(/\.(cmd|ps1)$/i, '')) ? scriptOf(word) : null
  return script === null ? null : packageRootOf(script)
}

/** Folders where version managers and package managers put global packages. */
function usualRoots(home: string): string[] {
  const prefixes = [
    ...['/usr', '/usr/local', '/opt/homebrew', join(dirname(ownNode()), '..')],
    ...['.npm-global', '.local', 'n', '.npm-packages', '.npm'].map(name => join(home, name)),
    npmPrefix(home),
    process.env['npm_config_prefix'] ?? process.env['NPM_CONFIG_PREFIX'] ?? '',
    ...stateDirsIn(home).flatMap(state => [state, join(state, 'npm'), ...inside(join(state, 'tools'))]),
    ...inside(join(home, '.nvm/versions/node')),
    ...inside(join(home, '.local/share/fnm/node-versions')).map(path => join(path, 'installation')),
    ...inside(join(home, '.fnm/node-versions')).map(path => join(path, 'installation')),
    ...inside(join(home, '.volta/tools/image/node')),
    ...inside(join(home, '.asdf/installs/nodejs')),
    ...inside(join(home, '.local/share/mise/installs/node')),
    ...inside('/usr/local/n/versions/node'),
  ].filter(isAbsolute)
  const pnpm = [process.env['PNPM_HOME'] ?? '', join(home, '.local/share/pnpm'), join(home, 'Library/pnpm')]
  const modules = [
    ...(process.platform === 'win32' ? windowsModules(home, prefixes) : []),
    ...prefixes.map(prefix => join(prefix, 'lib/node_modules')),
    ...pnpm.flatMap(folder => inside(join(folder, 'global'))).map(folder => join(folder, 'node_modules')),
    join(process.env['BUN_INSTALL'] ?? join(home, '.bun'), 'install/global/node_modules'),
    join(home, '.config/yarn/global/node_modules'),
  ]
  const retired = new RegExp(`^\\.(${FAMILY})-[A-Za-z0-9]{8}$`)
  return [
    ...modules.flatMap(folder => NAMES.map(name => join(folder, name))),
    ...modules.flatMap(folder => inside(folder).filter(path => retired.test(basename(path)))),
    ...checkouts(home),
  ]
}

function windowsModules(home: string, prefixes: readonly string[]): string[] {
  const versions = inside(join(roamingFolder(home), 'nvm'))
  const pnpm = inside(join(localFolder(home), 'pnpm/global'))
  return [...npmPrefixes(home), ...prefixes, ...versions, ...pnpm].map(folder => join(folder, 'node_modules'))
}

function checkouts(home: string): string[] {
  return [process.env['OPENCLAW_GIT_DIR'] ?? '', ...NAMES.map(name => join(home, name))].filter(path =>
    existsSync(join(path, '.git')),
  )
}

function npmPrefix(home: string): string {
  try {
    const prefix = /^\s*prefix\s*=\s*"?([^"\n]+?)"?\s*$/m.exec(readTextIfThere(join(home, '.npmrc')) ?? '')?.[1] ?? ''
    return wordAsPath(prefix.replace(/^~(?=[\\/])|^\$\{HOME\}/, home))
  } catch {
    return '' // Unreadable: the usual places remain.
  }
}

function stateDirsIn(home: string): string[] {
  return inside(home).filter(path => new RegExp(`^\\.(${FAMILY})(-.+)?$`).test(basename(path)))
}

function binFolders(home: string): string[] {
  const prefixes = usualRoots(home)
    .filter(root => root.includes(process.platform === 'win32' ? '/node_modules/' : '/lib/node_modules/'))
    .map(prefixOf)
  return [
    ...commandFolders(),
    ...usualPlaces(home).map(path => dirname(path)),
    ...prefixes.map(commandsOf),
    ...stateDirsIn(home).map(state => join(state, 'bin')),
    join(home, '.local/share/pnpm/bin'),
    join(home, 'bin'),
    join(home, '.yarn/bin'),
  ].filter(isAbsolute)
}

/** What a login shell adds to the way, where the commands of people are. */
async function pathsOfLoginShell(look: Look): Promise<string[]> {
  if (process.platform === 'win32') return []
  const shell = process.env['SHELL'] ?? '/bin/sh'
  try {
    const { stdout } = await runCommand([shell, '-lc', 'printf "ocm-path:%s\\n" "$PATH"'], {
      limitMs: LOGIN_SHELL_LIMIT_MS,
    })
    return commandFolders(/^ocm-path:(.*)$/m.exec(stdout)?.[1] ?? '')
  } catch (error) {
    look.notSeen('Commands of a login shell', (error as Error).message)
    return []
  }
}

function inside(folder: string): string[] {
  try {
    return readdirSync(folder).map(name => join(folder, name))
  } catch {
    return [] // Most of these folders do not exist.
  }
}
