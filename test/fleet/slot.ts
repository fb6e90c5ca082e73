/**
 * A fleet's own corner of this computer: one bridge with a private subnet, one folder for keys and sockets. Fleets of several
 * checkouts run side by side, each in a slot of its own; what a killed fleet left in a slot is cleared by its next user.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { controlGroups, killControlGroups, run, RUN_FOLDER, takeLock, unmountBelow } from './host.ts'
import { cacheFolder } from './layers.ts'

const SLOTS = 40

/** What belongs to one running fleet. */
export interface Slot extends AsyncDisposable {
  readonly number: number
  readonly bridge: string
  /** The first three bytes of every address in the fleet, such as `10.87.0`. */
  readonly subnet: string
  /** This computer's own address on the bridge. */
  readonly hostAddress: string
  /** Keys, sockets and the fleet's description. */
  readonly runFolder: string
  /** Disks of the machines. */
  readonly diskFolder: string
  /** Name of a machine in this computer's own lists; short, since an interface is named after it. */
  nameOf(machine: string): string
}

/** Takes the first free slot and sets up its bridge. */
export async function takeSlot(): Promise<Slot> {
  mkdirSync(RUN_FOLDER, { recursive: true, mode: 0o700 })
  for (let number = 0; number < SLOTS; number++) {
    const lock = await takeLock(join(RUN_FOLDER, `slot-${number}.lock`), { wait: false })
    if (lock) return furnish(number, lock)
  }
  throw new Error(`All ${SLOTS} fleet slots are taken (npm run fleet -- status shows by whom)`)
}

async function furnish(number: number, lock: Disposable): Promise<Slot> {
  const bridge = `ocmfleet${number}`
  const subnet = `10.87.${number}`
  const runFolder = join(RUN_FOLDER, `slot-${number}`)
  const diskFolder = join(cacheFolder(), 'running', `slot-${number}`)
  const clear = async (): Promise<void> => {
    await endLeftovers(`ocm-fleet-${number}-`)
    unmountBelow(diskFolder)
    rmSync(diskFolder, { recursive: true, force: true })
    rmSync(runFolder, { recursive: true, force: true })
    if (run('ip', ['-o', 'link', 'show', 'type', 'bridge']).includes(`${bridge}:`))
      run('ip', ['link', 'delete', bridge])
  }
  await clear()
  mkdirSync(runFolder, { mode: 0o700 })
  mkdirSync(diskFolder, { recursive: true })
  run('ip', ['link', 'add', bridge, 'type', 'bridge'])
  run('ip', ['address', 'add', `${subnet}.1/24`, 'dev', bridge])
  run('ip', ['link', 'set', bridge, 'up'])
  return {
    ...{ number, bridge, subnet, hostAddress: `${subnet}.1`, runFolder, diskFolder },
    nameOf: machine => `f${number}-${machine}`,
    [Symbol.asyncDispose]: async () => {
      await clear()
      lock[Symbol.dispose]()
    },
  }
}

/** Ends machines whose fleet was killed before it could end them. */
async function endLeftovers(prefix: string): Promise<void> {
  for (const root of controlGroups('.').map(folder => join(folder))) {
    const left = readdirSync(root).filter(name => name.startsWith(prefix))
    await killControlGroups(left.map(name => join(root, name)))
  }
}
