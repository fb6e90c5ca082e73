import { existsSync, statfsSync, statSync } from 'node:fs'
import { hostname, release, type as osType } from 'node:os'
import { dirname, ownNode } from '../path'
import type { z } from 'zod'
import type { Survey } from '../../shared/survey'
import { readTextIfThere } from '../bounded-read'
import { runCommand } from '../run-command'
import type { Account } from './systemd'

type Facts = z.output<typeof Survey>

const VERSION_LIMIT_MS = 5_000

/** The machine and the account. */
export function osFacts({ user, uid, home }: Account): Facts['os'] {
  return { platform: process.platform, arch: process.arch, name: osName(), hostname: hostname(), user, uid, home }
}

/** Room where the state lives; the nearest folder that exists stands in for one that does not. */
export function diskFacts(path: string): Facts['disk'] {
  try {
    let standing = path
    while (!existsSync(standing) && dirname(standing) !== standing) standing = dirname(standing)
    const room = statfsSync(standing)
    const value = { path: standing, totalBytes: room.blocks * room.bsize, freeBytes: room.bavail * room.bsize }
    return { state: 'known', value }
  } catch (error) {
    return { state: 'unknown', why: (error as Error).message }
  }
}

/** The Node that answers, and those that services use. */
export async function nodeFacts(paths: readonly string[]): Promise<Facts['nodes']> {
  const own = { path: ownNode(), version: process.versions.node, from: 'this survey' }
  const others = [...new Set(paths)].filter(path => path !== ownNode() && isTrusted(path))
  const found = await Promise.all(others.map(versionOf))
  return [own, ...found.flatMap(node => node ?? [])]
}

/** Only what belongs to this account or to root is run: root must not run what another user could have put there. */
function isTrusted(path: string): boolean {
  try {
    const { uid } = statSync(path)
    return process.getuid === undefined || uid === 0 || uid === process.getuid()
  } catch {
    return false // Not there.
  }
}

async function versionOf(path: string): Promise<Facts['nodes'][number] | null> {
  try {
    const { stdout } = await runCommand([path, '--version'], { limitMs: VERSION_LIMIT_MS, env: { NODE_OPTIONS: '' } })
    const version = /^v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1]
    return version === undefined ? null : { path, version, from: 'service' }
  } catch {
    return null // Named by a unit but not runnable: a warning of its own says so.
  }
}

function osName(): string {
  const plain = `${osType()} ${release()}`
  if (process.platform === 'darwin') return macName() ?? plain
  if (process.platform !== 'linux') return plain
  try {
    const text = readTextIfThere('/etc/os-release', 65_536) ?? ''
    return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(text)?.[1] ?? plain
  } catch {
    return plain
  }
}

function macName(): string | null {
  try {
    const text = readTextIfThere('/System/Library/CoreServices/SystemVersion.plist', 65_536) ?? ''
    const version = /<key>ProductVersion<\/key>\s*<string>([\d.]+)<\/string>/.exec(text)?.[1]
    return version === undefined ? null : `macOS ${version}`
  } catch {
    return null // Then the kernel's name has to do.
  }
}
