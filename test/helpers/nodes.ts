import { readdirSync, readFileSync } from 'node:fs'
import { createServices, type Services } from '../../main/services'
import type { Clock } from '../../main/watch/clock'
import { DEFAULT_COMPONENTS, OPTIONAL_COMPONENTS } from '../../shared/components'
import type { NodeRecord } from '../../shared/node'
import type { EventData } from '../../shared/contract'
import { PlanOptions, type Operation, type Plan, type StepStatus } from '../../shared/plan'
import { startDemoFleet, type DemoFleet, type DemoNode } from '../demo/fleet'
import { tempFolder, until } from './temp'
import { treeOf } from './tree'

/** Every component a set-up has. */
export const ALL_COMPONENTS = [...DEFAULT_COMPONENTS, ...OPTIONAL_COMPONENTS]

/** The built remote program; made before all tests. */
export const PROGRAM_FILE = 'out/main/remote.cjs'

/** A few demo machines, and the whole of OCM's services that know them, without a window. */
export interface Yard extends AsyncDisposable {
  readonly fleet: DemoFleet
  readonly services: Services
  readonly dataDir: string
  node(name: string): DemoNode
  record(name: string): NodeRecord
  /** Options with everything carried unless told otherwise. */
  options(change?: Partial<PlanOptions>): PlanOptions
  /** Ends the services, and opens them anew on the same data folder. What was interrupted shows as such. */
  reopen(): Promise<Services>
  /** Runs a plan to its end. */
  run(plan: Plan): Promise<Operation>
}

/** What a yard is made of. */
export interface YardOptions {
  /** So many of the demo machines. Default 2. */
  readonly count?: number
  /** Log in with passwords instead of a key. */
  readonly password?: boolean
  /** Where the machines live, each in a folder of its name; a temporary one unless given. */
  readonly fleetFolder?: string
  /** OCM's data folder; a temporary one unless given. */
  readonly dataDir?: string
  /** What watching tells the time by. */
  readonly clock?: Clock
}

/** Starts demo machines and services that trust them. */
export async function startYard(options: YardOptions = {}): Promise<Yard> {
  await using undo = new AsyncDisposableStack()
  const folder = undo.use(tempFolder())
  const { count = 2, fleetFolder, dataDir = folder.join('data') } = options
  const fleet = undo.use(await startDemoFleet({ count, ...(fleetFolder === undefined ? {} : { folder: fleetFolder }) }))
  const more = options.clock === undefined ? {} : { clock: options.clock }
  let services = await open(dataDir, PROGRAM_FILE, more)
  undo.defer(() => services[Symbol.asyncDispose]())
  for (const node of fleet.nodes) await introduce(services, fleet, node, options.password === true)
  const all = undo.move()
  return {
    fleet,
    dataDir,
    get services() {
      return services
    },
    node: name => fleet.node(name),
    record: name => {
      const found = services.registry.list().find(record => record.label === name)
      if (found === undefined) throw new Error(`No node ${name}`)
      return found
    },
    options: (change = {}) => PlanOptions.parse({ components: ALL_COMPONENTS, ...change }),
    reopen: async () => {
      await services[Symbol.asyncDispose]()
      services = await open(dataDir, PROGRAM_FILE, more)
      return services
    },
    run: async plan => {
      const started = await services.operations.run(plan.id)
      return services.operations.settled(started.id)
    },
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

/** The whole of OCM's services over a data folder, without a window and without a keychain. */
export function open(
  dataDir: string,
  programFile = PROGRAM_FILE,
  more: { readonly clock?: Clock } = {},
): Promise<Services> {
  return createServices({ dataDir, programFile, isDemo: true, console: false, keychain: null, ...more })
}

async function introduce(services: Services, fleet: DemoFleet, node: DemoNode, byPassword: boolean): Promise<void> {
  const { name: label, host, port, user } = node
  const auth = byPassword ? { method: 'password' as const } : { method: 'key' as const, keyPath: fleet.keyPath }
  const record = services.registry.add({ label, host, port, user, auth, tags: [], isProtected: false })
  services.hostKeys.replace(record.id, {
    type: 'ssh-ed25519',
    fingerprint: node.hostFingerprint,
    firstSeenAt: new Date().toISOString(),
  })
  if (byPassword) await services.secrets.set(record.id, 'password', node.password)
}

/** Decides every open question by its first option. */
export function decided(plan: Plan): Record<string, string> {
  return Object.fromEntries(
    plan.decisions.flatMap(decision => {
      const [first] = decision.options
      return first === undefined ? [] : [[decision.id, decision.chosen ?? first.id]]
    }),
  )
}

/** Calls `act` once, as soon as a step's status fits. */
export function whenStep(
  services: Services,
  fits: (status: StepStatus) => boolean,
  act: (operationId: string) => void,
): Disposable {
  let isOver = false
  return services.bus.listen((event, data) => {
    if (event !== 'stepChanged' || isOver) return
    const { operationId, status } = data as EventData<'stepChanged'>
    if (!fits(status)) return
    isOver = true
    act(operationId)
  })
}

/** True once the node's gateway says it is live. */
export async function isLive(node: Pick<DemoNode, 'gatewayPort'>, port = node.gatewayPort): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/healthz`).then(
    answer => answer.status === 200,
    () => false,
  )
}

/** Waits until the gateways of all these nodes are live. */
export async function untilLive(...nodes: readonly DemoNode[]): Promise<void> {
  for (const node of nodes) await until(() => isLive(node), 30_000)
}

/** What a gateway makes for itself while it runs, and the copy that OpenClaw keeps of a unit it writes anew. */
const PASSING = /^\.openclaw\/tmp\/|-(?:wal|shm)(?: |$)|\.service\.bak /

/**
 * Everything in a node's home as comparable lines without times: kind, mode, content. Left out is what a running gateway
 * makes for itself.
 */
export function homeOf(node: DemoNode): readonly string[] {
  return treeOf(node.home)
    .filter(line => !PASSING.test(line))
    .map(line => line.replace(/ ([0-7]+) [\d.]+ ([0-9a-f]{64})$/, ' $1 $2'))
}

/** Commands that still run on a node because of us: remote programs above all. */
export function leftRunning(node: DemoNode): readonly string[] {
  const services = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return services.flatMap(pid => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
      const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')
      const isOurs = environment.includes(`HOME=${node.home}\0`) && !words.includes('gateway')
      return isOurs ? [words.join(' ').slice(0, 200)] : []
    } catch {
      return [] // It ended meanwhile.
    }
  })
}
