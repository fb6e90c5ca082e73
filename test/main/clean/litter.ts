import { randomUUID } from 'node:crypto'
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CleanOptions } from '../../../shared/cleaning'
import { CleanOptions as Options } from '../../../shared/cleaning'
import type { Operation, Plan } from '../../../shared/plan'
import type { Clock } from '../../../main/watch/clock'
import type { CleanKind } from '../../../shared/watch'
import type { DemoNode } from '../../demo/fleet'
import { startYard, type Yard } from '../../helpers/nodes'

/** The machine of the JSON era. */
export const NAME = 'vps-3'

/** A yard with a node of the JSON era that is cleaned up. */
export interface CleanYard extends Yard {
  readonly target: DemoNode
  readonly nodeId: string
  plan(what: CleanKind, options?: Partial<CleanOptions>): Promise<Plan>
}

/** Starts machines. `clock`: what watching tells the time by. */
export async function startCleanYard(clock?: Clock): Promise<CleanYard> {
  const yard = await startYard({ count: 3, ...(clock === undefined ? {} : { clock }) })
  const nodeId = yard.record(NAME).id
  const more = {
    target: yard.node(NAME),
    nodeId,
    plan: (what: CleanKind, options: Partial<CleanOptions> = {}) =>
      yard.services.cleanPlanner.clean(nodeId, what, Options.parse(options)),
  }
  // `services` is another one after each reopening.
  return Object.defineProperties(more, Object.getOwnPropertyDescriptors(yard)) as CleanYard
}

/** Where the node's main agent keeps its sessions. */
export function sessionsOf(node: DemoNode): string {
  return join(node.stateDir, 'agents', 'main', 'sessions')
}

/** Names of the orphans of the session store that lie there, without what was put aside. */
export function orphansIn(folder: string): string[] {
  return readdirSync(folder).filter(name => /^sessions\.json\..*\.tmp$/.test(name))
}

/** Adds orphans of so many bytes, two hours old unless told otherwise. */
export function litter(folder: string, count: number, { bytes = 1000, ageMs = 2 * 3_600_000 } = {}): string[] {
  const at = new Date(Date.now() - ageMs)
  return Array.from({ length: count }, () => {
    const path = join(folder, `sessions.json.${randomUUID()}.tmp`)
    writeFileSync(path, Buffer.alloc(bytes, 120), { mode: 0o600 })
    utimesSync(path, at, at)
    return path
  })
}

/** Bytes of files by their length. */
export function bytesOf(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + statSync(path).size, 0)
}

/** The rows of a proof that do not hold. */
export function openRows({ proof }: Operation): readonly string[] {
  return proof.filter(row => row.verdict !== 'proven').map(row => `${row.what}: ${row.found}`)
}
