/** The demo fleet in a process of its own, as real machines would be: it does not share the app's event loop. Run by fork. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { loadProduct } from './load.ts'
import type { Enrolled } from './workplace.ts'

/** Demo nodes that answer. */
export interface DemoMachines extends AsyncDisposable {
  readonly nodes: readonly Enrolled[]
}

/** Starts so many demo nodes. Needs what `buildProduct` makes. */
export async function startDemoMachines(count: number): Promise<DemoMachines> {
  const child = fork(import.meta.filename, [String(count)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'exit')
  const told = once(child, 'message').then(([message]) => message as readonly Enrolled[])
  const nodes = await Promise.race([told, ended.then(() => Promise.reject(new Error('The demo fleet did not start.')))])
  return {
    nodes,
    async [Symbol.asyncDispose]() {
      child.disconnect()
      await ended
    },
  }
}

async function serve(count: number): Promise<void> {
  const { startDemoFleet } = await loadProduct()
  const gone = once(process, 'disconnect')
  // One of the six personalities is offline on purpose.
  await using fleet = await startDemoFleet({ count: count < 6 ? count : count + 1 })
  const nodes = fleet.nodes
    .filter(node => node.name !== 'off-6')
    .map(({ name, host, port, user, hostFingerprint }) => {
      return { label: name, host, port, user, keyPath: fleet.keyPath, fingerprint: hostFingerprint }
    })
  process.send?.(nodes)
  await gone
}

if (import.meta.filename === process.argv[1]) await serve(Number(process.argv[2]))
