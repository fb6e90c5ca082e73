/** Five gigabytes through OCM, which runs in a process of its own so that its memory can be looked at from outside. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { startFleet } from '../fleet/fleet.ts'
import { noiseOf } from './content.ts'
import { loadProduct, type Product } from './load.ts'
import { inMegabytes, inSeconds, note, timed, type Extent, type Row } from './measure.ts'
import { asNode, decided, on, openWorkplace, type Enrolled } from './workplace.ts'

const LIMIT_BYTES = 150e6
const LOOK_EVERY_MS = 100
const BYTE_STEPS = new Set(['capture', 'stage', 'commit', 'finish'])

interface Task {
  readonly source: Enrolled
  readonly target: Enrolled
}

/** Backs five gigabytes up and places them on another machine; looks at the memory all the while. */
export async function benchStream(_product: Product, { scale }: Extent): Promise<Row[]> {
  const gigabytes = 5 * scale
  await using fleet = await startFleet(['delta', 'gamma'])
  const { delta, gamma } = fleet.machines
  note(`filling the source with ${gigabytes} GB`)
  await on(delta, 'node -', noiseOf(gigabytes))
  const task: Task = { source: await asNode(delta), target: await asNode(gamma) }
  const child = fork(import.meta.filename, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'exit')
  child.send(task)
  await Promise.race([once(child, 'message'), ended])
  const before = memoryOf(child.pid, 'VmRSS')
  let most = before
  const look = setInterval(() => (most = Math.max(most, memoryOf(child.pid, 'VmRSS'))), LOOK_EVERY_MS)
  child.send('go')
  const { seconds } = await timed(async () => {
    const [message] = await Promise.race([once(child, 'message'), ended.then(() => ['died'])])
    if (message !== 'done') throw new Error('The stream did not come to its end.')
  })
  clearInterval(look)
  const grown = Math.max(most, memoryOf(child.pid, 'VmHWM')) - before
  child.disconnect()
  await ended
  return [
    {
      what: `${gigabytes} GB backed up and placed elsewhere: growth of the main process`,
      ocm: `${inMegabytes(before)} before, ${inMegabytes(before + grown)} at most`,
      against: `${inSeconds(seconds)} in all`,
      result: inMegabytes(grown),
      target: `< ${inMegabytes(LIMIT_BYTES)}`,
      isMet: grown < LIMIT_BYTES,
    },
  ]
}

/** Resident memory of a process now (`VmRSS`) or at its highest (`VmHWM`), in bytes; 0 when it is gone. */
function memoryOf(pid: number | undefined, field: 'VmRSS' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8')
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0 // It ended between two looks.
  }
}

async function stream(product: Product, { source, target }: Task): Promise<void> {
  const gone = once(process, 'disconnect')
  // Cut off before the end: the run has nobody to work for any more.
  void gone.then(() => setTimeout(() => process.exit(1), 30_000).unref())
  await using place = await openWorkplace(product)
  const from = place.enrol(source)
  const to = place.enrol(target)
  const components = [...product.Component.options]
  const plan = await decided(decisions =>
    place.services.planner.migrate(from, to, {
      ...{ components, decisions, mode: 'clone', profile: 'bench', set: {}, force: false },
    }),
  )
  await place.services.repository()
  const go = once(process, 'message')
  process.send?.('ready')
  await go
  await place.run(plan, step => BYTE_STEPS.has(step.id))
  process.send?.('done')
  await gone
}

if (import.meta.filename === process.argv[1]) {
  const [task] = (await once(process, 'message')) as [Task]
  await stream(await loadProduct(), task)
}
