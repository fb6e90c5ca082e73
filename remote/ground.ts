import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from './path'
import type { Result } from '../shared/protocol'
import type { Handler } from './handler'
import { listenersOn } from './listeners'
import { forgetLook } from './windows/look'

/** Room, writability and listeners: what a plan must stand on. A path that is not there is judged by its nearest parent. */
export const handleGround: Handler<'ground'> = async ({ paths, ports }) => {
  forgetLook()
  return { paths: paths.map(pathFacts), ports: await listenersOn(ports) }
}

function pathFacts(path: string): Result<'ground'>['paths'][number] {
  const exists = existsSync(path)
  const standing = nearestExisting(path)
  const room = statfsSync(standing)
  return {
    path,
    exists,
    isWritable: isWritable(standing),
    freeBytes: room.bavail * room.bsize,
    device: statSync(standing).dev,
  }
}

function nearestExisting(path: string): string {
  let current = path
  while (!existsSync(current) && dirname(current) !== current) current = dirname(current)
  return current
}

/** Root passes every test of permission bits but not a read-only file system, which this sees as well. */
function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false // The answer itself.
  }
}
