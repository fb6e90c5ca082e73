import { readdirSync } from 'node:fs'
import { basename, dirname, join } from '../path'
import { findServices } from '../survey'
import { systemdUnitsOnDisk, type Account } from '../survey/systemd'
import type { Service } from '../survey/service'

/** Services as watching needs them. */
export interface WatchedServices {
  readonly services: readonly Service[]
  readonly notRead: readonly string[]
}

/**
 * Services that are installed. On Linux from their unit files alone: to start a program for it would cost the node more than
 * everything else of a poll, and what runs is seen from the processes themselves.
 */
export async function watchedServices(account: Account): Promise<WatchedServices> {
  if (process.platform === 'linux') return { services: systemdUnitsOnDisk(account), notRead: [] }
  const { services, problems } = await findServices(account)
  return { services, notRead: problems }
}

/** Whether a service should run: it is installed and starts by itself. */
export function isExpected({ facts }: Service): boolean {
  const { isEnabled, manager, path } = facts
  if (isEnabled.state === 'known') return isEnabled.value
  if (manager !== 'systemd' || path === null) return true
  // A unit of a package is enabled by a link among those of the admin.
  return isWanted(path, dirname(path)) || isWanted(path, join('/etc/systemd', facts.scope))
}

function isWanted(path: string, folder: string): boolean {
  const wants = namesIn(folder).filter(name => name.endsWith('.wants') || name.endsWith('.requires'))
  return wants.some(name => namesIn(join(folder, name)).includes(basename(path)))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // Most of them do not exist.
  }
}
