/** The system packages that set-up needs on Linux: what is missing, what for, and on Debian or Ubuntu as root their installation. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Each need: its package, how to see that it is there, and what does not work without it; nothing, where it only spares time.
 * @type {readonly { name: string, program?: string, file?: string, modes: readonly string[], without?: string }[]}
 */
const NEEDS = [
  { name: 'python3', program: 'python3', modes: ['*'], without: 'building keytar' },
  { name: 'make', program: 'make', modes: ['*'], without: 'building keytar' },
  { name: 'g++', program: 'g++', modes: ['*'], without: 'building keytar' },
  { name: 'pkg-config', program: 'pkg-config', modes: ['*'], without: 'building keytar' },
  {
    name: 'libsecret-1-dev',
    file: '/usr/include/libsecret-1/libsecret/secret.h',
    modes: ['*'],
    without: 'building keytar',
  },
  { name: 'dbus', program: 'dbus-run-session', modes: ['*'], without: 'storing secrets' },
  { name: 'gnome-keyring', program: 'gnome-keyring-daemon', modes: ['*'], without: 'storing secrets' },
  { name: 'openssh-client', program: 'ssh', modes: ['*'], without: 'tests against real sshd' },
  {
    name: 'chromium',
    program: 'chromium',
    modes: ['demo', 'test', 'check'],
    without: 'the demo and the end-to-end tests',
  },
  // The same Chromium without what draws its own window: its tests take a sixth less. Not every distribution has it.
  { name: 'chromium-headless-shell', program: 'chromium-headless-shell', modes: ['test', 'check'] },
  {
    name: 'fonts-liberation',
    file: '/usr/share/fonts/truetype/liberation',
    modes: ['demo', 'test', 'check'],
    without: 'screenshots',
  },
  {
    name: 'fonts-dejavu-core',
    file: '/usr/share/fonts/truetype/dejavu',
    modes: ['demo', 'test', 'check'],
    without: 'screenshots',
  },
  { name: 'openssh-server', program: 'sshd', modes: ['test', 'check'], without: 'tests against real sshd' },
  { name: 'procps', program: 'ps', modes: ['*'], without: 'tests of processes' },
  { name: 'systemd-container', program: 'systemd-nspawn', modes: ['test', 'check'], without: 'tests on real machines' },
  { name: 'debootstrap', program: 'debootstrap', modes: ['test', 'check'], without: 'tests on real machines' },
  { name: 'iproute2', program: 'ip', modes: ['test', 'check'], without: 'tests on real machines' },
]

/**
 * Makes sure of the system packages for one mode; only what is missing is touched.
 * @param {string} mode What set-up is called for.
 * @returns {string[]} What does not work on this computer, in words for a person.
 */
export function ensureSystemPackages(mode) {
  if (process.platform !== 'linux') return []
  const missing = () => NEEDS.filter(need => (need.modes.includes('*') || need.modes.includes(mode)) && !isThere(need))
  const needed = () => missing().filter(({ without }) => without !== undefined)
  if (missing().length > 0 && process.getuid?.() === 0 && findProgram('apt-get')) {
    aptInstall(needed())
    aptInstall(missing().filter(need => need.without === undefined && isOffered(need)))
  }
  const left = needed()
  if (left.length === 0) return []
  const names = left.map(({ name }) => name).join(' ')
  console.log(`setup: missing system packages; on Debian or Ubuntu: sudo apt-get install ${names}`)
  return [...new Set(left.map(({ name, without }) => `${without}: needs ${name}`))]
}

/** @param {(typeof NEEDS)[number]} need */
function isThere({ program, file }) {
  return file !== undefined ? existsSync(file) : program !== undefined && findProgram(program) !== undefined
}

/**
 * Where a program is; also in the folders for administrators, which a user's PATH leaves out.
 * @param {string} name
 * @returns {string | undefined}
 */
export function findProgram(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders
    .map(folder => join(folder, name))
    .find(path => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false // not here: the next folder may have it
      }
    })
}

/** @param {(typeof NEEDS)[number]} need */
function isOffered({ name }) {
  return spawnSync('apt-cache', ['show', '--quiet', name], { stdio: 'ignore' }).status === 0
}

/** @param {readonly (typeof NEEDS)[number][]} needs */
function aptInstall(needs) {
  if (needs.length === 0) return
  const names = needs.map(({ name }) => name)
  console.log(`setup: installing system packages: ${names.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () =>
    spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
    })
  if (install().status === 0) return
  spawnSync('apt-get', ['update', '-q'], { stdio: 'inherit', env }) // the list may be old or absent: refresh it, then once more
  install()
}
