import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { createServices, type Services } from '../../main/services'
import { DeletionOptions } from '../../shared/deletion'
import type { Operation, Plan } from '../../shared/plan'
import { startDemoFleet, type DemoFleet, type DemoNode } from '../demo/fleet'
import { lightNode, type Personality } from '../demo/personalities'
import { put, writeSessionFiles, type Furnishing } from '../demo/state'
import { isLive, PROGRAM_FILE } from './nodes'
import { tempFolder, until } from './temp'

/** An account without any rights, so that what is forbidden really is; our own when we may not become another. */
export const ACCOUNT = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined

/** One demo machine that is to be deleted, and the services that know it. */
export interface Victim extends AsyncDisposable {
  readonly fleet: DemoFleet
  readonly node: DemoNode
  readonly nodeId: string
  readonly dataDir: string
  readonly services: Services
  /** Ends the services, as before another process works on the same data folder. */
  close(): Promise<void>
  /** Opens them anew on the same data folder. */
  reopen(): Promise<Services>
  plan(change?: Partial<DeletionOptions>): Promise<Plan>
  /** Runs a plan, or goes on with a run, to its end. */
  run(plan: Plan): Promise<Operation>
  resume(operationId: string): Promise<Operation>
}

/** A set-up with something for each step: a gateway, sessions of both eras, leftovers of the cache. */
async function furnish(into: Furnishing): Promise<void> {
  await lightNode(1).furnish(into)
  await writeSessionFiles(into.stateDir, 'main', 2)
  await put(into.home, '.cache/openclaw/compiled.js', '// made again when needed\n')
}

/**
 * Starts one machine with a live gateway. `folder`: where its home goes, such as a small disk. `hasKeychain`: secrets go to
 * the keychain, which has to be there, so that they outlive the services. `others`: machines that OCM manages beside it.
 */
export async function startVictim(
  options: {
    readonly folder?: string
    readonly name?: string
    readonly hasKeychain?: boolean
    readonly others?: readonly Personality[]
  } = {},
): Promise<Victim> {
  await using undo = new AsyncDisposableStack()
  const own = undo.use(tempFolder())
  const name = options.name ?? 'victim'
  const personality = { ...lightNode(1), name, isStarted: true, furnish }
  const fleet = undo.use(
    await startDemoFleet({
      personalities: [personality, ...(options.others ?? [])],
      ...(options.folder === undefined ? {} : { folder: options.folder }),
      ...(ACCOUNT === undefined ? {} : { account: ACCOUNT }),
    }),
  )
  const node = fleet.node(name)
  const dataDir = own.join('data')
  const open = (): Promise<Services> =>
    createServices({
      ...{ dataDir, programFile: PROGRAM_FILE, isDemo: true, console: false },
      ...(options.hasKeychain === true ? {} : { keychain: null }),
    })
  let services: Services | null = await open()
  undo.defer(() => services?.[Symbol.asyncDispose]())
  const nodeId = introduce(services, fleet, node)
  for (const other of options.others ?? []) introduce(services, fleet, fleet.node(other.name))
  await until(() => isLive(node), 60_000)
  const current = (): Services => {
    if (services === null) throw new Error('The services are closed.')
    return services
  }
  const all = undo.move()
  return {
    fleet,
    node,
    nodeId,
    dataDir,
    get services() {
      return current()
    },
    close: async () => {
      const last = services
      services = null
      await last?.[Symbol.asyncDispose]()
    },
    reopen: async () => (services = await open()),
    plan: change => current().deletionPlanner.delete(nodeId, DeletionOptions.parse(change ?? {})),
    run: async plan => {
      const { operations } = current()
      return operations.settled((await operations.start(plan)).id)
    },
    resume: operationId => {
      const { operations } = current()
      return operations.settled(operations.resume(operationId).id)
    },
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

function introduce(services: Services, fleet: DemoFleet, node: DemoNode): string {
  const { name: label, host, port, user } = node
  const auth = { method: 'key' as const, keyPath: fleet.keyPath }
  const { id } = services.registry.add({ label, host, port, user, auth, tags: [], isProtected: false })
  services.hostKeys.trust(id, node.hostFingerprint)
  return id
}

/** Where the gateway's unit lies on a demo machine. */
export function unitPath({ home }: DemoNode): string {
  return join(home, '.config/systemd/user/openclaw-gateway.service')
}

/** Where the program lies on a demo machine. */
export function programPath({ home }: DemoNode): string {
  return join(home, '.npm-global/lib/node_modules/openclaw')
}

/** What of OpenClaw is on a machine, seen without any of the app's code. */
export function leftOn(node: DemoNode): readonly string[] {
  const unit = unitPath(node)
  const paths = [
    node.stateDir,
    unit,
    `${unit}.bak`,
    join(node.home, '.config/systemd/user/default.target.wants/openclaw-gateway.service'),
    programPath(node),
    join(node.home, '.npm-global/bin/openclaw'),
    join(node.home, '.cache/openclaw'),
  ]
  return [...paths.filter(isThere), ...processesOf(node).map(pid => `process ${pid}`)]
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Processes of OpenClaw that live in this machine's home. */
export function processesOf({ home }: Pick<DemoNode, 'home'>): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
        const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')
        return environment.includes(`HOME=${home}`) && words.some(word => word.endsWith('/openclaw/dist/index.js'))
      } catch {
        return false // It ended meanwhile.
      }
    })
}

/** Gives a path to the account of the machines. */
export async function handOver(path: string): Promise<void> {
  if (ACCOUNT !== undefined && existsSync(path)) await chown(path, ACCOUNT.uid, ACCOUNT.gid)
}
