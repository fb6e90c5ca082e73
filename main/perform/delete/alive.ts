import type { Deletion, Trace } from '../../../shared/deletion'
import { freshTraces, isNodeMissing, type Part } from './part'
import { serviceNames } from './units'

/** What still lives of what goes. */
export interface Alive {
  readonly processes: readonly Trace[]
  readonly ports: readonly Trace[]
  /** What could not be told apart or not be asked, in words; each keeps the stop from being proven. */
  readonly unproven: readonly string[]
}

/**
 * What still lives of what goes, seen now: processes start anew all the time, so those of the plan are not enough. Where
 * the node has no Node.js any more the witness is asked, who sees processes but not whose they are.
 */
export async function aliveOf(part: Part): Promise<Alive> {
  try {
    const { traces, notSeen } = await freshTraces(part)
    const mine = traces.filter(trace => livesAndGoes(trace, part.deletion))
    return {
      processes: mine.filter(trace => trace.kind === 'process'),
      ports: mine.filter(trace => trace.kind === 'port'),
      unproven: notSeen.filter(isGap).map(({ what, why }) => `${what}: ${why}`),
    }
  } catch (error) {
    if (!isNodeMissing(error)) throw error
    return aliveByWitness(part)
  }
}

async function aliveByWitness({ nodeId, deletion, means, context }: Part): Promise<Alive> {
  const ports = deletion.items.flatMap(item =>
    item.kind === 'port' && item.verdict === 'goes' && item.port !== null ? [item.port] : [],
  )
  const seen = await means.witness.look(nodeId, { ports, platform: context.plan.platform }, context.signal)
  const processes = seen.processes.state === 'known' ? seen.processes.value : []
  return {
    processes: [],
    ports: [],
    unproven: [
      ...processes.map(({ pid, argv }) => `${argv[0] ?? 'a process'} (pid ${pid}) runs`),
      ...(seen.processes.state === 'unknown' ? [`processes: ${seen.processes.why}`] : []),
      ...seen.ports.flatMap((port, index) =>
        port.state === 'known' && !port.value ? [] : [`port ${ports[index] ?? 0} is not known to be free`],
      ),
    ],
  }
}

/**
 * Whether a process or port is one that goes: it is in a unit that goes, or it is the login's and of a profile that goes.
 * What belongs to another account or to a profile that stays is left alone, also when nobody knew of it before.
 */
export function livesAndGoes(trace: Trace, deletion: Deletion): boolean {
  if (trace.kind !== 'process' && trace.kind !== 'port') return false
  const planned = deletion.items.find(item => item.id === trace.id)
  if (planned !== undefined) return planned.verdict === 'goes'
  const unit = trace.process?.unit?.replace(/\.service$/, '') ?? null
  const { going, staying } = serviceNames(deletion)
  if (unit !== null && going.has(unit)) return true
  if (unit !== null && staying.has(unit)) return false
  if (trace.scope === 'system') return false
  return trace.profile === null ? deletion.isWhole : deletion.profiles.includes(trace.profile)
}

/** Most of what was not seen is left to others on purpose; only what could not be looked at is a gap in the proof. */
function isGap({ what, why }: { readonly what: string; readonly why: string }): boolean {
  return /process|port/i.test(what) && /could not|cannot|only the first/i.test(why)
}
