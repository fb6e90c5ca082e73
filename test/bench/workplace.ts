import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Operation, Plan, Step, StepStatus } from '../../shared/plan.ts'
import type { Machine } from '../fleet/fleet.ts'
import { inSeconds, note } from './measure.ts'
import { PROGRAM_FILE, type Product } from './load.ts'

type Services = Awaited<ReturnType<Product['createServices']>>

/** OCM as the app and the command line run it, on a data folder of its own, with its secrets in memory. */
export interface Workplace extends AsyncDisposable {
  readonly services: Services
  /** The id of a machine as a node: added and trusted. */
  enrol(machine: Enrolled): string
  /** Runs those steps of a plan that `wanted` picks. @throws Error when the run does not end well. */
  run(plan: Plan, wanted: (step: Step) => boolean): Promise<Operation>
}

/** What it takes to log in somewhere. */
export interface Enrolled {
  readonly label: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly keyPath: string
  readonly fingerprint: string
}

const PREFIX = 'ocm-bench-'

/** Removes data folders of benches that were killed: the process in their name is gone. */
export function sweepWorkplaces(): void {
  for (const name of readdirSync(tmpdir()).filter(one => one.startsWith(PREFIX))) {
    const pid = /^\d+/.exec(name.slice(PREFIX.length))?.[0]
    if (pid === undefined || !existsSync(`/proc/${pid}`)) rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}

/** Opens OCM on a new data folder. `now`: what watching takes for the time of day, instead of this machine's clock. */
export async function openWorkplace(product: Product, isDemo = false, now?: () => number): Promise<Workplace> {
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const services = await product.createServices({
    dataDir,
    programFile: PROGRAM_FILE,
    isDemo,
    console: false,
    keychain: null,
    ...(now === undefined ? {} : { clock: { ...product.SYSTEM_CLOCK, now } }),
  })
  return {
    services,
    enrol({ label, host, port, user, keyPath, fingerprint }) {
      const { id } = services.registry.add({ label, host, port, user, auth: { method: 'key', keyPath } })
      services.hostKeys.trust(id, fingerprint)
      return id
    },
    async run(plan, wanted) {
      using _notes = tellNotes(services)
      const { id } = await services.operations.start({ ...plan, steps: plan.steps.filter(wanted) })
      const operation = await services.operations.settled(id)
      if (operation.state !== 'done') throw new Error(`It ended ${operation.state}: ${JSON.stringify(operation.error)}`)
      return operation
    },
    async [Symbol.asyncDispose]() {
      await services[Symbol.asyncDispose]()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Passes on what the steps say while they run. */
function tellNotes(services: Services): Disposable {
  const start = performance.now()
  let last = ''
  return services.bus.listen((event, data) => {
    if (event !== 'stepChanged') return
    const { status } = data as { readonly status: StepStatus }
    const text = `${status.stepId}: ${status.note === '' ? status.state : status.note}`
    if (text !== last) note(`${inSeconds((performance.now() - start) / 1000)} ${text}`)
    last = text
  })
}

/** A machine of the fleet, with the fingerprint that it names itself. */
export async function asNode(machine: Machine): Promise<Enrolled> {
  const own = await machine.ssh('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
  return {
    label: machine.name,
    host: machine.address,
    port: machine.port,
    user: machine.user,
    keyPath: machine.keyPath,
    fingerprint: /SHA256:\S+/.exec(own.stdout)?.[0] ?? '',
  }
}

/** Plans again with an answer to every open question until none is left. */
export async function decided(
  make: (decisions: Record<string, string>) => Promise<Plan>,
  choose: (decision: Plan['decisions'][number]) => string = decision => decision.options[0]?.id ?? '',
): Promise<Plan> {
  const decisions: Record<string, string> = {}
  for (let tries = 0; ; tries++) {
    const plan = await make(decisions)
    const open = plan.decisions.filter(decision => decision.chosen === null)
    if (open.length === 0 || tries > 5) return plan
    for (const decision of open) decisions[decision.id] = choose(decision)
  }
}

/** How long one step took, in s. */
export function secondsOf(operation: Operation, stepId: string): number {
  const status = operation.steps.find(step => step.stepId === stepId)
  if (status?.startedAt == null || status.endedAt === null) throw new Error(`${stepId} did not run`)
  return (Date.parse(status.endedAt) - Date.parse(status.startedAt)) / 1000
}

/** Runs a command on a machine. @throws Error with what it printed when it fails. */
export async function on(machine: Machine, command: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await machine.ssh(command, input === undefined ? {} : { input })
  if (code !== 0) throw new Error(`${machine.name} answers ${code}: ${stderr}`)
  return stdout
}

/** Bytes that went over the machine's cable so far, both ways, with every header. */
export function wireBytes(cable: string): number {
  const read = (name: string): number => Number(readFileSync(`/sys/class/net/${cable}/statistics/${name}`, 'utf8'))
  return read('rx_bytes') + read('tx_bytes')
}

/** Writes everything out, so that one round does not pay for the one before. */
export async function settle(): Promise<void> {
  await new Promise(resolve => spawn('sync').once('close', resolve))
}
