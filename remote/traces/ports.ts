import type { Trace } from '../../shared/deletion'
import { listenersOn, listeningPorts, socketTable, type SocketTable } from '../listeners'
import { portOf } from '../survey/gateway'
import { traceOf, type Look } from './look'

/** Ports that processes of OpenClaw listen on. Those of its profiles that somebody else holds are only noted. */
export async function findPorts(processes: readonly Trace[], version: string | null, look: Look): Promise<Trace[]> {
  const byPid = new Map(processes.flatMap(trace => (trace.process === null ? [] : [[trace.process.pid, trace]])))
  let held: Awaited<ReturnType<typeof listeningPorts>> = []
  try {
    const table = socketTable()
    held = await listeningPorts([...byPid.keys()], table)
    await noteForeign(new Set(held.map(({ port }) => port)), { version, look, table })
  } catch (error) {
    look.notSeen('Ports', `Who listens could not be told: ${(error as Error).message}`)
  }
  const byPort = new Map(held.map(entry => [entry.port, entry.pid]))
  return [...byPort].map(([port, pid]) => {
    const owner = byPid.get(pid)
    return traceOf(
      { kind: 'port', key: String(port), name: `port ${port}${owner === undefined ? '' : ` of ${owner.name}`}` },
      { port, profile: owner?.profile ?? null, process: owner?.process ?? null },
    )
  })
}

async function noteForeign(
  own: ReadonlySet<number>,
  { version, look, table }: { readonly version: string | null; readonly look: Look; readonly table: SocketTable },
): Promise<void> {
  const ports = look.profiles.flatMap(profile => portOf(profile, version) ?? []).filter(port => !own.has(port))
  for (const { port, listener } of await listenersOn([...new Set(ports)], [], table)) {
    if (listener !== null) look.notSeen(`Port ${port}`, `Something else listens there and stays: ${listener}`)
  }
}
