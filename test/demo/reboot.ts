import { readdirSync, readFileSync } from 'node:fs'
import type { HostedSshServer } from './hosted-ssh-server'
import type { ServiceManager } from './service-manager'

/** What a machine is made of that a reboot concerns. */
export interface Rebooting {
  readonly home: string
  readonly server: HostedSshServer
  readonly manager: ServiceManager
}

/**
 * Starts a machine anew: its lines go dead, every process of it ends at once and unasked, then it can be reached again, and
 * what is enabled starts by itself. Not part of it are the disk's caches, which only a real machine can lose, and /tmp, which
 * all demo machines share with the one they run on. Linux only.
 */
export async function reboot({ home, server, manager }: Rebooting): Promise<void> {
  await server.setFault('offline')
  await manager.fail()
  endAllOf(home)
  await server.setFault(null)
  await manager.boot()
}

/** Until none is left: one that is just being started is not seen at the first look. */
function endAllOf(home: string): void {
  for (let pids = processesIn(home); pids.length > 0; pids = processesIn(home)) {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended meanwhile.
      }
    }
  }
}

/** Every process of the machine was started with its home. One that has ended and was not waited for tells nothing any more. */
function processesIn(home: string): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`HOME=${home}`)
      } catch {
        return false // It ended meanwhile, or is not ours.
      }
    })
}
