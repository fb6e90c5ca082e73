import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collectGarbage } from '../helpers/collect-garbage.ts'
import { startDemoMachines } from './demo-machines.ts'
import { PROGRAM_FILE, type Product } from './load.ts'
import { openMasters } from './masters.ts'
import { inMegabytes, inSeconds, median, note, timed, type Extent, type Row } from './measure.ts'
import { trayMemory } from './watch-app.ts'
import { FIND, FIND_DELETE, LEFT_RUNNING, litterOf } from './watch-litter.ts'
import { openWorkplace, settle, type Enrolled } from './workplace.ts'

const ORPHANS = 8_662
const FILES = 20_000
const ORPHAN_BYTES = Math.round(51e9 / ORPHANS)
/** As large as the store once had grown in the story. */
const LARGE_STORE_BYTES = 54e6
const NODES = 100
const MEMORY_ROUNDS = 1_000
const WARM_ROUNDS = 90
const POLLS = 20
const MINUTE_MS = 60_000
const LIMIT_MS = 120_000
const MIN_AGE_MS = 3_600_000

/** Everything that the numbers of watching and cleaning up speak of. */
export async function benchWatch(product: Product, extent: Extent): Promise<Row[]> {
  return [
    ...(await benchOrphans(product, extent)),
    ...(await benchPoll(product)),
    ...(await benchFleet(product, extent)),
    await benchTray(),
  ]
}

type Remotes = ReturnType<Product['createRemotes']>

/** Remote programs on nodes, as the app starts them, without the rest of the app. */
function openRemotes(product: Product, nodes: readonly Enrolled[]) {
  const folder = mkdtempSync(join(tmpdir(), `ocm-bench-${process.pid}-`))
  const store = product.openDatabase(folder)
  const registry = product.createRegistry(store)
  const hostKeys = product.createHostKeys(store)
  const log = product.SILENT_LOG
  const silent = log.scope('remote')
  const secrets = product.createSecrets({ log, keychain: null })
  const pool = product.createPool({ registry, hostKeys, secrets, log })
  const program = readFileSync(PROGRAM_FILE, 'utf8')
  const remotes: Remotes = product.createRemotes({ pool, program, memory: product.createNodePaths(store), log: silent })
  const ids = nodes.map(({ label, host, port, user, keyPath, fingerprint }) => {
    const { id } = registry.add({
      label,
      host,
      port,
      user,
      auth: { method: 'key', keyPath },
      tags: [],
      isProtected: false,
    })
    hostKeys.trust(id, fingerprint)
    return id
  })
  return {
    remotes,
    ids,
    async [Symbol.asyncDispose]() {
      await remotes[Symbol.asyncDispose]()
      await pool[Symbol.asyncDispose]()
      secrets[Symbol.dispose]()
      store[Symbol.dispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The story's orphans found and removed, against what an admin types over an open connection. */
async function benchOrphans(product: Product, { rounds, scale }: Extent): Promise<Row[]> {
  await using machines = await startDemoMachines(1)
  const [node] = machines.nodes
  if (node === undefined) throw new Error('One demo node was asked for.')
  using masters = await openMasters([node])
  await using own = openRemotes(product, [node])
  const count = Math.round(ORPHANS * scale)
  const others = Math.round((FILES - ORPHANS) * scale)
  const litter = async (storeBytes: number): Promise<void> => {
    await masters.run(node, 'node -', litterOf({ orphans: count, others, bytesEach: ORPHAN_BYTES, storeBytes }))
    await settle()
  }
  const times: Record<'find' | 'look' | 'delete' | 'sweep' | 'large', number[]> = {
    ...{ find: [], look: [], delete: [], sweep: [], large: [] },
  }
  for (let round = 0; round < rounds * 2; round++) {
    await litter(ORPHAN_BYTES)
    times.find.push((await timed(() => masters.run(node, FIND))).seconds)
    times.delete.push((await timed(() => masters.run(node, FIND_DELETE))).seconds)
    await litter(ORPHAN_BYTES)
    const { look, sweep } = await byOcm(own.remotes, own.ids[0] ?? '', count)
    times.look.push(look)
    times.sweep.push(sweep)
    await litter(LARGE_STORE_BYTES)
    times.large.push((await byOcm(own.remotes, own.ids[0] ?? '', count)).look)
    const told = Object.entries(times).map(([name, all]) => `${name} ${inSeconds(all.at(-1) ?? 0)}`)
    note(told.join(', '))
  }
  const files = `${count.toLocaleString('en')} orphans of ${((count * ORPHAN_BYTES) / 1e9).toFixed(0)} GB among ${(count + others).toLocaleString('en')} files`
  return [
    against(`${files}: found in one exchange, the live store read whole`, times.look, 'ssh find -printf', times.find),
    against('The same removed, all guards asked again', times.sweep, 'ssh find -delete', times.delete),
    {
      ...against('Found beside a live store of 54 MB', times.large, 'ssh find -printf', times.find),
      target: 'none',
      isMet: true,
    },
  ]
}

function against(what: string, ours: readonly number[], whose: string, plain: readonly number[]): Row {
  const ratio = median(ours) / median(plain)
  return {
    what,
    ocm: inSeconds(median(ours)),
    against: `\`${whose}\` over an open connection: ${inSeconds(median(plain))}`,
    result: `${ratio.toFixed(2)} ×`,
    target: '≤ 1.5 ×',
    isMet: ratio <= 1.5,
  }
}

/** Looks with a program that was only just started, so that nothing of an earlier look helps. */
async function byOcm(remotes: Remotes, id: string, count: number): Promise<{ look: number; sweep: number }> {
  await remotes.rest(id)
  return remotes.use(id, async remote => {
    await remote.request('hello', {}, { limitMs: LIMIT_MS })
    const groups: { folder: string; family: 'session-store'; count: number }[] = []
    const look = await timed(() =>
      remote.request(
        'orphans',
        { extraStateDirs: [], minAgeMs: MIN_AGE_MS, families: ['session-store'] },
        { limitMs: LIMIT_MS, onItem: item => void groups.push(...(item.groups as typeof groups)) },
      ),
    )
    const found = groups.reduce((sum, group) => sum + group.count, 0)
    if (found !== count) throw new Error(`Found ${found} of ${count}: ${JSON.stringify(groups).slice(0, 1000)}`)
    const asked = groups.filter(group => group.count > 0).map(({ folder, family }) => ({ folder, family }))
    const sweep = await timed(() =>
      remote.request(
        'sweep',
        {
          ...{ operationId: randomUUID(), extraStateDirs: [], groups: asked, minAgeMs: MIN_AGE_MS, undo: false },
          asOf: look.value.clock,
        },
        { limitMs: LIMIT_MS },
      ),
    )
    if (sweep.value.removed !== count) throw new Error(`Removed ${sweep.value.removed} of ${count}`)
    return { look: look.seconds, sweep: sweep.seconds }
  })
}

/** One poll of one node with a gateway: what it costs there, and that nothing stays. */
async function benchPoll(product: Product): Promise<Row[]> {
  await using machines = await startDemoMachines(1)
  const [node] = machines.nodes
  if (node === undefined) throw new Error('One demo node was asked for.')
  using masters = await openMasters([node])
  await using own = openRemotes(product, [node])
  const id = own.ids[0] ?? ''
  const cpuMs: number[] = []
  const seconds: number[] = []
  for (let poll = 0; poll < POLLS; poll++) {
    const { seconds: took, value } = await timed(() =>
      own.remotes.use(id, remote => remote.request('sample', { extraStateDirs: [] }, { limitMs: LIMIT_MS })),
    )
    await own.remotes.rest(id)
    cpuMs.push(value.cpuMs)
    seconds.push(took)
  }
  const left = await masters.run(node, LEFT_RUNNING)
  return [
    {
      what: 'One poll of one node, the start of the program included',
      ocm: `${median(cpuMs).toFixed(0)} ms of CPU on the node, ${inSeconds(median(seconds))} in all`,
      against: `most: ${Math.max(...cpuMs).toFixed(0)} ms`,
      result: `${median(cpuMs).toFixed(0)} ms`,
      target: '< 150 ms',
      isMet: median(cpuMs) < 150,
    },
    {
      what: `Left running on it after ${POLLS} polls`,
      ocm: left === 0 ? 'nothing' : `${left} bytes of process list`,
      against: '',
      result: String(left),
      target: '0',
      isMet: left === 0,
    },
  ]
}

/** A fleet polled as the app does it, rules and history included. */
async function benchFleet(product: Product, { rounds, scale }: Extent): Promise<Row[]> {
  const count = Math.max(2, Math.round(NODES * scale))
  await using machines = await startDemoMachines(count)
  await using place = await openWorkplace(product, true)
  const ids = machines.nodes.map(node => place.enrol(node))
  const { watcher } = place.services
  await warmUp(watcher, ids)
  const walls: number[] = []
  const cpus: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    walls.push((await timed(() => watcher.checkNow(null))).seconds)
    const { user, system } = process.cpuUsage(before)
    cpus.push((user + system) / 1000)
    note(`round ${round + 1}: ${inSeconds(walls.at(-1) ?? 0)}, own CPU ${(cpus.at(-1) ?? 0).toFixed(0)} ms`)
  }
  const share = median(cpus) / MINUTE_MS
  return [
    {
      what: `${ids.length} nodes polled once, on this machine as well as OCM`,
      ocm: inSeconds(median(walls)),
      against: 'kept connections',
      result: inSeconds(median(walls)),
      target: '≤ 10 s',
      isMet: median(walls) <= 10,
    },
    {
      what: `OCM’s own CPU with ${ids.length} nodes every 60 s`,
      ocm: `${median(cpus).toFixed(0)} ms a round`,
      against: '',
      result: `${(share * 100).toFixed(1)} % of one core`,
      target: '< 5 %',
      isMet: share < 0.05,
    },
    await benchMemory(product, machines.nodes, Math.round(MEMORY_ROUNDS * scale)),
  ]
}

type Watcher = Awaited<ReturnType<Product['createServices']>>['watcher']

/** Polls until every node was seen: connections are open then, and programs found. */
async function warmUp(watcher: Watcher, ids: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    await watcher.checkNow(null)
    if (ids.every(id => watcher.history(id, 'day').points.at(-1)?.reach === 'seen')) return
  }
  throw new Error('Not all nodes answer.')
}

/** Memory of the process that watches, after a warm-up and after many rounds, a minute between two by its clock. */
async function benchMemory(product: Product, nodes: readonly Enrolled[], rounds: number): Promise<Row> {
  let now = Date.now()
  await using place = await openWorkplace(product, true, () => now)
  const [node] = nodes
  if (node === undefined) throw new Error('There is no node.')
  const id = place.enrol(node)
  const { watcher } = place.services
  await warmUp(watcher, [id])
  const round = async (): Promise<void> => {
    now += MINUTE_MS
    await watcher.pollOnce(id)
  }
  // Until the last hour, which stays in memory whole, is full.
  for (let warm = 0; warm < WARM_ROUNDS; warm++) await round()
  const start = settledMemory()
  for (let done = 1; done <= rounds; done++) {
    await round()
    if (done % 100 === 0) note(`${done} rounds: ${inMegabytes(settledMemory().heapUsed)} of heap`)
  }
  const end = settledMemory()
  const grown = end.heapUsed - start.heapUsed
  return {
    what: `Memory of the main process over ${rounds.toLocaleString('en')} rounds`,
    ocm: `heap ${inMegabytes(start.heapUsed)} → ${inMegabytes(end.heapUsed)}`,
    against: `resident ${inMegabytes(start.rss)} → ${inMegabytes(end.rss)}`,
    result: `${grown < 0 ? '−' : '+'}${inMegabytes(Math.abs(grown))}`,
    target: 'flat: < 2 MB',
    isMet: grown < 2e6,
  }
}

function settledMemory(): NodeJS.MemoryUsage {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage()
}

async function benchTray(): Promise<Row> {
  const bytes = await trayMemory()
  return {
    what: 'The app in the tray without a window: main process, on the stand-in for Electron',
    ocm: inMegabytes(bytes),
    against: 'Node alone, without Chromium',
    result: `${(bytes / 1024 / 1024).toFixed(0)} MiB resident`,
    target: 'aim 120 MB',
    isMet: bytes < 120e6,
    isAim: true,
  }
}
