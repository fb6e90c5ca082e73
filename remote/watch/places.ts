import { stat } from 'node:fs/promises'
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, homeFolder, join, realPath, tempFolder } from '../path'
import type { DiskUse } from '../../shared/sample'
import { isOutside, workspacesOf } from '../survey/agents'
import type { FoundProfile } from '../survey/found-profile'
import { packageOf, packageRootOf, scriptOf, usualPlaces } from '../survey/install'
import type { Service } from '../survey/service'
import { at, textOf } from '../values-of'
import { AppError } from '../../shared/errors'
import { mountPoints } from '../mounts'
import { display } from '../paths'
import type { SizedRoot } from './sizes'
import { bytesOf } from './tree'

/** Folders whose sizes are counted: state directories, workspaces outside of them, and OpenClaw's own logs. */
export function sizedRoots(profiles: readonly FoundProfile[], uid: number): SizedRoot[] {
  const states = distinct(profiles.map(({ stateDir }) => stateDir))
  const workspaces = distinct(profiles.flatMap(workspacesOf)).filter(path =>
    states.every(state => isOutside(path, state)),
  )
  const logs = distinct(logFolders(uid))
  return [
    ...states.map(path => ({ path: bytesOf(path), holds: 'state' as const })),
    ...workspaces.map(path => ({ path: bytesOf(path), holds: 'workspaces' as const })),
    ...logs.map(path => ({ path: bytesOf(path), holds: 'logs' as const })),
  ]
}

function logFolders(uid: number): string[] {
  const temporary = [join(tempFolder(), 'openclaw'), join(tempFolder(), `openclaw-${uid}`)]
  return [...temporary, join(homeFolder(), 'Library/Logs/openclaw')]
}

/** Real paths of those that are folders, each once, none within another. */
function distinct(paths: readonly string[]): string[] {
  const real = new Set(
    paths.flatMap(path => {
      try {
        const found = realPath(path)
        return statSync(found).isDirectory() && dirname(found) !== found ? found : []
      } catch {
        return [] // Not there.
      }
    }),
  )
  return [...real].filter(path => ![...real].some(other => other !== path && !isOutside(path, other)))
}

const ANSWER_LIMIT_MS = 5_000

/**
 * A dead network mount holds up whoever asks it, for ever and beyond any limit. So it is asked first from a thread that may be
 * left behind. @throws AppError `timeout` naming the folder.
 */
export async function assertAnswering(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>(resolve => (timer = setTimeout(() => resolve('late'), ANSWER_LIMIT_MS)))
    const answer = await Promise.race([stat(path).catch(() => null), late])
    clearTimeout(timer)
    if (answer === 'late') {
      throw new AppError('timeout', `The file system of ${display(path)} does not answer.`, {
        hint: 'A network drive that is gone looks like this.',
      })
    }
  }
}

/** The file systems that hold the folders, those mounted beneath them too. */
export function disksOf(roots: readonly SizedRoot[]): { disks: DiskUse[]; notRead: string[] } {
  const disks = new Map<string, DiskUse>()
  const notRead: string[] = []
  const beneath = [...mountPoints()].filter(point => roots.some(({ path }) => point.startsWith(`${path}/`)))
  for (const bytes of [...roots.map(({ path }) => path), ...beneath]) {
    const path = Buffer.from(bytes, 'latin1').toString('utf8')
    try {
      const id = String(statSync(path).dev)
      if (disks.has(id)) continue
      const { blocks, bsize, bavail, files, ffree } = statfsSync(path)
      disks.set(id, {
        ...{ id, path },
        totalBytes: blocks * bsize,
        freeBytes: bavail * bsize,
        totalInodes: files,
        freeInodes: ffree,
      })
    } catch (error) {
      notRead.push(`Room at ${path.slice(0, 200)}: ${(error as Error).message.slice(0, 200)}`)
    }
  }
  return { disks: [...disks.values()], notRead }
}

/** The version of the package that services start, else of the usual places. No command is run for it. */
export function installedVersion(services: readonly Service[], home: string): string | null {
  const scripts = services.flatMap(({ facts }) => facts.execStart.filter(word => /\.m?js$/.test(word)))
  const commands = services.flatMap(({ facts }) =>
    facts.execStart.filter(word => /^(openclaw|clawdbot|moltbot)$/.test(basename(word))),
  )
  for (const script of scripts) {
    const version = versionAt(script)
    if (version !== null) return version
  }
  for (const bin of [...commands, ...usualPlaces(home)]) {
    const version = existsSync(bin) ? versionAt(scriptOf(bin)) : null
    if (version !== null) return version
  }
  return null
}

function versionAt(script: string | null): string | null {
  const root = script === null ? null : packageRootOf(script)
  return root === null ? null : (textOf(at(packageOf(root), 'version')) ?? null)
}

/** How much memory there is, and how much of it programs could still have. */
export function memoryOf(meminfo: string | null, fallback: { totalBytes: number; freeBytes: number }) {
  const of = (name: string): number | null => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo ?? '')?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  }
  return {
    totalBytes: of('MemTotal') ?? fallback.totalBytes,
    freeBytes: of('MemAvailable') ?? fallback.freeBytes,
  }
}

/** The kernel's own account of memory; null where there is none. */
export function meminfo(): string | null {
  try {
    return readFileSync('/proc/meminfo', 'utf8')
  } catch {
    return null // Not Linux: the system's plain numbers have to do.
  }
}
