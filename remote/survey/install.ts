import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute, isBeneath, join, ownNode, realPath, wordAsPath } from '../path'
import type { InstallMethod } from '../../shared/survey'
import type { z } from 'zod'
import type { OpenClawInstall } from '../../shared/survey'
import type { ProcessFacts } from '../../shared/process'
import { readTextIfThere } from '../bounded-read'
import { environmentOf, hasEnded } from '../proc'
import { runCommand } from '../run-command'
import { at, textOf } from '../values-of'
import { prefixOf } from '../traces/uninstall'
import { npmPrefixes } from '../windows/places'
import type { Service } from './service'

type Install = z.output<typeof OpenClawInstall>

const NAMES = ['openclaw', 'clawdbot', 'moltbot']
const LOGIN_SHELL_LIMIT_MS = 5_000

/** Where to look for an installation. */
export interface InstallClues {
  readonly services: readonly Service[]
  readonly processes: readonly ProcessFacts[]
  readonly home: string
}

/**
 * The installed package: what the service starts, else what runs, else what the usual places and a login shell offer.
 * Null when there is none.
 */
export async function findInstall(clues: InstallClues): Promise<Install | null> {
  for (const { facts } of clues.services) {
    const found = fromWords(facts.execStart, clues)
    if (found !== null) return found
  }
  for (const { argv, exe } of clues.processes.filter(one => isOfHome(one, clues.home))) {
    const found = fromWords([exe ?? '', ...argv.slice(1)], clues)
    if (found !== null) return found
  }
  for (const bin of usualPlaces(clues.home)) {
    const found = fromBin(bin, clues)
    if (found !== null) return found
  }
  const bin = await onLoginPath()
  return bin === null ? null : fromBin(bin, clues)
}

/** Another user's process, or one with another home, may run another OpenClaw than this set-up. */
function isOfHome(facts: ProcessFacts, home: string): boolean {
  const { pid, uid } = facts
  if (process.platform === 'win32') return uid === -1
  if (process.getuid !== undefined && uid !== process.getuid()) return false
  const named = environmentOf(pid)?.get('HOME')
  return named === undefined ? !hasEnded(facts) : named === home
}

/** `node [options] <entry> gateway ...`, or the command itself. */
function fromWords(words: readonly string[], clues: InstallClues): Install | null {
  const script = words.find(word => /\.(m?js)$/.test(word) && packageRootOf(word) !== null)
  if (script !== undefined) {
    const node = words[0] ?? ''
    return describe(script, { node: isNode(node) ? node : null, bin: null, home: clues.home })
  }
  const command = words.find(word => NAMES.includes(basename(word)) && isAbsolute(word))
  return command === undefined ? null : fromBin(command, clues)
}

/** A link to the entry script, or a small wrapper script that names it. */
function fromBin(bin: string, { home }: Pick<InstallClues, 'home'>): Install | null {
  const script = scriptOf(bin)
  return script === null ? null : describe(script, { node: null, bin, home })
}

/** The script of OpenClaw that a command leads to; null when it leads to none. */
export function scriptOf(bin: string): string | null {
  try {
    const real = realPath(bin)
    if (packageRootOf(real) !== null) return real
    const wrapper = readTextIfThere(real, 65_536) ?? ''
    const filled = wrapper.replaceAll(/\$\{?basedir\}?|%~?dp0%?/g, dirname(real))
    for (const [, quoted, bare] of filled.matchAll(/["']([^"'\n]*\.m?js)["']|(\/[^\s"']*\.m?js)/g)) {
      const script = wordAsPath(quoted ?? bare ?? '')
      if (existsSync(script) && packageRootOf(script) !== null) return script
    }
  } catch {
    // Not there or unreadable: the next place may have one.
  }
  return null
}

/** The folder above the script whose package.json is OpenClaw's; null when there is none. */
export function packageRootOf(script: string): string | null {
  let real: string
  try {
    real = realPath(script)
  } catch {
    return null // Named by a unit but gone.
  }
  for (let folder = dirname(real), depth = 0; depth < 3; folder = dirname(folder), depth++) {
    if (NAMES.includes(textOf(at(packageOf(folder), 'name')) ?? '')) return folder
  }
  return null
}

/** The package.json of a folder; null when there is none that can be read. */
export function packageOf(folder: string): unknown {
  try {
    return JSON.parse(readTextIfThere(join(folder, 'package.json')) ?? 'null')
  } catch {
    return null // Half-installed or damaged: not a package.
  }
}

interface Known {
  readonly node: string | null
  readonly bin: string | null
  readonly home: string
}

function describe(script: string, { node, bin, home }: Known): Install | null {
  const packageRoot = packageRootOf(script)
  if (packageRoot === null) return null
  const nodePath = node ?? nodeBeside(packageRoot) ?? ownNode()
  return {
    version: textOf(at(packageOf(packageRoot), 'version')) ?? 'unknown',
    method: methodOf(packageRoot, nodePath, home),
    packageRoot,
    entry: script,
    bin: bin ?? binOf(packageRoot, home),
    nodePath,
  }
}

/** `<prefix>/lib/node_modules/openclaw` has its command and often its Node in `<prefix>/bin`; on Windows all in the prefix. */
function nodeBeside(packageRoot: string): string | null {
  const path = join(commandsOf(prefixOf(packageRoot)), process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(path) ? path : null
}

/** Where the commands of a prefix lie. */
export function commandsOf(prefix: string): string {
  return process.platform === 'win32' ? prefix : join(prefix, 'bin')
}

function binOf(packageRoot: string, home: string): string | null {
  const name = basename(packageRoot)
  const beside = NAMES.includes(name) ? [join(commandsOf(prefixOf(packageRoot)), name)] : []
  return [...beside, ...usualPlaces(home)].find(path => leadsInto(path, packageRoot)) ?? null
}

function leadsInto(bin: string, packageRoot: string): boolean {
  try {
    const real = realPath(bin)
    if (isBeneath(real, packageRoot)) return true
    return (readTextIfThere(real, 65_536) ?? '').includes(packageRoot)
  } catch {
    return false // Not there.
  }
}

function methodOf(packageRoot: string, nodePath: string, home: string): InstallMethod {
  if (process.platform !== 'win32' && (existsSync('/.dockerenv') || existsSync('/run/.containerenv')))
    return 'container'
  return methodByPlace(packageRoot, nodePath, home)
}

/** How a package came onto the machine, told by where it is. */
export function methodByPlace(packageRoot: string, nodePath: string, home: string): InstallMethod {
  if (/[\\/]pnpm[\\/]/.test(packageRoot)) return 'pnpm'
  if (/[\\/]\.bun[\\/]/.test(packageRoot)) return 'bun'
  if (existsSync(join(packageRoot, '.git'))) return 'git'
  if (/[\\/]\.openclaw(-[^\\/]+)?[\\/]/.test(packageRoot)) return 'install-cli'
  if (!/[\\/]node_modules[\\/](openclaw|clawdbot|moltbot)$/.test(packageRoot)) return 'unknown'
  const prefix = prefixOf(packageRoot)
  if (process.platform === 'win32') return npmPrefixes(home).includes(prefix) ? 'npm-global' : 'npm-prefix'
  const globals = [join(dirname(nodePath), '..'), '/usr', '/usr/local', '/opt/homebrew', join(home, '.npm-global')]
  return globals.includes(prefix) || /[\\/](npm|\.nvm|fnm|nodejs)[\\/]/.test(packageRoot) ? 'npm-global' : 'npm-prefix'
}

/** Where the commands of OpenClaw usually are. */
export function usualPlaces(home: string): string[] {
  if (process.platform === 'win32') return npmPrefixes(home).flatMap(folder => NAMES.map(name => join(folder, name)))
  const folders = [
    join(dirname(ownNode())),
    '/usr/local/bin',
    '/usr/bin',
    join(home, '.npm-global/bin'),
    join(home, '.local/bin'),
    join(home, '.openclaw/bin'),
    join(home, '.local/share/pnpm'),
    join(home, 'Library/pnpm'),
    join(home, '.bun/bin'),
    '/opt/homebrew/bin',
  ]
  return folders.flatMap(folder => NAMES.map(name => join(folder, name)))
}

function isNode(path: string): boolean {
  return /(^|[\\/])(node|nodejs|node-\d+|bun)(\.exe)?$/i.test(path)
}

async function onLoginPath(): Promise<string | null> {
  if (process.platform === 'win32') return null
  try {
    const shell = process.env['SHELL'] ?? '/bin/sh'
    const search = NAMES.map(name => `command -v ${name}`).join(' || ')
    const { stdout } = await runCommand([shell, '-lc', search], { limitMs: LOGIN_SHELL_LIMIT_MS })
    return stdout.split('\n').findLast(line => line.startsWith('/')) ?? null
  } catch {
    return null // A login shell that hangs or fails offers nothing.
  }
}
